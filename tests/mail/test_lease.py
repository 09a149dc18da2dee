"""However long a mail waits for its turn to be handed over, no two workers hand it over."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from firststep.extensions import db
from firststep.services import outbox
from tests.cast import NOW, Cast
from tests.support.mails import make_account_mails, rows, send_all
from tests.support.smtp import Post, post

__all__ = ["post"]


def test_a_held_mail_is_held_for_the_whole_lease_again(app: Flask, cast: Cast) -> None:
    make_account_mails(app, 1)
    with app.app_context():
        claim = outbox.claim_next(db.session, NOW, list_mail=False)
        assert claim is not None
        assert outbox.renew(db.session, claim, NOW + timedelta(minutes=2))
        assert outbox.free_expired(db.session, NOW + timedelta(minutes=4)) == 0
        assert outbox.free_expired(db.session, NOW + timedelta(minutes=5)) == 1
        assert not outbox.renew(db.session, claim, NOW + timedelta(minutes=5)), "it waits for anybody"
        other = outbox.claim_next(db.session, NOW + timedelta(minutes=5), list_mail=False)
        assert other is not None
        assert not outbox.renew(db.session, claim, NOW + timedelta(minutes=5)), "it is another's"


def test_two_workers_and_a_slow_server_send_each_mail_once(
    app: Flask, cast: Cast, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Every limit shortened alike: four lanes take turns, and the last one waits longer than a lease.
    make_account_mails(app, 4)
    monkeypatch.setattr(outbox, "LEASE", timedelta(seconds=1.2))
    app.config["CLOCK"] = lambda: datetime.now(UTC)
    post.delay_seconds = 0.5
    first = threading.Thread(target=send_all, args=(app, post))
    first.start()
    time.sleep(0.2)
    while first.is_alive():
        with app.app_context():
            outbox.free_expired(db.session, datetime.now(UTC))
            due = outbox.has_due(db.session, datetime.now(UTC))
            db.session.commit()
        if due:
            send_all(app, post)
        time.sleep(0.05)
    send_all(app, post)
    assert set(Counter(post.recipients).values()) == {1}
    assert {row.state for row in rows(app)} == {"sent"}
