"""The outbox notes each mail once, lends it to one worker at a time, and gives it up only after two days."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from firststep.models import OutboxMail
from firststep.services import outbox
from firststep.services.outbox import Claim, enqueue, wait_after
from tests.cast import NOW


def note(session: Session, kind: str = "password_changed", **more: object) -> None:
    enqueue(session, kind=kind, now=NOW, address="a@example.com", **more)
    session.commit()


def only(session: Session) -> OutboxMail:
    return session.scalars(select(OutboxMail).execution_options(populate_existing=True)).one()


def claim(session: Session, *, after: timedelta = timedelta(0), list_mail: bool = False) -> Claim | None:
    found = outbox.claim_next(session, NOW + after, list_mail=list_mail)
    session.commit()
    return found


def test_the_same_key_is_noted_once(session: Session) -> None:
    assert enqueue(session, kind="weekly_summary", now=NOW, dedupe_key="weekly:x:2026-11-16") is True
    assert enqueue(session, kind="weekly_summary", now=NOW, dedupe_key="weekly:x:2026-11-16") is False
    assert only(session).state == "queued"


def test_without_a_key_two_mails_are_two(session: Session) -> None:
    note(session)
    note(session)
    ids = set(session.scalars(select(OutboxMail.message_id)))
    assert len(ids) == 2


def test_a_mail_is_lent_to_one_and_only_when_due(session: Session) -> None:
    note(session, run_at=NOW + timedelta(minutes=5))
    assert claim(session) is None
    assert claim(session, after=timedelta(minutes=5)) is not None
    assert claim(session, after=timedelta(minutes=6)) is None


def test_account_mail_passes_a_pile_of_letters(session: Session) -> None:
    note(session, kind="weekly_summary")
    note(session)
    found = claim(session)
    assert found is not None
    assert found.kind == "password_changed"
    assert claim(session) is None
    assert claim(session, list_mail=True).kind == "weekly_summary"


def test_a_worker_that_does_not_come_back_loses_the_mail_to_the_next(session: Session) -> None:
    note(session)
    first = claim(session)
    assert outbox.free_expired(session, NOW + outbox.LEASE - timedelta(seconds=1)) == 0
    assert outbox.free_expired(session, NOW + outbox.LEASE) == 1
    second = claim(session, after=outbox.LEASE)
    assert (first.id, first.message_id) == (second.id, second.message_id)
    assert second.attempt == 2
    # The first one wakes up: it must not take away what the second holds ...
    assert outbox.claimed_row(session, first) is None
    outbox.put_off(session, first, NOW + outbox.LEASE, "network_TimeoutError")
    assert only(session).state == "leased"
    # ... but a mail that it did hand over is sent, and not sent again.
    outbox.mark_sent(session, first, NOW + outbox.LEASE)
    assert only(session).state == "sent"


def test_retries_wait_as_promised_and_end_after_two_days(session: Session) -> None:
    waits = [wait_after(attempt) for attempt in range(1, 60)]
    minutes = [int(wait.total_seconds() // 60) for wait in waits if wait]
    assert minutes[:6] == [1, 5, 15, 60, 60, 60]
    assert set(minutes[4:]) == {60}
    assert timedelta(hours=47) <= timedelta(minutes=sum(minutes)) <= timedelta(hours=48)
    assert waits[len(minutes) :] == [None] * (len(waits) - len(minutes))


def test_the_last_try_fails_the_mail_with_its_reason(session: Session) -> None:
    note(session)
    now = NOW
    while (found := outbox.claim_next(session, now, list_mail=False)) is not None:
        outbox.put_off(session, found, now, "recipient_450")
        session.commit()
        now = only(session).run_at
        if only(session).state == "failed":
            break
    row = only(session)
    assert (row.state, row.last_error) == ("failed", "recipient_450")
    assert now - NOW >= timedelta(hours=46)


def test_counts_and_purging(session: Session) -> None:
    note(session)
    note(session)
    outbox.mark_sent(session, claim(session), NOW)
    outbox.put_off(session, claim(session), NOW, "recipient_450")
    session.commit()
    assert outbox.count_by_state(session) == {"queued": 1, "leased": 0, "sent": 1, "failed": 0, "dropped": 0}
    assert outbox.count_errors(session) == {"recipient_450": 1}
    assert outbox.oldest_due(session, NOW) is None
    assert outbox.oldest_due(session, NOW + timedelta(minutes=1)) == NOW + timedelta(minutes=1)
    assert outbox.purge_settled(session, NOW) == 0
    assert outbox.purge_settled(session, NOW + timedelta(seconds=1)) == 1
    assert only(session).state == "queued"
