"""What a practitioner takes along: exactly what the database holds and the scope shows, in the trail, and no more."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from blueprints.extracts import routes
from firststep.clinical.outcomes import outcomes
from firststep.extensions import db
from firststep.models import (
    AccessEvent,
    Day,
    Dose,
    Flare,
    FootDay,
    ImportedCase,
    ImportedCourse,
    NotedSession,
    Patient,
    Pause,
    Pgic,
    Plan,
    Practitioner,
    Question,
    Share,
    TreatmentSession,
    Visit,
)
from firststep.services import audit
from firststep.services.csv_cells import unguarded
from firststep.services.diary_reading import read_diary
from firststep.services.practice_export import TABLES
from firststep.web.trail import sealing_key
from tests import factories
from tests.cast import CANARY_NAME, CANARY_NOTE, NOW, TODAY, Browser, Cast
from tests.commands.test_sheets import bring_in
from tests.support.fresh import just_proven

RUNS = ('=HYPERLINK("http://evil.example")', "+1+1", "-2", "@SUM(A1)", "'=1", "＝1", "\t=1")
Tables = dict[str, list[dict[str, Any]]]


def fill(session: Session, cast: Cast) -> None:
    """Store of everything that a share can show something that a spreadsheet could run."""
    of_ana: dict[str, Any] = {"patient_id": cast.ana}
    day = TODAY - timedelta(days=39)
    session.execute(update(Day).where(Day.patient_id == cast.ana, Day.day == day).values(note=RUNS[0]))
    for offset, note in enumerate(RUNS[1:], start=1):
        on = Day.day == day - timedelta(days=offset)
        session.execute(update(Day).where(Day.patient_id == cast.ana, on).values(note=note, stretch_sets=offset))
    left: dict[str, Any] = {"foot": "left", "first_step_recalled": True, "average_pain": 35}
    session.add(FootDay(**of_ana, **left, day=day))
    session.add(FootDay(**of_ana, **left, day=day + timedelta(days=1), first_step_pain=55))
    session.add(Dose(**of_ana, day=day, product="ibuprofen", dose_mg=400, form="oral"))
    session.add(Dose(**of_ana, day=day, product="=canary-drug", dose_mg=7.5, form="gel"))
    session.add(TreatmentSession(**of_ana, day=day, kind="acupuncture", number=4, note="canary-treatment"))
    session.add(Flare(**of_ana, day=day, confirmed=True, foot="right", worst_pain=85, trigger="canary-trigger"))
    session.add(Pause(**of_ana, day=day, reason="ill"))
    session.add(Plan(**of_ana, day=day, preset="own", name="+plan", reps=10, sets_per_day=3, interval_days=1))
    session.add(Pgic(**of_ana, day=day, week=4, rating=2))
    session.add(Question(**of_ana, day=day, text="@canary-question"))
    noted: dict[str, Any] = {"noted_by": "Dr Cho", "day": day, "kind": "acupuncture", "noted_at": NOW}
    session.add(NotedSession(**of_ana, practitioner_id=cast.cho, techniques="-points", note="=mine", number=2, **noted))
    session.add(NotedSession(**of_ana, practitioner_id=cast.dee, note="canary-other", **noted | {"noted_by": "Dr Dee"}))
    _take_over(session, cast)
    session.commit()


def _take_over(session: Session, cast: Cast) -> None:
    """Let Ana have taken over a case of Dr Cho's sheet, which has a remark."""
    case = session.scalars(select(Visit.patient_id).where(Visit.pain.is_not(None)).order_by(Visit.sheet_row)).first()
    for table in (Visit, ImportedCourse, ImportedCase):
        session.execute(update(table).where(table.patient_id == case).values(patient_id=cast.ana))
    session.execute(update(ImportedCase).where(ImportedCase.patient_id == cast.ana).values(claimed_at=NOW))
    session.execute(update(Visit).where(Visit.patient_id == cast.ana).values(note="canary-remark"))
    session.execute(delete(Patient).where(Patient.id == case))


@pytest.fixture
def filled(app: Flask, cast: Cast) -> Cast:
    """Return the cast after a sheet was brought in and Ana noted something of every kind."""
    bring_in(app)
    with app.app_context():
        fill(db.session, cast)
    return cast


def share_all(app: Flask, cast: Cast, **values: Any) -> None:
    with app.app_context():
        db.session.execute(update(Share).where(Share.id == cast.share).values(**values))
        db.session.commit()


