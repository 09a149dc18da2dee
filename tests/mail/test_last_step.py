"""A mail's last step: whether it is wanted is looked at again, and only its final dot can leave it with a server."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from firststep.extensions import db
from firststep.mail.delivery import deliver
from firststep.mail.smtp import Connection, TryLater, server_of
from firststep.mail.welcome import Welcome
from firststep.models import OutboxMail, User
from firststep.services import mail_preferences, outbox
from firststep.services.consents import withdraw_consent
from firststep.services.outbox import Claim
from tests.cast import NOW, Cast
from tests.mail.test_delivery import LATER
from tests.support.mails import make_letter_due, rows, send_all
from tests.support.smtp import Post, post

__all__ = ["post"]

Change = Callable[[Session, Cast], object]


def _delete(session: Session, cast: Cast) -> None:
    session.delete(session.get_one(User, cast.ana_user))


def _move(session: Session, cast: Cast) -> None:
    session.get_one(User, cast.ana_user).email = "new@example.com"


def _switch_off(session: Session, cast: Cast) -> None:
    mail_preferences.switch_off(session, mail_preferences.find_reader(session, cast.ana), NOW)


def connection_to(office: Post) -> Connection:
    return Connection(server_of(office.url), our_name="localhost")


def claim_letter(app: Flask) -> Claim:
    with app.app_context():
        claim = outbox.claim_next(db.session, LATER, list_mail=True)
        db.session.commit()
    assert claim is not None
    return claim


@contextmanager
def at_the_last_step(app: Flask, cast: Cast, change: Change) -> Iterator[None]:
    """Change something while the mail waits for its turn, with all but its end at the server."""
    with app.app_context():
        change(db.session, cast)
        db.session.commit()
    yield


@pytest.mark.parametrize(
    ("change", "outcome", "then"),
    [
        (lambda s, c: mail_preferences.unsubscribe(s, c.ana, NOW), "changed", Counter(dropped=1)),
        (lambda s, c: mail_preferences.suspend_address(s, c.ana_user, NOW), "changed", Counter(dropped=1)),
        (lambda s, c: withdraw_consent(s, c.ana_user, "health_data", NOW), "changed", Counter(dropped=1)),
        (_switch_off, "changed", Counter(dropped=1)),
        (_delete, "left", Counter()),
        (_move, "changed", Counter(sent=1)),
    ],
    ids=["unsubscribed", "suspended", "consent withdrawn", "switched off", "deleted", "another address"],
)
def test_second_thoughts_count_until_the_very_end(
    app: Flask, cast: Cast, post: Post, set_clock, change: Change, outcome: str, then: Counter[str]
) -> None:
    set_clock(LATER)
    make_letter_due(app, cast)
    connection = connection_to(post)
    last_step = at_the_last_step(app, cast, change)
    assert deliver(app, claim_letter(app), connection, last_step, Welcome())[0] == outcome
    connection.close()
    assert post.raw == []
    assert send_all(app, post) == then
    assert post.recipients == (["new@example.com"] if then["sent"] else [])


def test_a_letter_that_was_asked_for_is_taken_back_by_a_wish_to_stop(
    app: Flask, cast: Cast, post: Post, set_clock
) -> None:
    set_clock(LATER)
    make_letter_due(app, cast)
    with app.app_context():
        db.session.execute(update(OutboxMail).values(parameters={"week": "2026-11-16", "asked": True}))
        db.session.commit()
    connection = connection_to(post)
    last_step = at_the_last_step(app, cast, lambda s, c: mail_preferences.unsubscribe(s, c.ana, LATER))
    assert deliver(app, claim_letter(app), connection, last_step, Welcome())[0] == "left"
    connection.close()
    assert send_all(app, post) == Counter()
    assert (rows(app)[0].state, post.raw) == ("dropped", [])


def test_nothing_happened_meanwhile_so_it_goes(app: Flask, cast: Cast, post: Post, set_clock) -> None:
    set_clock(LATER)
    make_letter_due(app, cast)
    connection = connection_to(post)
    assert (
        deliver(app, claim_letter(app), connection, at_the_last_step(app, cast, lambda *_: None), Welcome())[0]
        == "sent"
    )
    connection.close()
    assert rows(app)[0].state == "sent"


def test_a_mail_that_was_taken_back_is_not_delivered_and_the_next_one_is(post: Post) -> None:
    connection = connection_to(post)
    connection.offer("a@example.com", "first@example.com", b"Subject: one\r\n\r\nOne\r\n")
    connection.take_back()
    connection.offer("a@example.com", "second@example.com", b"Subject: two\r\n\r\nTwo\r\n")
    connection.hand_over()
    connection.offer("a@example.com", "third@example.com", b"Subject: three\r\n\r\nThree\r\n")
    connection.close()
    assert post.recipients == ["second@example.com"]


def test_lines_that_begin_with_a_dot_arrive_as_they_were(post: Post) -> None:
    raw = b"Subject: dots\r\n\r\n.\r\n..two\r\n.one\r\nnone.\r\n.\r\n"
    connection = connection_to(post)
    for content in (raw, raw.removesuffix(b"\r\n")):
        connection.offer("a@example.com", "b@example.com", content)
        connection.hand_over()
    connection.close()
    assert post.raw == [raw, raw]


def test_nothing_is_handed_over_that_was_not_offered(post: Post) -> None:
    connection = connection_to(post)
    with pytest.raises(TryLater):
        connection.hand_over()
    connection.offer("a@example.com", "b@example.com", b"Subject: x\r\n\r\nx\r\n")
    connection.hand_over()
    with pytest.raises(TryLater):
        connection.hand_over()
    connection.close()
    assert len(post.raw) == 1


def test_a_mail_that_was_taken_is_marked_when_the_busy_database_answers_again(
    app: Flask, cast: Cast, post: Post, set_clock
) -> None:
    set_clock(LATER)
    make_letter_due(app, cast)
    claim = claim_letter(app)
    busy = threading.Event()
    locked = threading.Thread(target=hold_the_database, args=(app, claim, busy, 7.0))
    post.on_taken = lambda _count: (locked.start(), busy.wait(5))
    connection = connection_to(post)
    assert deliver(app, claim, connection, nullcontext(), Welcome())[0] == "sent"
    connection.close()
    locked.join()
    assert rows(app)[0].state == "sent"
    assert send_all(app, post) == Counter()
    assert len(post.raw) == 1


def hold_the_database(app: Flask, claim: Claim, busy: threading.Event, seconds: float) -> None:
    """Keep everybody from writing to the mail's row, for longer than SQLite has patience."""
    with app.app_context():
        db.session.execute(update(OutboxMail).where(OutboxMail.id == claim.id).values(last_error=None))
        busy.set()
        time.sleep(seconds)
        db.session.rollback()
