"""Invitations that practitioners make: who can take them up, when they are over, and how many there may be."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from firststep.extensions import db
from firststep.jobs.purge import purge
from firststep.models import (
    CaseInvitation,
    OutboxMail,
    Patient,
    PatientInvitation,
    PracticeInvitation,
    Practitioner,
    Share,
    User,
)
from firststep.services import audit, case_claims, practice_invitations, sharing
from firststep.services import patient_invitations as service
from firststep.services.audit import Actor
from firststep.services.erasure import erase_account
from firststep.services.invitations import InvitationOver, TooManyInvitations
from firststep.services.sharing import Terms
from tests import factories
from tests.cast import NOW, TODAY, Cast
from tests.services.test_sharing import KEY, TERMS, actor, events

PAPER_KEY = service.hand_out_key("only-for-tests")
WEEK = timedelta(days=7)


def hand_out(session: Session, practitioner_id: UUID, now: datetime = NOW) -> str:
    """Return the token of a new hand-out."""
    made = service.make_hand_out(session, practitioner_id, meant_for="RM-17", key=PAPER_KEY, now=now)
    session.commit()
    return service.hand_out_token(PAPER_KEY, made.id)


def only(session: Session) -> PatientInvitation:
    """Return the one invitation there is, as the database has it."""
    return session.scalars(select(PatientInvitation).execution_options(populate_existing=True)).one()


def take_up(session: Session, cast: Cast, token: str, now: datetime = NOW, terms: Terms = TERMS) -> Share:
    """Let Ana take the invitation up."""
    return service.take_up(session, actor(cast, now), session.get_one(Patient, cast.ana), token, terms)


def test_the_link_says_who_asks_and_the_database_holds_no_link(session: Session, cast: Cast) -> None:
    session.get_one(Practitioner, cast.dee).credential_number = "A-17"
    token = hand_out(session, cast.dee)
    assert len(token) == 43
    asked = service.find_asked(session, token, now=NOW)
    assert (asked.person.name, asked.person.profession, asked.person.credential_number) == (
        "Dr Dee",
        "Acupuncturist",
        "A-17",
    )
    stored = only(session)
    assert token not in str(vars(stored))
    assert len(stored.token_hash or "") == 64
    assert service.hand_out_token(service.hand_out_key("another installation"), stored.id) != token


def test_taking_it_up_opens_the_share_as_chosen_and_forgets_the_label(session: Session, cast: Cast) -> None:
    token = hand_out(session, cast.dee)
    terms = Terms(scope="summary", until_on=TODAY + timedelta(days=5), from_day=TODAY - timedelta(days=9))
    share = take_up(session, cast, token, terms=terms)
    assert (share.state, share.practitioner_id, share.confirmed_at) == ("active", cast.dee, NOW)
    assert (share.scope, share.until_on, share.from_day, share.cohort_use) == (
        "summary",
        TODAY + timedelta(days=5),
        TODAY - timedelta(days=9),
        False,
    )
    assert events(session, cast.ana) == ["share_taken_up"]
    assert audit.verify(session, cast.ana, key=KEY).count == 1
    made = only(session)
    assert (made.state, made.meant_for, made.ended_at) == ("taken", "", NOW)


def test_it_takes_the_place_of_an_earlier_share_with_the_same_person(session: Session, cast: Cast) -> None:
    share = take_up(session, cast, hand_out(session, cast.cho))
    assert session.get_one(Share, cast.share).state == "stopped"
    assert share.state == "active"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda made, _practitioner: setattr(made, "state", "withdrawn"), "withdrawn"),
        (lambda made, _practitioner: setattr(made, "state", "taken"), "used"),
        (lambda made, _practitioner: setattr(made, "expires_at", NOW - timedelta(seconds=1)), "expired"),
        (lambda _made, practitioner: setattr(practitioner.user, "active", False), "withdrawn"),
    ],
)
def test_an_invitation_that_is_over_opens_nothing(
    session: Session, cast: Cast, spoil: Callable[[PatientInvitation, Practitioner], None], reason: str
) -> None:
    token = hand_out(session, cast.dee)
    spoil(only(session), session.get_one(Practitioner, cast.dee))
    session.commit()
    for ask in (lambda: service.find_asked(session, token, now=NOW), lambda: take_up(session, cast, token)):
        with pytest.raises(InvitationOver) as over:
            ask()
        assert over.value.reason == reason
    assert events(session, cast.ana) == []
    assert session.scalars(select(Share.id)).all() == [cast.share]


def test_it_works_until_the_last_second_of_seven_days(session: Session, cast: Cast) -> None:
    token = hand_out(session, cast.dee)
    with pytest.raises(InvitationOver):
        take_up(session, cast, token, NOW + WEEK + timedelta(seconds=1))
    assert take_up(session, cast, token, NOW + WEEK).state == "active"


@pytest.mark.parametrize("change", [lambda t: t[:-1], str.upper, lambda _t: "x" * 43, lambda _t: "\ud800"])
def test_a_changed_token_is_an_unknown_one(session: Session, cast: Cast, change: Callable[[str], str]) -> None:
    token = hand_out(session, cast.dee)
    with pytest.raises(NoResultFound):
        take_up(session, cast, change(token))


def test_a_mailed_link_is_made_when_the_mail_goes_and_an_earlier_one_is_dead(session: Session, cast: Cast) -> None:
    first = service.invite_by_mail(session, cast.dee, "eve@example.com", meant_for="", now=NOW).id
    token = service.make_mail_token(session, first, now=NOW + timedelta(hours=3))
    assert token is not None
    assert only(session).expires_at == NOW + timedelta(hours=3) + WEEK
    second = service.invite_by_mail(session, cast.dee, "eve@example.com", meant_for="", now=NOW).id
    with pytest.raises(InvitationOver) as over:
        take_up(session, cast, token)
    assert over.value.reason == "withdrawn"
    assert service.make_mail_token(session, first, now=NOW) is None
    newer = service.make_mail_token(session, second, now=NOW)
    assert newer is not None
    take_up(session, cast, newer)
    emails = session.scalars(select(PatientInvitation.invited_email).order_by(PatientInvitation.state)).all()
    assert emails == [None, "eve@example.com"]


def test_only_who_made_it_takes_it_back_or_prints_it(session: Session, cast: Cast) -> None:
    hand_out(session, cast.dee)
    made = only(session).id
    for practitioner, invitation in ((cast.cho, made), (cast.dee, uuid4())):
        with pytest.raises(NoResultFound):
            service.withdraw(session, practitioner, invitation, now=NOW)
        with pytest.raises(NoResultFound):
            service.find_hand_out(session, practitioner, invitation, now=NOW)
    assert service.find_hand_out(session, cast.dee, made, now=NOW).meant_for == "RM-17"
    with pytest.raises(NoResultFound):
        service.find_hand_out(session, cast.dee, made, now=NOW + WEEK + timedelta(seconds=1))
    assert service.withdraw(session, cast.dee, made, now=NOW)
    with pytest.raises(NoResultFound):
        service.find_hand_out(session, cast.dee, made, now=NOW)


def test_what_was_taken_up_is_not_taken_back(session: Session, cast: Cast) -> None:
    share = take_up(session, cast, hand_out(session, cast.dee))
    assert not service.withdraw(session, cast.dee, only(session).id, now=NOW)
    assert (only(session).state, share.state) == ("taken", "active")


def test_a_practitioner_mails_twenty_a_day_and_hands_out_sixty(session: Session, cast: Cast) -> None:
    for number in range(20):
        service.invite_by_mail(session, cast.dee, f"p{number}@example.com", meant_for="", now=NOW)
    for _number in range(60):
        service.make_hand_out(session, cast.dee, meant_for="", key=PAPER_KEY, now=NOW)
    for which, make in (
        ("practitioner", lambda now: service.invite_by_mail(session, cast.dee, "x@example.com", meant_for="", now=now)),
        ("hand_outs", lambda now: service.make_hand_out(session, cast.dee, meant_for="", key=PAPER_KEY, now=now)),
    ):
        with pytest.raises(TooManyInvitations) as too_many:
            make(NOW)
        assert (too_many.value.which, too_many.value.free_at) == (which, NOW + timedelta(days=1))
        assert make(NOW + timedelta(days=1, seconds=1)).state == "open"
    assert service.make_hand_out(session, cast.cho, meant_for="", key=PAPER_KEY, now=NOW)


SENDERS = ("a patient", "a practitioner", "a practice", "a practitioner with a case")


@pytest.mark.parametrize("last", SENDERS)
def test_an_address_gets_three_a_week_from_all_together(session: Session, cast: Cast, last: str) -> None:
    eve = "eve@example.com"
    cho = session.get_one(Practitioner, cast.cho)
    factories.make_practice(session, cho)
    case = factories.make_sheet(session, cho)
    send: dict[str, Callable[[datetime], object]] = {
        "a patient": lambda now: sharing.invite(session, replace(actor(cast), now=now), cast.ana, eve, TERMS),
        "a practitioner": lambda now: service.invite_by_mail(session, cast.dee, eve, meant_for="", now=now),
        "a practice": lambda now: practice_invitations.invite(session, cast.cho, eve, now=now),
        "a practitioner with a case": lambda now: case_claims.invite(
            session, cast.cho, case, "Eve@example.com", now=now
        ),
    }
    for sender in SENDERS:
        if sender != last:
            send[sender](NOW)
    with pytest.raises(TooManyInvitations) as too_many:
        send[last](NOW)
    assert (too_many.value.which, too_many.value.free_at) == ("address", NOW + WEEK)
    send[last](NOW + WEEK + timedelta(seconds=1))


def test_what_ended_is_forgotten_after_thirty_days(session: Session, cast: Cast) -> None:
    hand_out(session, cast.dee)
    cho = session.get_one(Practitioner, cast.cho)
    factories.make_practice(session, cho)
    practice_invitations.invite(session, cast.cho, "eve@example.com", now=NOW)
    case_claims.invite(session, cast.cho, factories.make_sheet(session, cho), "eve@example.com", now=NOW)
    session.commit()
    ended = NOW + WEEK
    assert purge(ended + timedelta(days=30))["invitations"] == 0
    assert purge(ended + timedelta(days=30, seconds=1))["invitations"] == 3
    for table in (CaseInvitation, PatientInvitation, PracticeInvitation):
        assert session.scalars(select(table.id)).all() == []


@pytest.mark.parametrize("leaver", ["ana", "dee"])
def test_who_leaves_takes_invitations_and_their_mails_along(session: Session, cast: Cast, leaver: str) -> None:
    service.invite_by_mail(session, cast.dee, "ana@example.com", meant_for="", now=NOW)
    service.invite_by_mail(session, cast.dee, "ben@example.com", meant_for="", now=NOW)
    user = session.get_one(User, getattr(cast, f"{leaver}_user"))
    session.commit()
    erase_account(session, Actor(user_id=user.id, name="", now=NOW, key=KEY), user)
    session.commit()
    left = ["ben@example.com"] if leaver == "ana" else []
    assert session.scalars(select(PatientInvitation.invited_email)).all() == left
    mails = select(OutboxMail.address).where(OutboxMail.kind == "patient_invitation")
    assert session.scalars(mails).all() == left


def test_of_many_who_hold_the_link_one_gets_it(app: Flask, cast: Cast) -> None:
    with app.app_context():
        token = hand_out(db.session, cast.dee)

    def take(patient_id: UUID) -> Any:
        with app.app_context():
            patient = db.session.get_one(Patient, patient_id)
            someone = Actor(user_id=patient.user_id, name="", now=NOW, key=KEY)
            try:
                service.take_up(db.session, someone, patient, token, TERMS)
            except InvitationOver as over:
                return over.reason
            db.session.commit()
            return "taken"

    with ThreadPoolExecutor(max_workers=4) as pool:
        answers = list(pool.map(take, [cast.ana, cast.ben] * 4))
    assert sorted(answers) == ["taken"] + ["used"] * 7
