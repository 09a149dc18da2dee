"""The page on which a practitioner states profession and credential."""

from __future__ import annotations

from typing import TypeAlias

from flask import Response, flash, make_response, redirect, url_for
from flask_babel import gettext as _

from blueprints.team.area import team
from blueprints.team.forms import ProfileForm, stated_values
from firststep.extensions import db
from firststep.services.profile import state_profession
from firststep.web.actors import current_account, current_practitioner
from firststep.web.policy import policy
from firststep.web.practitioner_words import not_checked, stated_words
from firststep.web.render import render

Answer: TypeAlias = Response | str


@team.get("/practice/profile")
@policy(GET="practitioner")
def profile() -> str:
    """Show what is stated, as a patient sees it, and the form to change it."""
    return _page(ProfileForm(formdata=None, data=stated_values(current_practitioner())))


@team.post("/practice/profile")
@policy(POST="practitioner")
def save_profile() -> Answer:
    """Store what is stated."""
    practitioner, form = current_practitioner(), ProfileForm()
    if not form.validate_on_submit():
        return make_response(_page(form), 422)
    state_profession(practitioner, **form.stated())
    db.session.commit()
    flash(_("Saved."), "success")
    return make_response(redirect(url_for("team.profile"), 303))


def _page(form: ProfileForm) -> str:
    stated = current_practitioner()
    return render(
        "team/profile.html",
        form=form,
        name=current_account().name or current_account().email,
        stated=stated_words(stated.profession, stated.credential_issuer, stated.credential_number),
        not_checked=not_checked(),
    )
