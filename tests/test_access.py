"""Every route by every actor: who gets in, what the others learn (nothing), and what they change (nothing)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.routing import Rule

from firststep.extensions import db, limiter
from tests import cast as people
from tests.conftest import empty_tables
from tests.support.actors import (
    ACTORS,
    CANARY_ASKED,
    CANARY_QUESTION,
    CANARY_SPELL,
    CANARY_TRIGGER,
    DAY,
    READERS,
    SHARES,
    World,
    browser_of,
    make_world,
)
from tests.support.routes import LOCKED_TWICE, POLICIES, ROUTES, WEAKER
from tests.support.snapshots import Snapshot, restore, take
from tests.support.sweep import (
    INSIDE,
    OF_AN_OBJECT,
    WAYS,
    address,
    as_form,
    described,
    insiders,
    leaks,
    of_ana,
    op_of_ana,
    refusal,
    send,
)
from tests.support.tables import Fingerprint, fingerprint, fingerprint_of_person

# What these show is a look, which is noted.
_NOTED = ("reader", "chart_reader", "author", "visit_reader")
UNSAFE = [route for route in ROUTES if not route.startswith("GET")]


@pytest.fixture(scope="module")
def stored_world(application: Flask) -> tuple[World, Snapshot, Fingerprint]:
    """Return everybody, and what the tables hold then."""
    application.config["CLOCK"] = lambda: people.NOW
    with application.app_context():
        empty_tables(db.session)
    world = make_world(application)
    snapshot = take(application)
    # Once before the first test: what is put back is written in one way (no recovery codes as "", never as NULL).
    restore(application, snapshot)
    return world, snapshot, fingerprint(application)


@pytest.fixture
def app(application: Flask, stored_world: tuple[World, Snapshot, Fingerprint]) -> Iterator[Flask]:
    """Return the application with everybody's rows as they were made."""
    application.config["CLOCK"] = lambda: people.NOW
    limiter.reset()
    yield application
    if fingerprint(application) != stored_world[2]:
        restore(application, stored_world[1])


@pytest.fixture
def before(stored_world: tuple[World, Snapshot, Fingerprint]) -> Fingerprint:
    """Return what the tables held before the test, which `app` sees to."""
    return stored_world[2]


@pytest.fixture
def world(stored_world: tuple[World, Snapshot, Fingerprint]) -> World:
    """Return everybody."""
    return stored_world[0]


def test_every_route_says_here_who_may_use_it(app: Flask) -> None:
    declared = {f"{method} {endpoint}" for endpoint, method in app.extensions["policy_table"]}
    missing = sorted(declared - set(ROUTES))
    assert not missing, "\n".join(f"say who may use {route}, in tests/support/routes.py" for route in missing)
    assert sorted(set(ROUTES) - declared) == []


def test_every_route_declares_the_policy_of_those_who_may_use_it(app: Flask) -> None:
    assert list(undeclared(app)) == []


@pytest.mark.parametrize("route", ROUTES)
def test_only_those_who_may_get_in(app: Flask, world: World, before: Fingerprint, route: str) -> None:
    assert list(outsiders_findings(app, world, route)) == []
    assert fingerprint(app) == before, f"somebody who may not use {route} changed something by it"


@pytest.mark.parametrize("route", ROUTES)
def test_those_who_may_get_in_see_only_what_is_theirs(
    app: Flask, world: World, before: Fingerprint, route: str
) -> None:
    # A look at somebody's diary is noted; a sign-in or a change of factor goes on from page to page in the own session.
    noted = {"user_session"} | ({"access_event"} if ROUTES[route] in _NOTED else set())
    if route == "GET practice.patients":
        # What a list is kept from is computed when it is looked at; no entry of anybody's.
        noted |= {"triage", "name_beginning"}
    assert list(insiders_findings(app, world, route)) == []
    if route.startswith("GET"):
        kept = {table: hashed for table, hashed in before.items() if table not in noted}
        assert fingerprint(app, without=noted) == kept, f"{route} writes"


