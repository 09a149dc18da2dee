"""Whoever leaves leaves nothing: not in a table, not in a file of the server, and not in a backup that is restored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from firststep.database import reading_only
from firststep.extensions import db
from firststep.jobs.deliver_mail import deliver_mail
from firststep.jobs.purge import purge
from firststep.models import Base, ImportedCase, Patient, Practitioner, User
from firststep.services import audit
from firststep.services.deletion_ledger import FILE_NAME, erase_diary_rows, read_ledger
from firststep.services.outbox import enqueue
from firststep.services.uploads import keep_upload
from tests import cast as people
from tests.cast import NOW, Browser, Cast
from tests.conftest import empty_tables
from tests.support import whole_diary
from tests.support.applications import migrated, outside_tests
from tests.support.fresh import just_proven
from tests.support.mails import make_letter_due
from tests.support.statements import counted
from tests.support.whole_diary import WORDS

#: The longest plain piece of each planted text: how it lies in JSON, CSV or HTML differs around it.
PLANTED = ("canary-note", "canary-tag", "canary-drug", "canary-treatment", "canary-trigger", "canary-flare")
PLANTED += ("canary-finding", "canary-dispute", "canary-remark")
PLANTED += ("canary-plan", "canary-question", "canary-upload", "canary-typed", "canary-device", people.CANARY_NOTE)
WHO = (WORDS["name"], people.CANARY_NAME, people.CANARY_EMAIL)
PATHS = ("/settings/delete-account", "/settings/delete-diary")


def fill(app: Flask, cast: Cast) -> Browser:
    """Let Ana have something everywhere, and return her browser, in which the password was just typed."""
    with app.app_context():
        patient = db.session.get_one(Patient, cast.ana)
        whole_diary.write(db.session, patient, db.session.get_one(Practitioner, cast.dee))
        keep_upload(db.session, cast.ana, b"canary-upload", NOW)
        enqueue(db.session, kind="password_changed", now=NOW, user_id=cast.ana_user)
        db.session.commit()
    make_letter_due(app, cast)
    ana = just_proven(app, cast.ana_user)
    for note in ("canary-typed-1", "canary-typed-2 " * 40, "canary-typed-3"):
        assert ana.post("/log", data={"day": "2026-11-20", "note": note}).status_code < 400
    return ana


def dumped(app: Flask) -> str:
    """Return every row of every table as text."""
    with app.app_context(), db.engine.connect() as connection:
        tables = Base.metadata.sorted_tables
        return "\n".join(str(tuple(row)) for table in tables for row in connection.execute(select(table)))


def found_in(text: str, words: tuple[str, ...]) -> list[str]:
    """Return which of the words stand in the text."""
    return [word for word in words if word in text]


@pytest.mark.parametrize("path", PATHS)
def test_nothing_of_the_diary_is_left_in_any_table(app: Flask, cast: Cast, path: str) -> None:
    ana = fill(app, cast)
    # Bytes are written as text letter by letter or not at all, and the device's name is only in the cookie's session.
    assert {*found_in(dumped(app), PLANTED)} >= {*PLANTED} - {"canary-device", "canary-upload"}
    before_ben = row_of(app, cast.ben_user)
    assert ana.post(path, data={"word": " Delete "}).status_code == 200
    assert found_in(dumped(app), PLANTED) == []
    assert row_of(app, cast.ben_user) == before_ben
    if path == "/settings/delete-account":
        with app.app_context():
            assert deliver_mail(NOW + timedelta(hours=1))["sent"] == 1
            purge(NOW + timedelta(hours=1))
        assert found_in(dumped(app), WHO) == []


def row_of(app: Flask, user_id: UUID) -> str:
    """Return a person's own row as text."""
    with app.app_context():
        user = db.session.get_one(User, user_id)
        return f"{user.email} {user.name} {user.patient and user.patient.feet}"


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Flask]:
    """Return an application whose files lie in a folder of its own, and that logs as outside tests."""
    with migrated(outside_tests(tmp_path, tmp_path / "alone.db")) as app:
        app.config["CLOCK"] = lambda: NOW
        yield app


