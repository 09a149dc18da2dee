"""The trail: append-only, sealed, unforked; what was changed or cut is found."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from firststep.extensions import db
from firststep.models import AccessEvent
from firststep.services import audit
from tests.cast import NOW

KEY = audit.sealing_key("only-for-tests")
CHO = audit.Actor(user_id=UUID(int=7), name="Dr Cho", now=NOW, key=KEY)
PATIENT = UUID(int=1)


def write(session: Session, count: int, patient_id: UUID = PATIENT) -> list[int]:
    """Add rows, commit, and return their numbers."""
    seqs = [audit.record(session, CHO, patient_id, "viewed_charts", share_id=UUID(int=9)).seq for _ in range(count)]
    session.commit()
    return seqs


def without_guards(session: Session, change: Callable[[], object]) -> None:
    """Do what somebody with the database in hand can do: drop the triggers, change, put them back."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ALTER TABLE access_event DISABLE TRIGGER access_event_append_only"))
        change()
        session.execute(text("ALTER TABLE access_event ENABLE TRIGGER access_event_append_only"))
    else:
        guards = session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        for name, _sql in guards:
            session.execute(text(f"DROP TRIGGER {name}"))
        change()
        for _name, sql in guards:
            session.execute(text(sql))
    session.commit()
    session.expire_all()


def test_a_trail_that_nobody_touched_holds(session: Session) -> None:
    write(session, 5)
    write(session, 2, UUID(int=2))
    head = audit.verify(session, PATIENT, key=KEY)
    assert head == audit.trail_head(session, PATIENT)
    assert head.count == 5
    assert audit.verify(session, UUID(int=3), key=KEY) == audit.trail_head(session, UUID(int=3))
    assert audit.trail_head(session, UUID(int=3)).count == 0


@pytest.mark.parametrize("statement", ["UPDATE access_event SET what = 'x'", "DELETE FROM access_event"])
def test_rows_can_be_neither_changed_nor_deleted(session: Session, statement: str) -> None:
    write(session, 1)
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text(statement))
    session.rollback()
    assert len(audit.read_trail(session, PATIENT)) == 1


@pytest.mark.parametrize(
    "edit",
    [
        {"actor_name": "Somebody else"},
        {"what": "viewed_summary"},
        {"actor_user_id": None},
        {"share_id": None},
        {"at": NOW.replace(hour=1)},
        {"patient_id": UUID(int=5)},
    ],
    ids=lambda edit: next(iter(edit)),
)
def test_an_edited_row_is_found(session: Session, edit: dict[str, object]) -> None:
    _first, second, third = write(session, 3)
    without_guards(
        session, lambda: session.execute(update(AccessEvent).where(AccessEvent.seq == second).values(**edit))
    )
    with pytest.raises(audit.TrailBroken) as broken:
        audit.verify(session, PATIENT, key=KEY)
    # A row that was moved to another patient leaves a gap before the next.
    assert broken.value.seq == (third if "patient_id" in edit else second)


def test_a_missing_row_is_found_in_the_middle_and_at_the_end(session: Session) -> None:
    seqs = write(session, 3)
    published = audit.trail_head(session, PATIENT)
    drop = text("DELETE FROM access_event WHERE seq = :seq")
    without_guards(session, lambda: session.execute(drop, {"seq": seqs[2]}))
    # The rest is a trail that holds; only the head that was given away tells that its end is gone.
    assert audit.verify(session, PATIENT, key=KEY).count == 2
    with pytest.raises(audit.TrailBroken, match="shorter"):
        audit.verify(session, PATIENT, key=KEY, published=published)
    without_guards(session, lambda: session.execute(drop, {"seq": seqs[0]}))
    with pytest.raises(audit.TrailBroken):
        audit.verify(session, PATIENT, key=KEY)


def test_a_published_head_holds_while_the_trail_grows(session: Session) -> None:
    write(session, 2)
    published = audit.trail_head(session, PATIENT)
    write(session, 2)
    assert audit.verify(session, PATIENT, key=KEY, published=published).count == 4
    with pytest.raises(audit.TrailBroken):
        audit.verify(session, PATIENT, key=KEY, published=replace(published, count=1))


def test_another_key_does_not_seal_the_same(session: Session) -> None:
    write(session, 1)
    with pytest.raises(audit.TrailBroken):
        audit.verify(session, PATIENT, key=audit.sealing_key("another secret"))


def test_an_event_without_a_name_is_refused(session: Session) -> None:
    with pytest.raises(ValueError, match="knows no event"):
        audit.record(session, CHO, PATIENT, "looked")


def test_many_writers_at_once_make_one_chain(app: Flask) -> None:
    def look(_number: int) -> None:
        with app.app_context():
            audit.record(db.session, CHO, PATIENT, "viewed_charts", share_id=uuid4())
            db.session.commit()

    with ThreadPoolExecutor(max_workers=6) as pool:
        list(pool.map(look, range(60)))
    with app.app_context():
        assert audit.verify(db.session, PATIENT, key=KEY).count == 60
