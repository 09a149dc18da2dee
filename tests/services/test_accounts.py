"""Accounts below the web: what is stored, what is noted for mailing, what ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from firststep.models import Consent, OutboxMail, Patient, Practitioner, User, UserSession
from firststep.services import accounts, consents
from firststep.services.addresses import BadAddress, canonical_address
from firststep.services.audit import Actor
from firststep.services.sessions import end_session, living_sessions
from tests import factories
from tests.cast import NOW

WISH = accounts.Wish(
    role="patient", address="eva@example.com", name="Eva", password_hash="$argon2id$x", time_zone="Europe/Berlin"
)


def noted(session: Session) -> list[tuple[str, str | None]]:
    rows = session.scalars(select(OutboxMail).order_by(OutboxMail.created_at, OutboxMail.kind))
    return [(row.kind, row.address) for row in rows]


def add_session(session: Session, user: User, *, own_device: bool = False, seen_before: timedelta) -> UserSession:
    row = UserSession(
        token_hash=str(len(session.scalars(select(UserSession)).all())),
        user_id=user.id,
        created_at=NOW - seen_before,
        last_seen_at=NOW - seen_before,
        own_device=own_device,
        data={},
    )
    session.add(row)
    session.flush()
    return row


def test_a_sign_up_makes_the_person_of_the_role(session: Session) -> None:
    accounts.sign_up(session, WISH, NOW)
    accounts.sign_up(session, replace(WISH, role="practitioner", address="dr@example.com"), NOW)
    assert session.scalars(select(Patient)).one().user == accounts.find_account(session, "eva@example.com")
    assert session.scalars(select(Practitioner)).one().user == accounts.find_account(session, "dr@example.com")
    assert noted(session) == [("confirm_address", None)] * 2


def test_what_an_unconfirmed_stranger_typed_does_not_survive(session: Session) -> None:
    accounts.sign_up(session, replace(WISH, role="practitioner", name="Mallory"), NOW)
    accounts.sign_up(session, WISH, NOW + timedelta(minutes=1))
    user = session.scalars(select(User)).one()
    assert (user.name, user.role) == ("Eva", "patient")
    assert session.scalars(select(Practitioner)).all() == []
    assert len(session.scalars(select(Consent)).all()) == 3
    assert len(noted(session)) == 1, "the mail for the first one went with it"


def test_a_disabled_unconfirmed_account_is_not_replaced(session: Session) -> None:
    accounts.sign_up(session, WISH, NOW)
    user = session.scalars(select(User)).one()
    accounts.disable_account(session, user)
    accounts.sign_up(session, replace(WISH, name="Again"), NOW)
    assert session.scalars(select(User)).one().name == "Eva"


def test_a_reset_of_an_unconfirmed_account_confirms_first(session: Session) -> None:
    accounts.sign_up(session, WISH, NOW)
    accounts.ask_reset(session, WISH.address, NOW)
    assert noted(session) == [("confirm_address", None)] * 2
    assert session.scalars(select(User.confirm_serial)).one() == 2


def test_an_address_that_was_taken_meanwhile_is_not_moved_to(session: Session) -> None:
    user = factories.make_user(session, "eva@example.com", "patient")
    factories.make_user(session, "new@example.com", "patient")
    assert accounts.change_address(session, user, "new@example.com", NOW) is False
    assert user.email == "eva@example.com"


def test_ended_sessions_are_gone_and_half_ones_lose_their_person(session: Session) -> None:
    user = factories.make_user(session, "eva@example.com", "patient")
    here = add_session(session, user, seen_before=timedelta(0))
    add_session(session, user, seen_before=timedelta(0))
    before = user.fs_uniquifier
    accounts.end_sessions(session, user, keep=here.id)
    assert session.scalars(select(UserSession.id)).all() == [here.id]
    assert accounts.find_by_uniquifier(session, before) is None


def test_the_list_of_sessions_leaves_out_what_has_ended(session: Session) -> None:
    eva, ben = (factories.make_user(session, f"{name}@example.com", "patient") for name in ("eva", "ben"))
    rested = timedelta(hours=13)
    add_session(session, eva, seen_before=rested)
    own = add_session(session, eva, own_device=True, seen_before=rested)
    add_session(session, ben, seen_before=timedelta(0))

    def life(own_device: bool) -> tuple[timedelta, timedelta]:
        return (timedelta(days=30),) * 2 if own_device else (timedelta(hours=12),) * 2

    assert living_sessions(session, eva.id, NOW, life=life) == [own]
    assert end_session(session, ben.id, own.id) is False
    assert end_session(session, eva.id, own.id) is True


def test_consents_are_added_and_the_last_word_counts(session: Session) -> None:
    user = factories.make_patient(session, "eva@example.com").user
    assert user is not None
    actor = Actor(user_id=user.id, name="Eva", now=NOW, key=b"k" * 32)
    consents.withdraw_health_data(session, actor, user)
    consents.withdraw_health_data(session, actor, user)
    assert consents.consent_standings(session, user.id)["health_data"].holds is False
    consents.give_health_data(session, user, NOW)
    standing = consents.consent_standings(session, user.id)["health_data"]
    assert (standing.holds, standing.given_at, standing.text_version) == (True, NOW, consents.TEXT_VERSION)
    kinds = session.scalars(select(Consent.kind).where(Consent.user_id == user.id)).all()
    assert kinds.count("health_data") == 3


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Eva@Example.COM", "eva@example.com"),
        (" eva@example.com ", "eva@example.com"),
        ("eva@bücher.example", "eva@xn--bcher-kva.example"),
        ("eva.m+tag@example.com", "eva.m+tag@example.com"),
    ],
)
def test_an_address_has_one_form(typed: str, stored: str) -> None:
    assert canonical_address(typed) == stored


@pytest.mark.parametrize(
    "typed", ["", "eva", "eva@", "a@b@example.com", "eva@example.com\n", "x" * 250 + "@example.com"]
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(BadAddress):
        canonical_address(typed)
