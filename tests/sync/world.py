"""Three phones, two persons and a server, and everything that can be done to them; promises.py asks after each deed.

The phones are the product's scripts and the server is the product; only the line between them is the tests' own.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from flask import Flask

from firststep.extensions import db
from firststep.models import User
from firststep.services import erasure
from firststep.services.audit import Actor
from firststep.services.diary_days import first_kept_day
from firststep.web.phone import sync_user
from tests import factories
from tests.cast import NOW, TODAY, Browser
from tests.sync.ledger import Ledger, state_of_wire
from tests.sync.line import Decision, Line
from tests.sync.phones import Phones
from tests.sync.promises import Person, Promises
from tests.sync.server import OPS, Request, Server

PHONES: Final = 3
#: A page of its own: the service worker's.
_NO_PAGE: Final = -1


@dataclass
class Handset:
    """Who is signed in on a phone, and which pages are open for whom."""

    browser: Browser
    token: str
    user: str
    signed_in: bool = True
    pages: dict[int, str] = field(default_factory=dict)


class World:
    """One run's people, phones and server."""

    def __init__(self, app: Flask, phones: Phones, skews_s: Sequence[int], counts: Counter[str]) -> None:
        self.app = app
        self.counts = counts
        self.phones = phones
        self.server = Server(app)
        self.people = [self._make_person(name) for name in ("ana", "ben")]
        self.promises = Promises(self.people, PHONES)
        self.line = Line(self.server, self.promises)
        self.handsets = [self._signed_in(self.people[0]) for _ in range(PHONES)]
        phones.decide = self._decide
        phones.tapped = self.promises.tapped
        phones.command("reset", clocks=[1000 * (NOW.timestamp() + skew) for skew in skews_s])

    def tap(self, phone: int, page: int, *entries: Mapping[str, Any], dies_at: int | None = None, **how: Any) -> None:
        """Let the person enter something on a page of the phone, or several things at once."""
        self._need_page(phone, page)
        user = self.handsets[phone].pages[page]
        self.promises.tapping = [{"user": user, "phone": phone, "entry": entry} for entry in entries]
        self._command(phone, "tap", page=page, entries=entries, dies_at=dies_at, **how)
        assert self.promises.tapping == [], "a tap was neither kept nor sent"

    def flush(self, phone: int, page: int, **how: Any) -> list[dict[str, Any]]:
        """Let a page send what waits; return what the server said."""
        self._need_page(phone, page)
        return self._command(phone, "flush", page=page, **how).get("result") or []

    def background(self, phone: int, **how: Any) -> None:
        """Let the service worker send what waits."""
        self._command(phone, "background", page=_NO_PAGE, **how)

    def refresh(self, phone: int, page: int, **how: Any) -> None:
        """Let a page bring over the last weeks."""
        self._need_page(phone, page)
        self._command(phone, "refresh", page=page, **how)

    def take_back(self, phone: int, page: int, which: int) -> None:
        """Take back one of the entries that wait, if it can be."""
        self._need_page(phone, page)
        user = self.handsets[phone].pages[page]
        queue = self.queue(phone, user)
        if not queue:
            return
        record = queue[which % len(queue)]
        op = record["op"]["op"]
        done = self._command(phone, "takeBack", page=page, op=op, discarded={op})
        assert done["result"] is (op not in {one["op"]["op"] for one in self.queue(phone, user)})
        if done["result"]:
            assert record["state"] == "rejected" or op not in self.promises.known[phone].sent

    def reload(self, phone: int, page: int, *, with_token: bool) -> None:
        """Close the page in this moment and open it again, for whoever is signed in."""
        handset = self.handsets[phone]
        handset.pages[page] = handset.user
        self._command(phone, "open", page=page, user=handset.user, token=handset.token if with_token else None)

    def kill(self, phone: int, page: int) -> None:
        """Close the page in this moment."""
        self._command(phone, "kill", page=page)

    def sign_in(self, phone: int, which: int) -> None:
        """Let one of the two persons sign in; the first page becomes theirs, another one stays as it was."""
        handset, fresh = self.handsets[phone], self._signed_in(self.people[which])
        handset.browser, handset.token = fresh.browser, fresh.token
        handset.user, handset.signed_in = fresh.user, True
        self.reload(phone, 0, with_token=True)

    def sign_out(self, phone: int, page: int) -> None:
        """Sign out after the question about what was not sent was answered with "discard"; then sign in again."""
        handset = self.handsets[phone]
        self._need_page(phone, page)
        user = handset.pages[page]
        discarded = {record["op"]["op"] for record in self.queue(phone, user)}
        self._command(phone, "forget", page=page, discarded=discarded)
        assert self.queue(phone, user) == []
        if handset.signed_in:
            self.server.sign_out(handset.browser, handset.token)
        self.sign_in(phone, self._names().index(handset.user))

    def end_sessions(self, which: int) -> None:
        """End the person's sessions on all devices."""
        self.server.end_sessions(self.people[which].user_id)
        for handset in self.handsets:
            handset.signed_in &= handset.user != self.people[which].name

    def release(self, which: int, fate: str) -> None:
        """Decide what becomes of an answer that was held back."""
        self.line.expect([fate])
        number, request, decision, answer = self.line.let_go(which)
        if answer and self.phones.command("alive", id=number)["result"]:
            self.promises.answered(request, answer)
        done = self.phones.command("release", id=number, phone=request.phone, users=self._names(), **decision)
        self._note(request.phone, done, set())

    def deliver_late(self, which: int) -> None:
        """Let a request arrive for which no phone waits any more."""
        self.line.deliver(self.line.late.pop(which % len(self.line.late)))
        self.promises.check_server()

    def send_again(self, phone: int, most: int) -> None:
        """Send a prefix of all that the server has of a phone once more: it changes nothing."""
        handset = self.handsets[phone]
        stored = next(person for person in self.people if person.name == handset.user).ledger.of_op
        ops = [op for op in self.promises.known[phone].sent.values() if op["op"] in stored][:most]
        if not ops or not handset.signed_in:
            return
        before = [person.ledger.newest for person in self.people]
        headers = {"Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": handset.token}
        body = json.dumps({"user": handset.user, "ops": ops})
        answer = self.line.deliver(Request(phone, handset.browser, "POST", OPS, headers, body))
        assert [one["status"] for one in answer.answers] == ["known"] * len(ops)
        self.promises.check_server()
        assert [person.ledger.newest for person in self.people] == before

    def delete(self, which: int) -> None:
        """Delete the account; whatever the phones do afterwards changes nothing."""
        person = self.people[which]
        with self.app.app_context():
            user = db.session.get_one(User, person.user_id)
            actor = Actor(user_id=None, name="operator", now=NOW, key=b"k" * 32)
            erasure.erase_account(db.session, actor, user)
            db.session.commit()
        self.end_sessions(which)
        person.deleted = True
        # Nothing was ever there, and nothing comes any more.
        person.ledger = Ledger(person.ledger.engine, person.ledger.patient_id)
        self.promises.arrived()
        self.promises.check_server()

    def converge(self) -> None:
        """Let everything work again: all phones send all they have, and then show the same."""
        while self.line.held:
            self.release(0, "ok")
        phones = [number for number, handset in enumerate(self.handsets) if handset.signed_in]
        for phone in phones:
            user = self.handsets[phone].user
            self.reload(phone, 0, with_token=False)
            self.flush(phone, 0, online=True)
            waiting = [one for one in self.queue(phone, user) if one["state"] != "rejected"]
            assert waiting == [], f"with everything in order these still wait: {waiting}"
        for phone in phones:
            self._check_shown(phone)

    def _check_shown(self, phone: int) -> None:
        """Check that the phone shows what stands on the server, unless something was refused there."""
        user = self.handsets[phone].user
        ledger = next(person for person in self.people if person.name == user).ledger
        days = sorted(day for day in ledger.states if day >= first_kept_day(TODAY).isoformat())
        self.refresh(phone, 0)
        refused = {record["op"]["day"] for record in self.queue(phone, user)}
        shown = self._command(phone, "shown", page=0, days=days)["result"]
        for day, values in zip(days, shown, strict=True):
            if day not in refused:
                assert state_of_wire(values) == ledger.state(day), f"phone {phone} shows another {day}"

    def queue(self, phone: int, user: str) -> list[dict[str, Any]]:
        """Return what waits on the phone, as it was after the last step."""
        return self.promises.known[phone].queues.get(user, [])

    def _command(
        self,
        phone: int,
        do: str,
        *,
        page: int,
        discarded: set[str] | None = None,
        fates: Sequence[str] = (),
        **more: Any,
    ) -> dict[str, Any]:
        self.line.expect(fates)
        self.counts.update([do, *fates])
        done = self.phones.command(do, phone=phone, page=page, users=self._names(), **more)
        self._note(phone, done, discarded or set())
        return done

    def _note(self, phone: int, done: Mapping[str, Any], discarded: set[str]) -> None:
        pages = self.handsets[phone].pages
        self.handsets[phone].pages = {slot: user for slot, user in pages.items() if slot in done["open"]}
        self.promises.check_phone(phone, done["kept"], discarded=discarded)

    def _decide(self, fetch: Mapping[str, Any]) -> Decision:
        browser = self.handsets[fetch["phone"]].browser
        self.counts["requests"] += 1
        request = Request(fetch["phone"], browser, fetch["method"], fetch["address"], fetch["headers"], fetch["body"])
        return self.line.decide(fetch["id"], request)

    def _make_person(self, name: str) -> Person:
        with self.app.app_context():
            patient = factories.make_patient(db.session, f"{name}-{uuid4().hex}@example.com", feet="both")
            db.session.commit()
            assert patient.user_id is not None
            return Person(patient.user_id, sync_user(patient.user_id), Ledger(db.engine, patient.id))

    def _signed_in(self, person: Person) -> Handset:
        browser, token = self.server.sign_in(person.user_id)
        return Handset(browser, token, person.name)

    def _need_page(self, phone: int, page: int) -> None:
        if page not in self.handsets[phone].pages:
            self.reload(phone, page, with_token=True)

    def _names(self) -> list[str]:
        return [person.name for person in self.people]
