"""Sends a route's request as anybody, in every way, and says what an answer gives away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from firststep.extensions import limiter
from tests import cast as people
from tests.support import actors
from tests.support.actors import ACTORS, FACTORLESS, PATIENTS, PRACTITIONERS, READERS, STRANGERS, World, browser_of

# The same request as a page, as a part, and as a script asks for it.
WAYS: Final[Mapping[str, Mapping[str, str]]] = {
    "page": {},
    "part": {"HX-Request": "true", "HX-Request-Type": "partial"},
    "script": {"Accept": "application/json"},
}
_ALL = set(ACTORS)
# Where everybody or everybody with a sign-in may go, the state of a share is not asked for: Dr Dee's and three others'
# stand for all, and for the strangers the one without a cookie and the one whose session was ended.
ALIKE: Final = frozenset(
    {
        "idle",
        "deactivated",
        "visit_asked",
        "visit_over",
        "stale",
        "invited",
        "withdrawn",
        "stopped",
        "over",
        "expired",
        "summary",
        *actors.OF_CLOSED,
    }
)
ASK_FOR_NO_SHARE: Final = frozenset({"everybody", "bearer", "half", "password", "signed_in"})
INSIDE: Final[Mapping[str, set[str]]] = {
    "everybody": _ALL,
    "bearer": _ALL,
    "half": _ALL - STRANGERS,
    "password": _ALL - STRANGERS - {"half"},
    "signed_in": {*PATIENTS, *PRACTITIONERS, "closed"},
    "session_owner": {"ana"},
    "patient": set(PATIENTS),
    "owner": {"ana"},
    "practitioner": set(PRACTITIONERS),
    "importer": {"cho"},
    "practice_owner": {"cho"},
    "author": {"cho"},
    "case_holder": {"cho"},
    "practice_member": {"cho", "colleague"},
    "inviter": {"cho"},
    "reader": set(READERS),
    "chart_reader": READERS - {"summary"},
    "visit_reader": {"at_visit"},
}
# Words of routes whose address names an object.
OF_AN_OBJECT: Final = frozenset(
    {
        *("session_owner", "owner", "importer", "practice_owner", "author", "case_holder", "inviter"),
        *("reader", "chart_reader"),
    }
)


def send(app: Flask, world: World, route: str, actor: str, **request: Any) -> TestResponse:
    """Send the route's request as the actor, with an address that names Ana's objects."""
    limiter.reset()
    method, _space, endpoint = route.partition(" ")
    rule = next(rule for rule in app.url_map.iter_rules(endpoint) if method in (rule.methods or ()))
    if method in ("GET", "HEAD"):
        for name in ("data", "content_type"):
            request.pop(name, None)
    return browser_of(app, world, actor).open(address(app, world, rule, actor), method=method, **request)


def address(app: Flask, world: World, rule: Rule, actor: str) -> str:
    """Return the rule's address with the ids of Ana's objects in it."""
    values = {
        "share_id": world.share_of(actor),
        "episode_id": world.episode,
        "session_id": world.session,
        "op_id": world.op,
        "plan_id": world.plan,
        "question_id": world.question,
        "event_id": world.flare,
        "kind": "flare",
        "rating_id": world.rating,
        "batch_id": world.batch,
        "member_id": world.member,
        "noted_id": world.noted,
        "made_id": world.made,
        "case_id": world.case,
        "invitation_id": world.invitation,
        "visit_id": world.visit,
        "sheet_visit_id": world.sheet_visit,
        "key": "plantar_fascia",
        "day": actors.DAY,
        "token": "x" * 43,
        "name": "nothing",
        "filename": "nothing",
    }
    chosen = {name: values[name] for name in rule.arguments}
    return app.url_map.bind("localhost").build(rule.endpoint, chosen)


def of_ana(world: World) -> dict[str, str]:
    """Return a form, query or JSON object in which every id is Ana's, and values that must not become hers."""
    cast = world.cast
    ids = {"patient_id": cast.ana, "patient": cast.ana, "user_id": cast.ana_user, "user": cast.ana_user}
    ids |= {"id": cast.share, "share_id": cast.share, "share": cast.share, "practitioner_id": cast.dee}
    ids |= {"episode_id": world.episode, "episode": world.episode, "session_id": world.session}
    ids |= {"op": world.op, "undo": world.op, "dose_id": world.dose, "plan_id": world.plan}
    ids |= {
        "case_id": world.case,
        "event_id": world.flare,
        "noted_id": world.noted,
        "made_id": world.made,
        "member_id": world.member,
        "invitation_id": world.invitation,
        "sheet_visit_id": world.sheet_visit,
    }
    ids |= {"question_id": world.question, "rating_id": world.rating, "saved": world.op, "removed": world.op}
    return {name: str(value) for name, value in ids.items()} | {
        "role": "practitioner",
        "state": "active",
        "day": actors.DAY,
        "email": "somebody@example.com",
        "scope": "notes",
        "until_on": "2027-01-01",
        "first_step_pain": "1",
        "first_step_pain-right": "1",
        "dose_product": "ibuprofen",
        "dose_mg": "200",
        "note": "changed",
        "arm": "standard",
        "starts_on": actors.DAY,
        "feet": "left",
        "time_zone": "UTC",
        "name": "Changed",
        "sets_per_day": "2",
        "interval_days": "1",
        "text": "changed",
        "rating": "1",
        "week": "4",
        "back": "progress",
        "answer": "yes",
        "worst_pain": "9",
        "trigger": "changed",
        "kind": "both",
        "reason": "changed",
        "gait": "changed",
        "right_person": "y",
        "meant_for": "Changed",
        "visit_id": str(world.visit),
        "code": "000000",
    }


