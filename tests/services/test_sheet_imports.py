"""Batches from sheets: what a second sheet adds, what it contradicts, and that an undo takes out exactly its own."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError, NoResultFound
from sqlalchemy.orm import Session

from firststep.clinical.visits import Visit as ReadVisit
from firststep.extensions import db
from firststep.models import ImportBatch, ImportedCase, ImportedCourse, Patient, Practitioner, Visit
from firststep.services import practices
from firststep.services.cohorts import imported_series
from firststep.services.deletion_ledger import erase_account_rows
from firststep.services.sheet_imports import (
    Stored,
    list_batches,
    remembered_mappings,
    store_reading,
    undo_batch,
)
from tests import factories
from tests.cast import NOW, Cast
from tests.sheets.tables import LONG, read_long, read_wide, row
from tests.support.tables import fingerprint

START = date(2025, 3, 3)


def store(session: Session, practitioner_id: UUID, *rows: list[Any], later: int = 0, wide: bool = False) -> Stored:
    """Store a table of these rows; ``later`` seconds after the first."""
    reading = read_wide(*rows) if wide else read_long(*rows)
    now = NOW + timedelta(seconds=later)
    stored = store_reading(session, practitioner_id, reading, data=b"file", mapping=LONG | {"later": later}, now=now)
    session.commit()
    return stored


def visits_of(session: Session, practitioner_id: UUID) -> dict[str, tuple[str, date | None, str, list[Any]]]:
    """Return arm, start, how sessions are found, and (day, pain) of each case by alias."""
    series = imported_series(session, practitioner_id)
    aliases = {case.id: case.alias for case in session.scalars(select(Patient))}
    return {
        aliases[patient_id]: (
            one.arm,
            one.starts_on,
            one.sessions,
            [(visit.day, visit.tenths) for visit in one.in_order],
        )
        for patient_id, one in series.items()
    }


def test_all_of_a_visit_is_stored(session: Session, cast: Cast) -> None:
    store(session, cast.cho, row("P1", START, Start=START, No=4, VAS="6,5", Pills="prn", Change="better", Note=" a "))
    visit = session.scalars(select(Visit)).one()
    assert (visit.day, visit.pain, visit.session, visit.nsaid) == (START, 65, 4, "some")
    assert (visit.change, visit.note, visit.sheet_row) == ("much_improved", "a", 2)
    case = session.get_one(Patient, visit.patient_id)
    assert (case.user_id, case.alias, case.birth_year) == (None, "P1", None)
    assert imported_series(session, cast.cho)[visit.patient_id].visits == (
        ReadVisit(START, 65, 4, "some", "much_improved"),
    )


def test_a_later_sheet_adds_what_is_new(session: Session, cast: Cast) -> None:
    store(session, cast.cho, row("P1", "3.3.2025", VAS=8))
    stored = store(session, cast.cho, row("p1", "3.3.2025", VAS=1), row("P1", "10.3.2025", VAS=6), row("P2"), later=1)
    assert (stored.cases_added, stored.visits_added, stored.already_there) == (1, 2, (2,))
    assert visits_of(session, cast.cho)["P1"][3] == [(START, 80), (date(2025, 3, 10), 60)]


@pytest.mark.parametrize(
    ("mended", "differs"),
    [({}, False), ({"VAS": 7}, True), ({"VAS": ""}, False), ({"Note": "b"}, True), ({"Change": "better"}, True)],
)
def test_what_was_mended_in_a_row_that_is_there_is_said(
    session: Session, cast: Cast, mended: dict[str, Any], differs: bool
) -> None:
    said = {"VAS": 8, "No": 1, "Pills": "no", "Note": "a"}
    store(session, cast.cho, row(**said))
    stored = store(session, cast.cho, row(**said | mended), row("P2"), later=1)
    assert (stored.already_there, stored.differing) == ((2,), (2,) if differs else ())


@pytest.mark.parametrize(
    ("second", "fault"),
    [
        ({"arm": "usual"}, ("arm", "conflict", "standard")),
        ({"Start": "4.3.2025"}, ("start", "conflict", "2025-03-04")),
    ],
)
def test_a_later_sheet_that_contradicts_an_earlier_one_is_reported(
    session: Session, cast: Cast, second: dict[str, Any], fault: tuple[str, str, str]
) -> None:
    store(session, cast.cho, row("P1", "3.3.2025", Start="3.3.2025"))
    stored = store(session, cast.cho, row("P1", "10.3.2025", **second), row("P2"), later=1)
    assert [(one.row, one.column, one.reason, one.value) for one in stored.conflicts] == [(2, *fault)]
    assert stored.visits_added == 1
    assert len(visits_of(session, cast.cho)["P1"][3]) == 1


def test_a_start_may_come_with_a_later_sheet_and_goes_with_it(session: Session, cast: Cast) -> None:
    store(session, cast.cho, row("P1", "10.3.2025"))
    assert visits_of(session, cast.cho)["P1"][1] is None
    second = store(session, cast.cho, row("P1", "10.3.2025", Start="3.3.2025"), later=1)
    assert visits_of(session, cast.cho)["P1"][1] == START
    assert second.batch_id
    undo_batch(session, cast.cho, second.batch_id, now=NOW)
    assert visits_of(session, cast.cho)["P1"][1] is None


def test_a_wide_sheet_and_a_long_one_of_the_same_person(session: Session, cast: Cast) -> None:
    store(session, cast.cho, ["P1", "acu", START, 8, 6], ["P2", "usual", START], wide=True)
    assert visits_of(session, cast.cho)["P2"] == ("standard", START, "unknown", [])
    store(session, cast.cho, row("P1", "17.3.2025", VAS=3), row("P1", "18.3.2025", VAS=2), later=1)
    assert visits_of(session, cast.cho)["P1"] == (
        "acupuncture",
        START,
        "numbered",
        [(START, 80), (date(2025, 3, 17), 60), (date(2025, 3, 18), 20)],
    )


def test_undo_takes_out_exactly_what_its_batch_added(app: Flask, cast: Cast) -> None:
    without = {"import_batch"}
    with app.app_context():
        first = store(db.session, cast.cho, row("P1", "3.3.2025"), row("P2"))
        before = fingerprint(app, without=without)
        second = store(db.session, cast.cho, row("P1", "10.3.2025"), row("P2"), row("P3"), later=1)
        assert first.batch_id
        assert second.batch_id
        assert undo_batch(db.session, cast.cho, second.batch_id, now=NOW) == 2
        db.session.commit()
        assert fingerprint(app, without=without) == before
        assert undo_batch(db.session, cast.cho, second.batch_id, now=NOW + timedelta(hours=1)) == 0
        assert db.session.get_one(ImportBatch, second.batch_id).undone_at == NOW


def test_undo_of_the_first_batch_leaves_what_a_later_one_added(session: Session, cast: Cast) -> None:
    first = store(session, cast.cho, row("P1", "3.3.2025"), row("P2"))
    store(session, cast.cho, row("P1", "10.3.2025"), later=1)
    assert first.batch_id
    undo_batch(session, cast.cho, first.batch_id, now=NOW)
    assert {alias: told[3] for alias, told in visits_of(session, cast.cho).items()} == {"P1": [(date(2025, 3, 10), 50)]}


def test_another_practitioners_batch_is_not_there(session: Session, cast: Cast) -> None:
    stored = store(session, cast.cho, row())
    assert stored.batch_id
    with pytest.raises(NoResultFound):
        undo_batch(session, cast.dee, stored.batch_id, now=NOW)
    assert list_batches(session, cast.dee) == []


def test_undo_leaves_what_somebody_took_over(session: Session, cast: Cast) -> None:
    stored = store(session, cast.cho, row())
    case = session.scalars(select(ImportedCase)).one()
    patient = session.get_one(Patient, case.patient_id)
    patient.user_id = factories.make_user(session, "new@example.com", "patient").id
    case.claimed_at = NOW
    session.commit()
    assert stored.batch_id
    assert undo_batch(session, cast.cho, stored.batch_id, now=NOW) == 0
    assert session.get_one(Patient, patient.id).user_id
    assert session.scalar(select(func.count()).select_from(Visit)) == 1
    again = store(session, cast.cho, row())
    assert (again.cases_added, [one.reason for one in again.conflicts]) == (0, ["not_shared"])


def test_nothing_new_is_no_batch(session: Session, cast: Cast) -> None:
    store(session, cast.cho, row())
    assert store(session, cast.cho, row(), later=1).batch_id is None
    assert store(session, cast.cho, row("P2", VAS="?"), later=1).batch_id is None
    assert len(list_batches(session, cast.cho)) == 1


def test_mappings_are_remembered_the_newest_first(session: Session, cast: Cast) -> None:
    for later in (0, 1, 2):
        store(session, cast.cho, row(f"P{later}"), later=later % 2)
    store(session, cast.dee, row("P9"), later=9)
    assert [mapping["later"] for mapping in remembered_mappings(session, cast.cho)] == [1, 0]


def test_a_colleague_finds_what_the_practice_was_taught_while_belonging_to_it(session: Session, cast: Cast) -> None:
    cho, dee = (session.get_one(Practitioner, one) for one in (cast.cho, cast.dee))
    store(session, cast.dee, row("P0", START), later=0)
    factories.make_practice(session, cho, dee)
    for later in (1, 2):
        store(session, cast.cho, row(f"P{later}", START), later=later)
    store(session, cast.cho, row("R", START), later=1)
    own, first, second = (LONG | {"later": later} for later in (0, 1, 2))
    assert remembered_mappings(session, cast.dee) == [own, first, second]
    # What was taught before joining stays with who taught it.
    assert own not in remembered_mappings(session, cast.cho)
    store(session, cast.dee, row("P3", START), later=3)
    practices.leave(session, cast.dee)
    assert remembered_mappings(session, cast.dee) == [LONG | {"later": 3}, own]
    # Whoever leaves takes nothing away from the practice.
    assert LONG | {"later": 3} in remembered_mappings(session, cast.cho)


def test_two_imports_at_once_make_each_case_once(app: Flask, cast: Cast) -> None:
    rows = [row(f"P{number}") for number in range(30)]
    failures: list[BaseException] = []

    def bring_in() -> None:
        try:
            with app.app_context():
                store(db.session, cast.cho, *rows)
        except BaseException as failure:  # noqa: BLE001 - told by the assertion below
            failures.append(failure)

    threads = [threading.Thread(target=bring_in) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ImportedCase)) == 30
        assert db.session.scalar(select(func.count()).select_from(Visit)) == 30
        assert db.session.scalar(select(func.count()).select_from(ImportBatch)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"pain": 101},
        {"pain": -1},
        {"session": 1000},
        {"nsaid": "often"},
        {"change": "better"},
        {"note": "x" * 2001},
        {"sheet_row": 0},
    ],
)
def test_the_table_of_visits_refuses_what_is_none(session: Session, cast: Cast, wrong: dict[str, Any]) -> None:
    store(session, cast.cho, row())
    there = session.scalars(select(Visit)).one()
    values = {"patient_id": there.patient_id, "batch_id": there.batch_id, "day": START, "sheet_row": 3} | wrong
    session.add(Visit(**values))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_practitioner_who_goes_takes_the_batches_along(session: Session, cast: Cast) -> None:
    store(session, cast.cho, row())
    erase_account_rows(session, cast.cho_user)
    session.commit()
    for table in (ImportBatch, ImportedCase, ImportedCourse, Visit):
        assert session.scalar(select(func.count()).select_from(table)) == 0


def test_of_who_took_over_cases_of_two_each_practitioner_reads_the_own_sheet(session: Session, cast: Cast) -> None:
    store(session, cast.cho, row("P1", "3.3.2025", VAS=8), row("P1", "10.3.2025", VAS=6))
    store(session, cast.dee, row("Q7", "17.3.2025", VAS=4), later=1)
    for table in (Visit, ImportedCourse, ImportedCase):
        session.execute(update(table).values(patient_id=cast.ana))
    session.commit()
    assert [visit.tenths for visit in imported_series(session, cast.cho)[cast.ana].in_order] == [80, 60]
    assert [visit.tenths for visit in imported_series(session, cast.dee)[cast.ana].in_order] == [40]
