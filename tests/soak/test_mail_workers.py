"""Four workers, each a process, and a pile of mails: each goes out once. `make soak ROUNDS=200` takes 10,000."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from bench.reports import write_report
from firststep.extensions import db
from firststep.models import OutboxMail
from tests.cast import Cast
from tests.support.databases import runs_on_postgresql
from tests.support.far_smtp import far_server
from tests.support.mails import make_account_mails
from tests.support.workers import start_worker

pytestmark = pytest.mark.soak

_WORKERS = 4
_MAILS_A_ROUND = 50
_DELAY_SECONDS = 0.005


def test_four_workers_send_each_mail_once(app: Flask, cast: Cast) -> None:
    mails = _MAILS_A_ROUND * int(os.environ.get("ROUNDS") or 40)
    addresses = make_account_mails(app, mails, datetime.now(UTC) - timedelta(minutes=1))
    with far_server(_DELAY_SECONDS) as server:
        started = time.monotonic()
        workers = [start_worker(app.config["SETTINGS"], server.url) for _ in range(_WORKERS)]
        assert [worker.wait(timeout=1800) for worker in workers] == [0] * _WORKERS
        seconds = time.monotonic() - started
    with app.app_context():
        unsent = db.session.scalar(select(func.count()).where(OutboxMail.state != "sent"))
    found = {
        "workers": _WORKERS,
        "mails": mails,
        "lost": len(set(addresses) - set(server.taken)),
        "twice": sum(len(ids) > 1 for ids in server.taken.values()),
        "not_marked_sent": unsent,
        "seconds": round(seconds, 1),
    }
    write_report(f"mail_workers-{'postgresql' if runs_on_postgresql() else 'sqlite'}", found)
    assert (found["lost"], found["twice"], unsent) == (0, 0, 0)