def taken(browser: Browser, address: str, form: str, **more: str) -> bytes:
    answer = browser.post(address, data={"form": form, **more}, buffered=True)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "2026-11-23" in answer.headers["Content-Disposition"]
    return bytes(answer.data)


def of_csv(data: bytes) -> Tables:
    """Read the CSV files as this product reads its own: text without the guard, nothing for an empty cell."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        texts = {name.removesuffix(".csv"): archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    return {
        name: [
            {key: unguarded(cell) for key, cell in row.items()} for row in csv.DictReader(io.StringIO(text, newline=""))
        ]
        for name, text in texts.items()
    }


def of_xlsx(data: bytes) -> Tables:
    """Read the workbook with another program than the one that wrote it; numbers as CSV would write them."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    found = {}
    for name in book.sheet_names:
        head, *rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        found[name] = [dict(zip(map(str, head), map(_written, row), strict=True)) for row in rows]
    return found


def _written(cell: Any) -> str:
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell)


def same(cell: str, value: Any) -> bool:
    """Compare a cell with what the database holds."""
    if value is None:
        return cell == ""
    if isinstance(value, bool):
        return cell == ("yes" if value else "no")
    if isinstance(value, date):
        return cell == value.isoformat()
    return float(cell) == value if isinstance(value, int | float) else cell == value


def check(rows: list[dict[str, Any]], expected: list[dict[str, Any]], table: str) -> None:
    assert len(rows) == len(expected) > 0, table
    for row, of in zip(rows, expected, strict=True):
        for name, value in of.items():
            assert same(row[name], value), (table, name, row[name], value)


def stored(session: Session, cast: Cast) -> Tables:
    """Return what the database holds of Ana and of Dr Cho's sheet, table by table."""

    def rows(table: Any, *names: str, **also: str) -> list[dict[str, Any]]:
        found = session.scalars(select(table).where(table.patient_id == cast.ana).order_by(table.day, table.id))
        return [{name: getattr(one, also.get(name, name)) for name in names} for one in found]

    feet = session.scalars(select(FootDay).where(FootDay.patient_id == cast.ana).order_by(FootDay.day, FootDay.foot))
    days = list(session.scalars(select(Day).where(Day.patient_id == cast.ana).order_by(Day.day)))
    visits = session.execute(
        select(Visit, Patient.alias)
        .join(Patient, Patient.id == Visit.patient_id)
        .join(ImportedCase, ImportedCase.patient_id == Patient.id)
        .where(Patient.user_id.is_(None))
        .order_by(ImportedCase.alias_key, Visit.day)
    )
    of_ana = session.scalars(select(Visit).where(Visit.patient_id == cast.ana).order_by(Visit.day))
    return {
        "sheet_visits": [
            {
                "pain": None if one.pain is None else one.pain / 10,
                **{name: getattr(one, name) for name in ("day", "session", "nsaid", "change")},
            }
            for one in of_ana
        ],
        "pain": [
            {
                **{name: getattr(one, name) for name in ("day", "foot")},
                "first_step_pain": None if one.first_step_pain is None else one.first_step_pain / 10,
                "average_pain": None if one.average_pain is None else one.average_pain / 10,
                "from_memory": one.first_step_recalled and one.first_step_pain is not None,
            }
            for one in feet
        ],
        "days": [
            {
                name: getattr(one, name)
                for name in ("day", "stretch_done", "stretch_minutes", "stretch_sets", "nsaid_taken")
            }
            for one in days
        ],
        "notes": [{"day": one.day, "note": one.note} for one in days if one.note],
        "doses": rows(Dose, "day", "product", "dose_mg", "form"),
        "flares": [
            row | {"worst_pain": row["worst_pain"] / 10}
            for row in rows(Flare, "day", "settled_on", "confirmed", "foot", "worst_pain", "trigger", "note")
        ],
        "pauses": rows(Pause, "day", "ends_on", "reason"),
        "plans": rows(Plan, "day", "ends_on", "preset", "name", "reps", "sets_per_day", "interval_days"),
        "ratings": rows(Pgic, "day", "week", "rating"),
        "questions": rows(Question, "day", "text"),
        "visits": [
            {
                "case": alias,
                "pain": None if one.pain is None else one.pain / 10,
                **{name: getattr(one, name) for name in ("day", "session", "nsaid", "change", "note", "sheet_row")},
            }
            for one, alias in visits
        ],
    }


