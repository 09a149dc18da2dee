"""Cases: the practitioner's list with its invitations, the person's look at what a case holds, and what is theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeAlias
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from blueprints.cases.forms import InviteForm
from firststep.extensions import db
from firststep.models import Patient
from firststep.services import case_claims as service
from firststep.services.case_claims import Offer
from firststep.services.invitations import InvitationOver, OtherAddress, TooManyInvitations, is_for
from firststep.services.removed_visits import find_visit, remove_visit, removed_days
from firststep.services.sheet_visits import visits_of
from firststep.web import clock, dates
from firststep.web.actors import current_account, current_patient, current_practitioner
from firststep.web.invitation_answers import day_of, later, over_page, too_many_words
from firststep.web.policy import policy
from firststep.web.practitioner_words import not_checked, stated_words
from firststep.web.render import render
from firststep.web.trail import acting
from firststep.web.visit_words import visit_lines
from firststep.web.wake import wake_worker

cases = Blueprint("cases", __name__)

Answer: TypeAlias = Response | str


@cases.get("/practice/cases")
@policy(GET="practitioner")
def overview() -> str:
    """List the practitioner's cases, and who of them is invited or took theirs over."""
    lines = service.list_cases(db.session, current_practitioner().id, now=clock.now())
    return render(
        "cases/overview.html",
        open_cases=[
            (one, _span(one), day_of(one.expires_at) if one.expires_at else "") for one in lines if not one.claimed
        ],
        claimed=[one for one in lines if one.claimed],
    )


@cases.get("/practice/cases/<uuid:case_id>")
@policy(GET="practitioner")
def ask(case_id: UUID) -> str:
    """Show the form for an invitation to one case, and what the person will see."""
    return _ask_page(case_id, InviteForm(formdata=None))


@cases.post("/practice/cases/<uuid:case_id>")
@policy(POST="practitioner")
def invite(case_id: UUID) -> Answer:
    """Invite the person with this address to the case."""
    practitioner, form = current_practitioner(), InviteForm()
    service.find_case(db.session, practitioner.id, case_id)
    if not form.validate_on_submit():
        return make_response(_ask_page(case_id, form), 422)
    try:
        service.invite(db.session, practitioner.id, case_id, form.email.data, now=clock.now())
    except TooManyInvitations as too_many:
        db.session.rollback()
        form.email.errors = [too_many_words(too_many)]
        return later(make_response(_ask_page(case_id, form), 429), too_many.free_at)
    db.session.commit()
    wake_worker()
    return _done(_("An invitation goes to %(address)s.", address=form.email.data))


@cases.post("/practice/cases/<uuid:case_id>/withdraw")
@policy(POST="practitioner")
def withdraw(case_id: UUID) -> Answer:
    """Take the invitation to a case back."""
    service.withdraw(db.session, current_practitioner().id, case_id, now=clock.now())
    db.session.commit()
    return _done(_("The invitation is withdrawn. Its link works no more."))


@cases.get("/case/<token>")
@policy(GET="token")
def offer(token: str) -> Answer:
    """Say what to do; what the case holds only the patient's account with the invited address sees."""
    try:
        found = service.find_offer(db.session, token, now=clock.now())
    except InvitationOver as over:
        return over_page(over)
    mine = _own_patient() is not None and is_for(found.invited_email, current_account())
    return render(
        "cases/offer.html",
        role=current_user.role if current_user.is_authenticated else None,
        mine=mine,
        last_day=day_of(found.expires_at),
        sign_in=url_for("security.login", next=request.path),
        **(_offered(found) if mine else {}),
    )


@cases.post("/case/<token>")
@policy(POST="patient")
def claim(token: str) -> Answer:
    """Make the case the patient's own."""
    try:
        visits = service.claim(db.session, acting(), current_patient(), token)
    except InvitationOver as over:
        return over_page(over)
    except OtherAddress:
        db.session.rollback()
        return make_response(redirect(request.path, 303))
    except service.ClaimedBefore:
        db.session.rollback()
        flash(_("You took over notes of this practitioner before. These cannot be added to them."), "warning")
        return make_response(redirect(url_for("cases.visits"), 303))
    db.session.commit()
    flash(ngettext("%(num)d visit is yours now.", "%(num)d visits are yours now.", visits), "success")
    return make_response(redirect(url_for("cases.visits"), 303))


@cases.get("/events/visits")
@policy(GET="patient")
def visits() -> str:
    """Show the visits that the patient took over."""
    found = visits_of(db.session, current_patient().id)
    return render(
        "cases/visits.html",
        visits=visit_lines(found),
        removed=[(dates.long_date(one.day), one.by) for one in removed_days(db.session, current_patient().id)],
        offer_waits=service.offer_waits(db.session, current_account().email, now=clock.now()),
    )


@cases.get("/events/visits/<uuid:sheet_visit_id>/remove")
@policy(GET="patient")
def ask_remove(sheet_visit_id: UUID) -> Answer:
    """Ask before one of these visits is removed."""
    visit = find_visit(db.session, current_patient().id, sheet_visit_id)
    if visit is None:
        return _removed_before()
    return render("cases/remove.html", visit=visit_lines([visit])[0], can_come_again=visit.can_come_again)


@cases.post("/events/visits/<uuid:sheet_visit_id>/remove")
@policy(POST="patient")
def remove(sheet_visit_id: UUID) -> Answer:
    """Remove one of these visits for good."""
    day = remove_visit(db.session, acting(), current_patient().id, sheet_visit_id)
    db.session.commit()
    if day is None:
        return _removed_before()
    flash(_("The visit of %(day)s is removed.", day=dates.long_date(day)), "success")
    return make_response(redirect(url_for("cases.visits"), 303))


def _removed_before() -> Response:
    """Answer a second tap, or a page that was opened before."""
    flash(_("This visit is removed already."), "info")
    return make_response(redirect(url_for("cases.visits"), 303))


def _own_patient() -> Patient | None:
    """Return the signed-in patient whose diary is open."""
    patient: Patient | None = getattr(current_user, "patient", None) if current_user.is_authenticated else None
    return patient if patient is not None and patient.diary_closed_at is None else None


def _offered(found: Offer) -> dict[str, Any]:
    shown = visits_of(db.session, found.case_id)
    return {
        "name": found.practitioner.name or found.practitioner.email,
        "stated": stated_words(*found.profession),
        "not_checked": not_checked(),
        "alias": found.alias,
        "visits": visit_lines(replace(visit, by="") for visit in shown),
    }


def _ask_page(case_id: UUID, form: InviteForm) -> str:
    practitioner_id = current_practitioner().id
    service.find_case(db.session, practitioner_id, case_id)
    lines = service.list_cases(db.session, practitioner_id, now=clock.now())
    line = next(one for one in lines if one.id == case_id)
    return render(
        "cases/ask.html",
        line=line,
        form=form,
        visits=visit_lines(replace(visit, by="") for visit in visits_of(db.session, case_id)),
        last_day=day_of(line.expires_at) if line.expires_at else "",
    )


def _span(line: service.CaseLine) -> str:
    said = ngettext("%(num)d visit", "%(num)d visits", line.visits)
    if line.first_on is None or line.last_on is None:
        return said
    first, last = dates.short_date(line.first_on), dates.short_date(line.last_on)
    return _("%(visits)s, %(first)s to %(last)s", visits=said, first=first, last=last)


def _done(sentence: str) -> Response:
    flash(sentence, "success")
    return make_response(redirect(url_for("cases.overview"), 303))
