"""Delivery over a real SMTP server: refusals, retries, hanging recipients, several workers, second thoughts."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firststep.extensions import db
from firststep.jobs.deliver_mail import deliver_mail
from firststep.mail import delivery
from firststep.mail.delivery import Round
from firststep.mail.domains import Domains
from firststep.mail.smtp import server_of
from firststep.mail.welcome import Welcome
from firststep.models import MailPreference, OutboxMail, Patient, User
from firststep.services import mail_preferences
from firststep.services.outbox import claim_next, enqueue, free_expired
from firststep.services.weekly_mail import note_letter
from tests.cast import NOW, Cast
from tests.support.mails import log_last_week, make_account_mails, make_letter_due, rows, send_all
from tests.support.secure_smtp import can_listen, secure_server
from tests.support.smtp import Post, post

__all__ = ["post"]

LATER = NOW + timedelta(minutes=11)


@pytest.fixture
def letter(app: Flask, cast: Cast, set_clock) -> None:
    """Have Ana's letter due."""
    set_clock(LATER)
    make_letter_due(app, cast)


def answer_at(office: Post, where: str, answer: str) -> None:
    if where == "recipient":
        office.on_recipient["ana@example.com"] = [answer]
    else:
        office.on_data = [answer]


def message_ids(office: Post) -> list[str]:
    return [str(message_from_bytes(raw, policy=policy.default)["Message-ID"]) for raw in office.raw]


def test_a_temporary_refusal_is_tried_again_after_a_minute(app: Flask, letter: None, post: Post, set_clock) -> None:
    post.on_recipient["ana@example.com"] = ["450 greylisted"]
    assert send_all(app, post) == Counter(put_off=1)
    assert (rows(app)[0].state, rows(app)[0].last_error) == ("queued", "recipient_450")
    assert send_all(app, post) == Counter()
    set_clock(LATER + timedelta(minutes=1))
    assert send_all(app, post) == Counter(sent=1)
    assert (rows(app)[0].attempts, rows(app)[0].last_error) == (2, None)


def test_a_refusal_of_the_content_for_now_is_tried_again_with_the_same_id(
    app: Flask, letter: None, post: Post, set_clock
) -> None:
    post.on_data = ["451 later"]
    assert send_all(app, post) == Counter(put_off=1)
    before = rows(app)[0].message_id
    set_clock(LATER + timedelta(minutes=1))
    assert send_all(app, post) == Counter(sent=1)
    assert message_ids(post) == [f"<{before}@localhost>"]


@pytest.mark.parametrize(
    ("where", "answer"),
    [
        ("recipient", "550 no such user"),
        ("recipient", "551 user not local"),
        ("recipient", "553 mailbox name not allowed"),
        ("recipient", "550 5.1.1 no such user"),
        ("recipient", "554 5.2.1 mailbox disabled"),
        ("content", "550 5.1.1 no such user"),
    ],
)
def test_a_final_refusal_of_the_recipient_fails_at_once_and_suspends_the_address(
    app: Flask, cast: Cast, letter: None, post: Post, where: str, answer: str
) -> None:
    answer_at(post, where, answer)
    assert send_all(app, post) == Counter(failed=1)
    assert (rows(app)[0].state, rows(app)[0].last_error) == ("failed", f"recipient_{answer[:3]}")
    with app.app_context():
        wish = db.session.get_one(MailPreference, cast.ana)
        assert wish.suspended_at == LATER
        assert wish.next_at is None
        assert db.session.get_one(MailPreference, cast.ben).suspended_at is None


@pytest.mark.parametrize(
    ("where", "answer", "outcome", "error"),
    [
        ("recipient", "554 5.7.1 Relay access denied", "put_off", "sender_554"),
        ("recipient", "550-5.7.26 not\r\n550 5.7.26 authenticated", "put_off", "sender_550"),
        ("recipient", "553 5.1.8 sender's domain does not exist", "put_off", "sender_553"),
        ("recipient", "530 Authentication required", "put_off", "sender_530"),
        ("recipient", "503 bad sequence", "put_off", "sender_503"),
        ("content", "550 5.7.0 sending limit", "put_off", "sender_550"),
        ("content", "552 5.3.4 message too big for system", "put_off", "sender_552"),
        ("content", "554 5.5.1 no valid recipients", "put_off", "sender_554"),
        ("recipient", "552 5.2.2 mailbox full", "failed", "content_552"),
        ("recipient", "554 no", "failed", "content_554"),
        ("content", "550 no", "failed", "content_550"),
        ("content", "552 message too large", "failed", "content_552"),
        ("content", "554 5.6.0 not wanted", "failed", "content_554"),
    ],
)
def test_a_final_refusal_of_us_is_tried_again_and_neither_it_nor_one_of_the_mail_suspends_anybody(
    app: Flask, cast: Cast, letter: None, post: Post, where: str, answer: str, outcome: str, error: str
) -> None:
    answer_at(post, where, answer)
    assert send_all(app, post) == Counter({outcome: 1})
    assert rows(app)[0].last_error == error
    with app.app_context():
        assert db.session.get_one(MailPreference, cast.ana).suspended_at is None


