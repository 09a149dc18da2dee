"""Every sentence of pages, mails, charts and refusals goes through gettext, shown in a language that marks them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import uuid4

import pytest
from babel import Locale
from flask import Flask
from flask_security.core import _default_messages
from flask_security.utils import get_message
from sqlalchemy import select, update
from werkzeug.exceptions import default_exceptions
from werkzeug.test import TestResponse

from firststep.clinical.benchmarks import load_benchmarks
from firststep.extensions import db
from firststep.models import Share, User
from firststep.services.countries import country_codes
from firststep.services.demo import COURSES
from firststep.services.zones import zone_choices
from firststep.web.errors import show_http_error
from firststep.web.security.messages import MESSAGES
from tests import cast as people
from tests.support import actors
from tests.support.actors import ACTORS, World, browser_of, make_world
from tests.support.letters import EVERY_KIND, write
from tests.support.pseudo_locale import LANGUAGE
from tests.support.routes import ROUTES
from tests.support.sweep import of_ana, op_of_ana, send
from tests.support.visible import unmarked_of_json, unmarked_of_page, unmarked_of_text

# One database is enough: this is about words.
pytestmark = pytest.mark.sqlite_only

CHANGES = [route for route in ROUTES if not route.startswith("GET")]
HEADERS = {"Accept-Language": LANGUAGE}
TYPED = {
    *(
        actors.CANARY_DEVICE,
        actors.CANARY_DRUG,
        actors.CANARY_LICENCE,
        actors.CANARY_LOOK,
        actors.CANARY_OLD_NOTE,
        actors.CANARY_PLAN,
        actors.CANARY_QUESTION,
        actors.CANARY_ASKED,
        actors.CANARY_TRIGGER,
        actors.CANARY_SPELL,
        actors.CANARY_CASE,
        actors.CANARY_REMARK,
        actors.CANARY_TAKEN,
        actors.ALIAS_TAKEN,
        actors.CANARY_PERSON,
        actors.CANARY_PRACTICE,
        actors.CANARY_FINDING,
        actors.CANARY_DISPUTE,
        actors.CANARY_INVITED,
        actors.CANARY_MEANT,
    ),
    *("Test"),
    *(people.CANARY_NOTE, people.CANARY_NAME, people.CANARY_EMAIL, "Dr Cho", "Dr Dee", "Dr Colleague"),
}
OWN_PAGES = ("/progress", "/log", "/log/2026-11-10/history")
# Refused by every field that can refuse anything.
NONSENSE = {
    **dict.fromkeys(("email", "current", "password", "code", "name", "time_zone", "role"), "\x07"),
    **dict.fromkeys(("day", "starts_on", "ends_on", "until_on", "onset_on", "weekday", "hour", "at"), "32"),
    **dict.fromkeys(("first_step_pain", "average_pain", "stretch_minutes", "dose_mg", "dose_product"), "٣"),
    **dict.fromkeys(("first_step_pain-left", "average_pain-right", "stretched", "nsaid", "feet", "arm"), "11"),
    **dict.fromkeys(("scope", "state", "level", "op", "undo", "week_starts_on", "profession"), "x" * 300),
    **dict.fromkeys(("text", "note"), "x" * 6000),
    **dict.fromkeys(("rating", "week", "back"), "11"),
}


@pytest.fixture
def world(app: Flask) -> World:
    """Return everybody, all of whom read the language of these tests."""
    world = make_world(app)
    all_speak_it(app)
    return world


def all_speak_it(app: Flask) -> None:
    """Let everybody have chosen the language of these tests."""
    with app.app_context():
        db.session.execute(update(User).values(locale=LANGUAGE))
        db.session.commit()


@pytest.fixture
def allowed(app: Flask) -> set[str]:
    """Return what may stand outside of marks: names of people, zones, languages, publications, and typed text."""
    with app.app_context():
        users = db.session.scalars(select(User)).all()
        names = {user.name for user in users if user.name} | {user.email for user in users}
    zones = {name for _zone, name in zone_choices()}
    # Babel names countries in each language, or a page shows their codes.
    countries = {*country_codes(), *map(str, Locale.parse(LANGUAGE).territories.values())}
    return {"Firststep", "English", "Esperanto", *zones, *countries, *TYPED, *names, *publications()}


def publications() -> set[str]:
    """Return what publications are called."""
    published = [source for source in load_benchmarks().sources if source.peer_reviewed]
    return {name for source in published for name in (source.short, source.citation)}


def test_every_page_speaks_the_readers_language(app: Flask, world: World, allowed: set[str]) -> None:
    found = set()
    for route in (route for route in ROUTES if route.startswith("GET")):
        for actor in ACTORS:
            response = send(app, world, route, actor, headers=HEADERS)
            found.update((route, words) for words in unmarked(response, allowed))
    assert found == set()


@pytest.mark.parametrize("detailed", [False, True])
@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_mail_speaks_the_readers_language(
    app: Flask, cast: people.Cast, allowed: set[str], kind: str, detailed: bool
) -> None:
    all_speak_it(app)
    letter = write(app, cast, kind, detailed=detailed)
    assert unmarked_of_text(letter.subject, allowed) == []
    assert unmarked_of_text(letter.text, allowed | {people.CANARY_EMAIL}) == []
    assert unmarked_of_page(letter.html, allowed) == []


@pytest.mark.parametrize("sent", [{}, NONSENSE], ids=["nothing", "nonsense"])
def test_every_refusal_speaks_the_readers_language(
    app: Flask, world: World, allowed: set[str], sent: dict[str, str]
) -> None:
    found = set()
    for route in CHANGES:
        for actor in ("nobody", "half", "factorless", "ben", "cho", "ana"):
            found.update((route, words) for words in answer_to(app, world, route, actor, sent, allowed))
    assert found == set()


def test_every_thanks_speaks_the_readers_language(app: Flask, world: World, allowed: set[str]) -> None:
    sent = of_ana(world)
    found = set()
    # Who asks for the deletion or the end of something does so last.
    for route in sorted(CHANGES, key=lambda route: any(word in route for word in ("delete", "end", "stop", "logout"))):
        for actor in ("nobody", "ben", "cho", "ana"):
            found.update((route, words) for words in answer_to(app, world, route, actor, sent, allowed))
    assert found == set()


def answer_to(
    app: Flask, world: World, route: str, actor: str, sent: dict[str, str], allowed: set[str]
) -> Iterator[str]:
    """Go through what is untranslated in the answer, and on the page to which it leads."""
    allowed = allowed | {value for value in sent.values() if value}
    response = send(app, world, route, actor, headers=HEADERS, data=sent)
    yield from unmarked(response, allowed)
    if response.status_code == 303:
        yield from unmarked(browser_of(app, world, actor).get(response.location, headers=HEADERS), allowed)


@pytest.mark.parametrize("way", ["put", "post"])
def test_refused_ops_speak_the_readers_language(app: Flask, world: World, allowed: set[str], way: str) -> None:
    wrong = [{}, {"v": 9}, op_of_ana(world) | {"day": "2027-01-01"}, op_of_ana(world) | {"set": {"note": 7}}]
    browser, op = browser_of(app, world, "ben"), uuid4()
    for body in wrong:
        sent = body | ({"op": str(op)} if "op" in body else {})
        request = {"json": sent if way == "put" else {"ops": [sent]}, "headers": HEADERS}
        response = browser.put(f"/diary/ops/{op}", **request) if way == "put" else browser.post("/diary/ops", **request)
        assert list(unmarked(response, allowed)) == [], sent


@pytest.mark.parametrize("actor", ["nobody", "ana", "cho", "invited"])
def test_pages_of_mailed_links_speak_the_readers_language(
    app: Flask, world: World, allowed: set[str], actor: str
) -> None:
    for endpoint, token in world.tokens.items():
        path = app.url_map.bind("localhost").build(endpoint, {"token": token})
        response = browser_of(app, world, actor).get(path, headers=HEADERS)
        assert unmarked(response, allowed | {"ana.new@example.com"}) == [], endpoint


def test_every_error_speaks_the_readers_language(app: Flask) -> None:
    for error in default_exceptions.values():
        with app.test_request_context("/", headers=HEADERS):
            text = show_http_error(error()).get_data(as_text=True)
            assert unmarked_of_page(text, {"Firststep"}) == [], error


def test_flask_security_says_what_we_say(app: Flask) -> None:
    reachable = [name for name in _default_messages if name.startswith("WEBAUTHN_")]
    with app.test_request_context("/", headers=HEADERS):
        for name in (*reachable, *MESSAGES):
            assert unmarked_of_text(get_message(name, name="N", cause="C", within="W")[0], ()) == [], name


@pytest.mark.parametrize("query", ["", "?days=30", "?days=365&ranges=all", "?ranges=none&measure=average&foot=left"])
def test_a_year_of_each_kind_of_course_speaks_the_readers_language(app: Flask, query: str) -> None:
    app.test_cli_runner().invoke(args=["demo"])
    all_speak_it(app)
    with app.app_context():
        users = {user.email: user.id for user in db.session.scalars(select(User))}
        shares = db.session.scalars(select(Share.id)).all()
    names = {
        "Firststep",
        *users,
        "Ana Demo",
        "Ben Demo",
        "Carla Demo",
        "Dr Cho Demo",
        "Acupuncturist",
        "Long day standing.",
        *(text for course in COURSES for _ago, text, _asked in course.questions),
    }
    found = set()
    for address, user in users.items():
        browser = people.sign_in(app, user)
        paths = (
            [f"/practice/{share}{page}" for share in shares for page in ("", "/visit")]
            if address.startswith("cho@")
            else ["/progress", "/log", "/log/2026-11-10/history", "/questions"]
        )
        for path in paths:
            response = browser.get(path + query)
            assert response.status_code == 200, path
            found.update(unmarked(response, names | publications()))
    assert found == set()


def unmarked(response: TestResponse, allowed: set[str]) -> Iterable[str]:
    """Return what people would read untranslated in an answer; nobody reads what an answer that leads on says."""
    if 300 <= response.status_code < 400:
        return []
    if response.mimetype in ("text/html", "image/svg+xml"):
        return unmarked_of_page(response.text, allowed)
    if response.mimetype.endswith("json"):
        return unmarked_of_json(response.get_json(force=True), allowed)
    return []
