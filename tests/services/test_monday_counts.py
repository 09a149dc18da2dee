"""The Monday mail of a practitioner: only when asked for, at their time, with true numbers and nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firststep.extensions import db
from firststep.jobs.monday_counts import note_monday_counts
from firststep.mail.kinds import BUILDERS
from firststep.models import DigestPreference, OutboxMail, Practitioner, Share, Triage, User
from firststep.models.triage import REASONS
from firststep.services import monday_counts as service
from firststep.services.mail_preferences import suspend_address
from firststep.services.mail_standing import standing
from firststep.services.outbox import claim_next
from firststep.services.reached import lift_suspension
from tests import factories
from tests.cast import CANARY_NAME, NOW, TODAY, Cast
from tests.support.lists import compute_all, fail_with, listed

LATER = NOW + timedelta(minutes=10)
WEEK = timedelta(days=7)


@pytest.fixture
def cho(session: Session, cast: Cast) -> UUID:
    """Return Dr Cho, who asked for the mail on the Friday before."""
    recipient = service.find_recipient(session, cast.cho)
    service.choose(session, recipient, wanted=True, hour=7, minute=30, now=NOW - timedelta(days=3))
    session.commit()
    return cast.cho


def wish(session: Session, practitioner_id: UUID) -> DigestPreference:
    return session.get_one(DigestPreference, practitioner_id, populate_existing=True)


def counted(session: Session, practitioner_id: UUID, now: datetime, **more: int) -> service.Counts:
    return service.count_list(session, practitioner_id, now, on_fault=fail_with, **more)


def built(session: Session, now: datetime = LATER) -> str:
    """Return the text of the one mail that waits."""
    row = session.scalars(select(OutboxMail)).one()
    letter = BUILDERS[row.kind](session, row, now)
    return "" if letter is None else letter.text


def test_nobody_gets_it_unasked(session: Session, cast: Cast) -> None:
    assert note_monday_counts(LATER) == 0
    assert not service.is_wanted(session, cast.cho)


def test_it_is_noted_once_a_week_on_monday_at_the_chosen_time(session: Session, cho: UUID) -> None:
    assert abs(wish(session, cho).next_at - NOW) <= timedelta(minutes=10)
    assert note_monday_counts(NOW - timedelta(hours=1)) == 0
    assert note_monday_counts(LATER) == 1
    assert note_monday_counts(LATER) == 0
    assert note_monday_counts(LATER + WEEK) == 1
    rows = session.scalars(select(OutboxMail).order_by(OutboxMail.created_at)).all()
    assert [row.dedupe_key for row in rows] == [f"monday_counts:{cho}:2026-11-23", f"monday_counts:{cho}:2026-11-30"]


def test_a_mail_that_waited_for_days_is_not_sent_with_the_numbers_of_another_day(session: Session, cho: UUID) -> None:
    assert note_monday_counts(LATER) == 1
    assert "1 person shares with you." in built(session, LATER + timedelta(hours=48))
    assert built(session, LATER + timedelta(hours=48, seconds=1)) == ""


def test_another_hour_on_the_same_monday_does_not_bring_it_twice(session: Session, cho: UUID) -> None:
    assert note_monday_counts(LATER) == 1
    recipient = service.find_recipient(session, cho)
    service.choose(session, recipient, wanted=True, hour=9, minute=0, now=LATER)
    session.commit()
    note_monday_counts(NOW + timedelta(hours=2))
    assert len(session.scalars(select(OutboxMail)).all()) == 1


@pytest.mark.parametrize("change", ["off", "unsubscribe", "suspend", "inactive", "unconfirmed"])
def test_who_does_not_want_it_or_cannot_get_it_gets_none_even_when_it_waits(
    session: Session, cho: UUID, change: str
) -> None:
    assert note_monday_counts(LATER) == 1
    recipient = service.find_recipient(session, cho)
    assert "1 person shares with you." in built(session)
    {
        "off": lambda: service.choose(session, recipient, wanted=False, hour=7, minute=30, now=LATER),
        "unsubscribe": lambda: service.switch(session, cho, LATER, on=False),
        "suspend": lambda: suspend_address(session, recipient.user.id, LATER),
        "inactive": lambda: setattr(recipient.user, "active", False),
        "unconfirmed": lambda: setattr(recipient.user, "confirmed_at", None),
    }[change]()
    session.commit()
    assert built(session) == ""
    assert note_monday_counts(LATER + WEEK) == 0
    assert len(session.scalars(select(OutboxMail)).all()) == 1


def test_only_an_address_that_was_shown_to_take_mail_gets_it_again(session: Session, cho: UUID) -> None:
    recipient = service.find_recipient(session, cho)
    suspend_address(session, recipient.user.id, NOW)
    assert wish(session, cho).next_at is None
    recipient = service.find_recipient(session, cho)
    service.choose(session, recipient, wanted=True, hour=8, minute=0, now=NOW)
    assert wish(session, cho).suspended_at == NOW
    assert wish(session, cho).next_at is None
    lift_suspension(session, recipient.user.id, NOW)
    assert wish(session, cho).suspended_at is None
    assert wish(session, cho).next_at is not None


def test_a_new_time_zone_moves_it(app: Flask, session: Session, cho: UUID, cast: Cast) -> None:
    user = session.get_one(User, cast.cho_user)
    user.time_zone = "America/New_York"
    service.replan(session, cho, NOW)
    session.commit()
    there = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
    assert abs(wish(session, cho).next_at - there) <= timedelta(minutes=10)


def test_a_worker_that_was_away_for_days_leaves_it_out(session: Session, cho: UUID) -> None:
    assert note_monday_counts(NOW + timedelta(hours=49)) == 0
    assert wish(session, cho).next_at > NOW + timedelta(days=6)


def test_without_anybody_who_shares_nothing_is_sent(session: Session, cho: UUID, cast: Cast) -> None:
    share = session.get_one(Share, cast.share)
    share.state = "stopped"
    session.commit()
    assert note_monday_counts(LATER) == 1
    assert built(session) == ""


def test_the_counts_are_those_of_the_list(session: Session, cho: UUID) -> None:
    practitioner = session.get_one(Practitioner, cho)
    for number, days in enumerate(([8] * 3 + [None] * 20, [2, 2, 2, 2, 2, 2, 2], [6] * 60)):
        patient = factories.make_patient(session, f"more{number}@example.com", name=f"More {number}")
        factories.make_diary(session, patient, TODAY - timedelta(days=len(days) - 1), days)
        factories.make_share(session, patient, practitioner, until_on=None)
    session.commit()
    # Nothing was computed yet: the count computes it, and stores nothing.
    before = counted(session, cho, NOW)
    assert session.scalars(select(Triage.reason)).all() == [None] * 4
    by_reason = dict.fromkeys(REASONS, 0)
    for line in listed(session, cho):
        assert line.standing is not None
        by_reason[line.standing.reason.kind] += 1
    after = counted(session, cho, NOW)
    assert before == after
    assert dict(after.reasons) == by_reason
    assert (after.people, after.snoozed, after.unknown) == (4, 0, 0)
    assert sum(count > 0 for count in by_reason.values()) >= 2


def test_of_a_very_large_list_what_is_not_computed_is_counted_as_that(session: Session, cho: UUID) -> None:
    practitioner = session.get_one(Practitioner, cho)
    for number in range(3):
        patient = factories.make_patient(session, f"more{number}@example.com", name=f"More {number}")
        factories.make_share(session, patient, practitioner, until_on=None)
    session.commit()
    counts = counted(session, cho, NOW, most=1)
    assert (counts.people, counts.unknown, sum(counts.reasons.values())) == (4, 3, 1)
    compute_all(session)
    assert counted(session, cho, NOW).unknown == 0


def test_who_is_put_off_is_counted_apart(session: Session, cho: UUID, cast: Cast) -> None:
    compute_all(session)
    session.execute(update(Triage).values(place=len(REASONS) + 1, snoozed_until=date(2026, 12, 24)))
    counts = counted(session, cho, NOW)
    assert (counts.people, counts.snoozed, sum(counts.reasons.values())) == (1, 1, 0)


def test_an_ended_share_is_counted_no_more_although_its_row_is_old(session: Session, cho: UUID, cast: Cast) -> None:
    compute_all(session)
    assert counted(session, cho, NOW).people == 1
    after = datetime.combine(TODAY + timedelta(days=182), NOW.timetz())
    assert counted(session, cho, after).people == 0


def test_the_mail_has_numbers_and_no_names(app: Flask, session: Session, cho: UUID) -> None:
    note_monday_counts(LATER)
    text = built(session)
    body = text.partition("\n-- \n")[0]
    assert "1 person shares with you." in body
    assert CANARY_NAME not in text
    assert "Ana" not in text
    for name in ("Silent: 1", "Worse: 0", "No change: 0"):
        assert name in body
    assert sum(int(line.rpartition(": ")[2]) for line in body.splitlines() if line[-1:].isdigit()) == 1
    assert db.session.scalars(select(OutboxMail.parameters)).one() == {"day": "2026-11-23"}


@pytest.mark.parametrize("on", [False, True])
def test_what_is_switched_off_while_a_worker_holds_it_is_noticed_before_it_is_handed_over(
    session: Session, cho: UUID, cast: Cast, on: bool
) -> None:
    note_monday_counts(LATER)
    claim = claim_next(session, LATER, list_mail=True)
    assert claim is not None
    before = standing(session, claim)
    assert before is not None
    service.switch(session, cho, LATER, on=on)
    after = standing(session, claim)
    assert after is not None
    assert (after.facts == before.facts) is on