@pytest.mark.parametrize(
    ("refused", "own"),
    [("old@example.com", False), ("ANA@example.com", True)],
)
def test_only_the_persons_own_address_is_suspended(app: Flask, cast: Cast, post: Post, refused: str, own: bool) -> None:
    post.on_recipient[refused] = ["550 no such user"]
    with app.app_context():
        enqueue(db.session, kind="address_changed", now=NOW, user_id=cast.ana_user, address=refused)
        db.session.commit()
    assert send_all(app, post) == Counter(failed=1)
    with app.app_context():
        assert (db.session.get_one(MailPreference, cast.ana).suspended_at is not None) is own


def test_an_address_that_was_changed_while_its_mail_was_refused_suspends_nobody(
    app: Flask, cast: Cast, letter: None, post: Post
) -> None:
    def change() -> None:
        with app.app_context():
            db.session.execute(update(User).where(User.id == cast.ana_user).values(email="new@example.com"))
            db.session.commit()

    post.on_recipient["ana@example.com"] = ["550 no such user"]
    post.on_refusing = change
    assert send_all(app, post) == Counter(failed=1)
    with app.app_context():
        assert db.session.get_one(User, cast.ana_user).email == "new@example.com"
        assert db.session.get_one(MailPreference, cast.ana).suspended_at is None


def test_account_mail_still_goes_to_a_suspended_address(app: Flask, cast: Cast, post: Post) -> None:
    with app.app_context():
        mail_preferences.suspend_address(db.session, cast.ana_user, NOW)
        enqueue(db.session, kind="password_changed", now=NOW, user_id=cast.ana_user)
        db.session.commit()
    assert send_all(app, post) == Counter(sent=1)


def test_a_refused_sender_is_our_matter_and_suspends_nobody(app: Flask, cast: Cast, letter: None, post: Post) -> None:
    post.on_sender = ["550 who are you"]
    assert send_all(app, post) == Counter(not_tried=1)
    assert (rows(app)[0].state, rows(app)[0].last_error) == ("queued", "sender_550")
    with app.app_context():
        assert db.session.get_one(MailPreference, cast.ana).suspended_at is None


def test_a_server_that_takes_nothing_from_us_is_asked_seldom_and_costs_no_mail_its_tries(
    app: Flask, cast: Cast, post: Post, set_clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [0.0]
    monkeypatch.setitem(app.extensions, "mail_welcome", Welcome(timer=lambda: seconds[0]))
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], smtp_url=post.url))
    make_account_mails(app, 30)
    since = [row.run_at for row in rows(app)]
    post.on_sender = ["530 5.7.0 authentication required"] * 200
    for hours in range(0, 240, 24):
        seconds[0] = hours * 3600.0
        now = NOW + timedelta(hours=hours)
        set_clock(now)
        with app.app_context():
            tried = deliver_mail(now)
            assert set(tried) == {"not_tried"}
            assert tried.total() <= delivery.LANES
            seconds[0] += 59.0
            assert deliver_mail(now) == Counter(), "asked again within the minute"
    assert {(row.state, row.attempts) for row in rows(app)} == {("queued", 0)}
    # The figure that operators watch tells how long they have been waiting.
    assert [row.run_at for row in rows(app)] == since
    post.on_sender = []
    seconds[0] += 3600.0
    with app.app_context():
        assert deliver_mail(NOW + timedelta(days=10)) == Counter(sent=30)
        assert db.session.scalars(select(MailPreference.suspended_at).distinct()).all() == [None]


@pytest.mark.skipif(not can_listen(), reason="this machine has one loopback address only")
def test_a_wrong_password_costs_no_mail_its_tries(app: Flask, letter: None, tmp_path: Path) -> None:
    with secure_server(tmp_path, tls=False) as server:
        url = f"{server.url('wrong')}?starttls=off"
        assert Round(app=app, server=server_of(url), stopped=threading.Event()).run() == Counter(not_tried=1)
    assert (rows(app)[0].state, rows(app)[0].attempts, rows(app)[0].last_error) == ("queued", 0, "server_535")


def test_no_lane_asks_again_while_a_refusal_is_still_being_noted(app: Flask, letter: None, post: Post) -> None:
    def slow() -> float:
        time.sleep(0.3)
        return time.monotonic()

    post.on_sender = ["530 5.7.0 authentication required"] * 9
    welcome = Welcome(timer=slow)
    round_ = Round(app=app, server=server_of(post.url), stopped=threading.Event(), welcome=welcome)
    assert round_.run() == Counter(not_tried=1)
    assert post.connections == 1


