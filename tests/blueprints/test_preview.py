"""What the patient is shown as what they see: word for word the practitioner's page, and no look is noted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select, update

from firststep.extensions import db
from firststep.models import AccessEvent, Patient, Share
from tests import cast as people
from tests.blueprints.test_visit_page import add_noted
from tests.cast import TODAY, Browser, Cast
from tests.support.statements import counted

FROM = TODAY - timedelta(days=20)
SCOPES = [("summary", None), ("charts", None), ("notes", None), ("summary", FROM), ("charts", FROM), ("notes", FROM)]


@pytest.fixture
def noted(app: Flask, cast: Cast) -> None:
    """Let Ana have had a session, a flare-up and a question."""
    with app.app_context():
        add_noted(db.session, cast)
        db.session.commit()


def share_shows(app: Flask, cast: Cast, **values: object) -> None:
    with app.app_context():
        db.session.execute(update(Share).where(Share.id == cast.share).values(**values))
        db.session.commit()


def looks(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(AccessEvent)) or 0


def shown(page: str) -> list[str]:
    """Return the words, the drawings and the tables of the page, without where its links lead and whose page it is."""
    main = BeautifulSoup(page, "html.parser").select_one("main")
    assert main is not None
    for own in main.select(".way, .visit__steps, .notice"):
        own.decompose()
    for element in main.find_all(True):
        for name in [name for name in element.attrs if name in ("href", "src") or name.startswith(("hx-", "data-"))]:
            del element[name]
    for asks in main.select("div[hidden]"):
        asks.decompose()
    return re.sub(r"\s+", " ", str(main)).split("><")


def query(scope: str, from_day: date | None) -> dict[str, str]:
    return {"scope": scope} | ({"from_day": from_day.isoformat()} if from_day else {})


def twice(share: object, scope: str, from_day: date | None, page: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Go through both ways to a preview: of the share, and of a form that says the same."""
    yield f"/share/{share}/preview{page}", {}
    yield f"/share/preview{page}", query(scope, from_day)


@pytest.mark.usefixtures("noted")
@pytest.mark.parametrize(("scope", "from_day"), SCOPES)
@pytest.mark.parametrize("page", ["", "/visit"])
def test_the_preview_is_the_practitioners_page(
    app: Flask, cast: Cast, ana: Browser, cho: Browser, scope: str, from_day: date | None, page: str
) -> None:
    # Without a last day, which a form's preview does not have either.
    share_shows(app, cast, scope=scope, from_day=from_day, until_on=None)
    theirs = cho.get(f"/practice/{cast.share}{page}")
    noted = looks(app)
    assert theirs.status_code == 200
    for address, asked in twice(cast.share, scope, from_day, page):
        preview = ana.get(address, query_string=asked)
        assert preview.status_code == 200
        assert shown(preview.text) == shown(theirs.text)
        assert "Looking here is not noted" in preview.text
        assert "/practice/" not in preview.text
    assert looks(app) == noted == 1


@pytest.mark.parametrize(("scope", "from_day"), SCOPES)
@pytest.mark.parametrize("choice", [{}, {"days": "30"}, {"chart": "nsaid_use"}])
def test_the_data_of_the_charts_are_the_same(
    app: Flask,
    cast: Cast,
    ana: Browser,
    cho: Browser,
    scope: str,
    from_day: date | None,
    choice: dict[str, str],
) -> None:
    share_shows(app, cast, scope=scope, from_day=from_day)
    theirs = cho.get(f"/practice/{cast.share}/figure.json", query_string=choice)
    noted = looks(app)
    for address, asked in twice(cast.share, scope, from_day, "/figure.json"):
        own = ana.get(address, query_string=choice | asked)
        assert own.status_code == theirs.status_code == (404 if scope == "summary" else 200)
        assert own.json == theirs.json if scope != "summary" else people.CANARY_NOTE not in own.text
    assert looks(app) == noted


def test_links_of_a_preview_stay_in_it(cast: Cast, ana: Browser) -> None:
    for address in (f"/share/{cast.share}/preview", f"/share/preview?scope=notes&from_day={FROM}"):
        page = BeautifulSoup(ana.get(address).text, "html.parser")
        tabs = [str(tab["hx-get"]) for tab in page.select("main .tabs a")]
        assert len(tabs) > 4
        for tab in tabs:
            assert tab.startswith(address.partition("?")[0])
            assert ("from_day" in tab) is ("from_day" in address)
            part = ana.get(tab, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
            assert part.status_code == 200
            assert "<html" not in part.text


def test_the_form_leads_to_the_preview_of_what_it_says(ana: Browser) -> None:
    asked = {"email": "dee@example.com", "scope": "notes", "from_day": "2026-11-03", "until_on": "2027-05-23"}
    answer = ana.post("/share/preview", data=asked)
    assert answer.status_code == 303
    assert answer.location == "/share/preview?scope=notes&from_day=2026-11-03"
    page = ana.get(answer.location).text
    assert people.CANARY_NOTE in page
    assert "Only entries from 3 Nov 2026 on are shared" in page
    assert people.CANARY_NOTE not in ana.get("/share/preview?scope=charts").text


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "Choose what they may see."),
        ({"scope": "everything"}, "Choose what they may see."),
        ({"scope": "notes", "from_day": "20261103"}, "Choose a date."),
        ({"scope": "notes", "from_day": "2026-11-24"}, "That day has not come yet."),
    ],
)
def test_what_the_form_says_wrongly_is_named(ana: Browser, sent: dict[str, str], sentence: str) -> None:
    answer = ana.post("/share/preview", data=sent)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert ana.get("/share/preview", query_string=sent).status_code == 404


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"state": "invited", "practitioner_id": None}, 200),
        ({"state": "accepted"}, 200),
        ({"state": "active"}, 200),
        ({"state": "active", "until_on": TODAY - timedelta(days=1)}, 404),
        ({"state": "stopped"}, 404),
        ({"state": "expired"}, 404),
        ({"state": "withdrawn"}, 404),
    ],
)
def test_only_a_share_that_shows_something_or_will_has_a_preview(
    app: Flask, cast: Cast, ana: Browser, values: dict[str, object], status: int
) -> None:
    share_shows(app, cast, **values)
    for page in ("", "/visit", "/figure.json"):
        assert ana.get(f"/share/{cast.share}/preview{page}").status_code == status


def test_each_open_share_and_each_form_has_its_preview(cast: Cast, ana: Browser) -> None:
    assert f'href="/share/{cast.share}/preview"' in ana.get("/share").text
    button = BeautifulSoup(ana.get("/share/new").text, "html.parser").select_one('[formaction="/share/preview"]')
    assert button is not None
    assert button["formtarget"] == "_blank"
    # Enter presses the first button of a form.
    first = button.find_parent("form").select_one("button")  # type: ignore[union-attr]
    assert first is not button


def test_somebody_without_a_name_is_shown_as_they_will_be(app: Flask, cast: Cast, ana: Browser) -> None:
    with app.app_context():
        db.session.get_one(Patient, cast.ana).alias = ""
        db.session.execute(update(people.User).where(people.User.id == cast.ana_user).values(name=""))
        db.session.commit()
    assert "Without a name, shares since 23 Nov 2026" in ana.get("/share/preview?scope=summary").text


def test_a_preview_costs_no_more_than_the_page(app: Flask, cast: Cast, ana: Browser, cho: Browser) -> None:
    with counted(app) as theirs:
        cho.get(f"/practice/{cast.share}")
    with counted(app) as own:
        ana.get(f"/share/{cast.share}/preview")
    assert len(own.own) <= len(theirs.own)
