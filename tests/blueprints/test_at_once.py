"""Two people or two taps at the same moment: neither undoes what the other was promised."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from blueprints.accounts import password
from blueprints.diary import sync
from firststep.extensions import db
from firststep.models import FootDay, User
from firststep.services import access, accounts, audit, consents, sharing
from firststep.services.audit import Actor
from firststep.web import trail
from tests.blueprints.accounts_support import SIGN_UP, enter, letter, link_path, make_account, visitor
from tests.cast import NOW, TODAY, Browser, Cast
from tests.factories import PASSWORD


class Meanwhile:
    """Lets something happen in another thread, once, right after a function of ours has answered."""

    def __init__(self, happens: Callable[[], object]) -> None:
        self._happens = happens
        self.answers: list[object] = []
        self._begun = False

    def after(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function followed by what happens; it may have to wait for the caller's lock."""

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            answer = function(*args, **kwargs)
            if not self._begun:
                self._begun = True
                self.thread = threading.Thread(target=lambda: self.answers.append(self._happens()))
                self.thread.start()
                self.thread.join(2)
            return answer

        return wrapped


def acting(app: Flask, user_id: Any, does: Callable[[Actor], object]) -> Callable[[], None]:
    """Return a task that does something as the person, in a transaction of its own."""

    def task() -> None:
        with app.app_context():
            does(Actor(user_id=user_id, name="", now=NOW, key=trail.sealing_key()))
            db.session.commit()

    return task


def test_a_reset_by_the_owner_outlives_a_change_of_password_in_flight(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger, owner = visitor(app), visitor(app)
    email = make_account(app, stranger)
    enter(stranger, email)
    owner.post("/reset", data={"email": email})
    link = link_path(letter(app, "reset_password"))
    meanwhile = Meanwhile(lambda: owner.post(link, data={"password": "the owner's new secret"}).status_code)
    monkeypatch.setattr(password, "hash_password", meanwhile.after(password.hash_password))
    refused = stranger.post("/settings/password", data={"current": PASSWORD, "password": "the stranger's secret"})
    assert (refused.status_code, meanwhile.answers) == (422, [303])
    assert "changed elsewhere meanwhile" in refused.get_data(as_text=True)
    assert enter(visitor(app), email, "the owner's new secret").status_code == 302
    assert enter(visitor(app), email, "the stranger's secret").status_code == 422


def test_the_same_sign_up_twice_at_once_makes_one_account(app: Flask) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    visitors = [visitor(app) for _ in range(4)]
    with ThreadPoolExecutor(len(visitors)) as together:
        answers = list(together.map(lambda one: one.post("/sign-up", data=SIGN_UP).status_code, visitors))
    assert set(answers) == {303}
    with app.app_context():
        assert len(db.session.scalars(select(User).where(User.email == SIGN_UP["email"])).all()) == 1


def test_a_sign_up_leaves_an_account_that_was_just_confirmed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = visitor(app)
    owner.post("/sign-up", data=SIGN_UP)
    link = link_path(letter(app, "confirm_address"))
    meanwhile = Meanwhile(lambda: owner.post(link).status_code)
    monkeypatch.setattr(accounts, "find_account", meanwhile.after(accounts.find_account))
    visitor(app).post("/sign-up", data=SIGN_UP | {"password": "another person's secret"})
    meanwhile.thread.join()
    if db_waits(app):
        # SQLite let the confirmation wait for the sign-up, which had replaced the account: the old link is none.
        assert meanwhile.answers == [410]
        return
    assert meanwhile.answers == [303]
    assert enter(visitor(app), SIGN_UP["email"], SIGN_UP["password"]).status_code == 302


def db_waits(app: Flask) -> bool:
    """Tell whether a writer here waits until the writer before it has ended."""
    with app.app_context():
        return db.engine.dialect.name == "sqlite"


def test_after_a_stop_no_look_is_granted(app: Flask, cho: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = acting(app, cast.ana_user, lambda actor: sharing.stop(db.session, actor, cast.ana, cast.share))
    meanwhile = Meanwhile(stop)
    monkeypatch.setattr(access, "granted", meanwhile.after(access.granted))
    cho.get(f"/practice/{cast.share}")
    meanwhile.thread.join()
    with app.app_context():
        told = [event.what for event in audit.read_trail(db.session, cast.ana)]
    assert told[0] == "share_stopped", "the look came before the stop, and the trail says so"
    assert cho.get(f"/practice/{cast.share}").status_code == 404


def test_of_a_batch_nothing_is_taken_after_the_consent_is_withdrawn(
    app: Flask, ana: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def withdraw(actor: Actor) -> None:
        consents.withdraw_health_data(db.session, actor, db.session.get_one(User, cast.ana_user))

    meanwhile = Meanwhile(acting(app, cast.ana_user, withdraw))
    # Between two ops, when the first is committed and the second not begun.
    monkeypatch.setattr(sync, "parse_op", _second(meanwhile, sync.parse_op))
    ops = [
        {"op": str(uuid4()), "v": 1, "day": TODAY.isoformat(), "foot": "right", "set": {"first_step_pain": points}}
        for points in (1, 2, 3)
    ]
    answers = ana.post("/diary/ops", json={"ops": ops}).get_json()["answers"]
    meanwhile.thread.join()
    assert [answer["status"] for answer in answers] == ["stored", "rejected", "rejected"]
    assert answers[1]["error"]["message"] == "The diary is closed."
    with app.app_context():
        assert db.session.get_one(FootDay, (cast.ana, TODAY, "right")).first_step_pain == 10


def _second(meanwhile: Meanwhile, function: Callable[..., Any]) -> Callable[..., Any]:
    calls = []

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        return (meanwhile.after(function) if len(calls) == 2 else function)(*args, **kwargs)

    return wrapped