@pytest.mark.parametrize(("form", "read"), [("xlsx", of_xlsx), ("csv", of_csv)])
def test_what_is_read_back_is_what_the_database_holds(app: Flask, filled: Cast, form: str, read: Any) -> None:
    share_all(app, filled, scope="notes")
    data = taken(just_proven(app, filled.cho_user), "/practice/export", form)
    tables = read(data)
    assert list(tables) == list(TABLES)
    assert all(list(rows[0]) == list(TABLES[name]) for name, rows in tables.items() if rows)
    with app.app_context():
        for table, expected in stored(db.session, filled).items():
            check(tables[table], expected, table)
        found = outcomes(read_diary(db.session, filled.ana), measure="first_step")
    assert found.baseline is not None
    figures = tables["figures"][0]
    assert float(figures["baseline"]) == pytest.approx(float(found.baseline.value), abs=1e-12)
    assert figures["baseline_day"] == found.baseline.day.isoformat()
    assert (figures["rules"], figures["relief"]) == ("daily-1", found.relief.state)
    (session,) = tables["own_sessions"]
    assert (session["techniques"], session["note"], session["number"]) == ("-points", "=mine", "2")
    assert sorted(row["noted_by"] for row in tables["treatments"]) == ["another practitioner", "patient", "you"]
    assert {row["person"] for row in tables["pain"]} == {"1"}
    assert tables["people"][0]["name"] == CANARY_NAME


def test_nothing_in_the_files_runs(app: Flask, filled: Cast) -> None:
    share_all(app, filled, scope="notes")
    cho = just_proven(app, filled.cho_user)
    with zipfile.ZipFile(io.BytesIO(taken(cho, "/practice/export", "csv"))) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode("utf-8-sig")
            cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
            assert [cell for cell in cells if cell[:1] in set("=+-@\t\r＝＋－＠")] == [], name
    with zipfile.ZipFile(io.BytesIO(taken(cho, "/practice/export", "xlsx"))) as book:
        text = "".join(book.read(name).decode() for name in book.namelist() if "worksheets/" in name)
    assert "evil.example" in text
    assert "<f>" not in text
    assert "<hyperlink" not in text


WORDS = (CANARY_NOTE, "canary-treatment", "canary-trigger", "canary-question", "canary-drug", "evil.example")


@pytest.mark.parametrize(
    ("scope", "tables", "words"),
    [
        ("summary", {"people", "figures"}, ()),
        ("charts", set(TABLES) - {"notes", "questions", "cases", "visits"}, ()),
        ("notes", set(TABLES) - {"cases", "visits"}, WORDS),
    ],
)
def test_a_file_holds_what_the_scope_shows(
    app: Flask, filled: Cast, scope: str, tables: set[str], words: tuple[str, ...]
) -> None:
    share_all(app, filled, scope=scope)
    address = f"/practice/{filled.share}/export"
    found = of_csv(taken(just_proven(app, filled.cho_user), address, "csv"))
    assert {name for name, rows in found.items() if rows} == tables
    text = repr(found)
    assert [word for word in WORDS if word in text] == [word for word in WORDS if word in words]
    # Never what another practitioner wrote.
    assert "canary-other" not in text
    assert "canary-remark" not in text
    assert "Dr Dee" not in text


def test_earlier_days_are_not_in_it(app: Flask, filled: Cast) -> None:
    share_all(app, filled, scope="notes", from_day=TODAY - timedelta(days=10))
    found = of_csv(taken(just_proven(app, filled.cho_user), f"/practice/{filled.share}/export", "csv"))
    days = {row["day"] for name in ("pain", "days", "notes") for row in found[name]}
    assert min(days) >= (TODAY - timedelta(days=10)).isoformat()


def test_it_stands_in_the_trail_and_the_patient_reads_it(app: Flask, filled: Cast, ana: Browser) -> None:
    cho = just_proven(app, filled.cho_user)
    taken(cho, f"/practice/{filled.share}/export", "xlsx")
    share_all(app, filled, scope="notes")
    taken(cho, "/practice/export", "csv")
    with app.app_context():
        audit.verify(db.session, filled.ana, key=sealing_key())
        events = db.session.scalars(select(AccessEvent).order_by(AccessEvent.seq)).all()
        assert [(event.what, event.share_id) for event in events] == [
            ("exported_charts", filled.share),
            ("exported_notes", filled.share),
        ]
    assert "Dr Cho took what the charts and notes show along as a file" in ana.get("/share/log").text
    shares = ana.get("/share").text
    assert "took what the charts show along as a file" in shares
    assert "Nobody has looked yet" not in shares