def test_a_lane_that_waited_for_its_turn_asks_no_server_that_refused_meanwhile(
    app: Flask, letter: None, post: Post
) -> None:
    class Meanwhile(Domains):
        def closed(self) -> list[str]:
            welcome.note_refusal()
            return super().closed()

    welcome = Welcome()
    round_ = Round(app=app, server=server_of(post.url), stopped=threading.Event(), welcome=welcome, domains=Meanwhile())
    assert round_.run() == Counter()
    assert post.connections == 0
    assert (rows(app)[0].state, rows(app)[0].attempts) == ("queued", 0)


@pytest.mark.parametrize("step", ["recipient", "data"])
def test_an_answer_that_is_no_answer_costs_a_try_once_the_recipient_was_named(
    app: Flask, cast: Cast, letter: None, post: Post, step: str
) -> None:
    endless = "250 " + "x" * 9000
    post.on_recipient, post.on_data = ({"ana@example.com": [endless]}, []) if step == "recipient" else ({}, [endless])
    assert send_all(app, post) == Counter(put_off=1)
    assert (rows(app)[0].attempts, rows(app)[0].last_error) == (1, "server_500")


def test_a_server_that_closes_a_kept_connection_is_called_again(app: Flask, cast: Cast, post: Post) -> None:
    make_account_mails(app, 3)
    post.on_sender = ["250 ok", "421 enough for now"]
    assert send_all(app, post, lanes=1) == Counter(sent=3)
    assert post.connections == 2


def test_one_connection_carries_many_mails(app: Flask, cast: Cast, post: Post) -> None:
    make_account_mails(app, 25)
    assert send_all(app, post, lanes=1) == Counter(sent=25)
    assert post.connections == 1


def test_a_server_that_is_away_loses_nothing(app: Flask, letter: None, post: Post, set_clock) -> None:
    away = Post(port=1)
    assert send_all(app, away) == Counter(put_off=1)
    assert rows(app)[0].last_error == "network_ConnectionRefusedError"
    set_clock(LATER + timedelta(minutes=1))
    assert send_all(app, post) == Counter(sent=1)


def test_a_server_that_is_away_costs_a_pile_of_mails_only_a_few_tries(
    app: Flask, cast: Cast, post: Post, set_clock
) -> None:
    make_account_mails(app, 30)
    outcomes = send_all(app, Post(port=1))
    assert set(outcomes) == {"put_off"}
    assert delivery._AWAY_IN_A_ROW <= outcomes["put_off"] <= delivery._AWAY_IN_A_ROW + delivery.LANES
    assert sum(row.attempts == 0 for row in rows(app)) == 30 - outcomes["put_off"]
    set_clock(NOW + timedelta(minutes=1))
    assert send_all(app, post) == Counter(sent=30)


