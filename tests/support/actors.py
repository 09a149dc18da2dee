"""Everybody who may knock: one session each, and the rows of Ana's that an address or a form can name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from flask import Flask
from flask_security import hash_password
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firststep.extensions import db
from firststep.mail.unsubscribing import make_token as make_unsubscribe_token
from firststep.models import (
    DiaryChange,
    Dose,
    Episode,
    Flare,
    ImportBatch,
    Patient,
    Pgic,
    Plan,
    PracticeInvitation,
    Practitioner,
    Question,
    User,
    UserSession,
    Visit,
    VisitAccess,
)
from firststep.services import audit, case_claims, reminder_feed
from firststep.services.invitations import make_link_token
from firststep.services.patient_invitations import hand_out_token, make_hand_out
from firststep.services.practice_invitations import make_link_token as make_offer_token
from firststep.services.visit_access import Entry, allow, code_of, enter_code, link_token, show_code
from firststep.web.invited import hand_out_key
from firststep.web.policy import FACTOR_LIFE
from firststep.web.security.tokens import make_token
from firststep.web.sessions import _serializer, hash_token
from firststep.web.trail import sealing_key
from firststep.web.visiting import visit_key
from tests import cast as people
from tests import factories
from tests.cast import Browser

_DAY: Final = date(2026, 11, 10)
DAY: Final = _DAY.isoformat()
_OVER, _LATER = people.TODAY - timedelta(days=1), people.TODAY + timedelta(days=9)

# Of Ana, besides what the cast plants: what she took, on which device she is signed in, what she deleted.
CANARY_DRUG: Final = "canary-drug-51c02"
CANARY_DEVICE: Final = "canary-device-9d4e7"
CANARY_OLD_NOTE: Final = "canary-deleted-0b6f8"
CANARY_LOOK: Final = "canary-look-e5a90"
CANARY_PLAN: Final = "canary-plan-6a1d3"
# What she wants to ask, and what she asked already.
CANARY_QUESTION: Final = "canary-question-2e8b7"
CANARY_ASKED: Final = "canary-asked-f41d9"
# What set a flare-up off, and what she wrote about it.
CANARY_TRIGGER: Final = "canary-trigger-7c3a5"
CANARY_SPELL: Final = "canary-spell-19be2"
# Of Dr Cho: what only the persons concerned may read.
CANARY_LICENCE: Final = "canary-licence-c8812"

# Of Dr Cho's own sheet: who is in it, and what was remarked. Nobody else reads of it, whoever shares with whom.
CANARY_CASE: Final = "canary-case-3d7f0"
CANARY_REMARK: Final = "canary-remark-88ac4"
# Of Dr Dee's sheet: what was remarked of the visits that Ana took over, which she alone reads since.
CANARY_TAKEN: Final = "canary-taken-41c7a"
# Under which name Dr Dee has them, and still reads it.
ALIAS_TAKEN: Final = "alias-taken-b60e3"
# For whom a hand-out of Dr Cho's is.
CANARY_MEANT: Final = "canary-meant-5b1e9"
# Whom Dr Cho invited to take the case over.
CANARY_PERSON: Final = "canary.person@example.com"

# What Dr Cho noted of a session with Ana, and what she says to it.
CANARY_FINDING: Final = "canary-finding-2f6c4"
CANARY_DISPUTE: Final = "canary-dispute-9ab07"

# The practice of Dr Cho, of which only its members read: whom it invited, and its name.
CANARY_PRACTICE: Final = "canary-practice-5b1e8"
CANARY_INVITED: Final = "canary.invited@example.com"

# name -> state, scope and last day of Ana's share with this practitioner.
SHARES: Final[Mapping[str, tuple[str, str, date]]] = {
    "invited": ("invited", "notes", _LATER),
    "accepted": ("accepted", "notes", _LATER),
    "withdrawn": ("withdrawn", "notes", _LATER),
    "stopped": ("stopped", "notes", _LATER),
    "over": ("active", "notes", _OVER),
    "expired": ("expired", "notes", _OVER),
    "summary": ("active", "summary", _LATER),
    "notes": ("active", "notes", _LATER),
}
# Practitioners with an open share of somebody who closed the diary, or whose account is closed.
OF_CLOSED: Final[Mapping[str, str]] = {"of_closed": "closed", "of_deactivated": "deactivated"}
# Whoever has no session that counts: none, one that was ended, one that rested too long, one of a closed account.
# Nobody of these is signed in; the last three entered a visit code of Ana's, which she allowed, or not yet, or ended.
STRANGERS: Final = frozenset({"nobody", "signed_out", "idle", "deactivated", "at_visit", "visit_asked", "visit_over"})
# Dr Cho with the password alone, and with a second factor that was proven too long ago.
FACTORLESS: Final = frozenset({"factorless", "stale"})
PATIENTS: Final = frozenset({"ana", "ben"})
READERS: Final = frozenset({"cho", "summary", "notes"})
# Dr Cho's colleague in the same practice, with whom nobody shares.
COLLEAGUES: Final = frozenset({"cho", "colleague"})
PRACTITIONERS: Final = frozenset({"dee", "cho", "colleague", *SHARES, *OF_CLOSED})
ACTORS: Final = (
    *sorted(STRANGERS),
    "half",
    *sorted(FACTORLESS),
    "closed",
    "ben",
    "dee",
    *SHARES,
    *OF_CLOSED,
    "colleague",
    "cho",
    "ana",
)


@dataclass(frozen=True, kw_only=True)
class Key:
    """What a browser holds after signing in: the cookie, and what its form tokens are made of."""

    cookie: str
    csrf_raw: str
    #: What it holds of a visit, if anything.
    visit: str = ""


@dataclass(frozen=True, kw_only=True)
class World:
    """The keys by actor, and the ids and tokens that an actor can send."""

    keys: Mapping[str, Key]
    cast: people.Cast
    shares: Mapping[str, UUID]
    episode: UUID
    session: UUID
    op: UUID
    dose: UUID
    plan: UUID
    question: UUID
    rating: UUID
    flare: UUID
    batch: UUID
    member: UUID
    noted: UUID
    case: UUID
    invitation: UUID
    made: UUID
    visit: UUID
    sheet_visit: UUID
    tokens: Mapping[str, str]

    def share_of(self, actor: str) -> UUID:
        """Return the share that the actor asks for: an own one, or else Dr Cho's."""
        return self.shares.get(actor, self.cast.share)


