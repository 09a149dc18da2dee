"""What tests of mail need: due mails, a diary for last week, and the outbox as it stands."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date, datetime, timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from firststep.extensions import db
from firststep.jobs.weekly_summaries import note_weekly_letters
from firststep.mail.delivery import Round
from firststep.mail.smtp import server_of
from firststep.models import OutboxMail, Patient, User
from firststep.services.outbox import enqueue
from tests import factories
from tests.cast import NOW, Cast
from tests.support.smtp import Post

LAST_WEEK = date(2026, 11, 16)


def log_last_week(session: Session, patient: Patient, values: list[int | None] | None = None) -> None:
    """Add Monday 16 to Sunday 22 November; five days are logged unless the test says otherwise."""
    factories.make_diary(session, patient, LAST_WEEK, values or [3, 2, None, 2, 3, None, 2])


def make_letter_due(app: Flask, cast: Cast) -> None:
    """Let Ana log last week, plan the letters as the worker would have before, and let their time come."""
    with app.app_context():
        log_last_week(db.session, db.session.get_one(Patient, cast.ana))
        db.session.commit()
        note_weekly_letters(NOW - timedelta(days=5))
        note_weekly_letters(NOW + timedelta(minutes=10))


def make_account_mails(app: Flask, count: int, now: datetime = NOW) -> list[str]:
    """Note one mail each to so many new people; return the addresses."""
    with app.app_context():
        addresses = [f"person{number}@example.com" for number in range(count)]
        for address in addresses:
            user = factories.make_user(db.session, address, "patient")
            enqueue(db.session, kind="password_changed", now=now, user_id=user.id)
        db.session.commit()
    return addresses


def send_all(app: Flask, office: Post, *, lanes: int = 4) -> Counter[str]:
    """Empty the outbox once."""
    return Round(app=app, server=server_of(office.url), stopped=threading.Event()).run(lanes)


def rows(app: Flask) -> list[OutboxMail]:
    """Return the outbox, oldest first."""
    with app.app_context():
        return list(db.session.scalars(select(OutboxMail).order_by(OutboxMail.created_at)))


def user_of(session: Session, email: str) -> User:
    """Return the account of an address."""
    return session.scalars(select(User).where(User.email == email)).one()
