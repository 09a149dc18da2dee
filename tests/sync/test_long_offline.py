"""Half a year without a connection: everything comes in once, on its day, and makes no noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from firststep.extensions import db
from firststep.jobs.remind import remind
from firststep.jobs.weekly_summaries import note_weekly_letters
from firststep.models import Day, DiaryChange, Dose, FootDay, OutboxMail
from firststep.services import diary_wire
from tests.cast import NOW, TODAY, Cast
from tests.sync.one_phone import OnePhone
from tests.sync.phones import Phones

DAYS = 180
BERLIN = ZoneInfo("Europe/Berlin")
DEVICE = str(uuid4())
ALL_DAYS = [TODAY - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]


def record(entry_day: date, said: Mapping[str, Any], *, foot: str | None = None, hour: int = 7) -> dict[str, Any]:
    """Return a record of the queue as the first build wrote it: whoever changes its shape has to read this one too."""
    entered_at = datetime.combine(entry_day, time(hour, 30), BERLIN).astimezone(UTC)
    op = {
        "op": str(uuid4()),
        "v": 1,
        "day": entry_day.isoformat(),
        "foot": foot,
        "set": said,
        "entered_at": entered_at.isoformat().replace("+00:00", "Z"),
        "zone": "Europe/Berlin",
        "device": DEVICE,
        "seen_rev": None,
        "recalled": False,
    }
    return {"state": "waiting", "tried": False, "op": op, "error": None}


def half_a_year() -> list[dict[str, Any]]:
    """Return 400 records: pain and stretching on each day, a dose in each week, and a second thought now and then."""
    records = []
    for number, day in enumerate(ALL_DAYS):
        records.append(record(day, {"first_step_pain": number % 11}, foot="right"))
        records.append(record(day, {"stretch_done": number % 2 == 0, "stretch_minutes": number % 30}, hour=12))
        if number % 7 == 0:
            dose = {"id": str(uuid4()), "choice": "ibuprofen", "dose_mg": 400, "time": "07:45"}
            records.append(record(day, {"dose": dose}, hour=20))
        if number % 13 == 0:
            records.append(record(day, {"first_step_pain": 10 - number % 11}, foot="right", hour=21))
    # One was on its way when the app was closed for the last time.
    records[0] |= {"state": "sending", "tried": True}
    return records


def test_half_a_year_comes_in_once_on_its_days_and_makes_no_noise(
    app: Flask, cast: Cast, phones: Phones, set_clock: Callable[[datetime], None]
) -> None:
    records = half_a_year()
    phone = phone_with(app, phones, cast, records)
    assert len(phone.queue) == len(records) == 400
    phone.do("flush")
    assert phone.queue == []
    assert phone.batches == [(100, 200)] * 4
    with app.app_context():
        check_days(cast)
        check_mails()
    before = history(app, cast)

    later = NOW + timedelta(days=DAYS)
    set_clock(later)
    again = phone_with(app, phones, cast, records, at=later)
    answers = again.do("flush")["result"]
    assert [answer["status"] for answer in answers] == ["known"] * 400
    assert again.queue == []
    assert history(app, cast) == before


def phone_with(
    app: Flask, phones: Phones, cast: Cast, records: list[dict[str, Any]], *, at: datetime = NOW
) -> OnePhone:
    """Return a phone of Ben's with a page open, on which these lay before."""
    phone = OnePhone(app, phones, cast.ben_user, at=at)
    phone.do("plant", user=phone.user, records=records)
    phone.open()
    return phone


