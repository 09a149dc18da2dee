"""Passkeys on a phone: made with the phone's own authenticator, then signing in without typing anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import CDPSession, Page, Route, expect
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import UserSession, WebAuthn
from tests.blueprints.accounts_support import make_account, visitor
from tests.factories import PASSWORD

pytestmark = pytest.mark.browser

# What a phone has: it keeps the key itself, and checks finger or face before using it.
PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_authenticator(page: Page) -> tuple[CDPSession, str]:
    """Give the page's browser an authenticator, and return the way to talk to it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    added: dict[str, Any] = session.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})
    return session, added["authenticatorId"]


def without_offer(page: Page) -> None:
    """Make the browser one that offers no passkey by itself: then only the button signs in."""
    page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false;")


def hold_back(device: tuple[CDPSession, str], *, holding: bool) -> None:
    """Let the person not touch, or touch again, what the phone offers; the sign-in page offers by itself."""
    session, authenticator = device
    session.send("WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": authenticator, "enabled": not holding})


def sign_in_with_password(page: Page, email: str) -> None:
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def add_passkey(page: Page, name: str) -> None:
    page.goto("/settings/passkeys")
    page.get_by_label("Name of this passkey").fill(name)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def sign_out(page: Page) -> None:
    page.goto("/settings")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/")


def test_a_practitioner_signs_in_with_one_touch_and_that_is_both_factors(
    app: Flask, open_phone: Callable[..., Page]
) -> None:
    email = make_account(app, visitor(app), role="practitioner", name="Dr Eva")
    page = open_phone()
    without_offer(page)
    sign_in_with_password(page, email)
    page.wait_for_url("**/settings/factor")
    with_authenticator(page)
    add_passkey(page, "My phone")
    sign_out(page)
    page.goto("/login")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/practice")
    with app.app_context():
        passkey = db.session.scalars(select(WebAuthn)).one()
        assert (passkey.name, passkey.usage, passkey.user.email) == ("My phone", "first", email)
        row = db.session.scalars(select(UserSession).where(UserSession.user_id == passkey.user_id)).one()
        assert row.factor_checked_at is not None


def test_a_password_alone_leads_to_the_passkey_and_to_no_patient(app: Flask, open_phone: Callable[..., Page]) -> None:
    email = make_account(app, visitor(app), role="practitioner", name="Dr Eva")
    page = open_phone()
    sign_in_with_password(page, email)
    device = with_authenticator(page)
    add_passkey(page, "My phone")
    sign_out(page)
    hold_back(device, holding=True)
    sign_in_with_password(page, email)
    expect(page.get_by_role("heading", name="Your second factor, please")).to_be_visible()
    page.goto("/settings/factor/app")
    expect(page.get_by_role("heading", name="Your second factor, please")).to_be_visible()
    hold_back(device, holding=False)
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url("**/practice")


def test_the_sign_in_page_offers_the_passkey_by_itself(app: Flask, open_phone: Callable[..., Page]) -> None:
    email = make_account(app, visitor(app))
    page = open_phone()
    sign_in_with_password(page, email)
    with_authenticator(page)
    add_passkey(page, "My phone")
    sign_out(page)
    page.goto("/login?next=/settings/sessions")
    page.wait_for_url("**/settings/sessions")


def test_a_tap_while_the_offer_signs_in_begins_no_second_sign_in(app: Flask, open_phone: Callable[..., Page]) -> None:
    email = make_account(app, visitor(app))
    page = open_phone()
    sign_in_with_password(page, email)
    with_authenticator(page)
    add_passkey(page, "My phone")
    sign_out(page)
    answers: list[Route] = []

    def keep_under_way(route: Route) -> None:
        answers.append(route)

    page.route("**/passkey/sign-in/*", keep_under_way)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/passkey/sign-in") else None)
    with page.expect_request("**/passkey/sign-in/*"):
        page.goto("/login")
    page.get_by_role("button", name="Sign in with a passkey").click()
    answers[0].continue_()
    page.wait_for_url("**/start")
    assert (len(asked), len(answers)) == (1, 1)
    with app.app_context():
        assert len(db.session.scalars(select(UserSession)).all()) == 1


def test_a_device_that_does_not_check_its_holder_signs_nobody_in(app: Flask, open_phone: Callable[..., Page]) -> None:
    email = make_account(app, visitor(app))
    page = open_phone()
    sign_in_with_password(page, email)
    session, authenticator = with_authenticator(page)
    add_passkey(page, "My phone")
    sign_out(page)
    session.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    page.goto("/login")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("That was cancelled, or no passkey was found.")).to_be_visible()
    assert page.url.endswith("/login")


def test_a_removed_passkey_signs_nobody_in(app: Flask, open_phone: Callable[..., Page]) -> None:
    email = make_account(app, visitor(app))
    page = open_phone()
    sign_in_with_password(page, email)
    with_authenticator(page)
    add_passkey(page, "My phone")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The passkey was removed.")).to_be_visible()
    with app.app_context():
        assert db.session.scalars(select(WebAuthn)).all() == []


def test_without_javascript_a_password_signs_in(app: Flask, open_phone: Callable[..., Page]) -> None:
    email = make_account(app, visitor(app))
    page = open_phone(javascript=False)
    page.goto("/login")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    sign_in_with_password(page, email)
    page.wait_for_url("**/start")
