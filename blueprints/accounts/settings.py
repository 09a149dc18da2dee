"""The settings page, and where a person goes after signing in."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import refresh

from blueprints.accounts.area import accounts
from blueprints.accounts.forms import PatientForm, PractitionerForm, ProfileForm
from firststep.extensions import db
from firststep.models import User
from firststep.services import accounts as service
from firststep.services import profile
from firststep.web import clock
from firststep.web.actors import current_account
from firststep.web.invited import open_asked
from firststep.web.language import spoken
from firststep.web.policy import policy
from firststep.web.render import render


@accounts.get("/home")
@policy(GET="signed_in")
def home() -> ResponseReturnValue:
    """Go to where the person begins: an invitation, the first questions, the log, the list of patients."""
    user = current_account()
    if user.role == "practitioner":
        return redirect(url_for("practice.patients"), 303)
    asked = open_asked()
    # Led there once; from then on the page of shares says that it waits.
    if asked and not session.get("asked_led"):
        session["asked_led"] = True
        return redirect(url_for("sharing.asked", token=asked), 303)
    begun = user.patient is not None and user.patient.feet is not None
    return redirect(url_for("diary.today" if begun else "treatment.start"), 303)


@accounts.get("/settings")
@policy(GET="signed_in")
def settings() -> ResponseReturnValue:
    """Show the settings."""
    user = current_account()
    return _page(user, _form(user, formdata=None))


@accounts.post("/settings")
@policy(POST="signed_in")
def save_settings() -> ResponseReturnValue:
    """Store the settings."""
    user = current_account()
    form = _form(user)
    if not form.validate_on_submit():
        return _page(user, form), 422
    profile.save_profile(db.session, user, _values(form), clock.now())
    db.session.commit()
    # The thanks come in the language that was just chosen.
    refresh()
    flash(_("Saved."), "success")
    return redirect(url_for("accounts.settings"), 303)


def _form(user: User, **kwargs: Any) -> ProfileForm:
    own: dict[str, Any] = {
        "name": user.name,
        "time_zone": user.time_zone,
        "week_starts_on": str(user.week_starts_on),
        "language": spoken(user.locale),
    }
    if user.practitioner is not None:
        return PractitionerForm(data=own, **kwargs)
    own["feet"] = user.patient.feet if user.patient else None
    own["onset_on"] = user.patient.onset_on if user.patient else None
    own["country"] = (user.patient.country if user.patient else None) or ""
    return PatientForm(data=own, **kwargs)


def _values(form: ProfileForm) -> profile.Profile:
    def text(name: str) -> str | None:
        return form[name].data or "" if name in form else None

    return profile.Profile(
        name=form.name.data,
        time_zone=form.time_zone.data,
        week_starts_on=int(form.week_starts_on.data),
        locale=form.language.data,
        feet=(form["feet"].data or None) if "feet" in form else None,
        # A page from before the field was there does not ask for it.
        onset_on=form["onset_on"].data if "onset_on" in request.form and "onset_on" in form else "as it is",
        country=text("country"),
    )


def _page(user: User, form: ProfileForm) -> str:
    return render(
        "accounts/settings.html",
        form=form,
        role=user.role,
        address=user.email,
        has_factor=service.has_any_factor(user),
    )
