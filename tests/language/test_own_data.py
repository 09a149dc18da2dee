"""The pages behind the password, and the page in an export, which no sweep of routes reaches."""

from __future__ import annotations

import io
import zipfile

import pytest
from flask import Flask
from sqlalchemy import update

from firststep.extensions import db
from firststep.models import User
from firststep.services.export_reading import BadExport, read_export
from tests.cast import CANARY_NAME, CANARY_NOTE, Browser, Cast
from tests.services.test_bringing_back import HOSTILE, changed
from tests.support.fresh import just_proven
from tests.support.pseudo_locale import CLOSES, LANGUAGE, OPENS
from tests.support.visible import unmarked_of_page, unmarked_of_text

pytestmark = pytest.mark.sqlite_only

HEADERS = {"Accept-Language": LANGUAGE}
ALLOWED = {"Firststep", CANARY_NAME, CANARY_NOTE, "Dr Cho", "csv/changes.csv"}
PAGES = ("/settings/import", "/settings/export", "/settings/delete-diary", "/settings/delete-account")


@pytest.fixture
def reader(app: Flask, cast: Cast) -> Browser:
    """Return Ana's browser after she chose the language of these tests and typed her password."""
    with app.app_context():
        db.session.execute(update(User).values(locale=LANGUAGE))
        db.session.commit()
    return just_proven(app, cast.ana_user)


@pytest.mark.parametrize("address", PAGES)
def test_each_page_speaks_the_readers_language(reader: Browser, address: str) -> None:
    answer = reader.get(address, headers=HEADERS)
    assert answer.status_code == 200
    assert unmarked_of_page(answer.text, ALLOWED) == []


@pytest.mark.parametrize("address", PAGES[2:])
@pytest.mark.parametrize("word", ["", "x", "delete"])
def test_each_answer_to_the_word_speaks_the_readers_language(reader: Browser, address: str, word: str) -> None:
    # In the language of these tests the word is another one: what is typed is what the page says.
    typed = f"{OPENS}delete{CLOSES}" if word == "delete" else word
    answer = reader.post(address, data={"word": typed}, headers=HEADERS)
    assert answer.status_code == (200 if word == "delete" else 422)
    assert unmarked_of_page(answer.text, ALLOWED) == []


def test_the_page_to_read_speaks_the_readers_language(reader: Browser) -> None:
    archive = zipfile.ZipFile(io.BytesIO(reader.post("/settings/export", headers=HEADERS, buffered=True).data))
    seal = archive.read("everything.json").decode().rpartition('"hash":"')[2][:64]
    assert unmarked_of_page(archive.read("read-me-first.html").decode(), {*ALLOWED, seal}) == []


def test_the_preview_and_each_refusal_of_a_file_speak_the_readers_language(app: Flask, cast: Cast) -> None:
    with app.app_context():
        db.session.execute(update(User).values(locale=LANGUAGE))
        db.session.commit()
    data = just_proven(app, cast.ana_user).post("/settings/export", buffered=True).data
    for name in HOSTILE:
        with app.test_request_context("/", headers=HEADERS), pytest.raises(BadExport) as refused:
            read_export(HOSTILE[name]())
        assert unmarked_of_text(str(refused.value), ()) == [], name
    wrong = changed(data, lambda found: [found["pain"][0].update(day="x"), found["days"].append(found["days"][0])])
    ben = just_proven(app, cast.ben_user)
    answer = ben.post("/settings/import", data={"file": (io.BytesIO(wrong), "a.zip")}, headers=HEADERS)
    assert answer.status_code == 200
    assert unmarked_of_page(answer.text, {*ALLOWED, "Ben"}) == []