@pytest.mark.parametrize("route", UNSAFE)
def test_ids_of_another_in_own_forms_change_nothing_of_theirs(app: Flask, world: World, route: str) -> None:
    of_hers = fingerprint_of_person(app, patient_id=world.cast.ana, user_id=world.cast.ana_user)
    op = op_of_ana(world)
    bodies = ({"data": of_ana(world)}, {"json": op}, {"json": {"ops": [op, of_ana(world)]}})
    # What Dr Cho notes of a session is noted of Ana, through her share: tests/blueprints/test_care.py has its bounds.
    writers = {"cho"} if ROUTES[route] in ("chart_reader", "author") else set()
    for actor in sorted({"ben", "dee", "accepted", "stopped", "cho"} - writers):
        for body in bodies:
            response = send(app, world, route, actor, **body)
            assert response.status_code < 500
            assert leaks(response, actor, route) == []
    assert fingerprint_of_person(app, patient_id=world.cast.ana, user_id=world.cast.ana_user) == of_hers


# Mailbox providers unsubscribe without a page, a cookie or a form token (RFC 8058); the mailed token is what counts.
@pytest.mark.parametrize("route", [route for route in UNSAFE if route != "POST digest.unsubscribe_now"])
def test_a_request_without_the_form_token_of_its_session_changes_nothing(
    app: Flask, world: World, before: Fingerprint, route: str
) -> None:
    with app.test_request_context():
        of_dee = browser_of(app, world, "dee").csrf_token()
    for actor in ("nobody", "ben", "cho", "ana"):
        for token in (None, of_dee, "x"):
            if actor in insiders(ROUTES[route]):
                response = send(app, world, route, actor, headers={"X-CSRFToken": token}, data=of_ana(world))
                assert response.status_code == 400, actor
    assert fingerprint(app) == before


@pytest.mark.parametrize("route", [route for route in ROUTES if route.startswith("GET")])
def test_ids_of_another_in_a_query_show_nothing_of_theirs(app: Flask, world: World, route: str) -> None:
    for actor in ("nobody", "ben", "dee", "summary"):
        response = send(app, world, route, actor, query_string=of_ana(world))
        assert response.status_code < 500
        assert leaks(response, actor, route) == []


@pytest.mark.parametrize(
    "endpoint",
    [
        *("accounts.reset_password", "accounts.confirm_address", "accounts.reach", "digest.unsubscribe"),
        *("sharing.invitation", "sharing.asked", "sharing.enter_by_link", "team.offer", "cases.offer"),
    ],
)
def test_a_genuine_link_that_somebody_else_opens_shows_and_changes_nothing(
    app: Flask, world: World, before: Fingerprint, endpoint: str
) -> None:
    rule = next(app.url_map.iter_rules(endpoint))
    path = app.url_map.bind("localhost").build(rule.endpoint, {"token": world.tokens[endpoint]})
    for actor in ACTORS:
        response = browser_of(app, world, actor).get(path)
        assert response.status_code == 200, actor
        assert leaks(response, actor, endpoint) == []
    assert fingerprint(app) == before


def test_a_genuine_calendar_address_tells_everybody_the_same_neutral_words(app: Flask, world: World) -> None:
    path = app.url_map.bind("localhost").build("reminders.feed", {"token": world.tokens["reminders.feed"]})
    for actor in ACTORS:
        response = browser_of(app, world, actor).get(path)
        assert response.status_code == 200, actor
        assert leaks(response, "nobody", "reminders.feed") == []
        assert str(world.cast.ana) not in response.text


