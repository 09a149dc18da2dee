"""The weekly letter on its whole way: due, noted, sent over SMTP, read as raw bytes."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date, timedelta
from email import message_from_bytes, policy

from flask import Flask
from sqlalchemy import select

from firststep.extensions import db
from firststep.jobs.weekly_summaries import note_weekly_letters
from firststep.mail.delivery import Round
from firststep.mail.smtp import server_of
from firststep.models import MailPreference, OutboxMail, Patient
from tests import factories
from tests.cast import NOW, Cast
from tests.support.smtp import Post, post

__all__ = ["post"]


def send_all(app: Flask, office: Post) -> Counter[str]:
    return Round(app=app, server=server_of(office.url), stopped=threading.Event()).run()


def make_due(app: Flask, cast: Cast) -> None:
    """Let Ana log last week, plan the letters as the worker would have done before, and let their time come."""
    with app.app_context():
        ana = db.session.get_one(Patient, cast.ana)
        factories.make_diary(db.session, ana, date(2026, 11, 16), [3, 2, None, 2, 3, None, 2])
        db.session.commit()
        note_weekly_letters(NOW - timedelta(days=5))
        note_weekly_letters(NOW + timedelta(minutes=10))


def test_the_letter_arrives_once_with_its_headers_whole(app: Flask, cast: Cast, post: Post, set_clock) -> None:
    set_clock(NOW + timedelta(minutes=11))
    make_due(app, cast)
    assert send_all(app, post) == Counter(sent=1)
    assert send_all(app, post) == Counter()
    assert post.recipients == ["ana@example.com"]
    raw = post.raw[0]
    head = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    unsubscribe = next(line for line in head if line.startswith(b"List-Unsubscribe:"))
    assert unsubscribe.startswith(b"List-Unsubscribe: <http://localhost/mail/unsubscribe/")
    assert unsubscribe.endswith(b">")
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head
    assert b"List-Id: <weekly-summary.localhost>" in head
    assert b"Auto-Submitted: auto-generated" in head
    assert b"Date: Mon, 23 Nov 2026 06:41:00 +0000" in head
    with app.app_context():
        row = db.session.scalars(select(OutboxMail)).one()
    assert f"Message-ID: <{row.message_id}@localhost>".encode() in head
    assert row.state == "sent"
    assert row.dedupe_key == f"weekly:{cast.ana}:2026-11-16"
    message = message_from_bytes(raw, policy=policy.default)
    assert message["Subject"] == "Your weekly summary (16-22 Nov)"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_the_letter_is_planned_for_next_week_after_that(app: Flask, cast: Cast) -> None:
    make_due(app, cast)
    with app.app_context():
        wish = db.session.get_one(MailPreference, cast.ana)
        assert wish.last_week_on.isoformat() == "2026-11-16"
        wait = wish.next_at - (NOW + timedelta(days=7))
    assert abs(wait) <= timedelta(minutes=10)
