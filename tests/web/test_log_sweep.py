"""The sweep over all routes again, with an ear at the log: it must not hear who somebody is or what was typed."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask

from tests import cast as people
from tests.support.actors import World, browser_of, make_world
from tests.support.applications import migrated, outside_tests
from tests.support.memory import quick_folder
from tests.support.routes import ROUTES
from tests.support.snapshots import restore, take
from tests.support.sweep import of_ana, op_of_ana, send

pytestmark = pytest.mark.sqlite_only

TYPED = "canary-typed-6a17e"


@pytest.fixture
def writing_app(tmp_path: Path) -> Iterator[Flask]:
    """Return an application that writes its log as outside tests, on a database of its own."""
    with quick_folder() as quick, migrated(outside_tests(tmp_path, quick / "log.db")) as app:
        app.config["CLOCK"] = lambda: people.NOW
        yield app


@pytest.fixture
def heard() -> Iterator[StringIO]:
    """Return what all loggers say, the database's with every statement among them, should an operator turn that on."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    statements = logging.getLogger("sqlalchemy.engine")
    everything = logging.getLogger()
    before = [(logger, logger.level, logger.propagate) for logger in (statements, everything)]
    statements.propagate = False
    for logger in (statements, everything):
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    yield written
    for logger, level, propagate in before:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate


def test_no_route_writes_who_somebody_is_or_what_was_typed(
    writing_app: Flask, heard: StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    app = writing_app
    world = make_world(app)
    everything = take(app)
    open_mailed_links(app, world)
    for route in ROUTES:
        for actor in ("nobody", "half", "factorless", "ben", "dee", "notes", "ana"):
            knock(app, world, route, actor)
        if not route.startswith("GET"):
            restore(app, everything)
    written = capsys.readouterr()
    text = written.out + written.err + heard.getvalue()
    assert [secret for secret in secrets_of(world) if secret in text] == []
    lines = [json.loads(line) for line in written.out.splitlines() if line.startswith("{")]
    assert [line for line in lines if line["event"] == "fault"] == []
    assert {line["route"] for line in lines if line["event"] == "request"} == patterns(app)
    assert "INSERT INTO diary_change" in text


def knock(app: Flask, world: World, route: str, actor: str) -> None:
    """Send the route's request with canaries in its query, its form and its JSON, and open what was mailed."""
    typed = of_ana(world) | dict.fromkeys(("note", "name", "password", "code", "dose_product", "search"), TYPED)
    typed |= {"email": f"{TYPED}@example.com", "op": str(uuid4()), "day": "2026-11-20", "token": TYPED}
    op = op_of_ana(world) | {"op": str(uuid4()), "set": {"note": TYPED}}
    send(app, world, route, actor, query_string=typed, data=typed)
    send(app, world, route, actor, data=typed | {"note": "x" * 2001 + TYPED, "first_step_pain-right": TYPED})
    if not route.startswith("GET"):
        for body in (op, {"ops": [op, {"note": TYPED}], "credential": TYPED}, [TYPED]):
            send(app, world, route, actor, json=body)


def open_mailed_links(app: Flask, world: World) -> None:
    """Open every genuine link that Ana or her practitioner was mailed."""
    for endpoint, token in world.tokens.items():
        path = app.url_map.bind("localhost").build(endpoint, {"token": token})
        for actor in ("nobody", "ana", "dee"):
            assert browser_of(app, world, actor).get(path).status_code == 200


def secrets_of(world: World) -> set[str]:
    """Return what stands for a person or opens a door, and what was planted and typed."""
    planted = {people.CANARY_NAME, people.CANARY_EMAIL, people.CANARY_NOTE, "canary-", "@example.com", "$argon2"}
    ids = {world.cast.ana, world.cast.ana_user, world.cast.ben, world.cast.ben_user, world.op, world.dose}
    ids |= {world.episode, world.session, *world.shares.values()}
    keys = {text for key in world.keys.values() for text in (key.cookie, key.csrf_raw)}
    return planted | {text for value in ids for text in (str(value), value.hex)} | keys | set(world.tokens.values())


def patterns(app: Flask) -> set[str]:
    """Return the addresses that a log line may name."""
    return {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"}