def make_world(app: Flask) -> World:
    """Store everybody and sign them in."""
    with app.app_context():
        cast = people.make_cast(db.session)
        ana = db.session.get_one(Patient, cast.ana)
        users, shares = _add_shares(db.session, ana)
        users |= _add_others(app, db.session)
        for name, owner in OF_CLOSED.items():
            practitioner = factories.make_practitioner(db.session, f"{owner}.doctor@example.com", name=f"Dr Of {owner}")
            patient = db.session.scalars(select(Patient).where(Patient.user_id == users[owner])).one()
            share = factories.make_share(db.session, patient, practitioner, scope="notes", until_on=_LATER)
            users[name], shares[name] = practitioner.user_id, share.id
        users |= {"ana": cast.ana_user, "ben": cast.ben_user, "cho": cast.cho_user, "dee": cast.dee_user}
        cho = db.session.get_one(Practitioner, cast.cho)
        cho.credential_number = CANARY_LICENCE
        colleague = factories.make_practitioner(db.session, "colleague@example.com", name="Dr Colleague")
        users["colleague"], member = colleague.user_id, colleague.id
        invitation, joining = _add_practice(db.session, cho, colleague)
        case = factories.make_sheet(db.session, cho, alias=CANARY_CASE, note=CANARY_REMARK)
        to_case = case_claims.invite(db.session, cho.id, case, CANARY_PERSON, now=people.NOW).id
        batch = db.session.scalars(select(ImportBatch.id).where(ImportBatch.practitioner_id == cho.id)).one()
        sheet_visit = _add_taken_over(db.session, cast)
        episode = db.session.scalars(select(Episode.id).where(Episode.patient_id == cast.ana)).one()
        op, dose, plan = _add_changes(db.session, cast.ana)
        question, rating = _add_for_the_visit(db.session, cast.ana)
        flare = _add_flare(db.session, cast.ana)
        noted = factories.make_noted_session(
            db.session, ana, cho, _DAY, number=1, gait=CANARY_FINDING, dispute=CANARY_DISPUTE
        )
        looker = audit.Actor(user_id=cast.cho_user, name=CANARY_LOOK, now=people.NOW, key=b"only for tests")
        audit.record(db.session, looker, cast.ana, "viewed_charts", share_id=cast.share)
        tokens = _make_tokens(db.session, cast, shares["invited"]) | {"team.offer": joining}
        made, tokens["sharing.asked"] = _add_hand_outs(db.session, cast)
        visit, held, tokens["sharing.enter_by_link"] = _add_visits(db.session, cast)
        tokens["cases.offer"] = case_claims.make_link_token(db.session, to_case, now=people.NOW) or ""
        db.session.execute(update(User).values(password=hash_password(factories.PASSWORD)))
        db.session.commit()
    session = _sign_in_elsewhere(app, cast.ana_user)
    browsers = {name: people.sign_in(app, user, pending=name == "half") for name, user in users.items()}
    browsers["nobody"] = people.sign_in(app, None)
    browsers["factorless"] = people.sign_in(app, cast.cho_user, factor=False)
    browsers["stale"] = people.sign_in(app, cast.cho_user)
    _end_sessions(app, browsers)
    keys = {name: _key(app, browser) for name, browser in browsers.items()}
    keys |= {name: replace(keys["nobody"], visit=token) for name, token in held.items()}
    return World(
        keys=keys,
        cast=cast,
        shares={"cho": cast.share, **shares},
        episode=episode,
        session=session,
        op=op,
        dose=dose,
        plan=plan,
        question=question,
        rating=rating,
        flare=flare,
        batch=batch,
        member=member,
        noted=noted,
        case=case,
        invitation=invitation,
        made=made,
        visit=visit,
        sheet_visit=sheet_visit,
        tokens=tokens,
    )


