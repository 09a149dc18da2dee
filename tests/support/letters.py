"""Every mail there is, as its builder writes it for Ana or for somebody whom she invites."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import delete
from sqlalchemy.orm import Session

from firststep.extensions import db
from firststep.mail.kinds import BUILDERS
from firststep.mail.message import Letter
from firststep.models import OutboxMail, Patient, Practitioner, Share, User
from firststep.services import case_claims, mail_preferences, monday_counts, practice_invitations, reminders
from firststep.services.outbox import enqueue
from firststep.services.patient_invitations import invite_by_mail
from tests import factories
from tests.cast import NOW, Cast
from tests.support.mails import log_last_week

EVERY_KIND = sorted(kind for kind in BUILDERS if kind != "nobody")


def write(app: Flask, cast: Cast, kind: str, *, detailed: bool, logs: bool = True, monthly: bool = False) -> Letter:
    """Return the mail of this kind as its builder writes it for a person or an invitation that wants it.

    With ``logs`` each day of the last week has an entry. ``monthly`` is for the letters that can be that.
    """
    with app.app_context():
        session = db.session
        ana = session.get_one(Patient, cast.ana)
        if logs:
            log_last_week(session, ana)
        reader = mail_preferences.find_reader(session, cast.ana)
        if detailed:
            mail_preferences.change_level(session, reader, "detailed", NOW)
        more = _wanted(app, cast, kind)
        if monthly:
            more["parameters"] = {"month": "2026-11-01"}
        enqueue(session, kind=kind, now=NOW, **more)
        session.commit()
        row = session.query(OutboxMail).filter_by(kind=kind).one()
        letter = BUILDERS[kind](session, row, NOW)
        assert letter is not None, f"the test must make {kind} wanted"
        return letter


def _wanted(app: Flask, cast: Cast, kind: str) -> dict[str, Any]:
    session = db.session
    user = session.get_one(User, cast.ana_user)
    share = session.get_one(Share, cast.share)
    more: dict[str, Any] = {"user_id": cast.ana_user, "parameters": {}}
    if kind == "weekly_summary":
        more["parameters"] = {"week": "2026-11-16"}
    elif kind == "weekly_question":
        wish = mail_preferences.preference_of(session, cast.ana)
        wish.paused_at, wish.empty_weeks = NOW, 2
    elif kind in ("confirm_address", "address_change", "reach_address"):
        user.confirmed_at = None if kind == "confirm_address" else user.confirmed_at
        more |= {"parameters": {"serial": user.confirm_serial}, "address": "ana@example.com"}
    elif kind == "reminder":
        reminders.save(session, session.get_one(Patient, cast.ana), by_mail=True, hour=8, repeats=False, now=NOW)
        more["parameters"] = {"day": "2026-11-23", "number": 1}
    elif kind == "monday_counts":
        cho = monday_counts.find_recipient(session, cast.cho)
        monday_counts.choose(session, cho, wanted=True, hour=7, minute=30, now=NOW)
        more |= {"user_id": cast.cho_user, "parameters": {"day": "2026-11-23"}}
    elif kind == "account_deleted":
        more |= {"address": "ana@example.com", "user_id": None, "parameters": {"locale": user.locale}}
    elif kind == "reset_password":
        more["parameters"] = {"serial": user.reset_serial}
    elif kind.endswith("_invitation"):
        more |= _invited(session, cast, kind) | {"user_id": None}
    elif kind == "share_accepted":
        share.state = "accepted"
        more["parameters"] = {"share": str(share.id)}
    return more


def _invited(session: Session, cast: Cast, kind: str) -> dict[str, Any]:
    """Make an invitation of the kind wait; its own mail is taken out of the outbox."""
    if kind == "share_invitation":
        share = session.get_one(Share, cast.share)
        share.state, share.practitioner_id = "invited", None
        share.invitation_expires_at = NOW + timedelta(days=7)
        return {"address": "cho@example.com", "parameters": {"share": str(share.id)}}
    if kind == "practice_invitation":
        cho = session.get_one(Practitioner, cast.cho)
        factories.make_practice(session, cho)
        invitation = practice_invitations.invite(session, cho.id, "colleague@example.com", now=NOW)
        session.execute(delete(OutboxMail))
        return {"address": "colleague@example.com", "parameters": {"invitation": invitation.id.hex}}
    if kind == "case_invitation":
        case = factories.make_sheet(session, session.get_one(Practitioner, cast.cho))
        to_case = case_claims.invite(session, cast.cho, case, "new@example.com", now=NOW)
        session.execute(delete(OutboxMail))
        return {"address": "new@example.com", "parameters": {"invitation": to_case.id.hex}}
    made = invite_by_mail(session, cast.cho, "ana@example.com", meant_for="", now=NOW)
    session.execute(delete(OutboxMail))
    return {"address": "ana@example.com", "parameters": {"patient_invitation": made.id.hex}}
