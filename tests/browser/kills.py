"""Kills the server under a page that goes on tapping: a short test of each run and the long one of `make soak` use it.

What each tap became is written down inside the page, where the phone's own code puts it into the browser's database;
after each round that journal is compared with the server's.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import DiaryChange
from firststep.services.diary_entry import read_entry
from tests import factories
from tests.browser.conftest import sign_in
from tests.support.dying_server import POINTS
from tests.support.server_process import ServerProcess

#: What happens after the kill, besides that the person goes on tapping.
WAYS: Final = (
    "taps",  # the server is back, and the next tap sends all
    "waits",  # the server is back, and nothing is done: the page tries again by itself
    "comes back",  # the server is back, and the page is loaded again
    "phone's own page",  # the page is loaded while there is no server, and answers are tapped there
)
_PAINS: Final = tuple(str(number) for number in range(11))
_ANSWERS: Final = {
    "first_step_pain-right": _PAINS,
    "average_pain-right": _PAINS,
    "first_step_pain-left": _PAINS,
    "average_pain-left": _PAINS,
    "stretch_done": ("yes", "no"),
    "nsaid_taken": ("yes", "no"),
}
_DAYS: Final = 14
_PATIENCE_S: Final = 45

# Notes each op when it is put into the phone's database for the first time, and each that is let go without having been
# tried, because a later tap on the same answer took its place. It lies in localStorage: that outlives the page.
_JOURNAL: Final = """
(() => {
  const read = () => JSON.parse(localStorage.getItem("journal") ?? '{"ops": {}, "tried": [], "replaced": []}');
  const write = (change) => {
    const journal = read();
    change(journal);
    localStorage.setItem("journal", JSON.stringify(journal));
  };
  for (const name of ["put", "add"]) {
    const original = IDBObjectStore.prototype[name];
    IDBObjectStore.prototype[name] = function (value, ...rest) {
      const request = original.call(this, value, ...rest);
      const op = value?.op?.op;
      if (op) request.addEventListener("success", () => write(({ ops, tried }) => {
        ops[op] ??= { n: request.result, day: value.op.day, foot: value.op.foot, set: value.op.set };
        if (value.tried) tried.push(op);
      }));
      return request;
    };
  }
  const original = IDBObjectStore.prototype.delete;
  IDBObjectStore.prototype.delete = function (key) {
    if (this.name === "ops") write(({ ops, tried, replaced }) => {
      for (const [op, { n }] of Object.entries(ops)) if (n === key && !tried.includes(op)) replaced.push(op);
    });
    return original.call(this, key);
  };
})();
"""
_READ_JOURNAL: Final = """
() => {
  const journal = localStorage.getItem("journal");
  localStorage.removeItem("journal");
  return journal;
}
"""
_STATE: Final = """
async () => {
  // The sentence first: what is said to be saved must not be found waiting afterwards.
  const said = document.querySelector("[data-log-status]")?.textContent ?? "";
  let waiting = 0;
  for (const { name } of await indexedDB.databases()) {
    if (!name.startsWith("firststep-")) continue;
    const opening = indexedDB.open(name);
    const db = await new Promise((resolve) => { opening.onsuccess = () => resolve(opening.result); });
    const counting = db.transaction("ops").objectStore("ops").count();
    waiting += await new Promise((resolve) => { counting.onsuccess = () => resolve(counting.result); });
    db.close();
  }
  return [said, waiting];
}
"""


@dataclass
class KillReport:
    """What came of the rounds so far."""

    rounds: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    taps: int = 0
    replaced_before_sent: int = 0
    stored: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    wrong_values: list[str] = field(default_factory=list)
    said_too_early: list[str] = field(default_factory=list)
    not_settled: list[str] = field(default_factory=list)
    slowest_round_s: float = 0

    def figures(self) -> dict[str, object]:
        """Return the counts for a report."""
        return {
            "rounds": self.rounds.total(),
            "rounds_per_point": {point: self.rounds[point] for point in POINTS},
            "rounds_per_way": {way: self.ways[way] for way in WAYS},
            "kills": self.kills,
            "taps": self.taps,
            "replaced_before_sent": self.replaced_before_sent,
            "stored": self.stored,
            "lost": len(self.lost),
            "doubled": len(self.doubled),
            "not_of_the_phone": len(self.foreign),
            "wrong_values": len(self.wrong_values),
            "said_too_early": len(self.said_too_early),
            "not_settled": len(self.not_settled),
            "slowest_round_s": round(self.slowest_round_s, 1),
        }

    def faults(self) -> list[str]:
        """Return all that must not be, each in words."""
        named = {
            "lost": self.lost,
            "doubled": self.doubled,
            "not of the phone": self.foreign,
            "wrong value": self.wrong_values,
            "said too early": self.said_too_early,
            "not settled": self.not_settled,
        }
        return [f"{name}: {what}" for name, found in named.items() for what in found]


class Rounds:
    """One patient with one phone, and a server that is killed in each round."""

    def __init__(self, app: Flask, server: ServerProcess, chromium: Browser, *, seed: int = 1) -> None:
        self.app = app
        self.server = server
        self.report = KillReport()
        self._chance = random.Random(seed)
        self._values: dict[tuple[date, str], str] = {}
        self._last_seq = 0
        with app.app_context():
            patient = factories.make_patient(db.session, "ana@example.com", feet="both")
            db.session.commit()
            self._patient_id, user_id = patient.id, patient.user_id
        assert user_id is not None
        self._page = self._open(chromium, user_id)
        self._day = self._open_day()
        self._page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    def run(self, point: str, way: str, *, twice: bool = False) -> None:
        """Kill the server at the point, go on in this way, and look at what became of every tap.

        Twice: again when it is back, in the middle of all that waited.
        """
        started = time.monotonic()
        page = self._page
        if self._chance.random() < 0.3:
            self._day = self._open_day()
        self.server.aim(point)
        # Each try that fails makes the page wait longer for the next: where it has to come by itself, one has failed.
        most = 1 if way == "waits" else 3
        taps = self._tap(self._chance.randint(1, most))
        assert self.server.died_at() == point
        if way != "waits":
            taps += self._tap(self._chance.randint(1, most))
        if way == "phone's own page":
            self._see(lambda said, _waiting: said.startswith("On this phone, not sent yet"))
            page.goto(self._address(), wait_until="load")
            page.locator("[data-shell-day]").wait_for()
            taps += self._tap(1)
        if twice:
            self.server.aim(point)
            self.server.start()
            taps += self._tap(1)
            assert self.server.died_at() == point
        self.server.start()
        if way == "comes back":
            page.goto(self._address())
        if way != "waits":
            taps += self._tap(1)
        settled = self._see(lambda said, waiting: said == "Saved" and waiting == 0)
        if settled is not None:
            self.report.not_settled.append(f"{point}, {way}: {settled}")
        self.report.rounds[point] += 1
        self.report.kills += 2 if twice else 1
        self.report.ways[way] += 1
        self._compare(f"round {self.report.rounds.total()} ({point}, {way})", taps)
        self.report.slowest_round_s = max(self.report.slowest_round_s, time.monotonic() - started)
        if way == "phone's own page":
            self._day = self._open_day()

    def close(self) -> None:
        """Close the phone."""
        self._page.context.close()

    def _open(self, chromium: Browser, user_id: UUID) -> Page:
        context = chromium.new_context(viewport={"width": 360, "height": 780}, has_touch=True, reduced_motion="reduce")
        context.set_default_timeout(_PATIENCE_S * 1000)
        context.add_init_script(_JOURNAL)
        sign_in(self.app, context, self.server.address, user_id, at=datetime.now(UTC))
        return context.new_page()

    def _open_day(self) -> date:
        self._day = datetime.now(UTC).date() - timedelta(days=self._chance.randint(1, _DAYS))
        self._page.goto(self._address())
        return self._day

    def _address(self) -> str:
        return f"{self.server.address}/log/{self._day.isoformat()}"

    def _tap(self, count: int) -> int:
        """Tap so many answers, each another one than what stands there."""
        for _ in range(count):
            name = self._chance.choice(list(_ANSWERS))
            stands = self._values.get((self._day, name))
            value = self._chance.choice([one for one in _ANSWERS[name] if one != stands])
            answer = self._page.locator(f'[name="{name}"][value="{value}"]')
            self._page.locator("label").filter(has=answer).tap()
            self._values[self._day, name] = value
        return count

    def _see(self, holds: Any) -> str | None:
        """Wait until the line and the number of what waits are so; return what they are where that never comes."""
        end = time.monotonic() + _PATIENCE_S
        while True:
            said, waiting = self._page.evaluate(_STATE)
            if said == "Saved" and waiting:
                self.report.said_too_early.append(f"round {self.report.rounds.total() + 1}: {waiting} waiting")
            if holds(said, waiting):
                return None
            if time.monotonic() > end:
                return f"{said!r}, {waiting} waiting"
            self._page.wait_for_timeout(50)

    def _compare(self, where: str, taps: int) -> None:
        journal = json.loads(self._page.evaluate(_READ_JOURNAL) or '{"ops": {}, "replaced": []}')
        ops, replaced = journal["ops"], set(journal["replaced"])
        with self.app.app_context():
            changes = select(DiaryChange.op_id, DiaryChange.seq).where(DiaryChange.seq > self._last_seq)
            rows = db.session.execute(changes.order_by(DiaryChange.seq)).all()
            db.session.rollback()
        if rows:
            self._last_seq = rows[-1].seq
        stored = Counter(str(row.op_id) for row in rows)
        report = self.report
        report.taps += taps
        report.replaced_before_sent += len(replaced)
        report.stored += len(stored)
        if taps != len(ops):
            report.lost.append(f"{where}: {taps} taps, {len(ops)} kept on the phone")
        report.lost += [f"{where}: {ops[op]}" for op in ops if op not in stored and op not in replaced]
        report.doubled += [f"{where}: {op} {count} times" for op, count in stored.items() if count > 1]
        report.foreign += [f"{where}: {op}" for op in stored if op not in ops or op in replaced]
        self._compare_values(where)

    def _compare_values(self, where: str) -> None:
        with self.app.app_context():
            entries = {day: read_entry(db.session, self._patient_id, day) for day, _name in self._values}
            db.session.rollback()
        for (day, name), value in self._values.items():
            question, _, foot = name.partition("-")
            stands = entries[day].value(foot, question)
            if stands != _stored_as(value):
                self.report.wrong_values.append(f"{where}: {day} {name} is {stands}, tapped was {value}")


def _stored_as(answer: str) -> int | bool:
    """Return what the server holds of an answer: pain in tenths."""
    return answer == "yes" if answer in ("yes", "no") else int(answer) * 10
