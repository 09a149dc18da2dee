"""Patients who write into their diaries at a steady pace through all web processes, and remember what was promised."""

from __future__ import annotations

import http.client
import itertools
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import DiaryChange, FootDay
from tests.support.fleet import Answer, Fleet, Visitor

_TRIES_FOR_S = 60
_PAUSE_S = 0.1
# Between an answer and a fault that it may be blamed on.
_SLACK_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Writer:
    """One patient: where to write, and with which session."""

    patient_id: UUID
    visitor: Visitor


@dataclass(frozen=True, kw_only=True)
class Promise:
    """An entry that the server said it had stored."""

    op: UUID
    patient_id: UUID
    day: date
    tenths: int


@dataclass(kw_only=True)
class Load:
    """What was sent and what came back."""

    site: Fleet
    writers: Sequence[Writer]
    first_day: date
    rate: float
    threads: int = 12
    #: where to send the next request; by default to each web process in turn
    port: Callable[[], int] | None = None
    promises: list[Promise] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    #: what no answer should ever be, with the moment
    faults: list[str] = field(default_factory=list)
    #: when entries were acknowledged, and when a connection was refused or broke (port, moment)
    acknowledged_at: list[float] = field(default_factory=list)
    broken_at: list[tuple[int, float]] = field(default_factory=list)
    given_up: int = 0
    longest_wait_s: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)
    _running: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin, in threads of its own."""
        waiting: queue.Queue[tuple[Writer, date, int]] = queue.Queue(maxsize=4 * self.threads)
        self._running = [threading.Thread(target=self._feed, args=(waiting,))]
        self._running += [threading.Thread(target=self._work, args=(waiting,)) for _ in range(self.threads)]
        for thread in self._running:
            thread.start()

    def stop(self) -> None:
        """End when what was begun has its answer."""
        self._stop.set()
        for thread in self._running:
            thread.join(timeout=_TRIES_FOR_S + 30)
            assert not thread.is_alive()

    def _feed(self, waiting: queue.Queue[tuple[Writer, date, int]]) -> None:
        """Hand out entries at the pace, each for a day of a patient that no other is for."""
        next_at = time.monotonic()
        for entry in self._entries():
            if self._stop.wait(max(0.0, next_at - time.monotonic())):
                return
            # After a pause nothing is caught up on: that would be a flood just when the server is back.
            next_at = max(next_at + 1 / self.rate, time.monotonic() - 1)
            while not self._stop.is_set():
                try:
                    waiting.put(entry, timeout=0.2)
                    break
                except queue.Full:
                    continue

    def _entries(self) -> Iterator[tuple[Writer, date, int]]:
        for number in itertools.count():
            day = self.first_day - timedelta(days=number // len(self.writers))
            yield self.writers[number % len(self.writers)], day, 10 * (number % 11)

    def _work(self, waiting: queue.Queue[tuple[Writer, date, int]]) -> None:
        while not self._stop.is_set():
            try:
                writer, day, tenths = waiting.get(timeout=0.2)
            except queue.Empty:
                continue
            self._write(writer, day, tenths)

    def _write(self, writer: Writer, day: date, tenths: int) -> None:
        """Send an entry until it is acknowledged, as a phone does: the same op again, to whichever process is next."""
        op = {"op": str(uuid4()), "v": 1, "day": day.isoformat(), "foot": "right"}
        op |= {"set": {"first_step_pain": tenths // 10}}
        began = time.monotonic()
        while time.monotonic() < began + _TRIES_FOR_S:
            # A form token is in no cookie of its own, so one visitor may be used by many threads.
            answer = self._send(writer.visitor, "PUT", f"/diary/ops/{op['op']}", op)
            if answer is not None and answer.status == 200:
                now = time.monotonic()
                promise = Promise(op=UUID(op["op"]), patient_id=writer.patient_id, day=day, tenths=tenths)
                with self._lock:
                    self.promises.append(promise)
                    self.acknowledged_at.append(now)
                    self.longest_wait_s = max(self.longest_wait_s, now - began)
                return
            time.sleep(_PAUSE_S)
        with self._lock:
            self.given_up += 1

    def _send(self, visitor: Visitor, method: str, path: str, data: Any) -> Answer | None:
        port = (self.port or self.site.next_port)()
        asking = replace(visitor)
        try:
            answer = asking.ask(port, method, path, data=data)
        except (OSError, http.client.HTTPException) as error:
            with self._lock:
                self.answers["connection"] += 1
                self.broken_at.append((port, time.monotonic()))
                if isinstance(error, TimeoutError):
                    self.faults.append("no answer within 30 s")
            return None
        with self._lock:
            self.answers[str(answer.status)] += 1
            if answer.status == 503:
                if not answer.headers.get("Retry-After"):
                    self.faults.append("503 without Retry-After")
            elif answer.status != 200:
                self.faults.append(f"{method}: {answer.status}: {answer.text[:200]}")
        return answer

    def lost(self, app: Flask) -> list[Promise]:
        """Return what was acknowledged and is not in the database as it was sent."""
        with app.app_context():
            ops = set(db.session.scalars(select(DiaryChange.op_id)))
            rows = db.session.execute(select(FootDay.patient_id, FootDay.day, FootDay.first_step_pain))
            stored = {(patient, day): pain for patient, day, pain in rows}
            db.session.rollback()
        return [
            promise
            for promise in self.promises
            if promise.op not in ops or stored.get((promise.patient_id, promise.day)) != promise.tenths
        ]

    def twice(self, app: Flask) -> int:
        """Return how many more changes there are than ops that made one."""
        with app.app_context():
            ops = list(db.session.scalars(select(DiaryChange.op_id)))
            db.session.rollback()
        return len(ops) - len(set(ops))

    def first_acknowledged_after(self, moment: float) -> float | None:
        """Return how long after the moment the first entry was acknowledged."""
        later = [at for at in self.acknowledged_at if at >= moment]
        return min(later) - moment if later else None

    def broken_outside(self, away: Sequence[tuple[int, float, float]]) -> int:
        """Return how many connections broke while their process was not away (port, from, until)."""
        return sum(
            not any(port == gone and since - _SLACK_S <= at <= until + _SLACK_S for gone, since, until in away)
            for port, at in self.broken_at
        )