def test_a_link_to_unsubscribe_acts_for_its_person_only(app: Flask, world: World) -> None:
    path = app.url_map.bind("localhost").build("digest.unsubscribe", {"token": world.tokens["digest.unsubscribe"]})
    hers, his = {"patient_id": world.cast.ana, "user_id": world.cast.ana_user}, {"patient_id": world.cast.ben}
    before = [fingerprint_of_person(app, **hers), fingerprint_of_person(app, **his, user_id=world.cast.ben_user)]
    for form in ({}, {"undo": "yes"}, {"patient_id": str(world.cast.ben)}):
        assert browser_of(app, world, "ben").post(path, data=form).status_code == 200
    after = [fingerprint_of_person(app, **hers), fingerprint_of_person(app, **his, user_id=world.cast.ben_user)]
    assert {table for table in before[0] if before[0][table] != after[0][table]} == {"mail_preference"}
    assert before[1] == after[1]


@pytest.mark.parametrize("route", [route for route, word in ROUTES.items() if word in OF_AN_OBJECT])
def test_an_object_of_another_looks_like_none(app: Flask, world: World, route: str) -> None:
    named = (
        "episode",
        "session",
        "op",
        "plan",
        "question",
        "rating",
        "flare",
        "batch",
        "member",
        "invitation",
        "noted",
        "made",
        "visit",
        "sheet_visit",
        "case",
    )
    ids = {name: uuid4() for name in named}
    nothing = replace(world, shares={}, cast=replace(world.cast, share=uuid4()), **ids)
    for actor in ("ben", "dee", "accepted", "stopped"):
        for headers in WAYS.values():
            answers = [send(app, asked, route, actor, headers=headers) for asked in (world, nothing)]
            assert [answer.status_code for answer in answers] == [404, 404]
            assert without_form_token(answers[0].text) == without_form_token(answers[1].text)
            assert {*answers[0].headers.keys()} == {*answers[1].headers.keys()}


@pytest.mark.parametrize("actor", sorted(SHARES.keys() - READERS))
def test_the_chart_of_a_share_that_is_not_open_says_that_it_ended(app: Flask, world: World, actor: str) -> None:
    response = send(app, world, "GET practice.figure", actor)
    assert (response.status_code, response.json) == (404, {"error": "This share has ended."})


@pytest.mark.parametrize(
    ("actor", "days", "notes"), [("summary", False, False), ("cho", True, False), ("notes", True, True)]
)
def test_each_scope_shows_what_it_says_in_every_form(
    app: Flask, world: World, actor: str, days: bool, notes: bool
) -> None:
    for way, headers in WAYS.items():
        page = send(app, world, "GET practice.patient", actor, headers=headers)
        figure = send(app, world, "GET practice.figure", actor, headers=headers)
        assert (page.status_code, figure.status_code) == (200, 200 if days else 404)
        # The part is the chart alone.
        assert (people.CANARY_NOTE in page.text) is (notes and way != "part")
        assert (CANARY_QUESTION in page.text) is (notes and way != "part")
        assert CANARY_ASKED not in page.text
        assert (CANARY_TRIGGER in page.text) is notes
        assert (CANARY_SPELL in page.text) is notes
        assert ("worst pain 8 of 10" in page.text) is days
        assert ("called it “Much worse”" in page.text) is days
        assert ("only-wide" in page.text, "figure.json" in page.text) == (days, days)
        assert (DAY in figure.text) is days


def test_a_head_request_is_let_in_like_a_get(app: Flask, world: World) -> None:
    for route in (route for route in ROUTES if route.startswith("GET")):
        for actor in ("nobody", "factorless", "ben", "dee", "stopped"):
            answers = [send(app, world, f"{method} {route[4:]}", actor) for method in ("GET", "HEAD")]
            assert described(answers[0]) == described(answers[1]), f"{route} as {actor}"
            assert answers[1].text == ""


def test_a_method_that_a_route_does_not_have_is_refused(app: Flask, world: World) -> None:
    for rule in app.url_map.iter_rules():
        for method in {"POST", "PUT", "PATCH", "DELETE", "TRACE"} - methods_at(app, rule):
            response = browser_of(app, world, "ana").open(address(app, world, rule, "ana"), method=method)
            assert response.status_code == 405, f"{method} {rule.rule}"


