"""The commands for diaries, courses of care and outcomes, on the files that are written beside their answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from firststep.extensions import db
from firststep.models import Day, DiaryChange, Episode, FootDay
from tests import factories
from tests.cast import Cast

DATA = Path(__file__).parent.parent / "data"
EXPECTED = json.loads((DATA / "diary_example_expected.json").read_text(encoding="utf-8"))
CASES = [(name, measure) for name, example in EXPECTED.items() for measure in example["outcomes"]]
HEADER = "day,foot,first_step_pain,average_pain,stretch,stretch_minutes,nsaid,note"


@pytest.mark.parametrize(("name", "measure"), CASES)
def test_an_imported_diary_has_the_outcomes_that_are_written_beside_it(app: Flask, name: str, measure: str) -> None:
    new_patient(app)
    assert run(app, "diary", "import", "--patient", "eva@example.com", str(DATA / f"{name}.csv")).exit_code == 0
    course = EXPECTED[name]["episode"]
    if course:
        added = run(
            app, "episode", "add", "--patient", "eva@example.com", "--arm", course["arm"], "--start", course["start"]
        )
        assert added.exit_code == 0, added.output
    printed = run(app, "outcomes", "--patient", "eva@example.com", "--measure", measure, "--json")
    assert close(json.loads(printed.output), EXPECTED[name]["outcomes"][measure])


def test_the_baseline_of_fourteen_days_is_asked_for(app: Flask) -> None:
    new_patient(app)
    run(app, "diary", "import", "--patient", "eva@example.com", str(DATA / "diary_example.csv"))
    seven = json.loads(run(app, "outcomes", "--patient", "eva@example.com", "--json").output)
    fourteen = json.loads(run(app, "outcomes", "--patient", "eva@example.com", "--baseline", "14", "--json").output)
    assert seven["baseline"]["entries"] <= 7 < fourteen["baseline"]["entries"] <= 14


def test_importing_the_same_file_again_changes_nothing(app: Flask) -> None:
    patient_id = new_patient(app)
    file = str(DATA / "diary_example_3.csv")
    run(app, "diary", "import", "--patient", "eva@example.com", file)
    before = history(app, patient_id)
    again = run(app, "diary", "import", "--patient", "eva@example.com", file)
    assert "0 days changed" in again.output
    assert history(app, patient_id) == before
    with app.app_context():
        assert set(db.session.scalars(select(DiaryChange.source))) == {"import"}


def test_cells_become_fields_in_tenths_and_empty_ones_stay_not_recorded(app: Flask, tmp_path: Path) -> None:
    patient_id = new_patient(app)
    text = f'\ufeff{HEADER}\r\n2026-03-02,left,6.7,,not_done,,no,"stairs, again"\r\n2026-03-02,right,0,10,,12,yes,\r\n'
    result = import_text(app, tmp_path, text.encode())
    assert result.exit_code == 0, result.output
    with app.app_context():
        feet = {row.foot: (row.first_step_pain, row.average_pain) for row in db.session.scalars(select(FootDay))}
        # When these were first written down nobody knows, so nothing says that it was later.
        assert not any(db.session.scalars(select(FootDay.first_step_recalled)))
        day = db.session.scalars(select(Day)).one()
        assert feet == {"left": (67, None), "right": (0, 100)}
        assert (day.patient_id, day.stretch_done, day.stretch_minutes) == (patient_id, False, 12)
        assert (day.nsaid_taken, day.note) == (True, "stairs, again")


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (
            "2026-03-02,right,11,,,,,",
            "Line 3, first_step_pain: Pain is a number from 0 to 10 with at most one decimal.",
        ),
        ("2026-03-02,right,6.75,,,,,", "Line 3, first_step_pain"),
        ("2026-03-02,right,٣,,,,,", "Line 3, first_step_pain"),
        ("2026-03-02,right,NaN,,,,,", "Line 3, first_step_pain"),
        (f"2026-03-02,right,{'9' * 5000},,,,,", "Line 3, first_step_pain"),
        ("2026-02-30,right,5,,,,,", "Line 3, day: Choose a date."),
        ("20260302,right,5,,,,,", "Line 3, day: Choose a date."),
        ("1999-12-31,right,5,,,,,", "Line 3, day: Choose a date after 1 January 2000."),
        ("2026-03-02,middle,5,,,,,", "Line 3, foot: The foot is left or right."),
        ("2026-03-02,right,5,,yes,,,", "Line 3, stretch"),
        ("2026-03-02,right,5,,,601,,", "Line 3, stretch_minutes"),
        ("2026-03-02,right,5,,,,maybe,", "Line 3, nsaid"),
        (f"2026-03-02,right,5,,,,,{'x' * 2001}", "Line 3, note: Notes can have up to 2,000 characters"),
        ("2026-03-02,right,5", "Line 3: there are fewer cells than columns."),
        ("2026-03-02,right,5,,,,,,extra", "Line 3: there are more cells than columns."),
        ("2026-03-01,right,5,,,,,", "Line 3: 2026-03-01, right is also on line 2."),
        ('2026-03-02,right,"5,,,,,', "unexpected end of data"),
    ],
)
def test_one_bad_line_is_named_and_nothing_is_imported(app: Flask, tmp_path: Path, rows: str, sentence: str) -> None:
    patient_id = new_patient(app)
    result = import_text(app, tmp_path, f"{HEADER}\n2026-03-01,right,5,,,,,\n{rows}\n".encode())
    assert result.exit_code == 1
    assert sentence in result.output
    assert "Nothing was imported." in result.output
    assert history(app, patient_id) == 0


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "the columns day and foot are needed"),
        (b"day,foot,pain\n", "the column 'pain' is not known"),
        (b"day,foot,day\n", "the column day is there twice"),
        (b"day,foot,note\n2026-03-01,right,caf\xe9\n", "Line 2: this is not UTF-8 text."),
        (b"day,foot,note\n2026-03-01,right,a\x00b\n", "Line 2"),
    ],
)
def test_a_file_that_is_no_diary_is_refused(app: Flask, tmp_path: Path, data: bytes, sentence: str) -> None:
    patient_id = new_patient(app)
    result = import_text(app, tmp_path, data)
    assert result.exit_code == 1
    assert sentence in result.output
    assert history(app, patient_id) == 0


def test_a_practitioner_or_nobody_has_no_diary(app: Flask, cast: Cast) -> None:
    for address in ("cho@example.com", "nobody@example.com", "no address"):
        result = run(app, "outcomes", "--patient", address, "--json")
        assert result.exit_code == 1


@pytest.mark.parametrize(("start", "end"), [("2026-02-30", None), ("2026-11-24", None), ("2026-03-02", "2026-03-01")])
def test_a_wrong_course_of_care_is_refused(app: Flask, start: str, end: str | None) -> None:
    new_patient(app)
    more = ["--end", end] if end else []
    result = run(app, "episode", "add", "--patient", "eva@example.com", "--arm", "standard", "--start", start, *more)
    assert result.exit_code == 1
    with app.app_context():
        assert db.session.scalars(select(Episode)).all() == []


def new_patient(app: Flask) -> UUID:
    with app.app_context():
        patient = factories.make_patient(db.session, "eva@example.com")
        db.session.commit()
        return patient.id


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=list(arguments))


def import_text(app: Flask, tmp_path: Path, data: bytes) -> Result:
    file = tmp_path / "diary.csv"
    file.write_bytes(data)
    return run(app, "diary", "import", "--patient", "eva@example.com", str(file))


def history(app: Flask, patient_id: UUID) -> int:
    with app.app_context():
        statement = select(func.count()).select_from(DiaryChange).where(DiaryChange.patient_id == patient_id)
        return db.session.scalar(statement) or 0


def close(found: Any, expected: Any) -> bool:
    """Compare floats to 12 digits and everything else exactly, types included."""
    if isinstance(expected, dict):
        return list(found) == list(expected) and all(close(found[key], expected[key]) for key in expected)
    if isinstance(expected, float):
        return isinstance(found, float) and found == pytest.approx(expected, rel=1e-12, abs=1e-12)
    return type(found) is type(expected) and found == expected
