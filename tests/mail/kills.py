"""Kills delivering workers: shared by a short test of each run and the long one of `make soak`."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

from flask import Flask
from sqlalchemy import func, select, update

from firststep.extensions import db
from firststep.models import OutboxMail
from firststep.settings import Settings
from tests.support.mails import make_account_mails
from tests.support.smtp import Post
from tests.support.workers import start_worker

# After the answer went out, and for some kills a little later: before, in and after our mark.
DELAYS_SECONDS = (0.0, 0.001, 0.003, 0.01)


@dataclass(frozen=True, kw_only=True)
class KillReport:
    """What came of a round of kills."""

    mails: int
    kills: int
    lost: int
    repeated: int
    most_copies: int
    ids_of_repeats_differ: int


def run_kills(app: Flask, office: Post, *, mails: int, kills: int) -> KillReport:
    """Send mails by workers of which so many are killed with -9 around the server's "taken"; the last one finishes."""
    settings: Settings = app.config["SETTINGS"]
    addresses = make_account_mails(app, mails, datetime.now(UTC) - timedelta(minutes=1))
    killed = 0
    for number in range(kills):
        worker = start_worker(settings, office.url)
        at = len(office.raw) + 1 + number % max(1, mails // (kills + 1))
        office.on_taken = _killer(worker.pid, at, DELAYS_SECONDS[number % len(DELAYS_SECONDS)])
        killed += worker.wait(timeout=120) == -signal.SIGKILL
        office.on_taken = lambda _count: None
        _let_leases_run_out(app)
    worker = start_worker(settings, office.url)
    assert worker.wait(timeout=600) == 0
    return _report(app, office, addresses, killed)


def _killer(pid: int, at: int, delay_seconds: float) -> object:
    def kill() -> None:
        os.kill(pid, signal.SIGKILL)

    def on_taken(count: int) -> None:
        if count != at:
            return
        if delay_seconds == 0.0:
            kill()
        else:
            threading.Timer(delay_seconds, kill).start()

    return on_taken


def _let_leases_run_out(app: Flask) -> None:
    with app.app_context():
        db.session.execute(update(OutboxMail).where(OutboxMail.state == "leased").values(lease_until=datetime.now(UTC)))
        db.session.commit()


def _report(app: Flask, office: Post, addresses: list[str], killed: int) -> KillReport:
    copies = Counter(office.recipients)
    ids: dict[str, set[str]] = {}
    for address, raw in zip(office.recipients, office.raw, strict=True):
        ids.setdefault(address, set()).add(str(message_from_bytes(raw, policy=policy.default)["Message-ID"]))
    with app.app_context():
        unsent = db.session.scalar(select(func.count()).where(OutboxMail.state != "sent"))
    assert unsent == 0
    return KillReport(
        mails=len(addresses),
        kills=killed,
        lost=len(set(addresses) - set(copies)),
        repeated=sum(count - 1 for count in copies.values()),
        most_copies=max(copies.values()),
        ids_of_repeats_differ=sum(len(found) > 1 for found in ids.values()),
    )