def check_days(cast: Cast) -> None:
    """Check that each value stands on its day, and none is taken for one that was filled in later."""
    feet = db.session.execute(
        select(FootDay.day, FootDay.first_step_pain, FootDay.first_step_recalled).where(FootDay.patient_id == cast.ben)
    ).all()
    assert {row.day: (row.first_step_pain, row.first_step_recalled) for row in feet} == {
        day: (10 * (10 - number % 11 if number % 13 == 0 else number % 11), False)
        for number, day in enumerate(ALL_DAYS)
    }
    days = db.session.execute(select(Day.day, Day.stretch_minutes).where(Day.patient_id == cast.ben)).all()
    assert {row.day: row.stretch_minutes for row in days} == {day: at % 30 for at, day in enumerate(ALL_DAYS)}
    doses = db.session.scalars(select(Dose.taken_at).where(Dose.patient_id == cast.ben).order_by(Dose.day)).all()
    assert doses == [datetime.combine(day, time(7, 45), BERLIN).astimezone(UTC) for day in ALL_DAYS[::7]]


def check_mails() -> None:
    """Check that so many entries at once are no occasion for mail: one letter may be due, as in any week."""
    assert db.session.scalar(select(func.count()).select_from(OutboxMail)) == 0
    for _again in range(3):
        note_weekly_letters(NOW)
        remind(NOW)
    assert (db.session.scalar(select(func.count()).select_from(OutboxMail)) or 0) <= 1


def test_too_many_or_too_long_at_once_are_split_and_none_is_lost(app: Flask, cast: Cast, phones: Phones) -> None:
    short = [record(TODAY - timedelta(days=number), {"stretch_minutes": number % 600}) for number in range(401)]
    long = [record(TODAY - timedelta(days=number), {"note": "ß€" * 1000}) for number in range(100)]
    phone = phone_with(app, phones, cast, [*short, *long])
    whole = phone.browser.post(
        "/diary/ops",
        json={"ops": [one["op"] for one in phone.queue]},
        headers={"X-CSRFToken": phone.token},
    )
    assert (len(phone.queue), whole.status_code) == (501, 413)
    phone.do("flush")
    assert phone.queue == []
    assert 413 in {status for _size, status in phone.batches}, "the notes were meant to be too long for one request"
    assert sum(size for size, status in phone.batches if status == 200) == 501
    with app.app_context():
        rows = db.session.execute(select(Day.stretch_minutes, Day.note).where(Day.patient_id == cast.ben)).all()
    assert sorted(row.stretch_minutes for row in rows) == list(range(401))
    assert sum(row.note is not None for row in rows) == 100


def test_the_last_three_versions_are_taken() -> None:
    assert diary_wire.versions_until(1) == (1,)
    assert diary_wire.versions_until(2) == (1, 2)
    assert diary_wire.versions_until(5) == (3, 4, 5)
    assert diary_wire.VERSIONS[-1] == diary_wire.VERSION


def test_a_phone_speaks_a_version_that_the_server_takes(app: Flask, cast: Cast, phones: Phones) -> None:
    phone = OnePhone(app, phones, cast.ben_user)
    phone.open()
    phone.tap({"day": TODAY.isoformat(), "foot": None, "set": {"stretch_done": True}})
    request, _answer = phone.log[-1]
    assert request.ops[0]["v"] == diary_wire.VERSION
    assert phone.browser.get("/diary/session").json["versions"] == list(diary_wire.VERSIONS)


def test_what_comes_in_a_version_too_old_stays_on_the_phone(
    app: Flask, cast: Cast, phones: Phones, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = phone_with(app, phones, cast, half_a_year()[:5])
    monkeypatch.setattr(diary_wire, "VERSIONS", diary_wire.versions_until(4))
    answers = phone.do("flush")["result"]
    assert {answer["error"]["message"] for answer in answers} == {"This version is not known. Reload the page."}
    status = phone.do("status")["result"]
    assert (status["unsent"], status["rejected"], status["outcome"]) == (5, 0, "outdated")
    assert history(app, cast) == []
    monkeypatch.setattr(diary_wire, "VERSIONS", diary_wire.versions_until(3))
    phone.do("flush")
    assert phone.queue == []


def history(app: Flask, cast: Cast) -> list[tuple[Any, ...]]:
    """Return the whole history of Ben."""
    with app.app_context():
        table = DiaryChange.__table__
        rows = db.session.execute(select(table).where(table.c.patient_id == cast.ben).order_by(table.c.seq))
        return [tuple(row) for row in rows]
