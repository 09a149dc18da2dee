"""Every route by every actor: who gets in, what the others learn (nothing), and what they change (nothing)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from firststep.extensions import limiter
from tests import cast as people
from tests.support.actors import ACTORS, DAY, PATIENTS, PRACTITIONERS, World, make_world
from tests.support.routes import LOCKED_TWICE, POLICIES, ROUTES
from tests.support.tables import fingerprint, fingerprint_of_person

SAFE = {"GET", "HEAD", "OPTIONS"}
# The same request as a page, as a part, and as a script asks for it.
WAYS: Mapping[str, Mapping[str, str]] = {
    "page": {},
    "part": {"HX-Request": "true", "HX-Request-Type": "partial"},
    "script": {"Accept": "application/json"},
}
INSIDE = {
    "everybody": set(ACTORS),
    "bearer": set(ACTORS),
    "half": set(ACTORS) - {"nobody"},
    "password": set(ACTORS) - {"nobody", "half"},
    "signed_in": PATIENTS | PRACTITIONERS | {"closed"},
    "session_owner": {"ana"},
    "patient": set(PATIENTS),
    "owner": {"ana"},
    "practitioner": set(PRACTITIONERS),
    "reader": {"cho"},
}
CANARIES = (people.CANARY_NAME, people.CANARY_EMAIL, people.CANARY_NOTE)


def test_every_route_says_here_who_may_use_it(app: Flask) -> None:
    declared = {f"{method} {endpoint}" for endpoint, method in app.extensions["policy_table"]}
    missing = sorted(declared - set(ROUTES))
    assert not missing, "\n".join(f"say who may use {route}, in tests/support/routes.py" for route in missing)
    assert sorted(set(ROUTES) - declared) == []


def test_every_route_declares_the_policy_of_those_who_may_use_it(app: Flask) -> None:
    assert list(undeclared(app)) == []


@pytest.mark.parametrize("route", ROUTES)
def test_only_those_who_may_get_in(app: Flask, route: str) -> None:
    world = make_world(app)
    before = fingerprint(app)
    assert list(outsiders_findings(app, world, route)) == []
    assert fingerprint(app) == before, f"somebody who may not use {route} changed something by it"


@pytest.mark.parametrize("route", ROUTES)
def test_those_who_may_get_in_see_only_what_is_theirs(app: Flask, route: str) -> None:
    world = make_world(app)
    before = fingerprint(app, without={"access_event"})
    assert list(insiders_findings(app, world, route)) == []
    if route.startswith("GET"):
        assert fingerprint(app, without={"access_event"}) == before, f"{route} writes"


@pytest.mark.parametrize("route", [route for route in ROUTES if not route.startswith("GET")])
def test_ids_of_another_in_own_forms_change_nothing_of_theirs(app: Flask, route: str) -> None:
    world = make_world(app)
    of_ana = fingerprint_of_person(app, patient_id=world.cast.ana, user_id=world.cast.ana_user)
    for actor in ("ben", "dee"):
        for body in ({"data": hostile(world)}, {"json": hostile(world)}, {"json": [hostile(world)]}):
            limiter.reset()
            response = send(app, world, route, actor, **body)
            assert response.status_code < 500
            assert leaks(response, actor, route) == []
    assert fingerprint_of_person(app, patient_id=world.cast.ana, user_id=world.cast.ana_user) == of_ana


def test_a_method_that_a_route_does_not_have_is_refused(app: Flask) -> None:
    world = make_world(app)
    for rule in app.url_map.iter_rules():
        for method in {"POST", "PUT", "PATCH", "DELETE", "TRACE"} - methods_at(app, rule):
            response = world.browsers["ana"].open(address(app, world, rule, "ana"), method=method)
            assert response.status_code == 405, f"{method} {rule.rule}"


def test_a_policy_that_lets_everybody_in_is_noticed(app: Flask) -> None:
    world = make_world(app)
    table = app.extensions["policy_table"]
    guarded = [key for key, policy in table.items() if policy not in ("public", "token")]
    unnoticed = []
    for endpoint, method in guarded:
        right = table[endpoint, method]
        table[endpoint, method] = "public"
        try:
            assert list(undeclared(app)) == [f"{method} {endpoint} is public"]
            findings = outsiders_findings(app, world, f"{method} {endpoint}")
            if next(findings, None) is None:
                unnoticed.append(f"{method} {endpoint}")
        finally:
            table[endpoint, method] = right
    assert len(guarded) > 50
    assert {route.partition(" ")[2] for route in unnoticed} == LOCKED_TWICE


def undeclared(app: Flask) -> Iterator[str]:
    """Go through the routes whose declared policy is another than the one written down by hand."""
    for (endpoint, method), policy in app.extensions["policy_table"].items():
        if policy != POLICIES[ROUTES[f"{method} {endpoint}"]]:
            yield f"{method} {endpoint} is {policy}"


def outsiders_findings(app: Flask, world: World, route: str) -> Iterator[str]:
    """Send the request as everybody who may not, in every way; go through what is wrong about the answers."""
    for actor in (name for name in ACTORS if name not in INSIDE[ROUTES[route]]):
        for way, headers in WAYS.items():
            limiter.reset()
            try:
                response = send(app, world, route, actor, headers=headers, data=hostile(world))
            except Exception as error:  # noqa: BLE001 - a view that was reached and broke is a finding too
                yield f"{actor} as {way}: {error!r}"
                continue
            expected = refusal(actor, way, ROUTES[route])
            if described(response) != expected:
                yield f"{actor} as {way} got {described(response)} instead of {expected}"
            yield from leaks(response, actor, route)


def insiders_findings(app: Flask, world: World, route: str) -> Iterator[str]:
    """Send the request as everybody who may; go through what is wrong about the answers."""
    for actor in (name for name in ACTORS if name in INSIDE[ROUTES[route]]):
        for way, headers in WAYS.items():
            limiter.reset()
            response = send(app, world, route, actor, headers=headers)
            refused = {refusal(actor, way, kind) for kind in ("signed_in", "practitioner")}
            if described(response) in refused - {"404"} or response.status_code >= 500:
                yield f"{actor} as {way} got {described(response)}"
            # An address with an object's id is answered to its owner, so the others' 404 is about them.
            # The first of the three ways deletes it.
            gone = way != "page" and not route.startswith("GET")
            if ROUTES[route] in ("owner", "reader", "session_owner") and response.status_code == 404 and not gone:
                yield f"{actor} as {way} does not find the object"
            yield from leaks(response, actor, route)


def refusal(actor: str, way: str, who: str) -> str:
    """Return the answer that somebody who may not use a route gets."""
    if actor in ("nobody", "half"):
        return "sign in" if way == "page" else "401"
    if actor == "factorless":
        return "prove the factor" if way == "page" else "401"
    if actor == "closed" and who in ("patient", "owner"):
        return "agree first" if way == "page" else "401"
    return "404"


def described(response: TestResponse) -> str:
    """Return the answer in a word: its status, or where it sends."""
    target = urlsplit(response.headers.get("Location", "")).path
    if response.status_code == 303:
        return {"/login": "sign in", "/settings/factor": "prove the factor", "/settings/consents": "agree first"}.get(
            target, f"303 to {target}"
        )
    return str(response.status_code)


def leaks(response: TestResponse, actor: str, route: str) -> list[str]:
    """Return what of Ana's stands in an answer to somebody else; Dr Cho may read the name, on the pages for readers."""
    if actor == "ana":
        return []
    text = response.text + str(response.headers)
    may_read = (people.CANARY_NAME,) if actor == "cho" and route.partition(" ")[2].startswith("practice.") else ()
    return [f"{actor} reads {canary}" for canary in CANARIES if canary in text and canary not in may_read]


