"""Taking everything along, and leaving: after the password, noted in the record, and for nobody but the owner."""

from __future__ import annotations

import io
import zipfile
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select, update

from firststep.extensions import db
from firststep.mail.unsubscribing import make_token
from firststep.models import OutboxMail, Patient, UserSession
from firststep.services import audit, sharing
from firststep.services.outbox import enqueue
from tests.blueprints.accounts_support import enter, letter, letters, page, visitor
from tests.cast import CANARY_EMAIL, CANARY_NAME, CANARY_NOTE, NOW, Browser, Cast
from tests.support.fresh import just_proven
from tests.support.tables import fingerprint


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


PATHS = ("/settings/delete-diary", "/settings/delete-account")


def test_the_pages_say_what_goes_what_stays_and_who_loses_access(app: Flask, cast: Cast) -> None:
    ana = just_proven(app, cast.ana_user)
    for path in PATHS:
        text = page(ana.get(path)).text
        # 35 days from the 23rd of November.
        assert "until 28 December 2026 at the latest" in text
        assert "Who loses access Dr Cho" in text
        assert "Take my data" in text
    assert "Nobody: you share with nobody now." in page(just_proven(app, cast.ben_user).get(PATHS[0])).text


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("word", ["", "delet", "yes", "DELETE!"])
def test_without_the_word_nothing_goes(app: Flask, cast: Cast, path: str, word: str) -> None:
    ana = just_proven(app, cast.ana_user)
    before = fingerprint(app, without={"user_session"})
    answer = ana.post(path, data={"word": word})
    assert (answer.status_code, "Type the word" in answer.text) == (422, True)
    assert fingerprint(app, without={"user_session"}) == before


@pytest.mark.parametrize("path", PATHS)
def test_without_the_password_of_just_now_nothing_goes(app: Flask, cast: Cast, ana: Browser, path: str) -> None:
    before = fingerprint(app, without={"user_session"})
    answer = ana.post(path, data={"word": "delete"})
    assert urlsplit(answer.location).path == "/verify"
    assert fingerprint(app, without={"user_session"}) == before


@pytest.mark.parametrize("path", PATHS)
def test_an_open_page_of_the_practitioner_finds_nothing_any_more(
    app: Flask, cast: Cast, cho: Browser, path: str
) -> None:
    addresses = (f"/practice/{cast.share}", f"/practice/{cast.share}/figure.json")
    assert [cho.get(address).status_code for address in addresses] == [200, 200]
    answer = just_proven(app, cast.ana_user).post(path, data={"word": "delete"})
    assert answer.status_code == 200
    assert [cho.get(address).status_code for address in addresses] == [404, 404]
    assert CANARY_NAME not in cho.get("/practice").text


def test_every_session_ends_with_the_account_and_the_page_takes_the_diary_off_the_phone(
    app: Flask, cast: Cast, ana: Browser
) -> None:
    here = just_proven(app, cast.ana_user)
    answer = here.post("/settings/delete-account", data={"word": "delete"})
    assert page(answer).heading == "Your account is deleted"
    assert page(answer).soup.find(attrs={"data-forget": True})["data-forget"] != ""
    assert page(answer).soup.find("meta", {"name": "phone-user"})["content"] == ""
    for browser in (here, ana):
        assert urlsplit(browser.get("/settings").location).path == "/login"
    assert enter(visitor(app), CANARY_EMAIL).status_code == 422
    with app.app_context():
        assert db.session.scalars(select(UserSession).where(UserSession.user_id == cast.ana_user)).all() == []


def test_the_account_stays_with_an_empty_diary(app: Flask, cast: Cast) -> None:
    ana = just_proven(app, cast.ana_user)
    answer = ana.post("/settings/delete-diary", data={"word": "delete"})
    assert page(answer).heading == "Your diary is empty"
    assert page(answer).soup.find(attrs={"data-forget": True})["data-forget"] != ""
    assert ana.get("/settings").status_code == 200
    assert ana.get("/log").location == "/start"
    assert "deleted the whole diary" in ana.get("/share/log").text
    assert letters(app, "account_deleted") == []


@pytest.mark.parametrize("path", PATHS)
def test_unsubscribing_works_after_leaving(app: Flask, cast: Cast, nobody: Browser, path: str) -> None:
    with app.app_context():
        token = make_token(cast.ana, "weekly_summary")
    just_proven(app, cast.ana_user).post(path, data={"word": "delete"})
    for _ in range(2):
        assert nobody.post(f"/mail/unsubscribe/{token}").status_code == 200


def test_waiting_mails_are_dropped_and_one_last_one_has_no_word_about_health(app: Flask, cast: Cast) -> None:
    with app.app_context():
        for kind in ("password_changed", "weekly_summary", "reminder"):
            enqueue(db.session, kind=kind, now=NOW, user_id=cast.ana_user)
        actor = audit.Actor(user_id=cast.ana_user, name="", now=NOW, key=b"k" * 32)
        terms = sharing.Terms(scope="notes", until_on=None)
        sharing.invite(db.session, actor, cast.ana, "invited@example.org", terms)
        sharing.invite(db.session, actor, cast.ben, "invited@example.org", terms)
        db.session.commit()
    just_proven(app, cast.ana_user).post("/settings/delete-account", data={"word": "delete"})
    with app.app_context():
        kinds = list(db.session.scalars(select(OutboxMail.kind).order_by(OutboxMail.kind)))
    # Ben's own invitation to the same address stays.
    assert kinds == ["account_deleted", "share_invitation"]
    last = letter(app, "account_deleted")
    assert (last.to, last.subject) == (CANARY_EMAIL, "Your account is deleted")
    assert [word for word in ("pain", "diary", "heel", "health", "foot") if word in last.text.lower()] == []
