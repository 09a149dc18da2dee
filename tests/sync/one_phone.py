"""One phone of one person on a line without faults, which remembers what went over it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Flask

from firststep.web.phone import sync_user
from tests.cast import NOW
from tests.sync.phones import Phones
from tests.sync.server import Request, Response, Server


class OnePhone:
    """A phone with nothing on it, signed in; its clock shows ``clock``, that of the server ``at``."""

    def __init__(
        self, app: Flask, phones: Phones, user_id: UUID, *, at: datetime = NOW, clock: datetime | None = None
    ) -> None:
        self.phones = phones
        self.server = Server(app)
        self.browser, self.token = self.server.sign_in(user_id, at=at)
        with app.app_context():
            self.user = sync_user(user_id)
        self.log: list[tuple[Request, Response]] = []
        phones.decide = self._decide
        phones.tapped = lambda _op: None
        phones.command("reset", clocks=[1000 * (clock or at).timestamp()])

    def open(self) -> None:
        """Open a page, which brings over the last weeks."""
        self.do("open", user=self.user, token=self.token)
        self.do("refresh")

    def do(self, do: str, **more: Any) -> dict[str, Any]:
        """Let the page do something; return what came of it."""
        return self.phones.command(do, **{"phone": 0, "page": 0, "users": [self.user], **more})

    def tap(self, entry: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """Let the person enter something."""
        return self.do("tap", entries=[entry], **more)

    @property
    def queue(self) -> list[dict[str, Any]]:
        """What waits on the phone."""
        return list(self.do("status")["kept"][self.user]["records"])

    @property
    def batches(self) -> list[tuple[int, int]]:
        """How many entries each request carried, and the status of its answer."""
        return [(len(request.ops), answer.status) for request, answer in self.log if request.ops]

    def _decide(self, fetch: Mapping[str, Any]) -> dict[str, Any]:
        request = Request(0, self.browser, fetch["method"], fetch["address"], fetch["headers"], fetch["body"])
        answer = self.server.send(request)
        self.log.append((request, answer))
        return {"fate": "answer", "status": answer.status, "body": answer.body}