def send(app: Flask, world: World, route: str, actor: str, **request: Any) -> TestResponse:
    """Send the route's request as the actor."""
    method, _space, endpoint = route.partition(" ")
    rule = next(rule for rule in app.url_map.iter_rules(endpoint) if method in (rule.methods or ()))
    if method == "GET":
        request.pop("data", None)
    return world.browsers[actor].open(address(app, world, rule, actor), method=method, **request)


def address(app: Flask, world: World, rule: Rule, actor: str) -> str:
    """Return the rule's address with the ids of Ana's objects in it."""
    values = {
        "share_id": world.share_of(actor),
        "episode_id": world.episode,
        "session_id": world.session,
        "op_id": uuid4(),
        "day": DAY,
        "token": "x" * 43,
        "name": "nothing",
        "filename": "nothing",
    }
    chosen = {name: values[name] for name in rule.arguments}
    return app.url_map.bind("localhost").build(rule.endpoint, chosen)


def hostile(world: World) -> dict[str, str]:
    """Return a form or JSON object in which every id is Ana's."""
    cast = world.cast
    ids = {"patient_id": cast.ana, "patient": cast.ana, "user_id": cast.ana_user, "id": cast.share}
    ids |= {"share_id": cast.share, "episode_id": world.episode, "session_id": world.session, "op": cast.share}
    return {name: str(value) for name, value in ids.items()} | {
        "undo": str(cast.share),
        "role": "practitioner",
        "state": "active",
        "day": DAY,
        "email": "somebody@example.com",
        "scope": "notes",
        "until_on": "2027-01-01",
        "first_step_pain": "1",
        "note": "changed",
        "arm": "standard",
        "starts_on": DAY,
        "feet": "left",
        "time_zone": "UTC",
        "name": "Changed",
    }


def methods_at(app: Flask, rule: Rule) -> set[str]:
    """Return every method that some rule with the same address has."""
    return set().union(*(other.methods or set() for other in app.url_map.iter_rules() if other.rule == rule.rule))