def in_files(folder: Path, words: tuple[str, ...]) -> set[tuple[str, str]]:
    """Return (file, word) for each planted word in a file of the folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {(path.name, word) for path in files for word in words if word.encode() in path.read_bytes()}


@pytest.mark.sqlite_only
@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_left_in_database_log_spool_and_queue(
    alone: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    with alone.app_context():
        cast = people.make_cast(db.session)
    ana = fill(alone, cast)
    with alone.app_context():
        assert deliver_mail(NOW)["sent"] == 1
    assert ana.post("/settings/export", buffered=True).status_code == 200
    planted = {word for _file, word in in_files(tmp_path, (*PLANTED, *WHO))}
    assert planted >= {*PLANTED, *WHO} - {"canary-device"}
    assert list((tmp_path / "mail").iterdir()) != []
    assert (tmp_path / "alone.db-wal").stat().st_size > 0
    assert ana.post(path, data={"word": "delete"}).status_code == 200
    assert in_files(tmp_path, PLANTED) == set()
    if path == "/settings/delete-account":
        with alone.app_context():
            assert deliver_mail(NOW + timedelta(hours=1))["sent"] == 1
            purge(NOW + timedelta(hours=2))
        (last,) = (tmp_path / "mail").iterdir()
        assert {file for file, _word in in_files(tmp_path, WHO)} == {last.name}
        assert "Your account is deleted" in last.read_text()
        assert found_in(last.read_text(), ("pain", "diary", "heel", "health", WORDS["name"])) == []
    written = capsys.readouterr()
    assert found_in(written.out + written.err, (*PLANTED, *WHO)) == []


@pytest.mark.sqlite_only
def test_the_log_is_emptied_later_when_somebody_reads_it_just_then(alone: Flask, tmp_path: Path) -> None:
    with alone.app_context():
        cast = people.make_cast(db.session)
    ana = fill(alone, cast)
    with alone.app_context():
        with reading_only(), db.engine.connect() as reader:
            # Like a long page of somebody else: it holds the log as it was.
            reader.execute(select(User)).all()
            assert ana.post("/settings/delete-account", data={"word": "delete"}).status_code == 200
            assert in_files(tmp_path, PLANTED) != set()
            reader.rollback()
        purge(NOW)
    assert in_files(tmp_path, PLANTED) == set()


@pytest.mark.parametrize("path", PATHS)
def test_restoring_an_older_backup_brings_nobody_back(app: Flask, cast: Cast, tmp_path: Path, path: str) -> None:
    ana = fill(app, cast)
    run = app.test_cli_runner().invoke
    assert run(args=["backup", str(tmp_path / "older.zip")]).exit_code == 0
    assert ana.post(path, data={"word": "delete"}).status_code == 200
    # The next backup carries the ledger to the older one.
    assert run(args=["backup", str(tmp_path / "newer.zip")]).exit_code == 0
    app.config["SETTINGS"].deletion_ledger.unlink()
    for name, said in (("older.zip", "1 accounts or diaries"), ("newer.zip", "")):
        with app.app_context():
            empty_tables(db.session)
        restored = run(args=["restore", str(tmp_path / name)])
        assert restored.exit_code == 0, restored.output
        assert ("Deleted again" in restored.output, said in restored.output) == (bool(said), True)
        assert found_in(dumped(app), PLANTED) == []
        with app.app_context():
            assert (db.session.get(User, cast.ana_user) is None) is (path == "/settings/delete-account")
            assert db.session.get(User, cast.ben_user) is not None
    # What was restored knows of it too.
    assert len(read_ledger(app.config["SETTINGS"].deletion_ledger)) == 1


def test_what_was_entered_after_a_deletion_comes_back_with_a_later_backup(
    app: Flask, cast: Cast, tmp_path: Path
) -> None:
    ana = fill(app, cast)
    assert ana.post("/settings/delete-diary", data={"word": "delete"}).status_code == 200
    # The first questions come again.
    assert ana.get("/log").location == "/start"
    with app.app_context():
        db.session.get_one(Patient, cast.ana).feet = "left"
        db.session.commit()
    assert ana.post("/log", data={"day": "2026-11-22", "note": "begun anew"}).status_code < 400
    assert "begun anew" in dumped(app)
    run = app.test_cli_runner().invoke
    assert run(args=["backup", str(tmp_path / "later.zip")]).exit_code == 0
    with app.app_context():
        empty_tables(db.session)
    assert run(args=["restore", str(tmp_path / "later.zip")]).exit_code == 0
    assert "begun anew" in dumped(app)


def test_a_ledger_that_cannot_be_read_is_said_and_restores_nothing(app: Flask, cast: Cast, tmp_path: Path) -> None:
    run = app.test_cli_runner().invoke
    run(args=["backup", str(tmp_path / "b.zip")])
    (tmp_path / FILE_NAME).write_text("2026-11-23 account somebody\n")
    with app.app_context():
        empty_tables(db.session)
    restored = run(args=["restore", str(tmp_path / "b.zip")])
    assert (restored.exit_code, "Line 1 of" in restored.output) == (1, True)
    assert "@example.com" not in dumped(app)


def test_the_record_of_a_deleted_person_still_holds(app: Flask, cast: Cast) -> None:
    ana = fill(app, cast)
    assert ana.post("/settings/delete-account", data={"word": "delete"}).status_code == 200
    with app.app_context():
        whats = [event.what for event in audit.read_trail(db.session, cast.ana)]
    assert whats == ["account_deleted", "share_stopped", "share_stopped", "viewed_notes"]


def test_an_operator_deletes_in_the_same_way(app: Flask, cast: Cast) -> None:
    fill(app, cast)
    done = app.test_cli_runner().invoke(args=["user", "delete", "ana@example.com", "--yes"])
    assert done.exit_code == 0, done.output
    assert found_in(dumped(app), PLANTED) == []
    assert [one.subject for one in read_ledger(app.config["SETTINGS"].deletion_ledger)][-1:] != []
    with app.app_context():
        assert deliver_mail(NOW)["sent"] == 1


#: What stays with the account when its diary is emptied: wishes, and whom it was shared with.
OF_THE_ACCOUNT = {"share", "visit_access", "mail_preference", "reminder"}


def test_a_new_table_of_a_diary_is_emptied_too(app: Flask, cast: Cast) -> None:
    """Fails for a table with a patient's rows that `erase_diary_rows` does not name."""
    sent: list[str] = []
    with app.app_context(), counted(app) as statements:
        erase_diary_rows(db.session, cast.ana)
        sent = statements.texts
        db.session.rollback()
    emptied = {text.split()[2].strip('"') for text in sent if text.startswith("DELETE")}
    tables = Base.metadata.sorted_tables
    of_patient = {
        table.name for table in tables if any(key.column.table.name == "patient" for key in table.foreign_keys)
    }
    assert of_patient - emptied == OF_THE_ACCOUNT


