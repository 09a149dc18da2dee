"""Taking everything along: asked for the password, noted in the record, kept by no cache, and for its owner only."""

from __future__ import annotations

import io
import zipfile
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import update

from firststep.extensions import db
from firststep.models import Patient
from firststep.services import audit
from tests.cast import CANARY_NOTE, NOW, Browser, Cast
from tests.support.fresh import just_proven


def trail(app: Flask, cast: Cast) -> list[str]:
    """Return what stands in Ana's record, the newest first."""
    with app.app_context():
        return [event.what for event in audit.read_trail(db.session, cast.ana)]


def test_the_zip_comes_at_once_and_the_record_says_so(app: Flask, cast: Cast) -> None:
    ana = just_proven(app, cast.ana_user)
    assert "Download the zip" in ana.get("/settings/export").text
    answer = ana.post("/settings/export", buffered=True)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "firststep-2026-11-23.zip" in answer.headers["Content-Disposition"]
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    assert CANARY_NOTE in archive.read("csv/diary.csv").decode()
    assert trail(app, cast) == ["exported"]
    # The head that goes along counts the row about this very export.
    with app.app_context():
        head = audit.trail_head(db.session, cast.ana)
    assert head.hash in archive.read("everything.json").decode()
    assert head.hash in archive.read("read-me-first.html").decode()
    assert "took all data along as a file" in ana.get("/share/log").text
    assert head.count == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_the_password_of_just_now_it_is_asked_for_and_nothing_is_noted(
    app: Flask, cast: Cast, ana: Browser, method: str
) -> None:
    answer = ana.open("/settings/export", method=method)
    assert (answer.status_code, urlsplit(answer.location).path) in ((302, "/verify"), (303, "/verify"))
    assert trail(app, cast) == []


def test_whoever_closed_the_diary_can_still_take_it_along(app: Flask, cast: Cast) -> None:
    with app.app_context():
        db.session.execute(update(Patient).where(Patient.id == cast.ana).values(diary_closed_at=NOW))
        db.session.commit()
    answer = just_proven(app, cast.ana_user).post("/settings/export", buffered=True)
    assert CANARY_NOTE in zipfile.ZipFile(io.BytesIO(answer.data)).read("csv/diary.csv").decode()


def test_a_practitioner_has_nothing_to_take_here(app: Flask, cast: Cast) -> None:
    cho = just_proven(app, cast.cho_user)
    assert [cho.open("/settings/export", method=method).status_code for method in ("GET", "POST")] == [404, 404]
    assert "Take my data" not in cho.get("/settings").text


def test_a_new_account_has_an_export_too(app: Flask, cast: Cast) -> None:
    answer = just_proven(app, cast.ben_user).post("/settings/export", buffered=True)
    page = zipfile.ZipFile(io.BytesIO(answer.data)).read("read-me-first.html").decode()
    assert "<svg" not in page
    assert "Log one morning" in page
