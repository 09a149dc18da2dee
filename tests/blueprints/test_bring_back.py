"""Choosing a zip, seeing what it would add, confirming: nothing before, everything or nothing then."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from firststep.extensions import db
from firststep.models import Day, Upload
from firststep.services import audit
from firststep.services.export_reading import MOST_BYTES
from tests.blueprints.accounts_support import page
from tests.cast import CANARY_NOTE, NOW, Browser, Cast
from tests.support.fresh import just_proven
from tests.support.tables import fingerprint


@pytest.fixture
def data(app: Flask, cast: Cast) -> bytes:
    """Return what Ana took along."""
    return just_proven(app, cast.ana_user).post("/settings/export", buffered=True).data


def choose(browser: Browser, content: bytes) -> TestResponse:
    """Send the file as the page's form does."""
    # By hand: the test client would lay a large one into a file that it never closes.
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="firststep.zip"\r\n\r\n'
    body = head + content + b"\r\n--x--\r\n"
    return browser.post("/settings/import", data=body, content_type="multipart/form-data; boundary=x")


def upload_of(answer: TestResponse) -> str:
    """Return the id that the preview's button carries."""
    return page(answer).soup.find("input", {"name": "upload"})["value"]


def test_the_preview_counts_and_stores_nothing_and_the_answer_stores_all(
    app: Flask, cast: Cast, ben: Browser, data: bytes
) -> None:
    before = fingerprint(app, without={"user_session", "upload"})
    answer = choose(ben, data)
    assert answer.status_code == 200
    assert fingerprint(app, without={"user_session", "upload"}) == before
    (accepted, there, rejected, total) = re.findall(r"Together (\d+) (\d+) (\d+) (\d+)", page(answer).text)[0]
    assert int(accepted) == int(total) - int(there) - int(rejected) > 40
    done = ben.post("/settings/import/confirm", data={"upload": upload_of(answer)}, follow_redirects=True)
    assert f"{accepted} things were brought back." in page(done).text
    with app.app_context():
        notes = db.session.scalars(select(Day.note).where(Day.patient_id == cast.ben)).all()
        assert set(notes) == {CANARY_NOTE}
        assert db.session.scalars(select(Upload)).all() == []
        assert [event.what for event in audit.read_trail(db.session, cast.ben)] == ["imported"]
    again = choose(ben, data)
    assert "There is nothing to add." in page(again).text
    assert page(again).soup.find("input", {"name": "upload"}) is None


def test_a_second_tap_and_another_persons_file_find_nothing(
    app: Flask, cast: Cast, ana: Browser, ben: Browser, data: bytes
) -> None:
    upload = upload_of(choose(ben, data))
    before = fingerprint(app, without={"user_session"})
    for wrong in (upload, str(uuid4()), "x", ""):
        answer = ana.post("/settings/import/confirm", data={"upload": wrong}, follow_redirects=True)
        assert "The file is not here any more." in page(answer).text
    assert fingerprint(app, without={"user_session"}) == before
    for said in ("things were brought back.", "The file is not here any more."):
        answer = ben.post("/settings/import/confirm", data={"upload": upload}, follow_redirects=True)
        assert said in page(answer).text


def test_a_file_waits_for_an_hour_and_the_newest_counts(
    app: Flask, cast: Cast, ben: Browser, data: bytes, set_clock: Callable[[datetime], None]
) -> None:
    first, second = (upload_of(choose(ben, data)) for _ in range(2))
    assert (
        "not here any more" in ben.post("/settings/import/confirm", data={"upload": first}, follow_redirects=True).text
    )
    set_clock(NOW + timedelta(hours=1))
    assert (
        "not here any more" in ben.post("/settings/import/confirm", data={"upload": second}, follow_redirects=True).text
    )
    with app.app_context():
        assert db.session.scalars(select(Day.day).where(Day.patient_id == cast.ben)).all() == []


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 422, "Choose the zip that you took along."),
        (b"GIF89a", 422, "This file is damaged or no zip."),
        (b"PK\x03\x04" + bytes(MOST_BYTES), 413, "5 MB is the limit."),
        (bytes(MOST_BYTES + 200_000), 413, "Too much"),
    ],
)
def test_what_is_no_export_is_refused_and_kept_nowhere(
    app: Flask, ben: Browser, content: bytes, status: int, said: str
) -> None:
    before = fingerprint(app, without={"user_session"})
    answer = choose(ben, content)
    assert (answer.status_code, said in answer.text) == (status, True)
    assert fingerprint(app, without={"user_session"}) == before


def test_no_other_form_takes_so_much(ana: Browser) -> None:
    answer = ana.post("/settings", data=bytes(300_000), content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413


def test_the_command_brings_an_export_back(app: Flask, cast: Cast, data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    file.write_bytes(data)
    run = app.test_cli_runner().invoke
    words = ["data", "import", "--patient", "ben@example.com", str(file)]
    first, second = (run(args=words) for _ in range(2))
    accepted, there = re.findall(r"(\d+) read: (\d+) accepted, 0 already there, 0 rejected\.", first.output)[0]
    assert accepted == there
    assert f"{accepted} read: 0 accepted, {accepted} already there, 0 rejected." in second.output
    file.write_bytes(b"no zip")
    wrong = run(args=words)
    assert (wrong.exit_code, "Nothing was imported." in wrong.output) == (1, True)
