"""The server at the other end of the line: the real application, asked through WSGI, which can die at each commit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import Flask
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from firststep.extensions import db
from firststep.models import UserSession
from tests import cast as people
from tests.cast import Browser

OPS: Final = "/diary/ops"
SESSION: Final = "/diary/session"


class ServerDied(BaseException):
    """The process is gone in this moment; no handler of the application may catch it."""


@dataclass(frozen=True)
class Request:
    """What a phone put on the line: from whose browser, with which session, and the bytes."""

    phone: int
    browser: Browser
    method: str
    address: str
    headers: Mapping[str, str]
    body: str | None

    @property
    def ops(self) -> list[dict[str, Any]]:
        """The entries in it."""
        return list(json.loads(self.body)["ops"]) if self.body and self.address == OPS else []


@dataclass(frozen=True)
class Response:
    """Status and text of an answer."""

    status: int
    body: str

    @property
    def answers(self) -> list[dict[str, Any]]:
        """What is said of each entry, where it was taken at all."""
        return list(json.loads(self.body)["answers"]) if self.status == 200 else []

    def shortened(self) -> Response:
        """Return the answer without what it says last."""
        said = json.loads(self.body) if self.status == 200 else {}
        if "answers" not in said:
            return self
        return Response(self.status, json.dumps({**said, "answers": said["answers"][:-1]}))


class Server:
    """The application, and a browser that is signed in for each phone."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._browsers: dict[UUID, list[Browser]] = {}
        self._ended: list[Browser] = []

    def sign_in(self, user_id: UUID, *, at: datetime = people.NOW) -> tuple[Browser, str]:
        """Return a browser with a new session of the user, and the form token that its pages carry.

        The browser itself adds no token: the phone has to send one that counts.
        """
        browser = people.sign_in(self.app, user_id, at=at)
        token = browser.csrf_token()
        browser.csrf_raw = None
        self._browsers.setdefault(user_id, []).append(browser)
        return browser, token

    def end_sessions(self, user_id: UUID) -> None:
        """End every session of the user."""
        with self.app.app_context():
            statement = update(UserSession).where(UserSession.user_id == user_id).values(revoked_at=people.NOW)
            db.session.execute(statement)
            db.session.commit()
        self._ended += self._browsers.pop(user_id, [])

    def sign_out(self, browser: Browser, token: str) -> None:
        """End the browser's session as its page does; what is still on its way carries the old cookie."""
        name = self.app.config["SESSION_COOKIE_NAME"]
        cookie = browser.get_cookie(name)
        assert cookie is not None
        answer = browser.post("/logout", headers={"X-CSRFToken": token})
        assert answer.status_code == 303, answer.status
        browser.set_cookie(name, cookie.value)
        self._ended.append(browser)

    def send(self, request: Request) -> Response:
        """Deliver the bytes as they are; raise ServerDied where it was told to die."""
        answer = request.browser.open(
            request.address, method=request.method, headers=dict(request.headers), data=request.body
        )
        assert answer.status_code == 401 or request.browser not in self._ended, "an ended session still counts"
        return Response(answer.status_code, answer.get_data(as_text=True))


@contextmanager
def dying(*, at_commit: int, after: bool) -> Iterator[None]:
    """Let the server die at a commit, counted from 0: before it, or after it and before its answer."""
    commits = iter(range(10_000))

    def die(_session: Session) -> None:
        if next(commits) == at_commit:
            raise ServerDied

    moment = "after_commit" if after else "before_commit"
    event.listen(Session, moment, die)
    try:
        yield
    finally:
        event.remove(Session, moment, die)
