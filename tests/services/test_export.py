"""The export: complete in each form, safe in spreadsheets, small in memory, and one statement per table."""

from __future__ import annotations

import csv
import io
import json
import re
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from fhir.resources.R4B.bundle import Bundle
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from firststep.clinical.diary import FIRST_DAY, LAST_DAY
from firststep.clinical.measures import MOST_STRETCH_MINUTES
from firststep.database import one_moment
from firststep.extensions import db
from firststep.models import Base, Day, FootDay, Patient, Practitioner
from firststep.services import audit, snoozing
from firststep.services.diary_entry import Entry, read_entries
from firststep.services.diary_fields import Refused, parse_note
from firststep.services.diary_import import import_diary
from firststep.services.export import Owner, write_export
from firststep.services.export_tables import EVENT_TABLES
from firststep.web.export_page import readable_page
from tests import factories
from tests.cast import NOW, TODAY, Cast, sign_in
from tests.support import whole_diary
from tests.support.lists import compute_all, reader_of
from tests.support.statements import counted
from tests.support.whole_diary import DAY, WORDS

# Columns that an export leaves out, each with its reason.
LEFT_OUT = {
    # Whose it is.
    *("patient_id", "user_id"),
    # Random ids that name nothing outside this database, and keys of the program's own work.
    *("id", "practitioner_id", "actor_user_id", "reader_user_id", "batch_id"),
    # When the program looks again, and which letter it sent last.
    *("next_at", "next_on", "next_number", "last_on", "last_number", "last_week_on", "empty_weeks", "suspended_at"),
    # Secrets, or hashes of them.
    *("invitation_hash", "feed_hash", "token_hash", "data", "factor_checked_at"),
    *("code_hash", "link_hash", "reader_hash"),
    # Of an invitation that is over within days, and of a calendar's address.
    *("invitation_expires_at", "feed_made_at", "feed_read_at", "revoked_at"),
    # The name once more.
    *("alias", "name_key"),
    # What a practitioner's list is kept from, all of it computed from the diary.
    *("place", "outlook", "due_at", "revision", "since", "last_entry_on", "snoozed_reason"),
}


@pytest.fixture
def ana(app: Flask, cast: Cast) -> UUID:
    """Return Ana, of whom there is something in every table."""
    with app.app_context():
        patient = db.session.get_one(Patient, cast.ana)
        whole_diary.write(db.session, patient, db.session.get_one(Practitioner, cast.dee))
    sign_in(app, cast.ana_user)
    return cast.ana


def exported(session: Session, patient_id: UUID) -> zipfile.ZipFile:
    """Return the zip of a patient."""
    file = io.BytesIO()
    owner = Owner(patient_id=patient_id, time_zone="Europe/Berlin")
    with one_moment(session):
        write_export(session, owner, file, now=NOW, pages=readable_page(session, patient_id, now=NOW))
    return zipfile.ZipFile(file)


def complete(archive: zipfile.ZipFile) -> dict[str, Any]:
    """Return the complete JSON."""
    return json.loads(archive.read("everything.json"))