def test_with_a_practitioner_go_the_people_of_their_sheets(app: Flask, cast: Cast) -> None:
    with app.app_context():
        for practitioner in (cast.cho, cast.dee):
            case = Patient(alias="canary-case", created_at=NOW)
            db.session.add(case)
            db.session.flush()
            db.session.add(ImportedCase(patient_id=case.id, practitioner_id=practitioner, alias_key="canary-case"))
        db.session.commit()
    done = app.test_cli_runner().invoke(args=["user", "delete", "cho@example.com", "--yes"])
    assert done.exit_code == 0, done.output
    with app.app_context():
        assert len(db.session.scalars(select(Patient).where(Patient.user_id.is_(None))).all()) == 1
        assert db.session.scalars(select(ImportedCase.practitioner_id)).all() == [cast.dee]


def test_what_a_phone_had_not_sent_does_not_bring_the_diary_back(app: Flask, cast: Cast) -> None:
    ana, ben = fill(app, cast), just_proven(app, cast.ben_user)
    assert ana.post("/settings/delete-diary", data={"word": "delete"}).status_code == 200
    values = {"v": 1, "day": "2026-11-22", "foot": "right", "set": {"first_step_pain": 9}}

    def sent(browser: Browser, entered_at: datetime) -> str:
        op = values | {"op": str(uuid4()), "entered_at": entered_at.isoformat()}
        (answer,) = browser.post("/diary/ops", json={"ops": [op]}).json["answers"]
        return answer["status"]

    before = NOW - timedelta(seconds=1)
    assert [sent(ana, before), sent(ana, NOW), sent(ben, before)] == ["rejected", "stored", "stored"]
