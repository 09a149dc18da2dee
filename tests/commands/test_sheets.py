"""The commands for a practice's sheet and its cohort, on the sample that is written beside its answers."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from firststep.extensions import db
from firststep.jobs.cohort_packed import count_packed
from firststep.models import Consent, ImportBatch, ImportedCase, Patient, Share, User
from firststep.services.audit import Actor
from firststep.services.consents import withdraw_cohort_use
from tests import factories
from tests.cast import NOW, TODAY, Cast
from tests.support.sheets import xlsx
from tests.support.tables import fingerprint

DATA = Path(__file__).parent.parent / "data"
SAMPLE, MAPPING = DATA / "practice_sheet.xlsx", DATA / "practice_sheet.map.json"
EXPECTED = json.loads((DATA / "practice_sheet_expected.json").read_text(encoding="utf-8"))


def run(app: Flask, *arguments: str) -> Result:
    """Run a command of the application."""
    return app.test_cli_runner().invoke(args=list(arguments))


def bring_in(app: Flask, file: Path = SAMPLE, mapping: Path = MAPPING, *, who: str = "cho") -> Any:
    """Import the file for a practitioner and return the printed JSON."""
    arguments = ("--practitioner", f"{who}@example.com", "--mapping", str(mapping), str(file), "--json")
    done = run(app, "sheet", "import", *arguments)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def cohort(app: Flask, who: str = "cho") -> Any:
    """Return the printed cohort of a practitioner."""
    done = run(app, "cohort", "--practitioner", f"{who}@example.com", "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def close(found: Any, expected: Any) -> bool:
    """Compare floats to 1e-6 and everything else exactly, keys in their order."""
    if isinstance(expected, dict):
        return list(found) == list(expected) and all(close(found[key], expected[key]) for key in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(close, found, expected))
    if isinstance(expected, float):
        return found is not None and found == pytest.approx(expected, abs=1e-6)
    return bool(found == expected)


def people_in(app: Flask, who: str = "cho") -> int:
    """Return how many people count."""
    return sum(arm["n"] for arm in cohort(app, who)["arms"])


def test_the_sample_is_imported_as_is_written_beside_it(app: Flask, cast: Cast) -> None:
    printed = bring_in(app)
    may_be_reported = EXPECTED["ignored_or_reported"]
    assert list(printed) == ["accepted", "reported", "people"]
    assert printed["accepted"] == EXPECTED["accepted"]
    assert [one for one in printed["reported"] if one["row"] not in may_be_reported] == EXPECTED["reported"]
    assert printed["people"] == EXPECTED["people"]
    with app.app_context():
        batch = db.session.scalars(select(ImportBatch)).one()
        assert batch.file_sha256 == hashlib.sha256(SAMPLE.read_bytes()).hexdigest()
        assert (batch.practitioner_id, batch.sessions, batch.visits_added) == (cast.cho, "numbered", 425)
        assert (batch.rows, batch.rows_accepted, batch.rows_rejected) == (474, 425, 15)
        assert batch.mapping == json.loads(MAPPING.read_text(encoding="utf-8"))
        assert db.session.scalar(select(func.count()).select_from(ImportedCase)) == EXPECTED["people"]


def test_the_cohort_of_the_sample_is_as_is_written_beside_it(app: Flask, cast: Cast) -> None:
    bring_in(app)
    found = cohort(app)
    assert close(found, EXPECTED["cohort"]), f"found {json.dumps(found)}"


def test_importing_again_changes_nothing_and_says_so(app: Flask, cast: Cast) -> None:
    bring_in(app)
    before = fingerprint(app)
    printed = bring_in(app)
    assert printed["already_there"] == EXPECTED["accepted"]
    assert fingerprint(app) == before
    done = run(app, "sheet", "import", "--practitioner", "cho@example.com", "--mapping", str(MAPPING), str(SAMPLE))
    assert "425 rows were brought over before; they change nothing." in done.stdout
    assert "0 visits and 0 cases are new" in done.stdout
    assert "something else" not in done.stdout


def test_a_mended_row_that_is_there_is_named(app: Flask, cast: Cast, tmp_path: Path) -> None:
    file, mapping = tmp_path / "log.xlsx", tmp_path / "map.json"
    columns = {"patient": "Who", "visit_date": "Day", "arm": "Arm", "pain": "VAS"}
    mapping.write_text(json.dumps({"shape": "long", "header_row": 1, "columns": columns, "arms": {"x": "standard"}}))
    told = []
    for pain in (5, 6):
        file.write_bytes(xlsx([["Who", "Day", "Arm", "VAS"], ["A", TODAY, "x", pain]]))
        arguments = ("--practitioner", "cho@example.com", "--mapping", str(mapping), str(file))
        told.append(run(app, "sheet", "import", *arguments).stdout)
    assert ["They say something else now in rows 2: undo the earlier batch" in one for one in told] == [False, True]


def test_a_batch_is_undone_and_may_come_again(app: Flask, cast: Cast) -> None:
    tables = {"import_batch"}
    before = fingerprint(app, without=tables)
    done = run(app, "sheet", "import", "--practitioner", "cho@example.com", "--mapping", str(MAPPING), str(SAMPLE))
    assert "474 rows: 425 accepted, 15 rejected, 34 empty." in done.stdout
    assert "Row 96, pain: ambiguous (3-4/10)" in done.stdout
    found = re.search(r"sheet undo (\S+)", done.stdout)
    assert found
    assert run(app, "sheet", "undo", "--practitioner", "dee@example.com", found[1]).exit_code == 1
    undone = run(app, "sheet", "undo", "--practitioner", "cho@example.com", found[1])
    assert undone.stdout == "425 visits were taken out.\n"
    assert fingerprint(app, without=tables) == before
    assert run(app, "sheet", "undo", "--practitioner", "cho@example.com", found[1]).stdout.startswith("0 visits")
    assert bring_in(app)["accepted"] == EXPECTED["accepted"]


@pytest.mark.parametrize(
    ("file", "mapping", "sentence"),
    [
        (MAPPING, MAPPING, "practice_sheet.map.json: The sheet has no column called"),
        (SAMPLE, SAMPLE, "practice_sheet.xlsx is not JSON."),
        (SAMPLE, DATA / "diary_example_expected.json", "The mapping cannot be used: look at shape."),
    ],
)
def test_a_wrong_file_or_mapping_is_one_sentence(
    app: Flask, cast: Cast, file: Path, mapping: Path, sentence: str
) -> None:
    before = fingerprint(app)
    arguments = ("--practitioner", "cho@example.com", "--mapping", str(mapping), str(file))
    done = run(app, "sheet", "import", *arguments)
    assert done.exit_code == 1
    assert sentence in done.output
    assert fingerprint(app) == before


def test_a_patient_has_no_sheet(app: Flask, cast: Cast) -> None:
    done = run(app, "sheet", "import", "--practitioner", "ana@example.com", "--mapping", str(MAPPING), str(SAMPLE))
    assert "ana@example.com has no account as a practitioner." in done.output


def test_days_after_today_where_the_practice_is_are_reported(app: Flask, cast: Cast, tmp_path: Path) -> None:
    file, mapping = tmp_path / "log.xlsx", tmp_path / "map.json"
    file.write_bytes(xlsx([["Who", "Day", "Arm", "VAS"], *(["A", TODAY + timedelta(days=n), "x", 5] for n in (0, 1))]))
    columns = {"patient": "Who", "visit_date": "Day", "arm": "Arm", "pain": "VAS"}
    mapping.write_text(json.dumps({"shape": "long", "header_row": 1, "columns": columns, "arms": {"x": "standard"}}))
    printed = bring_in(app, file, mapping)
    assert printed["accepted"] == [2]
    assert printed["reported"] == [{"row": 3, "column": "visit_date", "reason": "invalid", "value": "2026-11-24"}]


def test_each_practitioner_has_cases_of_their_own(app: Flask, cast: Cast) -> None:
    bring_in(app)
    assert people_in(app, "dee") == 0
    assert "already_there" not in bring_in(app, who="dee")
    assert (people_in(app), people_in(app, "dee")) == (EXPECTED["people"], EXPECTED["people"])


def test_a_patient_counts_with_an_open_share_that_allows_it(app: Flask, cast: Cast) -> None:
    assert people_in(app) == 0
    arguments = ("--patient", "ana@example.com", "--practitioner", "cho@example.com", "--scope", "summary")
    assert run(app, "share", "add", *arguments).exit_code == 0
    assert people_in(app) == 0
    assert run(app, "share", "add", *arguments, "--cohort").exit_code == 0
    (of_acupuncture,) = [arm for arm in cohort(app)["arms"] if arm["n"]]
    assert (of_acupuncture["arm"], of_acupuncture["rules"]) == ("acupuncture", ["daily-1"])
    assert people_in(app, "dee") == 0
    with app.app_context():
        consents = db.session.scalars(select(Consent.kind).where(Consent.user_id == cast.ana_user)).all()
        assert consents.count("cohort_use") == 1


@pytest.mark.parametrize("end", ["withdrawn", "stopped", "over", "closed", "disabled"])
def test_a_patient_does_not_count_any_more(app: Flask, cast: Cast, end: str) -> None:
    arguments = ("--patient", "ana@example.com", "--practitioner", "cho@example.com", "--scope", "summary", "--cohort")
    run(app, "share", "add", *arguments)
    assert people_in(app) == 1
    with app.app_context():
        ana = db.session.get_one(User, cast.ana_user)
        share = db.session.scalars(select(Share).where(Share.cohort_use)).one()
        if end == "withdrawn":
            actor = Actor(user_id=cast.ana_user, name="", now=NOW, key=b"only for tests")
            withdraw_cohort_use(db.session, actor, ana)
        elif end == "stopped":
            share.state = "stopped"
        elif end == "over":
            share.until_on = TODAY - timedelta(days=1)
        elif end == "closed":
            db.session.get_one(Patient, cast.ana).diary_closed_at = NOW
        else:
            ana.active = False
        db.session.commit()
    assert people_in(app) == 0


def test_days_before_the_share_begins_do_not_count(app: Flask, cast: Cast) -> None:
    arguments = ("--patient", "ana@example.com", "--practitioner", "cho@example.com", "--scope", "summary", "--cohort")
    run(app, "share", "add", *arguments)
    assert [arm["left_out"] for arm in cohort(app)["arms"] if arm["n"]] == [{"no_week12": 1}]
    with app.app_context():
        share = db.session.scalars(select(Share).where(Share.cohort_use)).one()
        # From then on Ana's pain is low already.
        share.from_day = TODAY - timedelta(days=13)
        db.session.commit()
    assert [arm["left_out"] for arm in cohort(app)["arms"] if arm["n"]] == [{"low_baseline": 1}]


def test_a_case_that_somebody_took_over_counts_only_when_they_share(app: Flask, cast: Cast) -> None:
    bring_in(app)
    with app.app_context():
        user = factories.make_user(db.session, "new@example.com", "patient")
        case = db.session.scalars(select(ImportedCase).where(ImportedCase.alias_key == "nk-51")).one()
        patient = db.session.get_one(Patient, case.patient_id)
        patient.user_id = user.id
        db.session.commit()
    assert people_in(app) == EXPECTED["people"] - 1
    arguments = ("--patient", "new@example.com", "--practitioner", "cho@example.com", "--scope", "summary", "--cohort")
    assert run(app, "share", "add", *arguments).exit_code == 0
    assert people_in(app) == EXPECTED["people"]


def test_a_large_practice_prints_the_same(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    bring_in(app)
    arguments = ("--patient", "ana@example.com", "--practitioner", "cho@example.com", "--scope", "summary", "--cohort")
    run(app, "share", "add", *arguments)
    before = cohort(app)
    packed: list[int] = []

    def counting(session: Any, practitioner_id: Any, shares: Any, choice: Any) -> Any:
        packed.append(len(shares))
        return count_packed(session, practitioner_id, shares, choice)

    monkeypatch.setattr("firststep.commands.cohort.MANY", 0)
    monkeypatch.setattr("firststep.jobs.cohort_packed.count_packed", counting)
    assert cohort(app) == before
    assert packed == [1]
