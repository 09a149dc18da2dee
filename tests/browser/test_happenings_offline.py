"""Treatments, flare-ups and pauses without a connection: noted on the phone, sent later, stored once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import Flare, Patient, Pause, TreatmentSession
from tests.browser.conftest import Faults, OpenPage
from tests.browser.look import colour_problems, problems
from tests.browser.test_offline import install, lost
from tests.cast import CANARY_NAME, NOW, TODAY, Cast

__all__ = ["lost"]

pytestmark = pytest.mark.browser

Take = Callable[[Page, str], None]
KEPT = "On this phone, not sent yet. It is sent when there is a connection again"


def stored(app: Flask, table: type[TreatmentSession | Flare | Pause], cast: Cast) -> list[tuple[object, ...]]:
    """Return what is stored of a kind for Ana, without the ids."""
    with app.app_context():
        rows = db.session.scalars(select(table).where(table.patient_id == cast.ana).order_by(table.day))
        left_out = {"id", "patient_id"}
        return [
            tuple(getattr(row, name) for name in table.__mapper__.columns.keys() if name not in left_out)  # noqa: SIM118
            for row in rows
        ]


def at_the_list(page: Page) -> None:
    """Open the list with a connection, and have the phone keep its own pages."""
    page.clock.set_fixed_time(NOW)
    page.goto("/events")
    install(page)


def look(page: Page, take: Take, name: str) -> None:
    """Expect nothing wrong with the page as it stands."""
    take(page, name)
    assert problems(page) == []
    page.emulate_media(color_scheme="dark")
    assert colour_problems(page) == []
    page.emulate_media(color_scheme="light")


def not_kept(page: Page) -> None:
    """Expect that the form was looked at and stays as it is: what is typed while it is looked at would count."""
    expect(page.locator("form[aria-busy]")).to_have_count(0)
    expect(page.get_by_text(KEPT)).to_be_hidden()


def test_a_treatment_noted_without_a_connection_is_sent_when_there_is_one(
    app: Flask, open_phone: OpenPage, cast: Cast, lost: None, take: Take
) -> None:
    page = open_phone(cast.ana_user)
    at_the_list(page)
    before = stored(app, TreatmentSession, cast)
    page.context.set_offline(True)
    page.goto("/events")
    expect(page.locator("body")).not_to_contain_text(CANARY_NAME)
    look(page, take, "events-offline")
    page.get_by_role("link", name="Note a treatment").click()
    expect(page.get_by_label("Day")).to_have_value(TODAY.isoformat())
    # Without what is needed the browser says what is missing, and nothing is kept.
    page.get_by_role("button", name="Save").click()
    not_kept(page)
    page.get_by_role("radio", name="Acupuncture", exact=True).check()
    page.get_by_label("Which one of the course").fill("4")
    note = page.get_by_label("Note", exact=False).last
    note.fill("x" * 501)
    page.get_by_role("button", name="Save").click()
    not_kept(page)
    expect(note).to_have_value("x" * 501)
    note.fill("Left calf too.")
    page.get_by_label("Which one of the course").fill("501")
    page.get_by_role("button", name="Save").click()
    not_kept(page)
    page.get_by_label("Which one of the course").fill("4")
    look(page, take, "events-offline-form")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(KEPT)).to_be_visible()
    expect(page.locator("[data-happening-kept]")).to_be_focused()
    look(page, take, "events-offline-kept")
    page.get_by_role("link", name="To the list").click()
    expect(page.get_by_text("23 November 2026: Treatment, 4, Left calf too.", exact=True)).to_be_visible()
    look(page, take, "events-offline-waiting")
    assert stored(app, TreatmentSession, cast) == before
    page.context.set_offline(False)
    expect(page.locator("#treatment_session")).to_contain_text("Acupuncture, number 4")
    assert [row for row in stored(app, TreatmentSession, cast) if row not in before] == [
        (TODAY, "acupuncture", 4, "Left calf too.")
    ]


def test_what_waits_can_be_taken_back(app: Flask, open_phone: OpenPage, cast: Cast, lost: None) -> None:
    page = open_phone(cast.ana_user)
    at_the_list(page)
    before = stored(app, Pause, cast)
    page.context.set_offline(True)
    page.goto("/events/new/pause")
    page.get_by_label("Last day").fill((TODAY - timedelta(days=1)).isoformat())
    page.get_by_role("button", name="Save").click()
    not_kept(page)
    page.get_by_label("Last day").fill((TODAY + timedelta(days=6)).isoformat())
    # The second of two taps notes no second one.
    page.get_by_role("button", name="Save").dblclick()
    expect(page.get_by_text(KEPT)).to_be_visible()
    page.goto("/events")
    page.get_by_role("button", name="Take back : 23 November 2026: Pause").click()
    expect(page.get_by_role("button", name="Take back")).to_have_count(0)
    expect(page.locator("#main")).to_be_focused()
    expect(page.locator("[data-happenings-waiting]")).to_be_hidden()
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="Pauses", exact=True)).to_be_visible()
    assert stored(app, Pause, cast) == before


def test_a_form_whose_connection_is_lost_meanwhile_is_kept_and_stored_once(
    app: Flask, open_phone: OpenPage, cast: Cast, faults: Faults
) -> None:
    page = open_phone(cast.ana_user)
    page.goto("/events/new/flare")
    page.wait_for_load_state("networkidle")
    before = stored(app, Flare, cast)

    def lose(route: Route) -> None:
        """The server stores it, and its answer is lost on the way."""
        if route.request.method == "POST":
            route.fetch()
        route.abort("connectionfailed")

    page.route("**/events/new/flare", lose)
    page.route("**/diary/ops", lambda route: route.abort("connectionfailed"))
    page.get_by_role("radiogroup", name="Worst pain").get_by_role("radio", name="8", exact=True).check()
    page.get_by_label("What may have set it off").fill("A long walk")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(KEPT)).to_be_visible()
    page.unroute_all(behavior="wait")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    # Not the phone's own step to take back: the form's request may have stored it.
    page.wait_for_url("**/events?moved=1")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    (new,) = [row for row in stored(app, Flare, cast) if row not in before]
    assert {TODAY, 80, "A long walk", True} <= set(new)
    faults.forgive("ERR_CONNECTION_FAILED")
    faults.forgive("Failed to fetch")


def test_what_may_have_arrived_says_where_it_is_changed(
    app: Flask, open_phone: OpenPage, cast: Cast, lost: None, take: Take
) -> None:
    page = open_phone(cast.ana_user)
    # As in browsers whose service worker sends nothing by itself: here it would, before the connection is lost.
    page.add_init_script("delete ServiceWorkerRegistration.prototype.sync")
    at_the_list(page)
    page.goto("/events/new/pause")
    page.wait_for_load_state("networkidle")
    before = stored(app, Pause, cast)
    page.route("**/events/new/pause", lambda route: route.abort("connectionfailed"))
    page.route("**/diary/ops", lambda route: route.abort("connectionfailed"))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(KEPT)).to_be_visible()
    page.context.set_offline(True)
    page.goto("/events")
    expect(page.locator("[data-happenings-waiting]")).to_contain_text("23 November 2026: Pause")
    expect(page.get_by_text("May have arrived: with a connection it can be changed or removed here.")).to_be_visible()
    look(page, take, "events-offline-tried")
    expect(page.get_by_role("button", name="Take back")).to_have_count(0)
    page.unroute_all(behavior="wait")
    page.context.set_offline(False)
    expect(page.locator("#pause")).to_contain_text("23 November 2026")
    assert len(stored(app, Pause, cast)) == len(before) + 1


def test_the_list_waits_for_an_answer_and_not_for_a_network_alone(open_phone: OpenPage, cast: Cast, lost: None) -> None:
    page = open_phone(cast.ana_user)
    at_the_list(page)
    page.context.set_offline(True)
    page.goto("/events")
    page.route("**/events", lambda route: route.abort("connectionfailed"))
    with page.expect_event("requestfailed", lambda request: request.method == "HEAD"):
        page.context.set_offline(False)
    expect(page.get_by_text("What you note now is kept on this phone")).to_be_visible()
    page.unroute_all(behavior="wait")
    expect(page.get_by_role("heading", name="Pauses", exact=True)).to_be_visible()


def test_with_a_connection_the_server_says_what_is_wrong(open_phone: OpenPage, cast: Cast, faults: Faults) -> None:
    page = open_phone(cast.ana_user)
    page.goto("/events/new/treatment_session")
    page.wait_for_load_state("networkidle")
    page.get_by_label("Which one of the course").fill("many")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Choose which treatment it was.").first).to_be_visible()
    expect(page.get_by_label("Which one of the course")).to_have_value("many")
    page.get_by_role("radio", name="Acupuncture", exact=True).check()
    page.get_by_label("Which one of the course").fill("2")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/events?saved=*")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    faults.forgive("status of 422")


def pause_again(app: Flask, page: Page, cast: Cast) -> None:
    """Fill in a pause on days that have one, which the phone does not know."""
    with app.app_context():
        db.session.add(Pause(patient_id=cast.ana, day=TODAY - timedelta(days=3), ends_on=TODAY))
        db.session.commit()
    at_the_list(page)
    page.context.set_offline(True)
    page.goto("/events/new/pause")
    page.get_by_role("radio", name="Travelling", exact=True).check()


def test_what_the_server_does_not_take_stays_in_the_form(
    app: Flask, open_phone: OpenPage, cast: Cast, lost: None
) -> None:
    page = open_phone(cast.ana_user)
    pause_again(app, page, cast)
    page.context.set_offline(False)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-happening-refused]")).to_contain_text("There is a pause already on these days.")
    expect(page.get_by_role("radio", name="Travelling", exact=True)).to_be_checked()
    expect(page.get_by_label("First day")).to_be_focused()
    expect(page.get_by_label("First day")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("First day").fill((TODAY - timedelta(days=9)).isoformat())
    page.get_by_label("Last day").fill((TODAY - timedelta(days=8)).isoformat())
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/events?saved=*")
    assert (TODAY - timedelta(days=9), TODAY - timedelta(days=8), "travel") in stored(app, Pause, cast)


def test_what_is_refused_later_goes_back_into_its_form(
    app: Flask, open_phone: OpenPage, cast: Cast, lost: None
) -> None:
    page = open_phone(cast.ana_user)
    pause_again(app, page, cast)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(KEPT)).to_be_visible()
    page.goto("/log")
    page.context.set_offline(False)
    refused = page.locator("[data-refused]")
    expect(refused).to_contain_text("Pause. There is a pause already on these days.")
    refused.get_by_role("link").click()
    expect(page.locator("[data-happening-refused]")).to_contain_text("There is a pause already on these days.")
    expect(page.get_by_role("radio", name="Travelling", exact=True)).to_be_checked()
    expect(page.get_by_label("First day")).to_have_value(TODAY.isoformat())
    page.get_by_label("First day").fill((TODAY - timedelta(days=9)).isoformat())
    page.get_by_label("Last day").fill((TODAY - timedelta(days=8)).isoformat())
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/events?saved=*")
    page.goto("/log")
    page.wait_for_load_state("networkidle")
    expect(refused).to_be_hidden()
    assert (TODAY - timedelta(days=9), TODAY - timedelta(days=8), "travel") in stored(app, Pause, cast)


@pytest.mark.parametrize(
    ("feet", "chosen", "foot"), [("right", "", "right"), ("both", "Left", "left"), ("both", "Both", None)]
)
@pytest.mark.parametrize("opened", ["before", "after"])
def test_a_flare_up_is_of_the_foot_that_hurts_or_was_chosen(
    app: Flask, open_phone: OpenPage, cast: Cast, lost: None, feet: str, chosen: str, foot: str | None, opened: str
) -> None:
    with app.app_context():
        db.session.get_one(Patient, cast.ben).feet = feet
        db.session.commit()
    page = open_phone(cast.ben_user)
    page.clock.set_fixed_time(NOW)
    page.goto("/log")
    install(page)
    page.goto("/events/new/flare")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    if opened == "after":
        page.goto("/events/new/flare")
    if chosen:
        page.get_by_role("radiogroup", name="Which foot?").get_by_role("radio", name=chosen, exact=True).check()
    else:
        expect(page.get_by_role("radiogroup", name="Which foot?")).to_have_count(0)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(KEPT)).to_be_visible()
    page.context.set_offline(False)
    page.wait_for_url("**/events?saved=*")
    with app.app_context():
        assert db.session.scalars(select(Flare.foot).where(Flare.patient_id == cast.ben)).all() == [foot]


def test_a_page_that_alone_has_it_says_so(open_phone: OpenPage, cast: Cast, lost: None) -> None:
    page = open_phone(cast.ana_user)
    at_the_list(page)
    page.context.set_offline(True)
    page.goto("/events/new/treatment_session")
    page.get_by_role("radio", name="Acupuncture", exact=True).check()
    # As when the person signs out in another window.
    page.evaluate(
        "async () => { for (const { name } of await indexedDB.databases()) if (name !== 'firststep')"
        " indexedDB.deleteDatabase(name); await new Promise((done) => setTimeout(done, 300)); }"
    )
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-happening-kept]")).to_contain_text("This page alone has it")
    page.context.set_offline(False)


def test_nobody_signed_in_is_told_so(open_phone: OpenPage, cast: Cast, lost: None) -> None:
    page = open_phone(cast.ana_user)
    at_the_list(page)
    page.goto("/settings")
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.goto("/events/new/flare")
    expect(page.get_by_role("heading", name="Nobody is signed in on this phone")).to_be_visible()
    expect(page.locator("form[data-happening]")).to_be_hidden()
    page.context.set_offline(False)
