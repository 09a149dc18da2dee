"""A backup taken while somebody writes restores to the same rows, and a damaged one restores nothing."""

from __future__ import annotations

import hashlib
import json
import stat
import threading
import tracemalloc
import zipfile
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import DiaryChange, Dose, FootDay, Practice, User
from firststep.services.audit import Actor, record
from firststep.services.backup import contents, tables
from firststep.web.trail import sealing_key
from tests.cast import Cast
from tests.conftest import empty_tables
from tests.factories import LONG_AGO


def run(app: Flask, *words: str) -> Result:
    """Run a command of the application."""
    return app.test_cli_runner().invoke(args=list(words))


def held(app: Flask) -> dict[str, object]:
    """Return rows and hash of every table."""
    with app.app_context(), db.engine.connect() as connection:
        return {table.name: contents(connection, table) for table in tables()}


def test_the_drill_counts_and_hashes_are_the_same_after_a_restore(app: Flask, cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "steps.backup"
    with app.app_context():
        # Amounts lie in tenths, under a column's name that is not the model's.
        db.session.add_all(Dose(patient_id=cast.ana, day=LONG_AGO.date(), product="p", dose_mg=mg) for mg in (7.5, 400))
        db.session.commit()
    before = held(app)
    done = run(app, "backup", str(file))
    assert done.exit_code == 0, done.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with app.app_context():
        empty_tables(db.session)
    assert held(app) != before
    done = run(app, "restore", str(file))
    assert done.exit_code == 0, done.output
    assert held(app) == before
    with app.app_context():
        assert db.session.get_one(User, cast.ana_user).email == "ana@example.com"
        assert len(db.session.scalars(select(FootDay)).all()) > 30
        assert sorted(db.session.scalars(select(Dose.dose_mg))) == [7.5, 400]


def test_a_file_that_is_there_is_only_replaced_when_asked(app: Flask, cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "steps.backup"
    file.write_bytes(b"the backup of yesterday")
    done = run(app, "backup", str(file))
    assert done.exit_code == 1
    assert done.output == f"Error: {file} is there already: name another file, or write over it with --replace.\n"
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    assert file.read_bytes() == b"the backup of yesterday"
    assert run(app, "backup", "--replace", str(file)).exit_code == 0
    assert zipfile.is_zipfile(file)


@pytest.mark.parametrize("name", ["not there/steps.backup", "a file/steps.backup"])
def test_a_folder_that_takes_no_file_is_one_sentence(app: Flask, cast: Cast, tmp_path: Path, name: str) -> None:
    (tmp_path / "a file").write_bytes(b"")
    done = run(app, "backup", str(tmp_path / name))
    why = "No such file or directory" if name.startswith("not") else "Not a directory"
    assert (done.exit_code, done.output) == (1, f"Error: {tmp_path / name} cannot be written there: {why}.\n")


def test_a_restore_says_when_the_record_of_looks_does_not_hold(app: Flask, cast: Cast, tmp_path: Path) -> None:
    with app.app_context():
        actor = Actor(user_id=cast.cho_user, name="Dr Cho", now=LONG_AGO, key=sealing_key())
        record(db.session, actor, cast.ana, "viewed_charts", share_id=cast.share)
        db.session.commit()
    run(app, "backup", str(tmp_path / "b"))
    for secret, said in ((app.secret_key, False), ("another secret " * 4, True)):
        app.config["SECRET_KEY"] = secret
        with app.app_context():
            empty_tables(db.session)
        done = run(app, "restore", str(tmp_path / "b"))
        assert done.exit_code == 0, done.output
        assert ("The record of looks of 1 of 1 patients does not hold" in done.output) == said


def test_rows_written_after_a_restore_get_new_numbers(app: Flask, cast: Cast, tmp_path: Path) -> None:
    def change(op: int) -> DiaryChange:
        return DiaryChange(
            op_id=UUID(int=op),
            patient_id=cast.ana,
            day=LONG_AGO.date(),
            field="note",
            entered_at=LONG_AGO,
            stored_at=LONG_AGO,
        )

    with app.app_context():
        db.session.add_all([change(1), change(2)])
        db.session.commit()
    run(app, "backup", str(tmp_path / "b"))
    with app.app_context():
        empty_tables(db.session)
    assert run(app, "restore", str(tmp_path / "b")).exit_code == 0
    with app.app_context():
        known = set(db.session.scalars(select(DiaryChange.seq)))
        db.session.add(change(3))
        db.session.commit()
        assert len(set(db.session.scalars(select(DiaryChange.seq))) - known) == 1


def test_a_backup_is_of_one_moment_while_others_write(app: Flask, cast: Cast, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        with app.app_context():
            count = 0
            while not stop.is_set():
                db.session.add(Practice(name=f"P{count}", created_at=LONG_AGO))
                db.session.commit()
                count += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        done = run(app, "backup", str(tmp_path / "busy"))
    finally:
        stop.set()
        writer.join()
    assert done.exit_code == 0, done.output
    with app.app_context():
        empty_tables(db.session)
    assert run(app, "restore", str(tmp_path / "busy")).exit_code == 0


def _changed(file: Path, part: str, old: bytes, new: bytes) -> None:
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


@pytest.mark.parametrize("harm", ["changed row", "cut off", "other schema", "not a backup"])
def test_a_damaged_backup_is_refused_and_restores_nothing(app: Flask, cast: Cast, tmp_path: Path, harm: str) -> None:
    file = tmp_path / "steps.backup"
    run(app, "backup", str(file))
    if harm == "changed row":
        _changed(file, "user.jsonl", b"ben@example.com", b"eve@example.com")
    elif harm == "cut off":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    elif harm == "other schema":
        _changed(file, "manifest.json", b'"revision": "', b'"revision": "9')
    else:
        file.write_bytes(b"something else")
    with app.app_context():
        empty_tables(db.session)
    done = run(app, "restore", str(file))
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    with app.app_context():
        assert db.session.scalars(select(User)).all() == []


@pytest.mark.parametrize("seed", range(40))
def test_a_byte_that_flipped_anywhere_is_one_sentence_and_restores_nothing(
    app: Flask, cast: Cast, tmp_path: Path, seed: int
) -> None:
    file = tmp_path / "steps.backup"
    run(app, "backup", str(file))
    raw, draw = bytearray(file.read_bytes()), Random(seed)
    for _ in range(3):
        raw[draw.randrange(len(raw))] ^= 1 << draw.randrange(8)
    file.write_bytes(raw)
    with app.app_context():
        empty_tables(db.session)
    done = run(app, "restore", str(file))
    people = len(held_people(app))
    if done.exit_code == 0:
        # Three bits that say nothing, such as the time of a part.
        assert people == 4
    else:
        assert (people, done.output.count("Error: "), isinstance(done.exception, SystemExit)) == (0, 1, True)


def held_people(app: Flask) -> list[User]:
    """Return everybody who has an account."""
    with app.app_context():
        return list(db.session.scalars(select(User)))


def _forged(file: Path, part: str, data: bytes) -> None:
    """Put other data into one part, with the hash that belongs to it."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts["manifest.json"])
    manifest["tables"][part.removesuffix(".jsonl")]["sha256"] = hashlib.sha256(data).hexdigest()
    parts["manifest.json"] = json.dumps(manifest).encode()
    parts[part] = data
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(b"[" * 50_000, id="no json"),
        pytest.param(b"{}\n", id="no columns"),
        pytest.param(b"[]\n", id="no row"),
        pytest.param(b'{"id":"x","name":1}\n', id="no id"),
        pytest.param(b" " * (200 << 20), id="one endless line"),
    ],
)
def test_a_forged_backup_is_refused_in_one_sentence_and_little_memory(
    app: Flask, cast: Cast, tmp_path: Path, rows: bytes
) -> None:
    file = tmp_path / "steps.backup"
    run(app, "backup", str(file))
    _forged(file, "practice.jsonl", rows)
    with app.app_context():
        empty_tables(db.session)
    tracemalloc.start()
    done = run(app, "restore", str(file))
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (done.exit_code, held_people(app)) == (1, [])
    assert "practice" in done.output
    assert done.output.count("\n") == 1
    assert most_bytes < 50 << 20


def test_a_manifest_without_end_is_refused(app: Flask, cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "steps.backup"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b" " * (100 << 20))
    done = run(app, "restore", str(file))
    assert (done.exit_code, "manifest" in done.output) == (1, True)


def test_a_link_that_lies_in_the_way_is_not_followed(app: Flask, cast: Cast, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.write_text("theirs")
    (tmp_path / "b.partial").symlink_to(trap)
    assert run(app, "backup", str(tmp_path / "b")).exit_code == 0
    assert trap.read_text() == "theirs"
    assert {path.name for path in tmp_path.iterdir()} == {"trap", "b"}


def test_a_restore_never_touches_a_database_that_holds_something(app: Flask, cast: Cast, tmp_path: Path) -> None:
    run(app, "backup", str(tmp_path / "b"))
    before = held(app)
    done = run(app, "restore", str(tmp_path / "b"))
    assert done.exit_code == 1
    assert "is not empty" in done.output
    assert held(app) == before


def test_sessions_are_not_in_a_backup(app: Flask, ana: object, tmp_path: Path) -> None:
    run(app, "backup", str(tmp_path / "b"))
    with zipfile.ZipFile(tmp_path / "b") as archive:
        assert "user_session.jsonl" not in archive.namelist()
