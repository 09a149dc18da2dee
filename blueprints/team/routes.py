"""The practice: begun, changed, joined by invitation, handed over and left. Members never see each other's patients."""

from __future__ import annotations

from typing import TypeAlias
from uuid import UUID

from flask import Response, flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from blueprints.team import profile
from blueprints.team.area import team
from blueprints.team.forms import ColleagueForm, PracticeForm
from firststep.extensions import db
from firststep.services import practice_invitations as invitations
from firststep.services import practices as service
from firststep.services.invitations import InvitationOver, OtherAddress, TooManyInvitations, is_for
from firststep.web import clock
from firststep.web.actors import current_account, current_practitioner
from firststep.web.invitation_answers import day_of, later, over_page, too_many_words
from firststep.web.policy import factor_is_fresh, policy
from firststep.web.practitioner_words import profession_words
from firststep.web.render import render
from firststep.web.wake import wake_worker

__all__ = ["profile", "team"]

Answer: TypeAlias = Response | str


@team.get("/practice/team")
@policy(GET="practitioner")
def overview() -> str:
    """Show the practice with its members and open invitations, or the form to begin one."""
    return _page()


@team.post("/practice/team")
@policy(POST="practitioner")
def begin() -> Answer:
    """Make a practice of which the practitioner is the owner."""
    practitioner, form = current_practitioner(), PracticeForm()
    if service.practice_of(db.session, practitioner.id) is None and not form.validate_on_submit():
        return make_response(_page(practice_form=form), 422)
    try:
        service.begin(db.session, practitioner.id, name=form.name.data, time_zone=form.time_zone.data, now=clock.now())
    except service.InPractice:
        db.session.rollback()
        return _done(_("You belong to a practice already. Leave it first."), "warning")
    db.session.commit()
    return _done(_("Saved."))


@team.post("/practice/team/settings")
@policy(POST="practitioner")
def change() -> Answer:
    """Rename or move the practice."""
    practitioner, form = current_practitioner(), PracticeForm()
    service.owned(db.session, practitioner.id)
    if not form.validate_on_submit():
        return make_response(_page(practice_form=form), 422)
    service.change(db.session, practitioner.id, name=form.name.data, time_zone=form.time_zone.data)
    db.session.commit()
    return _done(_("Saved."))


@team.post("/practice/team/invite")
@policy(POST="practitioner")
def invite() -> Answer:
    """Invite the colleague with this address."""
    practitioner, form = current_practitioner(), ColleagueForm()
    practice = service.owned(db.session, practitioner.id)
    if not form.validate_on_submit():
        return make_response(_page(colleague_form=form), 422)
    address = form.email.data
    if any(address == member.email.lower() for member in service.members_of(db.session, practice.id)):
        form.email.errors = [_("Whoever has this address belongs to the practice already.")]
        return make_response(_page(colleague_form=form), 422)
    try:
        invitations.invite(db.session, practitioner.id, address, now=clock.now())
    except TooManyInvitations as too_many:
        db.session.rollback()
        form.email.errors = [too_many_words(too_many)]
        return later(make_response(_page(colleague_form=form), 429), too_many.free_at)
    db.session.commit()
    wake_worker()
    return _done(_("An invitation goes to %(address)s.", address=address))


@team.post("/practice/team/invitations/<uuid:invitation_id>/withdraw")
@policy(POST="practitioner")
def withdraw(invitation_id: UUID) -> Answer:
    """Take an invitation back."""
    invitations.withdraw(db.session, current_practitioner().id, invitation_id, now=clock.now())
    db.session.commit()
    return _done(_("The invitation is withdrawn. Its link works no more."))


@team.post("/practice/team/members/<uuid:member_id>/remove")
@policy(POST="practitioner")
def remove(member_id: UUID) -> Answer:
    """Take a member out of the practice."""
    service.remove_member(db.session, current_practitioner().id, member_id)
    db.session.commit()
    return _done(_("They no longer belong to the practice. Their own patients and sheets stay theirs."))


@team.post("/practice/team/members/<uuid:member_id>/hand-over")
@policy(POST="practitioner")
def hand_over(member_id: UUID) -> Answer:
    """Let a member own the practice from now on."""
    service.hand_over(db.session, current_practitioner().id, member_id)
    db.session.commit()
    return _done(_("The practice is handed over. You are a member now."))


@team.post("/practice/team/leave")
@policy(POST="practitioner")
def leave() -> Answer:
    """Leave the practice; its last member takes it along."""
    try:
        service.leave(db.session, current_practitioner().id)
    except service.MembersLeft:
        db.session.rollback()
        return _done(_("Hand the practice over first: others still belong to it."), "warning")
    db.session.commit()
    return _done(_("You left the practice."))


@team.get("/practice-invitation/<token>")
@policy(GET="token")
def offer(token: str) -> Answer:
    """Say what to do to join; which practice it is, only the account with the invited address learns."""
    try:
        found = invitations.find_offer(db.session, token, now=clock.now())
    except InvitationOver as over:
        return over_page(over)
    practitioner = getattr(current_user, "practitioner", None) if current_user.is_authenticated else None
    ready = practitioner is not None and factor_is_fresh()
    mine = ready and is_for(found.invited_email, current_account())
    return render(
        "team/offer.html",
        role=current_user.role if current_user.is_authenticated else None,
        ready=ready,
        mine=mine,
        practice=found.practice_name if mine else "",
        elsewhere=mine and practitioner is not None and practitioner.practice_id is not None,
        last_day=day_of(found.expires_at),
        sign_in=url_for("security.login", next=request.path),
    )


@team.post("/practice-invitation/<token>")
@policy(POST="practitioner")
def join(token: str) -> Answer:
    """Use the invitation up for the signed-in practitioner."""
    try:
        practice = invitations.accept(db.session, current_practitioner().id, token, now=clock.now())
    except InvitationOver as over:
        return over_page(over)
    except OtherAddress:
        db.session.rollback()
        return make_response(redirect(request.path, 303))
    except service.InPractice:
        db.session.rollback()
        return _done(_("You belong to a practice already. Leave it first."), "warning")
    name = practice.name
    db.session.commit()
    return _done(_("You belong to %(practice)s now.", practice=name))


def _page(practice_form: PracticeForm | None = None, colleague_form: ColleagueForm | None = None) -> str:
    account, practitioner = current_account(), current_practitioner()
    found = service.practice_of(db.session, practitioner.id)
    practice, role = found or (None, "")
    known = {"name": practice.name, "time_zone": practice.time_zone} if practice else {"time_zone": account.time_zone}
    members = service.members_of(db.session, practice.id) if practice else []
    waiting = invitations.open_invitations(db.session, practice.id) if practice and role == "owner" else []
    return render(
        "team/overview.html",
        practice=practice,
        role=role,
        own_id=practitioner.id,
        members=[(member, profession_words(member.profession)) for member in members],
        waiting=[(one, day_of(one.expires_at), clock.now() > one.expires_at) for one in waiting],
        offer_waits=practice is None and invitations.offer_waits(db.session, account.email, now=clock.now()),
        form=practice_form or PracticeForm(formdata=None, data=known),
        colleague=colleague_form or ColleagueForm(formdata=None),
    )


def _done(sentence: str, kind: str = "success") -> Response:
    flash(sentence, kind)
    return make_response(redirect(url_for("team.overview"), 303))