def as_form(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return what to send the fields with as a form: written once, where a client would write it for each request."""
    return {"data": urlencode(fields).encode(), "content_type": "application/x-www-form-urlencoded"}


def op_of_ana(world: World) -> dict[str, Any]:
    """Return a diary op as a phone sends it, under the id of one of Ana's and about a dose of hers."""
    dose = {"id": str(world.dose), "product": "ibuprofen", "dose_mg": 200}
    return {"v": 1, "op": str(world.op), "day": actors.DAY, "set": {"note": "changed", "dose": dose}}


def refusal(actor: str, way: str, who: str, route: str = "") -> str:
    """Return the answer that somebody who may not use a route gets; a script is told with a status."""
    if route.partition(" ")[2] in ("diary.sync_session", "diary.kept_days", "diary.store_one", "diary.store_batch"):
        way = "script"
    if who == "visit_reader":
        return "enter the code" if way == "page" else "401"
    if actor in STRANGERS or actor == "half":
        return "sign in" if way == "page" else "401"
    if actor in FACTORLESS:
        return "prove the factor" if way == "page" else "401"
    if actor == "closed" and who in ("patient", "owner"):
        return "agree first" if way == "page" else "401"
    return "404"


def described(response: TestResponse) -> str:
    """Return the answer in a word: its status, or where it sends."""
    target = urlsplit(response.headers.get("Location", "")).path
    if response.status_code == 303:
        return {
            "/visit": "enter the code",
            "/login": "sign in",
            "/settings/factor": "prove the factor",
            "/settings/consents": "agree first",
        }.get(target, f"303 to {target}")
    return str(response.status_code)


def leaks(response: TestResponse, actor: str, route: str) -> list[str]:
    """Return what of Ana's or Dr Cho's stands in an answer to somebody who may not read it."""
    text = response.text + str(response.headers)
    return [f"{actor} reads {canary}" for canary in forbidden(actor, route) if canary in text]


def forbidden(actor: str, route: str) -> set[str]:
    """Return what this actor must not read in an answer of this route."""
    never = {"$argon2"}
    if actor not in ("cho", *FACTORLESS):
        never |= {actors.CANARY_CASE, actors.CANARY_REMARK, actors.CANARY_MEANT}
    if actor not in (*actors.COLLEAGUES, *FACTORLESS):
        never |= {actors.CANARY_PRACTICE}
    if actor not in ("cho", *FACTORLESS):
        never |= {actors.CANARY_INVITED, actors.CANARY_PERSON}
    of_cho = set() if actor in ("ana", "cho", *FACTORLESS) else {actors.CANARY_LICENCE, "cho@example.com"}
    if actor in actors.COLLEAGUES and "team." in route:
        of_cho -= {"cho@example.com"}
    if actor == "ana":
        return of_cho | never
    # What Dr Cho noted of Ana, and what she says to that, only the two of them read.
    if actor not in ("ana", "cho", *FACTORLESS):
        never |= {actors.CANARY_FINDING, actors.CANARY_DISPUTE}
    of_readers = "practice." in route or "care." in route
    shown = {people.CANARY_NAME} if actor in (*READERS, "at_visit") and of_readers else set()
    shown |= (
        {people.CANARY_NOTE, actors.CANARY_DRUG, actors.CANARY_QUESTION, actors.CANARY_TRIGGER, actors.CANARY_SPELL}
        if actor == "notes" and "practice." in route
        else set()
    )
    whole = {people.CANARY_NAME, people.CANARY_EMAIL, people.CANARY_NOTE}
    whole |= {actors.CANARY_PLAN, actors.CANARY_DRUG, actors.CANARY_DEVICE, actors.CANARY_OLD_NOTE, actors.CANARY_LOOK}
    whole |= {actors.CANARY_QUESTION, actors.CANARY_ASKED, actors.CANARY_TRIGGER, actors.CANARY_SPELL}
    whole |= {actors.CANARY_TAKEN}
    return of_cho | never | whole - shown


def insiders(word: str) -> list[str]:
    """Return who may use a route with this word, without those who are let in like another one of them."""
    alike = ALIKE if word in ASK_FOR_NO_SHARE else set()
    return [actor for actor in ACTORS if actor in INSIDE[word] - alike]