# Who is let in is decided before any table that the two databases could see differently.
@pytest.mark.sqlite_only
@pytest.mark.parametrize("wrong", ["public", "half", "password", "signed_in"])
def test_a_policy_that_lets_more_people_in_is_noticed(app: Flask, world: World, wrong: str) -> None:
    table = app.extensions["policy_table"]
    wrong_word = "everybody" if wrong == "public" else wrong
    mutated = [key for key, policy in table.items() if wrong in WEAKER[policy]]
    unnoticed = set()
    for endpoint, method in mutated:
        right = table[endpoint, method]
        table[endpoint, method] = wrong
        # A refusal for too many tries, which the routes before this one used up, would count as noticed.
        limiter.reset()
        try:
            assert list(undeclared(app)) == [f"{method} {endpoint} is {wrong}"]
            # First whom the weaker policy lets in: everybody is asked only where nobody finds anything.
            if next(outsiders_findings(app, world, f"{method} {endpoint}", first=INSIDE[wrong_word]), None) is None:
                unnoticed.add(f"{method} {endpoint}")
        finally:
            table[endpoint, method] = right
    assert len(mutated) > 30
    assert unnoticed == LOCKED_TWICE[wrong]


def undeclared(app: Flask) -> Iterator[str]:
    """Go through the routes whose declared policy is another than the one written down by hand."""
    for (endpoint, method), policy in app.extensions["policy_table"].items():
        if policy != POLICIES[ROUTES[f"{method} {endpoint}"]]:
            yield f"{method} {endpoint} is {policy}"


def outsiders_findings(app: Flask, world: World, route: str, *, first: Collection[str] = ()) -> Iterator[str]:
    """Send the request as everybody who may not, in every way; go through what is wrong about the answers."""
    outside = [name for name in ACTORS if name not in INSIDE[ROUTES[route]]]
    typed = as_form(of_ana(world))
    for actor in sorted(outside, key=lambda name: name not in first):
        for way, headers in WAYS.items():
            try:
                response = send(app, world, route, actor, headers=headers, **typed)
            except Exception as error:  # noqa: BLE001 - a view that was reached and broke is a finding too
                yield f"{actor} as {way}: {error!r}"
                continue
            expected = refusal(actor, way, ROUTES[route], route)
            if described(response) != expected:
                yield f"{actor} as {way} got {described(response)} instead of {expected}"
            yield from leaks(response, actor, route)


def insiders_findings(app: Flask, world: World, route: str) -> Iterator[str]:
    """Send the request as everybody who may; go through what is wrong about the answers."""
    hers = (world.episode, world.session, world.dose, world.question, world.rating, world.flare, world.sheet_visit)
    for actor in insiders(ROUTES[route]):
        for way, headers in WAYS.items():
            response = send(app, world, route, actor, headers=headers)
            if described(response) == refusal(actor, way, ROUTES[route], route) != "404" or response.status_code >= 500:
                yield f"{actor} as {way} got {described(response)}"
            # An address with an object's id is answered to its owner, so the others' 404 is about them.
            # The first of the three ways deletes it.
            gone = way != "page" and not route.startswith("GET")
            if ROUTES[route] in OF_AN_OBJECT and response.status_code == 404 and not gone:
                yield f"{actor} as {way} does not find the object"
            yield from leaks(response, actor, route)
            if actor != "ana" and any(str(row) in response.text for row in hers):
                yield f"{actor} as {way} gets the id of something of Ana's"


def without_form_token(page: str) -> str:
    """Return the page without its form token, which holds the second of the answer."""
    return re.sub(r'(name="csrf[-_]token" (?:content|value))="[^"]*"', r"\1", page)


def methods_at(app: Flask, rule: Rule) -> set[str]:
    """Return every method that some rule with the same address has."""
    return set().union(*(other.methods or set() for other in app.url_map.iter_rules() if other.rule == rule.rule))
