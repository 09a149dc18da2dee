"""Sharing: what a patient shares with whom, who looked, and the invitation that a practitioner accepts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias
from uuid import UUID

from flask import Response, flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from blueprints.sharing import asked, entering, made, visit_code
from blueprints.sharing.area import Answer, sharing
from blueprints.sharing.form import InviteForm
from blueprints.sharing.words import (
    day_words,
    log_line,
    own_today,
    person_states,
    person_words,
    renewable,
    scope_hint,
    share_rows,
    state_words,
    visit_view,
)
from firststep.extensions import db
from firststep.models import Share
from firststep.services import profile, visit_access
from firststep.services import sharing as service
from firststep.services.audit import VIEWED, Actor, read_trail
from firststep.services.consents import give_cohort_use
from firststep.services.invitations import InvitationOver, TooManyInvitations, find_invitation
from firststep.services.share_lists import list_shares
from firststep.web import clock
from firststep.web.actors import current_account, current_patient, current_practitioner
from firststep.web.invitation_answers import later, over_page, too_many_words, zone_of_reader
from firststep.web.invited import forget_invitation, open_asked, remember_invitation
from firststep.web.paging import ROWS_PER_PAGE, asked_before, page_of
from firststep.web.policy import factor_is_fresh, policy
from firststep.web.practitioner_words import not_checked
from firststep.web.render import render
from firststep.web.trail import acting, checked_seal
from firststep.web.wake import wake_worker

__all__ = ["asked", "entering", "made", "sharing", "visit_code"]

Step: TypeAlias = Callable[[Any, Actor, UUID, UUID], Share]

_LOOKS_ON_PAGE = 5


@sharing.get("/share")
@policy(GET="patient")
def shares() -> str:
    """List the patient's shares, with the buttons to change them, and the last looks."""
    patient = current_patient()
    lines = list_shares(db.session, patient.id, today=own_today(), now=clock.now())
    visit = visit_view(visit_access.of_patient(db.session, patient.id), clock.now())
    looks = [event for event in read_trail(db.session, patient.id, most=50) if event.what in VIEWED]
    return render(
        "sharing/shares.html",
        open_lines=[line for line in lines if line.state in ("invited", "accepted", "active")],
        ended_lines=[line for line in lines if line.state not in ("invited", "accepted", "active")],
        visit=visit if visit.kind in ("asked", "open") else None,
        looks=[log_line(event, current_account().id, {}) for event in looks[:_LOOKS_ON_PAGE]],
        rows_of=share_rows,
        state_of=state_words,
        person_of=person_words,
        states_of=person_states,
        not_checked=not_checked(),
        soon=service.default_until(own_today()),
        soon_words=day_words(service.default_until(own_today())),
        renewable=renewable(lines),
        asked=open_asked(),
    )


@sharing.get("/share/log")
@policy(GET="patient")
def log() -> str:
    """Show the whole trail to the patient whose it is."""
    patient, own_id = current_patient(), current_account().id
    offered = list_shares(db.session, patient.id, today=own_today(), now=clock.now())
    addresses = {line.id: line.invited_email for line in offered}
    before = asked_before()
    events, older = page_of(read_trail(db.session, patient.id, before=before, most=ROWS_PER_PAGE + 1))
    lines = [log_line(event, own_id, addresses) for event in events]
    # Once for the whole list, on its first page.
    seal = None if before else checked_seal(patient.id)
    return render("sharing/log.html", lines=lines, older=older, seal=seal)


@sharing.get("/share/new")
@policy(GET="patient")
def new() -> str:
    """Show the form for an invitation."""
    form = InviteForm(formdata=None, data={"until_on": service.default_until(own_today())})
    return _invite_page(form)


@sharing.post("/share/new")
@policy(POST="patient")
def invite() -> Answer:
    """Invite the person with this address."""
    form = InviteForm()
    if not form.validate_on_submit():
        return make_response(_invite_page(form), 422)
    address = form.email.data
    try:
        share = service.invite(db.session, acting(), current_patient().id, address, form.terms())
    except TooManyInvitations as too_many:
        db.session.rollback()
        form.email.errors = [too_many_words(too_many)]
        return later(make_response(_invite_page(form), 429), too_many.free_at)
    if form.name.data and not current_account().name:
        profile.save_name(current_account(), form.name.data)
    if share.cohort_use:
        give_cohort_use(db.session, current_account().id, clock.now())
    db.session.commit()
    wake_worker()
    flash(_("An invitation goes to %(address)s. Nothing is visible yet.", address=address), "success")
    return _to_list()


