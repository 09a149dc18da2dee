"""The patient's side of a practitioner's invitation: who asks, what to show, and only then a share."""

from __future__ import annotations

from flask import flash, make_response, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user

from blueprints.sharing.area import Answer, sharing
from blueprints.sharing.form import TakeUpForm
from blueprints.sharing.words import day_words, own_today, person_states, scope_hint
from firststep.extensions import db
from firststep.services import patient_invitations as service
from firststep.services import profile
from firststep.services.consents import give_cohort_use
from firststep.services.invitations import InvitationOver
from firststep.services.patient_invitations import Asked
from firststep.services.sharing import default_until
from firststep.web import clock
from firststep.web.actors import current_account, current_patient
from firststep.web.invitation_answers import over_page, zone_of_reader
from firststep.web.invited import ASKED_KEY, forget_invitation, remember_invitation
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.trail import acting


@sharing.get("/asked/<token>")
@policy(GET="token")
def asked(token: str) -> Answer:
    """Say who asks; a signed-in patient chooses here what to show. The link alone shows and changes nothing."""
    try:
        found = service.find_asked(db.session, token, now=clock.now())
    except InvitationOver as over:
        return over_page(over)
    if not current_user.is_authenticated:
        remember_invitation(token, ASKED_KEY)
    return _page(found, _empty_form())


@sharing.post("/asked/<token>")
@policy(POST="patient")
def take_up(token: str) -> Answer:
    """Open the share to the person who asks."""
    try:
        found = service.find_asked(db.session, token, now=clock.now())
        form = TakeUpForm()
        if not form.validate_on_submit():
            return make_response(_page(found, form), 422)
        share = service.take_up(db.session, acting(), current_patient(), token, form.terms())
    except InvitationOver as over:
        return over_page(over)
    account = current_account()
    if form.name.data and not account.name:
        profile.save_name(account, form.name.data)
    if share.cohort_use:
        give_cohort_use(db.session, account.id, clock.now())
    name = found.person.name or found.person.email
    db.session.commit()
    forget_invitation(ASKED_KEY)
    flash(_("%(name)s can look from now on. You can stop that here at any time.", name=name), "success")
    return make_response(redirect(url_for("sharing.shares"), 303))


def _empty_form() -> TakeUpForm | None:
    """Return the form for a patient who may use it, otherwise nothing."""
    if not current_user.is_authenticated or current_account().role != "patient":
        return None
    return TakeUpForm(formdata=None, data={"until_on": default_until(own_today())})


def _page(found: Asked, form: TakeUpForm | None) -> str:
    account = current_account() if current_user.is_authenticated else None
    return render(
        "sharing/asked.html",
        name=found.person.name or found.person.email,
        email=found.person.email,
        practice=found.practice,
        stated=person_states(found.person),
        last_day=day_words(clock.local_day(found.expires_at, zone_of_reader())),
        role=account.role if account else None,
        form=form,
        scope_hint=scope_hint,
        asks_name=account is not None and not account.name,
    )
