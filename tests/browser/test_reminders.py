"""Reminders on a phone: the page says in words how things stand, and every push shows a neutral notification."""

from __future__ import annotations

import json
from functools import partial

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import PushSubscription, User
from firststep.services.push_subscriptions import Subscription, subscribe
from tests.browser import steps
from tests.browser.conftest import Faults, OpenPage
from tests.browser.test_offline import install
from tests.cast import NOW, Cast
from tests.support.waiting import wait_until

pytestmark = pytest.mark.browser

_SHOWN = """
async () => {
  const registration = await navigator.serviceWorker.ready;
  const shown = await registration.getNotifications();
  return shown.map(({ title, body, tag }) => ({ title, body, tag }));
}
"""
# The browser's own connection to its maker's push service is what a test cannot have; all else is the page's own.
_STAND_IN = """
let held = null;
const make = (options) => ({
  endpoint: "https://push.example.org/send/phone",
  options: { applicationServerKey: options.applicationServerKey.buffer ?? options.applicationServerKey },
  toJSON() { return { endpoint: this.endpoint, keys: KEYS }; },
  unsubscribe: async () => { held = null; return true; },
});
PushManager.prototype.subscribe = async (options) => (held = make(options));
PushManager.prototype.getSubscription = async () => held;
Notification.requestPermission = async () => "granted";
"""
# What the browser holds and shows outside of its pages, written down where the next page can read it.
_HELD = """
const subscription = {
  endpoint: ENDPOINT,
  options: {},
  unsubscribe: async () => { localStorage.unsubscribed = "yes"; return true; },
};
PushManager.prototype.getSubscription = async () => localStorage.unsubscribed ? null : subscription;
Navigator.prototype.setAppBadge = async (count) => { localStorage.badge = String(count); };
Navigator.prototype.clearAppBadge = async () => { localStorage.badge = "0"; };
"""
_ENDPOINT = "https://push.example.org/send/phone"
_KEYS = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}


def test_a_push_shows_one_neutral_notification(open_phone: OpenPage, cast: Cast, site: str) -> None:
    page = open_phone(cast.ana_user)
    page.context.grant_permissions(["notifications"], origin=site)
    page.goto("/log")
    install(page)
    session = page.context.new_cdp_session(page)
    found: list[str] = []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda said: found.extend(_ids(said)))
    session.send("ServiceWorker.enable")
    for _ in range(100):
        # The event is heard while the page is waited for.
        page.wait_for_timeout(50)
        if found:
            break
    for data in ("{", '{"kind":"reminder","title":"Firststep","body":"Zeit für heute."}', ""):
        session.send("ServiceWorker.deliverPushMessage", {"origin": site, "registrationId": found[0], "data": data})
        body = "Zeit für heute." if "kind" in data else "Time for today's check-in."
        # A newer one takes the place of the older; while it does so, the browser may still tell of that.
        wait_until(partial(_shows_alone, page, body))


def _shows_alone(page: Page, body: str) -> bool:
    return bool(page.evaluate(_SHOWN) == [{"title": "Firststep", "body": body, "tag": "reminder"}])


def _ids(said: dict[str, object]) -> list[str]:
    registrations = said["registrations"]
    assert isinstance(registrations, list)
    return [str(one["registrationId"]) for one in registrations]


def test_a_device_is_switched_on_and_off_by_a_tap(app: Flask, open_phone: OpenPage, cast: Cast, site: str) -> None:
    page = open_phone(cast.ana_user)
    page.context.grant_permissions(["notifications"], origin=site)
    page.add_init_script(_STAND_IN.replace("KEYS", json.dumps(_KEYS)))
    page.goto("/log")
    install(page)
    page.goto("/reminders")
    expect(page.get_by_text("Off on this device.").first).to_be_visible()
    assert count(app) == 0
    page.get_by_role("button", name="Remind me on this device").click()
    expect(page.get_by_text("On: this device shows a reminder").first).to_be_visible()
    assert count(app) == 1
    page.get_by_role("button", name="Switch off on this device").click()
    expect(page.get_by_text("Off on this device.").first).to_be_visible()
    assert count(app) == 0


def test_signing_out_ends_the_reminders_of_the_device(app: Flask, open_phone: OpenPage, cast: Cast, site: str) -> None:
    with app.app_context():
        for endpoint in (_ENDPOINT, "https://push.example.org/send/another-phone"):
            told = Subscription(endpoint=endpoint, p256dh=_KEYS["p256dh"], auth=_KEYS["auth"])
            subscribe(db.session, db.session.get_one(User, cast.ana_user), told, session_id=None, now=NOW)
        db.session.commit()
    page = open_phone(cast.ana_user)
    page.context.grant_permissions(["notifications"], origin=site)
    page.add_init_script(_HELD.replace("ENDPOINT", json.dumps(_ENDPOINT)))
    page.goto("/log")
    install(page)
    page.evaluate("navigator.serviceWorker.ready.then((it) => it.showNotification('Firststep', { tag: 'reminder' }))")
    assert len(page.evaluate(_SHOWN)) == 1
    page.evaluate("navigator.setAppBadge(2)")
    steps.sign_out(page)
    assert page.evaluate(_SHOWN) == []
    assert page.evaluate("[localStorage.unsubscribed, localStorage.badge]") == ["yes", "0"]
    with app.app_context():
        left = db.session.scalars(select(PushSubscription.endpoint)).all()
    assert left == ["https://push.example.org/send/another-phone"]


def test_a_browser_that_blocks_is_told_so(open_phone: OpenPage, cast: Cast, faults: Faults) -> None:
    page: Page = open_phone(cast.ana_user)
    page.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' })")
    page.goto("/reminders")
    expect(page.get_by_text("Notifications of this site are blocked.").first).to_be_visible()
    expect(page.get_by_role("button", name="Remind me on this device")).to_be_hidden()


def count(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(select(PushSubscription)).all())