def rows_of(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file as a spreadsheet program gets them."""
    return list(csv.DictReader(io.StringIO(archive.read(f"csv/{name}.csv").decode(), newline="")))


def test_the_json_holds_every_column_of_the_person(app: Flask, ana: UUID) -> None:
    with app.test_request_context():
        found = complete(exported(db.session, ana))
    names = {name for value in found.values() if isinstance(value, list) for row in value for name in row}
    of_person = [
        table for table in Base.metadata.sorted_tables if {"patient_id", "user_id"} & set(table.columns.keys())
    ]
    kept = {column.name for table in of_person for column in table.columns}
    # Mail that waits or was sent, devices that take pushes, practitioners and passkeys are the account's machinery.
    machinery = {"outbox", "push_subscription", "practitioner", "webauthn", "upload"}
    # Of who was invited by a practitioner.
    machinery |= {"case_invitation"}
    kept -= {column.name for table in of_person if table.name in machinery for column in table.columns} - {
        column.name for table in of_person if table.name not in machinery for column in table.columns
    }
    renamed = {"dose_tenths_mg": "dose_mg", "prescribed_most_tenths_mg": "prescribed_most_mg", "weekly": "weekly_mail"}
    renamed |= {
        name: f"weekly_{name}"
        for name in ("rhythm", "level", "weekday", "hour", "minute", "paused_at", "unsubscribed_at")
    }
    renamed |= {name: f"reminder_{name}" for name in ("by_mail", "repeats")}
    assert {renamed.get(name, name) for name in kept} - names - LEFT_OUT == set()
    assert (found["format"], found["version"]) == ("firststep-export", 1)


def test_what_a_practitioners_list_says_of_the_person_is_among_the_shares(app: Flask, ana: UUID, cast: Cast) -> None:
    with app.test_request_context():
        snoozing.put_off(db.session, reader_of(cast.cho), cast.share, until=TODAY, note="=canary, called")
        compute_all(db.session)
        db.session.commit()
        found = {row["id"]: row for row in complete(exported(db.session, ana))["shares"]}
    row = found[str(cast.share)]
    assert (row["list_reason"], row["snoozed_until"], row["snooze_note"]) == (
        "silent",
        TODAY.isoformat(),
        "=canary, called",
    )


def test_each_thing_stands_in_the_json_as_it_was_noted(app: Flask, ana: UUID) -> None:
    with app.test_request_context():
        found = complete(exported(db.session, ana))
        head = audit.trail_head(db.session, ana)
    for table, kind in EVENT_TABLES.items():
        (row,) = found[table]
        assert row["day"] == DAY.isoformat()
        expected = dict(whole_diary.EVENTS[kind])
        if kind == "flare":
            expected["worst_pain"] = 9
        values = {name: value.isoformat() if isinstance(value, date) else value for name, value in expected.items()}
        assert {name: row[name] for name in values} == values
    (day,) = [row for row in found["days"] if row["day"] == DAY.isoformat()]
    assert (day["note"], day["tags"], day["stretch_minutes"]) == (WORDS["note"], ["insoles", WORDS["tag"]], 0)
    feet = {row["foot"]: row for row in found["pain"] if row["day"] == DAY.isoformat()}
    assert (feet["right"]["first_step_pain"], feet["left"]["first_step_pain"]) == (6.7, None)
    assert found["access_log_head"] == {"count": head.count, "hash": head.hash}
    assert found["access_log"][-1]["hash"] == head.hash
    assert [row["actor"] for row in found["access_log"]] == ["Dr Looker"]
    (visit,) = found["visits"]
    assert (visit["reader_name"], visit["from_day"], visit["ended_by"]) == ("Dr Visitor", DAY.isoformat(), "left")


def test_csv_cells_are_text_and_what_is_not_recorded_is_empty(app: Flask, ana: UUID) -> None:
    with app.test_request_context():
        archive = exported(db.session, ana)
    for part in archive.namelist():
        if part.endswith(".csv"):
            cells = [cell for row in rows_of(archive, part[4:-4]) for cell in row.values()]
            assert [cell for cell in cells if cell[:1] in set("=+-@\t\r＝＋－＠")] == []
    diary = {(row["day"], row["foot"]): row for row in rows_of(archive, "diary")}
    left = diary[DAY.isoformat(), "left"]
    assert (left["first_step_pain"], left["average_pain"], left["nsaid"]) == ("", "3", "")
    assert (left["stretch"], left["stretch_minutes"], left["stretch_hurt"]) == ("done", "0", "no")


def test_the_spreadsheet_has_no_formula_and_no_link(app: Flask, ana: UUID) -> None:
    with app.test_request_context():
        workbook = zipfile.ZipFile(io.BytesIO(exported(db.session, ana).read("everything.xlsx")))
    sheets = [workbook.read(name).decode() for name in workbook.namelist() if "worksheets/" in name]
    text = "".join(sheets)
    assert "canary-note" in text
    assert "canary-plan" in text
    assert re.findall(r"<f[ >/]|<hyperlink", text) == []
    # Cells are inline text or numbers: of no other type.
    assert set(re.findall(r'<c [^>]*t="([^"]*)"', text)) == {"inlineStr"}


def test_the_bundle_is_valid_and_says_what_the_diary_says(app: Flask, ana: UUID) -> None:
    with app.test_request_context():
        raw = json.loads(exported(db.session, ana).read("fhir-bundle.json"))
    Bundle.model_validate(raw)
    entries = [entry["resource"] for entry in raw["entry"]]
    assert sorted({entry["resourceType"] for entry in entries}) == [
        *("AuditEvent", "CarePlan", "Consent", "EpisodeOfCare", "MedicationStatement", "Observation", "Patient"),
        *("Procedure", "Questionnaire", "QuestionnaireResponse"),
    ]
    # What the validator leaves open: R4's required codes for the status of each.
    allowed = {
        "Observation": {"final", "amended"},
        "Procedure": {"completed", "not-done"},
        "MedicationStatement": {"completed"},
        "CarePlan": {"active", "completed"},
        "EpisodeOfCare": {"active", "finished"},
        "Consent": {"active", "proposed", "inactive"},
        "QuestionnaireResponse": {"completed"},
        "Questionnaire": {"active"},
    }
    assert [entry for entry in entries if entry.get("status") not in allowed.get(entry["resourceType"], {None})] == []
    references = set(re.findall(r'"reference": ?"([^"]*)"', json.dumps(raw)))
    assert references <= {entry["fullUrl"] for entry in raw["entry"]}
    of_day = [entry for entry in entries if str(entry.get("effectiveDateTime", "")).startswith(DAY.isoformat())]
    pains = [(entry["status"], entry["valueQuantity"]["value"]) for entry in of_day if "valueQuantity" in entry]
    assert sorted(pains) == [("amended", 6.7), ("final", 3)]
    (amended,) = [entry for entry in of_day if entry["status"] == "amended"]
    # On its own day the first steps have the moment, with the offset of the person's zone.
    assert amended["effectiveDateTime"] == f"{DAY.isoformat()}T08:30:00+02:00"
    (dose,) = [entry for entry in entries if entry["resourceType"] == "MedicationStatement"]
    assert dose["dosage"][0]["doseAndRate"][0]["doseQuantity"]["value"] == 7.5
    assert ": null" not in json.dumps(raw)


def test_the_page_needs_nothing_and_runs_nothing(app: Flask, ana: UUID) -> None:
    with app.test_request_context():
        page = exported(db.session, ana).read("read-me-first.html").decode()
    assert "<svg" in page
    assert "canary-note" in page
    assert "6.7" in page
    assert re.findall(r"<script|<link|<a |<img|\ssrc=|\shref=|url\((?!#)|\son\w+=", page) == []
    assert "=HYPERLINK(&#34;x&#34;)" in page


def test_the_page_draws_the_whole_course_of_the_measure_that_was_recorded(app: Flask, cast: Cast) -> None:
    first = TODAY - timedelta(days=899)
    with app.test_request_context():
        feet = [
            {"patient_id": cast.ben, "day": first + timedelta(days=n), "foot": "right", "average_pain": 40}
            for n in range(900)
        ]
        db.session.execute(insert(FootDay), [one | {"first_step_recalled": False} for one in feet])
        db.session.commit()
        page = exported(db.session, cast.ben).read("read-me-first.html").decode()
    (chart,) = re.findall(r"<figure>(.*?)</figure>", page, re.DOTALL)
    assert "Pain over the day" in chart
    assert "First-step pain" not in chart
    # The first whole year that the chart can name at its axis: the course began in June before it.
    assert f">{first.year + 1}<" in chart


def lived(app: Flask, days: int) -> UUID:
    """Store a patient with as many days, each with both feet, a note and a history, and return their id."""
    with app.app_context():
        patient = factories.make_patient(db.session, f"of{days}@example.com")
        for offset in range(0, days, 500):
            some = [TODAY - timedelta(days=days - n) for n in range(offset, min(offset + 500, days))]
            key = {"patient_id": patient.id}
            db.session.execute(insert(Day), [{**key, "day": day, "note": f"On {day}. " * 5} for day in some])
            pains = {"first_step_pain": 60, "average_pain": 40, "first_step_recalled": False}
            feet = [{**key, "day": day, "foot": foot, **pains} for day in some for foot in ("left", "right")]
            db.session.execute(insert(FootDay), feet)
        db.session.commit()
        return patient.id


def test_each_table_is_read_once_however_long_the_diary_is(app: Flask, cast: Cast) -> None:
    sent = []
    for days in (10, 900):
        patient_id = lived(app, days)
        with app.test_request_context(), counted(app) as statements:
            exported(db.session, patient_id)
        sent.append(len(statements.texts))
    assert sent[0] == sent[1] <= 45


def test_a_long_diary_takes_little_memory(app: Flask, cast: Cast) -> None:
    patient_id = lived(app, 600)
    with app.test_request_context():
        exported(db.session, lived(app, 5))
        tracemalloc.start()
        archive = exported(db.session, patient_id)
        _, most_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    unpacked = sum(part.file_size for part in archive.infolist())
    assert unpacked > 2 << 20
    # The zip itself, the page's rows and its chart; not the tables.
    assert most_bytes < 12 << 20, most_bytes


values = st.none() | st.integers(0, 100)
answers = st.none() | st.booleans()
words = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufffd"), max_size=40) | st.text(
    "'=+-@\t\n ＝,\"a", max_size=8
)
days_of = st.dictionaries(
    st.integers(0, 40),
    st.tuples(
        values, values, values, values, answers, st.none() | st.integers(0, MOST_STRETCH_MINUTES), answers, words
    ),
    max_size=12,
)


def storable(text: str) -> str | None:
    """Return the note as the log would store it."""
    try:
        return parse_note(text)
    except Refused:
        return None


@settings(max_examples=20, deadline=None)
@given(days_of)
def test_what_was_exported_and_imported_is_what_it_was(application: Flask, drawn: dict[int, Any]) -> None:
    with application.test_request_context():
        session = db.session
        one, other = (factories.make_patient(session, f"{name}@example.com") for name in ("one", "other"))
        for offset, (right, right_day, left, left_day, stretch, minutes, nsaid, note) in drawn.items():
            key = {"patient_id": one.id, "day": TODAY - timedelta(days=offset)}
            session.add(
                Day(stretch_done=stretch, stretch_minutes=minutes, nsaid_taken=nsaid, note=storable(note), **key)
            )
            session.add(FootDay(foot="right", first_step_pain=right, average_pain=right_day, **key))
            session.add(FootDay(foot="left", first_step_pain=left, average_pain=left_day, **key))
        session.flush()
        file = io.BytesIO()
        owner = Owner(patient_id=one.id, time_zone="UTC")
        write_export(session, owner, file, now=NOW, pages=())
        import_diary(session, other.id, zipfile.ZipFile(file).read("csv/diary.csv"), now=NOW, zone="UTC")
        before, after = (said(read_entries(session, who.id, first=FIRST_DAY, last=LAST_DAY)) for who in (one, other))
        session.rollback()
        assert after == before


def said(entries: dict[date, Entry]) -> list[Any]:
    """Return what was recorded on which day."""
    return list(_said(entries))


def _said(entries: dict[date, Entry]) -> Iterator[Any]:
    for day, entry in entries.items():
        feet = {foot: dict(found.values) for foot, found in entry.feet.items() if any(found.values.values())}
        zero = {foot for foot, found in entry.feet.items() if 0 in found.values.values()}
        recorded = {name: value for name, value in entry.values.items() if value is not None}
        kept = {foot: dict(entry.feet[foot].values) for foot in (*feet, *sorted(zero))}
        if recorded or kept:
            yield day, recorded, kept


def test_nothing_of_another_is_in_it(app: Flask, cast: Cast, ana: UUID) -> None:
    with app.test_request_context():
        of_ben = exported(db.session, cast.ben)
        texts = "".join(of_ben.read(name).decode(errors="replace") for name in of_ben.namelist())
        emails = list(db.session.scalars(select(Patient.alias).where(Patient.id == ana)))
    assert "canary" not in texts.lower()
    assert [email for email in emails if email in texts] == []