def browser_of(app: Flask, world: World, actor: str) -> Browser:
    """Return a browser as the actor's is after signing in, whatever an earlier answer did to its cookie."""
    client = app.test_client()
    assert isinstance(client, Browser)
    client.csrf_raw = world.keys[actor].csrf_raw
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], world.keys[actor].cookie)
    if world.keys[actor].visit:
        client.set_cookie("visit", world.keys[actor].visit)
    return client


def _add_shares(session: Session, ana: Patient) -> tuple[dict[str, UUID], dict[str, UUID]]:
    users, shares = {}, {}
    for name, (state, scope, until_on) in SHARES.items():
        practitioner = factories.make_practitioner(session, f"{name}@example.com", name=f"Dr {name.title()}")
        share = factories.make_share(session, ana, practitioner, state=state, scope=scope, until_on=until_on)
        if state == "invited":
            share.practitioner_id = share.accepted_at = None
        users[name], shares[name] = practitioner.user_id, share.id
    return users, shares


def _add_others(app: Flask, session: Session) -> dict[str, UUID]:
    half = factories.make_practitioner(session, "half@example.com", name="Dr Half")
    half.user.tf_totp_secret = app.extensions["security"].totp_factory.generate_totp_secret()
    closed = factories.make_patient(session, "closed@example.com", name="Closed")
    closed.diary_closed_at = people.NOW
    users = {"half": half.user_id, "closed": closed.user_id}
    for name in ("signed_out", "idle", "deactivated"):
        users[name] = factories.make_user(session, f"{name.replace('_', '.')}@example.com", "patient").id
        session.add(Patient(user_id=users[name], created_at=factories.LONG_AGO))
    session.get_one(User, users["deactivated"]).active = False
    return {name: user for name, user in users.items() if user is not None}


def _add_practice(session: Session, owner: Practitioner, member: Practitioner) -> tuple[UUID, str]:
    """Let both belong to a practice, and return an invitation that waits and its token."""
    practice = factories.make_practice(session, owner, member, name=CANARY_PRACTICE)
    invitation = PracticeInvitation(
        practice_id=practice.id,
        invited_email=CANARY_INVITED,
        invited_at=people.NOW,
        expires_at=people.NOW + timedelta(days=7),
    )
    session.add(invitation)
    session.flush()
    return invitation.id, make_offer_token(session, invitation.id, now=people.NOW) or ""


def _add_changes(session: Session, ana: UUID) -> tuple[UUID, UUID, UUID]:
    op = uuid4()
    dose = Dose(patient_id=ana, day=_DAY, product=CANARY_DRUG, dose_mg=400)
    at = datetime(2026, 11, 10, 9, tzinfo=UTC)
    change = DiaryChange(op_id=op, patient_id=ana, day=_DAY, field="note", old_value=CANARY_OLD_NOTE, entered_at=at)
    change.stored_at, change.new_value = at, people.CANARY_NOTE
    plan = Plan(patient_id=ana, day=_DAY, preset="own", name=CANARY_PLAN, sets_per_day=2)
    session.add_all((dose, change, plan))
    session.flush()
    return op, dose.id, plan.id


def _add_for_the_visit(session: Session, ana: UUID) -> tuple[UUID, UUID]:
    question = Question(patient_id=ana, day=_DAY, text=CANARY_QUESTION)
    asked = Question(patient_id=ana, day=_DAY, text=CANARY_ASKED, settled_on=_DAY)
    rating = Pgic(patient_id=ana, day=_DAY, week=4, rating=6)
    session.add_all((question, asked, rating))
    session.flush()
    return question.id, rating.id