@sharing.post("/share/<uuid:share_id>/resend")
@policy(POST="patient")
def resend(share_id: UUID) -> Answer:
    """Send an invitation again."""
    try:
        response = _take(
            service.resend, share_id, _("The invitation is sent again. The link in the earlier mail no longer works.")
        )
    except TooManyInvitations as too_many:
        db.session.rollback()
        flash(too_many_words(too_many), "error")
        return _to_list()
    wake_worker()
    return response


@sharing.post("/share/<uuid:share_id>/confirm")
@policy(POST="patient")
def confirm(share_id: UUID) -> Answer:
    """Open the share to the person who accepted."""
    return _take(service.confirm, share_id, _("Confirmed. They can look from now on."))


@sharing.post("/share/<uuid:share_id>/withdraw")
@policy(POST="patient")
def withdraw(share_id: UUID) -> Answer:
    """Take an invitation back."""
    return _take(service.withdraw, share_id, _("The invitation is withdrawn. Nobody saw anything through it."))


@sharing.post("/share/<uuid:share_id>/stop")
@policy(POST="patient")
def stop(share_id: UUID) -> Answer:
    """End a share at once."""
    return _take(service.stop, share_id, _("Stopped. They can see nothing from now on."))


@sharing.post("/share/<uuid:share_id>/renew")
@policy(POST="patient")
def renew(share_id: UUID) -> Answer:
    """Let a share last half a year from today, also one that ended by itself."""
    today = own_today()

    def step(session: Any, actor: Actor, patient_id: UUID, of_share: UUID) -> Share:
        return service.renew(session, actor, patient_id, of_share, today=today)

    until = day_words(service.default_until(today))
    return _take(step, share_id, _("It lasts until %(day)s now.", day=until))


@sharing.post("/share/stop-all")
@policy(POST="patient")
def stop_all() -> Answer:
    """End every share and take back every invitation."""
    service.stop_all(db.session, acting(), current_patient().id)
    db.session.commit()
    flash(_("Stopped. Nobody but you can see anything from now on."), "success")
    return _to_list()


@sharing.get("/invitation/<token>")
@policy(GET="token")
def invitation(token: str) -> Answer:
    """Say what a practitioner has to do to accept; the link alone shows nothing and changes nothing."""
    try:
        found = find_invitation(db.session, token, now=clock.now())
    except InvitationOver as over:
        return over_page(over)
    role = current_user.role if current_user.is_authenticated else None
    if role is None:
        remember_invitation(token)
    return render(
        "sharing/invitation.html",
        role=role,
        ready=role == "practitioner" and factor_is_fresh(),
        last_day=day_words(clock.local_day(found.expires_at, zone_of_reader())),
        sign_in=url_for("security.login", next=request.path),
    )


@sharing.post("/invitation/<token>")
@policy(POST="practitioner")
def accept(token: str) -> Answer:
    """Use the invitation up for the signed-in practitioner."""
    try:
        service.accept(db.session, acting(), current_practitioner().id, token)
    except InvitationOver as over:
        return over_page(over)
    db.session.commit()
    forget_invitation()
    wake_worker()
    flash(_("Accepted. You see the diary as soon as the person has confirmed that it is you."), "success")
    return make_response(redirect(url_for("practice.patients"), 303))


def _take(step: Step, share_id: UUID, done: str) -> Response:
    """Take one step of a share, say so, and go back to the list; a step that came too late changes nothing."""
    try:
        step(db.session, acting(), current_patient().id, share_id)
    except service.WrongStep:
        db.session.rollback()
        flash(_("This share has changed meanwhile. Look at it again."), "warning")
        return _to_list()
    db.session.commit()
    flash(done, "success")
    return _to_list()


def _to_list() -> Response:
    return make_response(redirect(url_for("sharing.shares"), 303))


def _invite_page(form: InviteForm) -> str:
    return render("sharing/new.html", form=form, scope_hint=scope_hint, asks_name=not current_account().name)
