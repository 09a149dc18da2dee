"""Reminders on their whole way: due in the person's zone, noted once, sent by mail and push while the day is empty."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from flask import Flask
from sqlalchemy import select

from firststep.extensions import db
from firststep.jobs import push_sending
from firststep.jobs.deliver_pushes import deliver_pushes
from firststep.jobs.remind import remind
from firststep.models import FootDay, OutboxMail, Patient, PushSubscription, Reminder, User
from firststep.services import mail_preferences, push_subscriptions, reminders
from firststep.services.consents import consent_standings
from firststep.services.push_keys import public_key
from firststep.settings import ROOT, Settings
from tests import factories
from tests.cast import TODAY, Cast
from tests.support.mails import rows, send_all
from tests.support.push import Device, PushService, push_service
from tests.support.smtp import Post, post
from tests.support.statements import counted

__all__ = ["post"]

SetClock = Callable[[datetime], None]
# Eight in the evening in Berlin.
EVENING = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
AFTERNOON = EVENING - timedelta(hours=4)


@pytest.fixture
def pushes(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    """Return a running push service to which the application may send."""
    with push_service() as service:
        monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], push_local_host=service.host))
        yield service


@pytest.fixture
def afternoon(app: Flask, cast: Cast, set_clock: SetClock) -> Cast:
    """Return the cast on an afternoon in Berlin on which nobody logged yet."""
    set_clock(AFTERNOON)
    with app.app_context():
        db.session.get_one(User, cast.ana_user).time_zone = "Europe/Berlin"
        db.session.commit()
    return cast


def wants_mail(app: Flask, cast: Cast, *, hour: int = 20, repeats: bool = False) -> None:
    with app.app_context():
        ana = db.session.get_one(Patient, cast.ana)
        reminders.save(db.session, ana, by_mail=True, hour=hour, repeats=repeats, now=AFTERNOON)
        db.session.commit()


def wants_push(app: Flask, cast: Cast, device: Device, host: str) -> None:
    with app.app_context():
        told = push_subscriptions.read_subscription(device.told(), local_host=host)
        ana = db.session.get_one(User, cast.ana_user)
        push_subscriptions.subscribe(db.session, ana, told, session_id=None, now=AFTERNOON)
        db.session.commit()


def run(app: Flask, job: Callable[[datetime], Counter[str]], at: datetime) -> Counter[str]:
    app.config["CLOCK"] = lambda: at
    with app.app_context():
        return job(at)


def answer_today(app: Flask, cast: Cast) -> None:
    with app.app_context():
        db.session.add(FootDay(patient_id=cast.ana, day=TODAY, foot="right", first_step_pain=30))
        db.session.commit()


def subscription(app: Flask) -> PushSubscription | None:
    with app.app_context():
        return db.session.scalars(select(PushSubscription)).first()


def test_nobody_is_reminded_who_did_not_ask(app: Flask, afternoon: Cast) -> None:
    for hours in range(48):
        assert run(app, remind, AFTERNOON + timedelta(hours=hours)) == Counter()
    assert rows(app) == []


def test_a_mail_comes_at_the_hour_once_and_says_nothing_of_health(app: Flask, afternoon: Cast, post: Post) -> None:
    wants_mail(app, afternoon)
    assert run(app, remind, EVENING - timedelta(seconds=1)) == Counter()
    assert run(app, remind, EVENING) == Counter(noted=1)
    assert run(app, remind, EVENING) == Counter()
    assert send_all(app, post) == Counter(sent=1)
    assert run(app, remind, EVENING + timedelta(hours=12)) == Counter()
    assert [row.dedupe_key for row in rows(app)] == [f"reminder:{afternoon.ana}:2026-11-23:1"]
    message = message_from_bytes(post.raw[0], policy=policy.default)
    assert (message["Subject"], message["From"]) == ("Time for today's check-in.", "Firststep <hello@localhost>")
    assert message["List-Id"] == "<reminder.localhost>"
    text, html = (part.get_content() for part in message.iter_parts())
    assert text.replace("\r\n", "\n").startswith("Time for today's check-in.\n\nOpen today: http://localhost/log\n")
    for part in (text, html, message["Subject"]):
        assert not {"pain", "heel", "foot", "health", "fasci", "diary"} & set(part.casefold().split())


def test_the_mail_s_own_address_stops_only_the_reminder(app: Flask, afternoon: Cast, post: Post) -> None:
    wants_mail(app, afternoon)
    run(app, remind, EVENING)
    send_all(app, post)
    address = message_from_bytes(post.raw[0], policy=policy.default)["List-Unsubscribe"].strip("<>")
    path = address.removeprefix("http://localhost")
    stranger = app.test_client()
    assert "Stop the reminders by mail?" in stranger.get(path).text
    with app.app_context():
        assert reminders.mail_is_on(db.session, afternoon.ana)
    answer = stranger.post(path, data={"List-Unsubscribe": "One-Click"}, headers={"Origin": "https://mail.example.com"})
    assert answer.status_code == 200
    with app.app_context():
        assert not reminders.mail_is_on(db.session, afternoon.ana)
        assert db.session.get_one(Reminder, afternoon.ana).next_at is None
        assert mail_preferences.find_reader(db.session, afternoon.ana).is_on
    assert "again" in stranger.post(path, data={"undo": "yes"}).text
    with app.app_context():
        assert db.session.get_one(Reminder, afternoon.ana).next_on == date(2026, 11, 24)


def test_the_second_of_a_day_comes_two_hours_later_and_no_third(app: Flask, afternoon: Cast, post: Post) -> None:
    wants_mail(app, afternoon, repeats=True)
    sent = []
    for minutes in range(0, 360, 30):
        at = EVENING + timedelta(minutes=minutes)
        if run(app, remind, at)["noted"]:
            sent.append(minutes)
            assert send_all(app, post) == Counter(sent=1)
    assert sent == [0, 120]


@pytest.mark.parametrize("answered", ["before the hour", "between the two", "between noting and sending"])
def test_an_answered_day_is_left_alone(
    app: Flask, afternoon: Cast, post: Post, pushes: PushService, answered: str
) -> None:
    wants_mail(app, afternoon, repeats=True)
    wants_push(app, afternoon, pushes.device(), pushes.host)
    if answered == "before the hour":
        answer_today(app, afternoon)
    first = run(app, remind, EVENING)
    if answered == "between noting and sending":
        answer_today(app, afternoon)
    mails, sent = send_all(app, post), run(app, deliver_pushes, EVENING)
    if answered == "between the two":
        assert (mails, sent) == (Counter(sent=1), Counter(delivered=1))
        answer_today(app, afternoon)
    else:
        assert (post.raw, pushes.got) == ([], [])
        assert first == Counter(left_out=1) if answered == "before the hour" else Counter(noted=1)
    assert run(app, remind, EVENING + timedelta(hours=2)) == Counter(left_out=1)
    assert send_all(app, post) == Counter()
    assert run(app, deliver_pushes, EVENING + timedelta(hours=2)) == Counter()


@pytest.mark.parametrize("what", ["closed diary", "no longer active", "address refused", "too late", "another day"])
def test_who_must_get_nothing_gets_nothing(
    app: Flask, afternoon: Cast, post: Post, pushes: PushService, what: str
) -> None:
    wants_mail(app, afternoon)
    wants_push(app, afternoon, pushes.device(), pushes.host)
    at = EVENING + (timedelta(minutes=91) if what == "too late" else timedelta())
    if what == "another day":
        run(app, remind, EVENING)
        at = EVENING + timedelta(hours=4, minutes=1)
    with app.app_context():
        ana = db.session.get_one(Patient, afternoon.ana)
        if what == "closed diary":
            ana.diary_closed_at = AFTERNOON
        elif what == "no longer active":
            ana.user.active = False
        elif what == "address refused":
            mail_preferences.preference_of(db.session, ana.id).suspended_at = AFTERNOON
        db.session.commit()
    run(app, remind, at)
    app.config["CLOCK"] = lambda: at
    send_all(app, post)
    run(app, deliver_pushes, at)
    # A refused address says nothing about the phone.
    assert (len(post.raw), len(pushes.got)) == (0, 1 if what == "address refused" else 0)


def test_a_deleted_user_takes_wishes_and_devices_along(app: Flask, afternoon: Cast, pushes: PushService) -> None:
    wants_mail(app, afternoon)
    wants_push(app, afternoon, pushes.device(), pushes.host)
    run(app, remind, EVENING)
    done = app.test_cli_runner().invoke(args=["user", "delete", "ana@example.com", "--yes"])
    assert done.exit_code == 0, done.output
    with app.app_context():
        assert db.session.get(User, afternoon.ana_user) is None
        assert db.session.scalars(select(Reminder)).all() == []
        assert db.session.scalars(select(PushSubscription)).all() == []
    assert run(app, deliver_pushes, EVENING) == Counter()


def test_a_push_arrives_encrypted_signed_and_neutral(app: Flask, afternoon: Cast, pushes: PushService) -> None:
    device = pushes.device()
    wants_push(app, afternoon, device, pushes.host)
    assert run(app, remind, EVENING) == Counter(noted=1)
    assert rows(app) == []
    assert run(app, deliver_pushes, EVENING) == Counter(delivered=1)
    assert run(app, deliver_pushes, EVENING) == Counter()
    got = pushes.got[0]
    assert device.read(got.body) == {
        "kind": "reminder",
        "title": "Firststep",
        "body": "Time for today's check-in.",
    }
    claims = got.claims(public_key(app.config["SETTINGS"]))
    assert (claims["aud"], claims["sub"]) == (f"http://{pushes.host}", "mailto:hello@localhost")
    assert (got.headers["content-encoding"], got.headers["topic"]) == ("aes128gcm", "reminder")
    row = subscription(app)
    assert row is not None
    assert (row.delivered_at, row.failures, row.due_at, row.last_error) == (EVENING, 0, None, None)


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_forgotten(app: Flask, afternoon: Cast, pushes: PushService, status: int) -> None:
    wants_push(app, afternoon, pushes.device(), pushes.host)
    run(app, remind, EVENING)
    pushes.answers = [status]
    assert run(app, deliver_pushes, EVENING) == Counter(gone=1)
    assert subscription(app) is None
    with app.app_context():
        assert not consent_standings(db.session, afternoon.ana_user)["push"].holds
        assert db.session.get_one(Reminder, afternoon.ana).next_at is None


@pytest.mark.parametrize(("answer", "error"), [(429, "status_429"), (500, "status_500"), (302, "status_302")])
def test_a_failure_is_counted_and_tried_again_later(
    app: Flask, afternoon: Cast, pushes: PushService, answer: int, error: str
) -> None:
    wants_push(app, afternoon, pushes.device(), pushes.host)
    run(app, remind, EVENING)
    pushes.answers = [answer] * 3
    tried = []
    for minutes in range(40):
        if run(app, deliver_pushes, EVENING + timedelta(minutes=minutes)):
            tried.append(minutes)
            row = subscription(app)
            assert row is not None
            assert (row.failures, row.last_error) == ((len(tried), error) if len(tried) < 4 else (0, None))
    assert tried == [0, 1, 6, 21]
    assert {got.path for got in pushes.got} == {"/push/phone"}


def test_a_service_that_never_takes_is_left_after_four_tries(app: Flask, afternoon: Cast, pushes: PushService) -> None:
    wants_push(app, afternoon, pushes.device(), pushes.host)
    run(app, remind, EVENING)
    pushes.answers = [503] * 9
    for minutes in range(180):
        run(app, deliver_pushes, EVENING + timedelta(minutes=minutes))
    row = subscription(app)
    assert row is not None
    assert (len(pushes.got), row.failures, row.due_at) == (4, 4, None)


def test_a_service_that_hangs_is_cut_off(
    app: Flask, afternoon: Cast, pushes: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_sending, "TIMEOUT_SECONDS", 2)
    wants_push(app, afternoon, pushes.device(), pushes.host)
    run(app, remind, EVENING)
    pushes.answers = ["hang"]
    assert run(app, deliver_pushes, EVENING) == Counter(timeout=1)


def test_a_worker_that_died_is_followed_by_another(app: Flask, afternoon: Cast, pushes: PushService) -> None:
    wants_push(app, afternoon, pushes.device(), pushes.host)
    run(app, remind, EVENING)
    with app.app_context():
        assert push_subscriptions.claim_next(db.session, EVENING) is not None
        db.session.commit()
    assert run(app, deliver_pushes, EVENING) == Counter()
    assert run(app, deliver_pushes, EVENING + push_subscriptions.LEASE) == Counter(delivered=1)


def test_an_endpoint_inside_the_network_is_not_asked(app: Flask, afternoon: Cast, pushes: PushService) -> None:
    wants_push(app, afternoon, pushes.device(), pushes.host)
    run(app, remind, EVENING)
    # The setting is gone since: the stored endpoint is one of an inner network.
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], push_local_host="")
    assert run(app, deliver_pushes, EVENING) == Counter(refused_address=1)
    assert pushes.got == []


def test_everybody_who_is_due_is_found_by_one_statement_on_an_index(app: Flask, afternoon: Cast) -> None:
    with app.app_context():
        for number in range(30):
            patient = factories.make_patient(db.session, f"p{number}@example.com")
            reminders.save(db.session, patient, by_mail=True, hour=20, repeats=False, now=AFTERNOON)
        db.session.commit()
        # The others live in other zones; let all of them be due.
        for wish in db.session.scalars(select(Reminder)):
            wish.next_at, wish.next_on, wish.next_number = EVENING, TODAY, 1
        db.session.commit()
        with counted(app) as statements:
            found = reminders.due_reminders(db.session, EVENING, most=500)
        assert len(found) == 30
        assert len(statements.texts) == 1
        if db.engine.dialect.name == "sqlite":
            plan = db.session.connection().exec_driver_sql(
                "EXPLAIN QUERY PLAN SELECT * FROM reminder WHERE next_at <= '2026' ORDER BY next_at"
            )
            assert "ix_reminder_next_at" in str(plan.all())


@pytest.mark.sqlite_only
def test_requests_never_load_the_library_that_sends(settings: Settings) -> None:
    script = (
        "import sys\nfrom app import create_app\napp = create_app()\n"
        "assert app.test_client().get('/healthz').status_code in (200, 503)\n"
        "assert not {'pywebpush', 'py_vapid', 'aiohttp', 'requests', 'http_ece'} & set(sys.modules)\n"
    )
    environment = {"ENVIRONMENT": "test", "SECRET_KEY": "x" * 40, "VAR_DIR": str(settings.var_dir), "PATH": ""}
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("way", ["page", "mail"])
def test_a_test_mail_is_dropped_by_a_later_wish_to_stop_and_only_by_that(
    app: Flask, afternoon: Cast, post: Post, way: str
) -> None:
    wants_mail(app, afternoon)
    with app.app_context():
        reminders.note_test_mail(db.session, afternoon.ana_user, AFTERNOON)
        if way == "page":
            patient = db.session.get_one(Patient, afternoon.ana)
            reminders.save(db.session, patient, by_mail=False, hour=20, repeats=False, now=AFTERNOON)
        else:
            reminders.switch_mail(db.session, afternoon.ana, AFTERNOON, on=False)
        db.session.commit()
    assert send_all(app, post) == Counter()
    assert [row.state for row in rows(app)] == ["dropped"]
    with app.app_context():
        reminders.note_test_mail(db.session, afternoon.ana_user, AFTERNOON)
        # Another hour while mail is off is no wish to stop.
        patient = db.session.get_one(Patient, afternoon.ana)
        reminders.save(db.session, patient, by_mail=False, hour=21, repeats=False, now=AFTERNOON)
        db.session.commit()
    assert send_all(app, post) == Counter(sent=1)


def test_test_mails_and_tests_of_devices_come_on_an_answered_day(
    app: Flask, afternoon: Cast, post: Post, pushes: PushService
) -> None:
    device = pushes.device()
    wants_push(app, afternoon, device, pushes.host)
    answer_today(app, afternoon)
    with app.app_context():
        reminders.note_test_mail(db.session, afternoon.ana_user, AFTERNOON)
        assert push_subscriptions.note_test(db.session, afternoon.ana_user, AFTERNOON)
        db.session.commit()
    assert send_all(app, post) == Counter(sent=1)
    assert run(app, deliver_pushes, AFTERNOON) == Counter(delivered=1)
    assert device.read(pushes.got[0].body)["kind"] == "test"
    with app.app_context():
        assert db.session.scalars(select(OutboxMail.kind)).all() == ["reminder_test"]
        assert reminders.mail_state(db.session, afternoon.ana_user).sent_at == AFTERNOON