def _add_flare(session: Session, ana: UUID) -> UUID:
    flare = Flare(patient_id=ana, day=_DAY, worst_pain=80, trigger=CANARY_TRIGGER, note=CANARY_SPELL)
    session.add(flare)
    session.flush()
    return flare.id


def _add_taken_over(session: Session, cast: people.Cast) -> UUID:
    """Let Ana have taken over a case of Dr Dee's, and return the first of its visits."""
    case = factories.make_sheet(session, session.get_one(Practitioner, cast.dee), alias=ALIAS_TAKEN, note=CANARY_TAKEN)
    factories.take_over(session, session.get_one(Patient, cast.ana), case)
    return session.scalars(select(Visit.id).where(Visit.patient_id == cast.ana).order_by(Visit.day)).first() or case


def _add_hand_outs(session: Session, cast: people.Cast) -> tuple[UUID, str]:
    """Return the id of one of Dr Cho's, and what the link of one of Dr Dee's holds."""
    key = hand_out_key()
    hers, his = (
        make_hand_out(session, practitioner, meant_for=meant_for, key=key, now=people.NOW)
        for practitioner, meant_for in ((cast.dee, ""), (cast.cho, CANARY_MEANT))
    )
    return his.id, hand_out_token(key, hers.id)


def _add_visits(session: Session, cast: people.Cast) -> tuple[UUID, dict[str, str], str]:
    """Return the visit that Ana allowed, what the readers' browsers hold, and the link of a code that she shows."""
    key, held, visits = visit_key(), {}, {}
    of_ana = audit.Actor(user_id=cast.ana_user, name="", now=people.NOW, key=sealing_key())
    somebody = replace(of_ana, user_id=None, name="Dr Somebody")
    for name in ("at_visit", "visit_asked", "visit_over", "shown"):
        # One at a time is the rule; here they stand side by side.
        session.execute(update(VisitAccess).values(state="ended"))
        visit = show_code(session, of_ana, cast.ana, "charts", None, key=key)
        visits[name] = visit.id
        if name != "shown":
            entry = Entry(device="", once=name)
            held[name] = enter_code(session, somebody, entry, code_of(key, visit.id), key=key)[1]
        if name == "at_visit":
            allow(session, of_ana, cast.ana, visit.id)
    for name, state in (("at_visit", "open"), ("visit_asked", "asked"), ("shown", "shown")):
        session.execute(update(VisitAccess).where(VisitAccess.id == visits[name]).values(state=state))
    return visits["at_visit"], held, link_token(key, visits["shown"])


def _make_tokens(session: Session, cast: people.Cast, invited: UUID) -> dict[str, str]:
    """Return genuine tokens of mails to Ana, and of the one that she had sent, by endpoint."""
    reset = make_token("reset", cast.ana_user, 0, people.NOW)
    moved = make_token("address", cast.ana_user, 0, people.NOW, address="ana.new@example.com")
    reached = make_token("reach", cast.ana_user, 0, people.NOW)
    unsubscribe = make_unsubscribe_token(cast.ana, "weekly")
    invitation = make_link_token(session, invited, now=people.NOW)
    return {
        "accounts.reset_password": reset,
        "accounts.confirm_address": moved,
        "accounts.reach": reached,
        "digest.unsubscribe": unsubscribe,
        "sharing.invitation": invitation or "",
        "reminders.feed": reminder_feed.renew(session, cast.ana, people.NOW),
    }


def _sign_in_elsewhere(app: Flask, user_id: UUID) -> UUID:
    """Sign the user in on another device, and return the session, which an address can name."""
    people.sign_in(app, user_id)
    with app.app_context():
        other = db.session.scalars(select(UserSession).where(UserSession.user_id == user_id)).one()
        other.label = CANARY_DEVICE
        session_id = other.id
        db.session.commit()
    return session_id


def _end_sessions(app: Flask, browsers: Mapping[str, Browser]) -> None:
    long_ago = people.NOW - timedelta(days=3)
    changes = {
        "signed_out": {"revoked_at": people.NOW},
        "idle": {"last_seen_at": long_ago, "created_at": long_ago},
        "stale": {"factor_checked_at": people.NOW - FACTOR_LIFE - timedelta(seconds=1)},
    }
    with app.app_context():
        for actor, values in changes.items():
            cookie = _serializer(app).loads(_key(app, browsers[actor]).cookie)
            row = UserSession.token_hash == hash_token(cookie["s"])
            db.session.execute(update(UserSession).where(row).values(**values))
        db.session.commit()


def _key(app: Flask, browser: Browser) -> Key:
    cookie = browser.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    return Key(cookie=cookie.value, csrf_raw=browser.csrf_raw or "")
