"""The page of the reminders: without scripts, with hostile input, and the calendar feed that it makes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from icalendar import Calendar
from sqlalchemy import delete, select

from firststep.extensions import db
from firststep.models import Day, FootDay, MailPreference, OutboxMail, Patient, PushSubscription, Reminder, User
from firststep.services.consents import consent_standings
from firststep.services.push_endpoints import LONGEST
from firststep.services.zones import local_day
from tests.cast import NOW, Browser, Cast, sign_in
from tests.commands.test_backup import held, run
from tests.conftest import empty_tables
from tests.support.push import Device

ENDPOINT = "https://push.example.org/send/one"
POINT_OFF_THE_CURVE = "B" + "A" * 86


def stored(app: Flask, cast: Cast) -> Reminder | None:
    with app.app_context():
        return db.session.get(Reminder, cast.ana)


def devices(app: Flask) -> list[PushSubscription]:
    with app.app_context():
        return list(db.session.scalars(select(PushSubscription).order_by(PushSubscription.endpoint)))


def feed_address(page: str) -> str:
    field = BeautifulSoup(page, "html5lib").find(id="feed")
    assert field is not None
    return str(field["value"])


def test_everything_is_off_at_first_and_looking_stores_nothing(app: Flask, cast: Cast, ana: Browser) -> None:
    page = ana.get("/reminders")
    assert page.status_code == 200
    assert "none, all are off" in page.text
    assert stored(app, cast) is None
    assert 'href="/reminders"' in ana.get("/settings").text


def test_the_hour_is_stored_and_planned_in_the_own_zone(app: Flask, cast: Cast, ana: Browser) -> None:
    with app.app_context():
        db.session.get_one(User, cast.ana_user).time_zone = "Pacific/Auckland"
        db.session.commit()
    answer = ana.post("/reminders", data={"hour": "21", "by_mail": "y", "repeats": "y"}, follow_redirects=True)
    assert "Saved." in answer.text
    wish = stored(app, cast)
    assert wish is not None
    assert wish.next_at == datetime(2026, 11, 23, 21, tzinfo=ZoneInfo("Pacific/Auckland")).astimezone(UTC)
    assert (wish.by_mail, wish.repeats, wish.next_number) == (True, True, 1)
    assert "23 Nov 2026, 21:00" in answer.text
    # Another zone in the settings moves it.
    form = {"name": "Ana", "time_zone": "UTC", "week_starts_on": "0", "language": "en", "feet": "right"}
    assert ana.post("/settings", data=form).status_code == 303
    wish = stored(app, cast)
    assert wish is not None
    assert wish.next_at == datetime(2026, 11, 23, 21, tzinfo=UTC)
    ana.post("/reminders", data={"hour": "21"})
    wish = stored(app, cast)
    assert wish is not None
    assert (wish.by_mail, wish.next_at) == (False, None)


def test_the_next_reminder_is_on_a_day_on_which_one_can_come(app: Flask, cast: Cast, ana: Browser) -> None:
    with app.app_context():
        today = local_day(NOW, db.session.get_one(User, cast.ana_user).time_zone)
        db.session.execute(delete(FootDay).where(FootDay.patient_id == cast.ana))
        db.session.execute(delete(Day).where(Day.patient_id == cast.ana))
        db.session.commit()

    def said() -> str:
        text = BeautifulSoup(ana.get("/reminders").text, "html5lib").get_text(" ", strip=True)
        return text.partition("Next reminder")[2][:20]

    ana.post("/reminders", data={"hour": "20", "by_mail": "y", "repeats": "y"})
    assert "23 Nov 2026, 20:00" in said()
    with app.app_context():
        db.session.add(Day(patient_id=cast.ana, day=today, nsaid_taken=False))
        db.session.commit()
    assert "24 Nov 2026, 20:00" in said()
    with app.app_context():
        db.session.execute(delete(Day).where(Day.patient_id == cast.ana))
        db.session.commit()
    assert "23 Nov 2026, 20:00" in said()


@pytest.mark.parametrize("hour", ["", "24", "-1", "7.5", "٣", "x" * 300, "7:00", "\x00", "1e1"])
def test_an_hour_that_is_none_is_refused_and_stores_nothing(app: Flask, cast: Cast, ana: Browser, hour: str) -> None:
    answer = ana.post("/reminders", data={"hour": hour, "by_mail": "y", "repeats": "y"})
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html5lib")
    assert page.find(id="hour-error") is not None
    assert page.find(id="by_mail").has_attr("checked")
    assert stored(app, cast) is None


def test_choosing_mail_does_not_try_an_address_that_refused(app: Flask, cast: Cast, ana: Browser) -> None:
    ana.post("/reminders", data={"hour": "8", "by_mail": "y"})
    with app.app_context():
        db.session.get_one(MailPreference, cast.ana).suspended_at = NOW
        db.session.commit()
    assert "refused our mail" in ana.get("/reminders").text
    ana.post("/reminders", data={"hour": "8", "by_mail": "y"})
    with app.app_context():
        assert db.session.get_one(MailPreference, cast.ana).suspended_at == NOW


def test_a_device_says_who_it_is_again_and_again(app: Flask, cast: Cast, ana: Browser) -> None:
    device = Device(endpoint=ENDPOINT)
    for _ in range(3):
        assert ana.post("/reminders/push", json=device.told()).json == {"status": "on"}
    assert [row.endpoint for row in devices(app)] == [ENDPOINT]
    with app.app_context():
        assert consent_standings(db.session, cast.ana_user)["push"].holds
        assert db.session.get_one(Reminder, cast.ana).next_at is not None
    assert "Switch off on all devices" in ana.get("/reminders").text
    # The browser renewed it: the same session's old one goes; another device of hers stays.
    assert ana.post("/reminders/push", json=Device(endpoint=f"{ENDPOINT}/new").told()).status_code == 200
    other = sign_in(app, cast.ana_user)
    other.post("/reminders/push", json=Device(endpoint=f"{ENDPOINT}/tablet").told())
    assert [row.endpoint for row in devices(app)] == [f"{ENDPOINT}/new", f"{ENDPOINT}/tablet"]
    # Renewed while she was signed in anew: the worker says which one it replaces.
    again = sign_in(app, cast.ana_user)
    again.post("/reminders/push", json={**Device(endpoint=f"{ENDPOINT}/x").told(), "replaces": f"{ENDPOINT}/tablet"})
    assert [row.endpoint for row in devices(app)] == [f"{ENDPOINT}/new", f"{ENDPOINT}/x"]
    assert again.post("/reminders/push/remove", data={"endpoint": f"{ENDPOINT}/x"}).status_code == 204
    assert again.post("/reminders/push/remove", data={}).status_code == 303
    assert devices(app) == []
    with app.app_context():
        assert not consent_standings(db.session, cast.ana_user)["push"].holds
        assert db.session.get_one(Reminder, cast.ana).next_at is None


def test_a_phone_that_changes_hands_reminds_the_new_person_only(
    app: Flask, ana: Browser, ben: Browser, cast: Cast
) -> None:
    device = Device(endpoint=ENDPOINT)
    ana.post("/reminders/push", json=device.told())
    with app.app_context():
        db.session.scalars(select(PushSubscription)).one().delivered_at = NOW
        db.session.commit()
    ben.post("/reminders/push", json=device.told())
    row = devices(app)[0]
    assert (len(devices(app)), row.user_id, row.delivered_at) == (1, cast.ben_user, None)
    # Nobody forgets another person's device.
    ana.post("/reminders/push/remove", data={"endpoint": ENDPOINT})
    ana.post("/reminders/push/remove", data={})
    ana.post("/reminders/push", json={**Device(endpoint=f"{ENDPOINT}/a").told(), "replaces": ENDPOINT})
    assert [row.user_id for row in devices(app)] == [cast.ben_user, cast.ana_user]


def test_devices_of_a_person_are_bounded(app: Flask, cast: Cast) -> None:
    for number in range(13):
        told = Device(endpoint=f"{ENDPOINT}/{number}").told()
        assert sign_in(app, cast.ana_user).post("/reminders/push", json=told).status_code == 200
    assert len(devices(app)) == 10


GOOD = Device(endpoint=ENDPOINT).told()


@pytest.mark.parametrize(
    "told",
    [
        *(None, [], "x", 3, {}, {"endpoint": ENDPOINT}, {**GOOD, "keys": None}, {**GOOD, "keys": []}),
        *({**GOOD, "endpoint": endpoint} for endpoint in (None, 7, "", "https://127.0.0.1/x", "http://a.example.org/")),
        {**GOOD, "endpoint": f"https://push.example.org/{'x' * LONGEST}"},
        {**GOOD, "keys": {**GOOD["keys"], "auth": "x"}},
        {**GOOD, "keys": {**GOOD["keys"], "auth": "!" * 22}},
        {**GOOD, "keys": {**GOOD["keys"], "auth": "é" * 22}},
        {**GOOD, "keys": {**GOOD["keys"], "p256dh": POINT_OFF_THE_CURVE}},
        {**GOOD, "keys": {**GOOD["keys"], "p256dh": ""}},
        {**GOOD, "keys": {**GOOD["keys"], "p256dh": GOOD["keys"]["p256dh"] * 2}},
        {**GOOD, "keys": {**GOOD["keys"], "p256dh": ["x"]}},
    ],
)
def test_what_is_no_subscription_is_refused(app: Flask, ana: Browser, told: Any) -> None:
    answer = ana.post("/reminders/push", json=told)
    assert (answer.status_code, answer.json) == (422, {"status": "rejected"})
    assert devices(app) == []


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff", b'{"endpoint": NaN}'])
def test_json_that_is_broken_is_refused(app: Flask, ana: Browser, body: bytes) -> None:
    answer = ana.post("/reminders/push", data=body, content_type="application/json")
    assert 400 <= answer.status_code < 500
    assert devices(app) == []


def test_a_device_without_the_form_token_is_refused(app: Flask, ana: Browser) -> None:
    assert ana.post("/reminders/push", json=GOOD, headers={"X-CSRFToken": None}).status_code == 400
    assert devices(app) == []


def test_tests_are_sent_and_rationed(app: Flask, cast: Cast, ana: Browser) -> None:
    for channel in ("", "x", "push"):
        assert ana.post("/reminders/test", data={"channel": channel}).status_code == 422
    statuses = Counter(ana.post("/reminders/test", data={"channel": "mail"}).status_code for _ in range(5))
    assert statuses == Counter({303: 3, 429: 2})
    with app.app_context():
        assert db.session.scalars(select(OutboxMail.kind)).all() == ["reminder_test"] * 3


def test_the_page_says_when_something_came_last_and_what_went_wrong(app: Flask, cast: Cast, ana: Browser) -> None:
    ana.post("/reminders/push", json=GOOD)
    ana.post("/reminders/test", data={"channel": "mail"})
    with app.app_context():
        db.session.get_one(User, cast.ana_user).time_zone = "Asia/Tokyo"
        mail, device = db.session.scalars(select(OutboxMail)).one(), db.session.scalars(select(PushSubscription)).one()
        mail.state, mail.sent_at = "sent", NOW
        device.delivered_at, device.last_error = NOW, "status_429"
        db.session.commit()
    page = ana.get("/reminders").text
    assert page.count("23 Nov 2026, 15:30") == 2
    assert "asked to wait" in page
    with app.app_context():
        mail = db.session.scalars(select(OutboxMail)).one()
        mail.state, mail.last_error = "failed", "recipient_550"
        db.session.commit()
    assert "The mail server refused the mail." in ana.get("/reminders").text


def make_feed(app: Flask, cast: Cast, ana: Browser, *, zone: str = "Europe/Berlin", hour: int = 20) -> str:
    with app.app_context():
        db.session.get_one(User, cast.ana_user).time_zone = zone
        db.session.commit()
    ana.post("/reminders", data={"hour": str(hour)})
    page = ana.post("/reminders/calendar", data={"action": "new"})
    assert page.status_code == 200
    return feed_address(page.text).removeprefix("http://localhost")


def test_the_feed_is_a_calendar_with_one_neutral_alarm_a_day(app: Flask, cast: Cast, ana: Browser) -> None:
    path = make_feed(app, cast, ana)
    answer = app.test_client().get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers
    assert all(len(line) <= 75 for line in answer.data.split(b"\r\n"))
    assert b"\n" not in answer.data.replace(b"\r\n", b"")
    calendar = Calendar.from_ical(answer.data)
    event = calendar.events[0]
    assert calendar.errors == event.errors == []
    # Floating: the device's own clock counts, in winter and in summer.
    assert event.decoded("DTSTART") == datetime(2026, 11, 23, 20)  # noqa: DTZ001
    assert event["RRULE"].to_ical() == b"FREQ=DAILY"
    assert event["SUMMARY"] == "Time for today's check-in."
    alarm = event.walk("VALARM")[0]
    assert (alarm["ACTION"], alarm.decoded("TRIGGER")) == ("DISPLAY", timedelta())
    assert not {"pain", "heel", "foot", "health", "ana", "example.com"} & set(re.split(r"\W+", answer.text.casefold()))


def test_the_page_says_when_the_feed_was_fetched_last(app: Flask, cast: Cast, ana: Browser, set_clock: Any) -> None:
    path = make_feed(app, cast, ana)
    assert "never yet" in ana.get("/reminders").text
    for minutes in (5, 30, 70):
        set_clock(NOW + timedelta(minutes=minutes))
        assert app.test_client().get(path).status_code == 200
        wish = stored(app, cast)
        assert wish is not None
        # Once an hour is enough to know.
        assert wish.feed_read_at == NOW + timedelta(minutes=5 if minutes < 65 else 70)
    assert "23 Nov 2026, 08:40" in ana.get("/reminders").text


def test_the_event_keeps_its_id_and_follows_the_hour(app: Flask, cast: Cast, ana: Browser, ben: Browser) -> None:
    def event_of(path: str) -> Any:
        return Calendar.from_ical(app.test_client().get(path).data).events[0]

    first = make_feed(app, cast, ana)
    uid = event_of(first)["UID"]
    ana.post("/reminders", data={"hour": "7"})
    assert (event_of(first)["UID"], event_of(first).decoded("DTSTART").hour) == (uid, 7)
    second = make_feed(app, cast, ana, hour=9)
    assert second != first
    assert app.test_client().get(first).status_code == 404
    assert event_of(second)["UID"] == uid
    of_ben = feed_address(ben.post("/reminders/calendar", data={"action": "new"}).text)
    assert event_of(of_ben.removeprefix("http://localhost"))["UID"] != uid


def test_an_address_is_not_kept_and_ends_when_asked_to(app: Flask, cast: Cast, ana: Browser) -> None:
    path = make_feed(app, cast, ana)
    token = path.removeprefix("/reminders/calendar/").removesuffix(".ics")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
    wish = stored(app, cast)
    assert wish is not None
    assert token not in str(vars(wish))
    assert token not in ana.get("/reminders").text
    assert ana.post("/reminders/calendar", data={"action": "x"}).status_code == 422
    assert app.test_client().get(path).status_code == 200
    assert ana.post("/reminders/calendar", data={"action": "off"}).status_code == 303
    assert app.test_client().get(path).status_code == 404


@pytest.mark.parametrize("why", ["closed diary", "no longer active", "deleted"])
def test_the_feed_of_who_left_is_not_there(app: Flask, cast: Cast, ana: Browser, why: str) -> None:
    path = make_feed(app, cast, ana)
    with app.app_context():
        user = db.session.get_one(User, cast.ana_user)
        if why == "closed diary":
            db.session.get_one(Patient, cast.ana).diary_closed_at = NOW
        elif why == "no longer active":
            user.active = False
        else:
            db.session.delete(user)
        db.session.commit()
    assert app.test_client().get(path).status_code == 404


@pytest.mark.parametrize("token", ["x", "x" * 43, "..", "%00", "é", "a" * 5000, "' OR 1=1 --"])
def test_a_guessed_address_leads_nowhere(app: Flask, cast: Cast, ana: Browser, token: str) -> None:
    make_feed(app, cast, ana)
    assert app.test_client().get(f"/reminders/calendar/{token}.ics").status_code == 404


def test_guessing_is_rationed(app: Flask, cast: Cast) -> None:
    statuses = Counter(app.test_client().get("/reminders/calendar/x.ics").status_code for _ in range(605))
    assert statuses == Counter({404: 600, 429: 5})


def test_a_backup_holds_wishes_and_devices(app: Flask, cast: Cast, ana: Browser, tmp_path: Any) -> None:
    ana.post("/reminders", data={"hour": "8", "by_mail": "y"})
    ana.post("/reminders/push", json=GOOD)
    before = held(app)
    assert run(app, "backup", str(tmp_path / "b")).exit_code == 0
    with app.app_context():
        empty_tables(db.session)
    assert run(app, "restore", str(tmp_path / "b")).exit_code == 0
    assert held(app) == before
    assert [row.endpoint for row in devices(app)] == [ENDPOINT]


def test_settings_that_are_no_key_or_unsafe_are_refused(app: Flask) -> None:
    from firststep.settings import SettingsError, load_settings

    with pytest.raises(SettingsError, match="VAPID_PRIVATE_KEY"):
        load_settings({"VAPID_PRIVATE_KEY": "x"})
    with pytest.raises(SettingsError, match="PUSH_LOCAL_HOST"):
        load_settings({"ENVIRONMENT": "production", "SECRET_KEY": "s" * 48, "PUSH_LOCAL_HOST": "a:1"})


def test_the_key_of_pushes_is_made_once_and_private(app: Flask, ana: Browser) -> None:
    from firststep.services.push_keys import private_key, public_key

    settings = app.config["SETTINGS"]
    shown = BeautifulSoup(ana.get("/reminders").text, "html5lib").find(attrs={"data-push": True})["data-push-key"]
    assert shown == public_key(settings)
    file = settings.var_dir / "vapid_key"
    assert file.stat().st_mode & 0o777 == 0o600
    given = replace(settings, vapid_private_key=private_key(settings), var_dir=settings.var_dir / "elsewhere")
    assert public_key(given) == shown
    assert not given.var_dir.exists()