def test_the_page_alone_notes_and_gives_nothing(app: Flask, filled: Cast) -> None:
    cho = just_proven(app, filled.cho_user)
    assert "sees in their record" in cho.get("/practice/export").text.replace("Each person sees", "sees")
    assert "Their own words are not shared" in cho.get(f"/practice/{filled.share}/export").text
    for body in ({}, {"form": "pdf"}):
        assert cho.post(f"/practice/{filled.share}/export", data=body).status_code == 400
    assert cho.post("/practice/export", data={"form": "csv", "part": "2"}).status_code == 400
    with app.app_context():
        assert db.session.scalars(select(AccessEvent)).all() == []


@pytest.mark.parametrize("values", [{"state": "stopped"}, {"until_on": TODAY - timedelta(days=1)}])
def test_an_ended_share_is_in_no_file(app: Flask, filled: Cast, values: dict[str, Any]) -> None:
    share_all(app, filled, **values)
    cho = just_proven(app, filled.cho_user)
    assert cho.post(f"/practice/{filled.share}/export", data={"form": "csv"}).status_code == 404
    everybody = of_csv(taken(cho, "/practice/export", "csv"))
    assert everybody["people"] == []
    assert everybody["visits"]
    with app.app_context():
        assert db.session.scalars(select(AccessEvent)).all() == []


def test_another_gets_only_what_is_theirs(app: Flask, filled: Cast) -> None:
    dee = just_proven(app, filled.dee_user)
    assert dee.post(f"/practice/{filled.share}/export", data={"form": "csv"}).status_code == 404
    assert [name for name, rows in of_csv(taken(dee, "/practice/export", "csv")).items() if rows] == []


def test_a_case_that_somebody_took_over_is_not_in_it(app: Flask, filled: Cast) -> None:
    cho = just_proven(app, filled.cho_user)
    with app.app_context():
        case, alias = db.session.execute(select(Patient.id, Patient.alias).where(Patient.user_id.is_(None))).first()  # type: ignore[misc]
        user = factories.make_user(db.session, "claims@example.com", "patient")
        db.session.execute(update(Patient).where(Patient.id == case).values(user_id=user.id))
        db.session.commit()
    found = of_csv(taken(cho, "/practice/export", "csv"))
    assert alias not in {row["case"] for name in ("cases", "visits") for row in found[name]}


def test_a_large_practice_takes_several_files(app: Flask, filled: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "PEOPLE_A_FILE", 2)
    with app.app_context():
        cho = db.session.get_one(Practitioner, filled.cho)
        for number in range(4):
            other = factories.make_patient(db.session, f"other{number}@example.com", name=f"Zoe {number}")
            factories.make_share(db.session, other, cho)
        db.session.commit()
    browser = just_proven(app, filled.cho_user)
    page = browser.get("/practice/export").text
    assert "File 3 of 3" in page
    assert "2 people, from Zoe 1 to Zoe 2" in page
    parts = [of_csv(taken(browser, "/practice/export", "csv", part=str(part))) for part in (1, 2, 3)]
    names = [[row["name"] for row in part["people"]] for part in parts]
    assert names == [[CANARY_NAME, "Zoe 0"], ["Zoe 1", "Zoe 2"], ["Zoe 3"]]
    # The cases are in the first file only, and each person's trail has one line.
    assert [bool(part["visits"]) for part in parts] == [True, False, False]
    with app.app_context():
        noted = db.session.scalars(select(AccessEvent.patient_id)).all()
        assert len(noted) == len(set(noted)) == 5


@pytest.mark.parametrize("address", ["/practice/export", "/practice/{share}/export"])
def test_the_password_of_just_now_is_asked_for(app: Flask, filled: Cast, cho: Browser, address: str) -> None:
    answer = cho.post(address.format(share=filled.share), data={"form": "csv"})
    assert urlsplit(answer.location).path == "/verify"
    assert "so that nobody but you does this" in cho.get(answer.location).text
    assert cho.get(f"/practice/{uuid4()}/export").status_code == 404
    with app.app_context():
        assert db.session.scalars(select(AccessEvent)).all() == []
