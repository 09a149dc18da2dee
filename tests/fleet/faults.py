"""Faults under load: PostgreSQL restarted, Redis killed and flushed, web processes and workers killed, at random."""

from __future__ import annotations

import random
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from firststep.extensions import db
from firststep.models import OutboxMail
from firststep.services.outbox import LEASE
from tests import factories
from tests.fleet.load import Load, Writer
from tests.support.fleet import Fleet, Program, fleet
from tests.support.mails import make_account_mails
from tests.support.own_postgresql import OwnPostgreSQL, running_postgresql
from tests.support.redis import RedisServer, running_redis
from tests.support.smtp import Post, post_office

PATIENTS = 40
SERVERS = 2
# Between two faults, from the end of one to the next: long enough that something is served, and no rest.
_PAUSES_S = (0.5, 4.0)


@dataclass(kw_only=True)
class FaultReport:
    """What came of a run."""

    faults: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    rate_wanted: float = 0.0
    acknowledged: int = 0
    lost: int = 0
    stored_twice: int = 0
    given_up: int = 0
    answers: dict[str, int] = field(default_factory=dict)
    wrong_answers: list[str] = field(default_factory=list)
    #: connections that broke though their process was there
    broken_connections: int = 0
    recovery_s: dict[str, dict[str, float]] = field(default_factory=dict)
    longest_wait_of_an_entry_s: float = 0.0
    mails: int = 0
    mails_lost: int = 0
    mails_repeated: int = 0
    #: ends of processes that nobody killed
    died_by_themselves: int = 0


class Saboteur:
    """Breaks one thing after another, and puts it back."""

    def __init__(self, site: Fleet, database: OwnPostgreSQL, redis: RedisServer, chance: random.Random) -> None:
        self._site, self._database, self._redis, self._chance = site, database, redis, chance
        #: (kind, moment at which what was broken could be used again)
        self.mended: list[tuple[str, float]] = []
        #: when which web process was not there
        self.away: list[tuple[int, float, float]] = []
        self._kinds: dict[str, Callable[[], None]] = {
            "postgresql restarted": lambda: self._database.restart("fast"),
            "postgresql crashed": lambda: self._database.restart("immediate"),
            "redis killed": self._kill_redis,
            "redis flushed": self._redis.flush,
            "web killed": lambda: self._kill(self._chance.choice(self._site.webs)),
            "worker killed": lambda: self._kill(self._chance.choice(self._site.workers)),
            "a web and a worker killed": self._kill_two,
        }

    def run(self, counts: dict[str, int]) -> None:
        """Do each as often as it says, in an order left to chance."""
        order = [kind for kind, count in counts.items() for _ in range(count)]
        self._chance.shuffle(order)
        for number, kind in enumerate(order):
            time.sleep(self._chance.uniform(*_PAUSES_S))
            self._kinds[kind]()
            self.mended.append((kind, time.monotonic()))
            if number % 10 == 9:
                print(f"{number + 1} of {len(order)} faults", flush=True)

    def _kill_redis(self) -> None:
        self._redis.kill()
        time.sleep(self._chance.uniform(0, 3))
        self._redis.start()

    def _kill_two(self) -> None:
        # Both are started before either is waited for.
        both = [self._chance.choice(self._site.webs), self._chance.choice(self._site.workers)]
        since = time.monotonic()
        for program in both:
            program.kill()
        for program in both:
            program.start()
        for program in both:
            program.wait_until_ready()
        self.away.append((both[0].port, since, time.monotonic()))

    def _kill(self, program: Program) -> None:
        since = time.monotonic()
        program.kill()
        program.start()
        program.wait_until_ready()
        if program.serves:
            self.away.append((program.port, since, time.monotonic()))


def run_faults(folder: Path, counts: dict[str, int], *, rate: float, mails: int, seed: int = 6) -> FaultReport:
    """Serve by two web processes and two workers while everything around them breaks; return what came of it."""
    with running_postgresql() as database, running_redis() as redis, post_office() as post:
        told = {"DATABASE_URL": database.url, "HUEY_URL": redis.url(0), "RATELIMIT_STORAGE_URI": redis.url(1)}
        with fleet(folder, SMTP_URL=f"{post.url}?starttls=off", **told) as site:
            load = Load(site=site, writers=writers_of(site), first_day=first_day(), rate=rate)
            for _ in range(SERVERS):
                site.add_web()
            addresses = make_account_mails(site.app, mails, datetime.now(UTC) - timedelta(minutes=1))
            for _ in range(SERVERS):
                site.add_worker()
            saboteur = Saboteur(site, database, redis, random.Random(seed))
            began = time.monotonic()
            load.start()
            try:
                saboteur.run(counts)
                time.sleep(6)
            finally:
                load.stop()
            seconds = time.monotonic() - began
            _wait_for_mails(site)
            report = _report(site, load, saboteur, post, addresses)
            report.faults, report.seconds, report.rate_wanted = counts, round(seconds, 1), rate
            return report


def first_day() -> Any:
    """Return a day that has come everywhere on earth."""
    return (datetime.now(UTC) - timedelta(hours=12)).date()


def writers_of(site: Fleet, count: int = PATIENTS) -> list[Writer]:
    """Store so many patients, each with a session."""
    with site.app.app_context():
        made = [factories.make_patient(db.session, f"writer{number}@example.com") for number in range(count)]
        db.session.commit()
        ids = [(patient.id, patient.user_id) for patient in made]
    return [Writer(patient_id=patient_id, visitor=site.visitor(user_id)) for patient_id, user_id in ids]


def _wait_for_mails(site: Fleet) -> None:
    """Wait until nothing is left to send: what a killed worker held comes free when its lease has passed."""
    end = time.monotonic() + LEASE.total_seconds() + 120
    with site.app.app_context():
        while time.monotonic() < end:
            open_ = OutboxMail.state.in_(("queued", "leased"))
            left = db.session.scalar(select(func.count()).select_from(OutboxMail).where(open_))
            db.session.rollback()
            if not left:
                return
            time.sleep(2)


def _report(site: Fleet, load: Load, saboteur: Saboteur, post: Post, addresses: list[str]) -> FaultReport:
    recovery: dict[str, list[float]] = {}
    for kind, moment in saboteur.mended:
        took = load.first_acknowledged_after(moment)
        recovery.setdefault(kind, []).append(60.0 if took is None else took)
    copies = Counter(str(message_from_bytes(raw, policy=policy.default)["Message-ID"]) for raw in post.raw)
    return FaultReport(
        acknowledged=len(load.promises),
        lost=len(load.lost(site.app)),
        stored_twice=load.twice(site.app),
        given_up=load.given_up,
        answers=dict(sorted(load.answers.items())),
        wrong_answers=load.faults[:20],
        broken_connections=load.broken_outside(saboteur.away),
        recovery_s={
            kind: {"median": round(statistics.median(took), 3), "most": round(max(took), 3)}
            for kind, took in sorted(recovery.items())
        },
        longest_wait_of_an_entry_s=round(load.longest_wait_s, 2),
        mails=len(addresses),
        mails_lost=len(set(addresses) - set(post.recipients)),
        mails_repeated=sum(count - 1 for count in copies.values()),
        died_by_themselves=sum(
            program.process is None or program.process.poll() is not None for program in site.programs
        ),
    )