def test_a_hanging_server_costs_one_mail_its_time_and_the_others_little(
    app: Flask, cast: Cast, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = make_account_mails(app, 12)
    limit = 2.0
    monkeypatch.setattr(delivery, "MAIL_SECONDS", limit)
    post.on_recipient[addresses[0]] = ["hang"]
    begin = time.monotonic()
    assert send_all(app, post) == Counter(sent=11, put_off=1)
    assert time.monotonic() - begin < limit + 6
    assert sum(row.state == "queued" for row in rows(app)) == 1
    assert max(post.taken_at) - begin < limit


def test_account_mail_that_comes_in_while_a_recipient_hangs_goes_out_at_once(
    app: Flask, cast: Cast, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = make_account_mails(app, 1)
    monkeypatch.setattr(delivery, "MAIL_SECONDS", 4.0)
    post.on_recipient[addresses[0]] = ["hang"]
    sending = threading.Thread(target=send_all, args=(app, post))
    begin = time.monotonic()
    sending.start()
    time.sleep(0.5)
    with app.app_context():
        enqueue(db.session, kind="password_changed", now=NOW, user_id=cast.ana_user)
        db.session.commit()
    sending.join()
    assert post.recipients == ["ana@example.com"]
    assert post.taken_at[0] - begin < 3.5


def test_two_workers_send_two_hundred_mails_once_each(app: Flask, cast: Cast, post: Post) -> None:
    addresses = make_account_mails(app, 200)
    outcomes: list[Counter[str]] = []
    workers = [threading.Thread(target=lambda: outcomes.append(send_all(app, post))) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(outcomes, Counter()) == Counter(sent=200)
    assert sorted(post.recipients) == sorted(addresses)
    assert len(set(message_ids(post))) == 200


@pytest.mark.parametrize(
    "thought", ["unsubscribed", "switched off", "paused", "suspended", "deleted", "disabled", "consent withdrawn"]
)
def test_second_thoughts_while_the_letter_is_queued_are_respected(
    app: Flask, cast: Cast, letter: None, post: Post, thought: str
) -> None:
    with app.app_context():
        session = db.session
        reader = mail_preferences.find_reader(session, cast.ana)
        user = session.get_one(User, cast.ana_user)
        if thought == "unsubscribed":
            mail_preferences.unsubscribe(session, cast.ana, NOW)
        elif thought == "switched off":
            mail_preferences.switch_off(session, reader, NOW)
        elif thought == "paused":
            mail_preferences.pause(session, reader, NOW)
        elif thought == "suspended":
            mail_preferences.suspend_address(session, cast.ana_user, NOW)
        elif thought == "deleted":
            session.delete(user)
        elif thought == "disabled":
            user.active = False
        else:
            from firststep.services.consents import withdraw_consent

            withdraw_consent(session, user.id, "health_data", NOW)
        session.commit()
    assert send_all(app, post) == (Counter() if thought == "deleted" else Counter(dropped=1))
    assert post.raw == []


STOPS: dict[str, Callable[[Session, Cast], object]] = {
    "unsubscribed": lambda s, c: mail_preferences.unsubscribe(s, c.ana, LATER),
    "switched off": lambda s, c: mail_preferences.switch_off(s, mail_preferences.find_reader(s, c.ana), LATER),
    "paused": lambda s, c: mail_preferences.pause(s, mail_preferences.find_reader(s, c.ana), LATER),
}


def ask_for_a_letter(app: Flask, cast: Cast) -> None:
    with app.app_context():
        assert note_letter(db.session, mail_preferences.find_reader(db.session, cast.ana), LATER) == "noted"
        db.session.commit()


@pytest.mark.parametrize("on_the_way", [False, True])
@pytest.mark.parametrize("stop", STOPS)
def test_a_letter_that_was_asked_for_is_dropped_by_a_later_wish_to_stop_and_only_by_that(
    app: Flask, cast: Cast, post: Post, set_clock, stop: str, on_the_way: bool
) -> None:
    set_clock(LATER)
    with app.app_context():
        log_last_week(db.session, db.session.get_one(Patient, cast.ana))
        db.session.commit()
    ask_for_a_letter(app, cast)
    if on_the_way:
        post.on_recipient["ana@example.com"] = ["450 later"]
        send_all(app, post)
        set_clock(LATER + timedelta(minutes=1))
        with app.app_context():
            assert claim_next(db.session, LATER + timedelta(minutes=1), list_mail=True) is not None
            db.session.commit()
    with app.app_context():
        STOPS[stop](db.session, cast)
        db.session.commit()
        free_expired(db.session, LATER + timedelta(minutes=5))
        db.session.commit()
    set_clock(LATER + timedelta(minutes=10))
    assert send_all(app, post) == Counter()
    assert (rows(app)[0].state, post.raw) == ("dropped", [])
    with app.app_context():
        db.session.delete(db.session.query(OutboxMail).one())
        db.session.commit()
    ask_for_a_letter(app, cast)
    assert send_all(app, post) == Counter(sent=1)


def test_a_wish_to_stop_leaves_a_letter_that_is_due_for_who_takes_it_back(
    app: Flask, cast: Cast, letter: None, post: Post
) -> None:
    with app.app_context():
        mail_preferences.unsubscribe(db.session, cast.ana, LATER)
        mail_preferences.subscribe_again(db.session, cast.ana, LATER)
        db.session.commit()
    assert send_all(app, post) == Counter(sent=1)


def test_a_changed_address_is_the_one_that_gets_the_letter(app: Flask, cast: Cast, letter: None, post: Post) -> None:
    with app.app_context():
        db.session.execute(update(User).where(User.id == cast.ana_user).values(email="new@example.com"))
        db.session.commit()
    send_all(app, post)
    assert post.recipients == ["new@example.com"]


def test_a_mail_that_cannot_be_built_waits_and_holds_up_no_other(app: Flask, cast: Cast, post: Post) -> None:
    with app.app_context():
        enqueue(db.session, kind="no_such_kind", now=NOW, user_id=cast.ana_user)
        enqueue(db.session, kind="password_changed", now=NOW, user_id=cast.ana_user)
        db.session.commit()
    assert send_all(app, post) == Counter(sent=1, put_off=1)
    assert {row.kind: row.last_error for row in rows(app)} == {
        "no_such_kind": "build_KeyError",
        "password_changed": None,
    }


def test_nothing_of_the_mail_is_stored_or_logged(
    app: Flask, cast: Cast, letter: None, post: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    send_all(app, post)
    logged = capsys.readouterr().out
    assert "sent" in logged
    assert "ana@example.com" not in logged
    with app.app_context():
        row = db.session.query(OutboxMail).one()
        assert (row.address, row.parameters) == (None, {"week": "2026-11-16"})
