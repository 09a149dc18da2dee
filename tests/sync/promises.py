"""What must be true at any moment, whatever went wrong: asked after each step of three phones and a server.

What is known here independently of both sides: the taps there were (the journal), and the bytes that were sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID

from firststep.services.diary_days import DAYS_KEPT
from firststep.services.diary_entry import to_text
from tests.cast import TODAY
from tests.sync.ledger import Ledger, state_of_wire
from tests.sync.server import OPS, Request, Response

#: (day, foot or None, field, id of the dated thing or ""): what an entry says something about.
About: TypeAlias = tuple[str, str | None, str, str]


@dataclass
class Person:
    """One patient: the name on the phones, and the diary on the server."""

    user_id: UUID
    name: str
    ledger: Ledger
    deleted: bool = False


@dataclass(frozen=True)
class Tap:
    """One entry as the person made it: on which phone, and as which of all."""

    user: str
    phone: int
    order: int
    entry: Mapping[str, Any]


@dataclass
class Known:
    """What came from one phone, and what reached it."""

    #: user -> records of the queue, as they lay there after the last step.
    queues: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    #: ids that the phone was told are stored or known.
    acknowledged: set[str] = field(default_factory=set)
    #: ids of which the phone was told that they are refused.
    refused: set[str] = field(default_factory=set)
    #: id -> the entry as it was sent first.
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: (user, day) -> the newest revision of the day that reached the phone.
    told: dict[tuple[str, str], int] = field(default_factory=dict)
    #: What this phone entered -> the newest tap about it that the server has.
    newest: dict[tuple[str, About], int] = field(default_factory=dict)


class Promises:
    """The journal, and every check."""

    def __init__(self, people: Sequence[Person], phones: int) -> None:
        self.people = {person.name: person for person in people}
        self.journal: dict[str, Tap] = {}
        self.known = [Known() for _ in range(phones)]
        #: The taps that are going on and have no id yet, in their order.
        self.tapping: list[dict[str, Any]] = []
        self._unread = False

    # What goes over the line

    def sent(self, request: Request) -> None:
        """Check that an entry is the same each time it is sent."""
        for op in request.ops:
            first = self.known[request.phone].sent.setdefault(op["op"], op)
            assert first == op, f"an entry was changed after it was sent: {first} became {op}"

    def arrived(self) -> None:
        """Remember that the server may hold something new."""
        self._unread = True

    def answered(self, request: Request, answer: Response) -> None:
        """Check that an answer is true, and remember what it tells the phone."""
        if answer.status != 200:
            return
        known = self.known[request.phone]
        if request.address == OPS:
            self.check_server()
            name = json.loads(request.body or "")["user"]
            for said in answer.answers:
                self._check_answer(known, name, said)
        if request.address == "/diary/days":
            told = json.loads(answer.body)
            for back in range(-1, DAYS_KEPT):
                key = told["user"], (TODAY - timedelta(days=back)).isoformat()
                known.told[key] = max(known.told.get(key, 0), told["rev"])

    def _check_answer(self, known: Known, name: str, said: Mapping[str, Any]) -> None:
        if said["status"] == "rejected":
            assert said["error"]["message"]
            known.refused.add(said["op"])
            return
        ledger = self.people[name].ledger
        rows = ledger.of_op.get(said["op"], [])
        assert rows, f"{said['op']} was acknowledged and is not in the history"
        assert said["rev"] == rows[-1].seq
        day = said["day"]["day"]
        assert state_of_wire(said["day"]) in ledger.since(day, said["rev"]), f"{day} never stood as {said['day']}"
        known.acknowledged.add(said["op"])
        known.told[name, day] = max(known.told.get((name, day), 0), said["rev"])

    def tapped(self, op: str) -> None:
        """Write the next of the taps that are going on into the journal, under the id that the phone gave it."""
        assert self.tapping, f"nobody tapped {op}"
        self.journal[op] = Tap(order=len(self.journal), **self.tapping.pop(0))

    # What the server holds

    def check_server(self) -> None:
        """Check the history as far as it is new: each entry whole, once, in its own diary, on its day, in its order."""
        if not self._unread:
            return
        self._unread = False
        for person in self.people.values():
            new = person.ledger.read()
            for op in dict.fromkeys(str(row.op_id) for row in new):
                self._check_stored(person, op)

    def _check_stored(self, person: Person, op: str) -> None:
        tap = self.journal[op]
        known = self.known[tap.phone]
        sent, rows = known.sent[op], person.ledger.of_op[op]
        assert tap.user == person.name, "an entry came into another person's diary"
        assert {row.day.isoformat() for row in rows} == {tap.entry["day"]}, "an entry moved to another day"
        assert {str(row.device_id) for row in rows} == {sent["device"]}
        stored = {row.field: row.new_value for row in rows if (row.foot or None) == sent["foot"]}
        assert len(stored) == len(rows), "an entry is in the history more than once"
        if "dose" in sent["set"] and "nsaid_taken" not in sent["set"]:
            # A dose answers the day's question where nobody did.
            stored.pop("nsaid_taken", None)
        assert stored.keys() == sent["set"].keys()
        for name, value in sent["set"].items():
            assert _says(name, stored[name], value), f"{name} was {value!r} and became {stored[name]!r}"
        for about in abouts(sent):
            newest = known.newest.get((tap.user, about), -1)
            assert newest < tap.order, f"of {about} an earlier tap of the phone was stored after a later one"
            known.newest[tap.user, about] = tap.order

    # What lies on a phone

    def check_phone(self, phone: int, kept: Mapping[str, Any], *, discarded: set[str]) -> None:
        """Check the server, and what the phone keeps of each person; ``discarded`` are ids that the person let go."""
        self.check_server()
        for name, person in self.people.items():
            self._check_queue(phone, name, kept[name], discarded)
            if not person.deleted:
                for day in kept[name]["days"]:
                    self._check_kept_day(phone, name, day)

    def _check_queue(self, phone: int, name: str, kept: Mapping[str, Any], discarded: set[str]) -> None:
        known = self.known[phone]
        ids = [record["op"]["op"] for record in kept["records"]]
        assert len(set(ids)) == len(ids), "an entry is in the queue twice"
        records = _all_kept(kept)
        now = {record["op"]["op"] for record in records}
        for record in known.queues.get(name, []):
            op = record["op"]["op"]
            if op not in now and op not in discarded:
                assert self._may_be_gone(phone, name, record), f"an entry left the phone: {record}"
        for record in records:
            self._check_record(phone, name, record)
        self._check_order(kept["records"])
        known.queues[name] = records

    def _check_record(self, phone: int, name: str, record: Mapping[str, Any]) -> None:
        """Check that a record is a tap of this person on this phone, with all that was tapped."""
        op, known = record["op"], self.known[phone]
        tap = self.journal[op["op"]]
        assert (tap.phone, tap.user) == (phone, name)
        assert (op["day"], op["foot"]) == (tap.entry["day"], tap.entry["foot"]), "an entry moved to another day"
        left_out = [about for about in abouts(tap.entry) if about not in abouts(op)]
        assert self._said_later(tap, left_out), f"of {tap.entry} only {op['set']} is left"
        for field_name, value in op["set"].items():
            assert _holds(value, tap.entry["set"][field_name]), f"{tap.entry} became {op['set']}"
        assert record["state"] == "rejected" or record["error"] is None
        assert record["tried"] or op["op"] not in known.sent, "the phone forgot that it sent an entry"
        if not tap.entry.get("served"):
            self._check_seen(known, name, op)

    def _check_seen(self, known: Known, name: str, op: Mapping[str, Any]) -> None:
        """Check that no entry claims to have seen what its phone was never told: nobody would hear what it replaced."""
        told = known.told.get((name, op["day"]), 0)
        for row in self.people[name].ledger.rows if op["seen_rev"] is not None else ():
            if told < row.seq <= op["seen_rev"] and row.day.isoformat() == op["day"]:
                assert str(row.device_id) == op["device"], f"the phone never saw {row} and says that it did"

    def _check_order(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Check that of two entries about the same the one that was tapped later is sent later."""
        last: dict[About, int] = {}
        for record in records:
            order = self.journal[record["op"]["op"]].order
            for about in abouts(record["op"]):
                assert last.get(about, -1) < order, f"what was tapped first about {about} would be sent last"
                last[about] = order

    def _may_be_gone(self, phone: int, name: str, record: Mapping[str, Any]) -> bool:
        """Tell whether an entry left the queue for a good reason: the server has it, or a later one says all of it."""
        op = record["op"]["op"]
        if op in self.known[phone].acknowledged:
            return op in self.people[name].ledger.of_op or self.people[name].deleted
        if record["tried"] and op not in self.known[phone].refused:
            return False
        return self._said_later(self.journal[op], abouts(self.journal[op].entry))

    def _said_later(self, tap: Tap, about: Sequence[About]) -> bool:
        """Tell whether the person said something later on the same phone about each of these."""
        if not about:
            return True
        later = (one for one in self.journal.values() if (one.phone, one.user) == (tap.phone, tap.user))
        return set(about) <= {thing for one in later if one.order > tap.order for thing in abouts(one.entry)}

    def _check_kept_day(self, phone: int, name: str, kept: Mapping[str, Any]) -> None:
        """Check that what the phone keeps of a day once stood there, and not before what this phone itself changed."""
        known, ledger, day = self.known[phone], self.people[name].ledger, kept["day"]
        settled = known.acknowledged - {record["op"]["op"] for record in known.queues[name]}
        own = [row.seq for row in ledger.rows if row.day.isoformat() == day and str(row.op_id) in settled]
        state = state_of_wire(kept["values"])
        assert state in ledger.since(day, max([kept["rev"], *own])), f"{day} is kept as {state}, of {kept['rev']}"


def abouts(entry: Mapping[str, Any]) -> list[About]:
    """Return each thing that an entry says something about."""
    return [
        (entry["day"], entry["foot"], name, value["id"] if isinstance(value, dict) else "")
        for name, value in entry["set"].items()
    ]


def _all_kept(kept: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the queue, and behind it what the database does not have yet."""
    ids = {record["op"]["op"] for record in kept["records"]}
    return [*kept["records"], *(note for note in kept["notes"] if note["op"]["op"] not in ids)]


def _holds(kept: object, tapped: object) -> bool:
    """Tell whether what is kept of a field holds all that was tapped: of a dose each part."""
    if isinstance(kept, dict) and isinstance(tapped, dict):
        return all(kept.get(name) == value for name, value in tapped.items())
    return kept == tapped


def _says(name: str, stored: str | None, value: Any) -> bool:
    """Tell whether the history says of a field what was sent."""
    if name == "dose":
        if value.get("removed"):
            return stored is None
        dose = json.loads(stored or "{}")
        return bool(dose["id"] == value["id"] and dose["dose_mg"] == value["dose_mg"])
    if name.endswith("_pain") and value is not None:
        return stored == str(10 * value)
    return stored == to_text(value)
