"""The guided timer in a browser: it counts by the clock, opens offline, and saves nothing before a tap."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import Day, Plan, User
from tests.browser.conftest import Faults, OpenPage
from tests.cast import NOW, TODAY, Cast
from tests.support.waiting import wait_until

pytestmark = pytest.mark.browser

TIMER = "/stretching/timer"
FASCIA = f"{TIMER}#plan=plantar_fascia&hold_s=10&reps=2&sets=1"
# Writes down what the page asks the phone for: sound, vibration, a screen that stays on.
_LISTEN = """
window.heard = [];
const Real = window.AudioContext;
window.AudioContext = class extends Real { constructor() { super(); window.heard.push("sound"); } };
navigator.vibrate = () => { window.heard.push("buzz"); return true; };
navigator.wakeLock.request = async (kind) => {
  window.heard.push(kind);
  return { release: async () => { window.heard.push("screen free"); } };
};
"""
NO_CONNECTION = "No connection. The log opens without one"


@pytest.fixture
def lost(faults: Faults) -> Iterator[None]:
    """Forgive what the browser notes as errors when there is no connection."""
    yield
    for words in ("ERR_INTERNET_DISCONNECTED", "Failed to fetch", "status of 404"):
        faults.forgive(words)


def open_timer(page: Page, address: str = FASCIA) -> None:
    """Open the timer with a clock that stands still until the test lets it run."""
    page.clock.install(time=datetime(2026, 11, 23, 6, 30, tzinfo=UTC))
    page.goto(address)
    page.clock.pause_at(datetime(2026, 11, 23, 6, 31, tzinfo=UTC))


def expect_at(page: Page, step: str, left: str, count: str = "") -> None:
    """See which step is on, how many seconds of it are left, and which repetition it is."""
    expect(page.locator("[data-timer-step]")).to_have_text(step)
    expect(page.locator("[data-timer-left]")).to_have_text(left)
    if count:
        expect(page.locator("[data-timer-count]")).to_have_text(count)


def with_one_set(app: Flask, cast: Cast) -> None:
    """Let Ben have noted one set for today, and nothing else."""
    with app.app_context():
        db.session.add(Day(patient_id=cast.ben, day=TODAY, stretch_sets=1))
        db.session.commit()


def tap(page: Page, name: str) -> None:
    """Tap one of the controls."""
    page.get_by_role("button", name=name, exact=True).tap()


def test_it_counts_holds_and_repetitions_by_the_clock(open_phone: OpenPage) -> None:
    page = open_phone()
    open_timer(page)
    expect_at(page, "Get ready", "5", "Repetition 1 of 2")
    tap(page, "Start")
    page.clock.run_for(5_000)
    expect_at(page, "Hold", "10", "Repetition 1 of 2")
    page.clock.run_for(7_000)
    expect_at(page, "Hold", "3")
    tap(page, "Pause")
    page.clock.run_for(60_000)
    expect_at(page, "Hold", "3")
    tap(page, "Go on")
    page.clock.run_for(3_000)
    expect_at(page, "Let go", "5")
    tap(page, "Next")
    expect_at(page, "Hold", "10", "Repetition 2 of 2")
    page.clock.run_for(10_000)
    expect_at(page, "Finished", "", "Sets done: 1")
    expect(page.get_by_role("button", name="Next", exact=True)).to_be_disabled()


def test_it_is_right_when_the_tab_wakes(open_phone: OpenPage) -> None:
    page = open_phone()
    open_timer(page, f"{TIMER}#plan=heel_cord")
    tap(page, "Start")
    # Get ready, three holds and rests, 10 seconds of the fourth hold: no tick came in all this time.
    page.clock.fast_forward((5 + 3 * 60 + 10) * 1_000)
    expect_at(page, "Hold", "20", "Repetition 4 of 10 · Set 1 of 2")


def test_sound_vibration_and_the_screen_begin_with_a_tap_and_end_with_the_pause(open_phone: OpenPage) -> None:
    page = open_phone()
    page.add_init_script(_LISTEN)
    open_timer(page)
    page.clock.run_for(10_000)
    assert page.evaluate("heard") == []
    tap(page, "Start")
    assert page.evaluate("heard") == ["sound", "screen", "buzz"]
    page.get_by_label("Vibration").uncheck()
    page.clock.run_for(5_000)
    expect_at(page, "Hold", "10")
    tap(page, "Pause")
    assert page.evaluate("heard") == ["sound", "screen", "buzz", "screen free"]


def test_an_address_that_names_a_place_answers_nothing(open_phone: OpenPage, cast: Cast) -> None:
    page = open_phone(cast.ben_user)
    for end in ("nsaid_taken", "stretch_done", "first_step_pain-right=9", "note=x"):
        page.goto(f"/log#{end}")
        page.reload()
        expect(page.locator("[data-log-status]")).to_have_text("")
        expect(page.locator("[name=first_step_pain-right]:checked")).to_have_count(0)


def test_the_controls_are_large_and_in_the_lower_half(open_phone: OpenPage) -> None:
    page = open_phone()
    page.goto(FASCIA)
    names = ("Start", "Next")
    boxes = [page.get_by_role("button", name=name, exact=True).bounding_box() for name in names]
    boxes += [page.get_by_role("link", name=name, exact=True).bounding_box() for name in ("Done", "This hurt")]
    for box in boxes:
        assert box is not None
        assert box["y"] >= 390
        assert box["y"] + box["height"] <= 780
        assert box["height"] >= 60
        assert box["width"] >= 88
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_a_tap_at_the_timer_is_saved_once_and_can_be_taken_back(app: Flask, open_phone: OpenPage, cast: Cast) -> None:
    with app.app_context():
        db.session.add(Plan(patient_id=cast.ben, day=TODAY, preset="plantar_fascia", hold_s=10, reps=1, sets_per_day=3))
        db.session.commit()
    with_one_set(app, cast)
    page = open_phone(cast.ben_user)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/log")
    page.locator('a[href^="/stretching/timer#"]').tap()
    expect(page.locator("[data-timer-plan]")).to_have_value("plantar_fascia")
    for _ in range(2):
        tap(page, "Next")
    expect_at(page, "Finished", "")
    assert stored(app, cast) == (None, 1, None)
    page.get_by_role("link", name="This hurt").tap()
    expect(page.locator("[data-log-status]")).to_have_text("Saved")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/log$"))
    expect(page.locator("[name=stretch_done]:checked")).to_have_value("yes")
    expect(page.locator("[name=stretch_hurt]:checked")).to_have_value("yes")
    expect(page.locator("[name=stretch_sets]")).to_have_value("2")
    assert stored(app, cast) == (True, 2, True)
    page.reload()
    page.go_back()
    # Who comes back may answer once more; the sets of that run are counted once.
    page.get_by_role("link", name="Done").tap()
    expect(page.locator("[data-log-status]")).to_have_text("Saved")
    expect(page.locator("[name=stretch_sets]")).to_have_value("2")
    page.reload()
    expect(page.locator("[name=stretch_sets]")).to_have_value("2")
    assert stored(app, cast) == (True, 2, True)
    assert not [url for url in asked if "plan=" in url or "hurt" in url]


def test_a_tap_at_the_timer_is_undone_as_a_whole(app: Flask, open_phone: OpenPage, cast: Cast) -> None:
    page = open_phone(cast.ben_user)
    page.goto(FASCIA)
    for _ in range(4):
        tap(page, "Next")
    page.get_by_role("link", name="Done").tap()
    expect(page.locator("[data-log-status]")).to_have_text("Saved")
    assert stored(app, cast) == (True, 1, None)
    page.get_by_role("button", name="Undo").tap()
    expect(page.locator("[name=stretch_sets]")).to_have_value("")
    wait_until(lambda: stored(app, cast) == (None, None, None))


def test_at_night_a_tap_at_the_timer_waits_for_the_day(app: Flask, open_phone: OpenPage, cast: Cast) -> None:
    with app.app_context():
        user = db.session.get_one(User, cast.ben_user)
        user.time_zone = "America/New_York"
        db.session.commit()
    page = open_phone(cast.ben_user)
    page.goto(FASCIA)
    for _ in range(4):
        tap(page, "Next")
    page.get_by_role("link", name="Done").tap()
    page.get_by_role("link", name="Yesterday: Sunday 22 November").tap()
    expect(page.locator("[data-log-status]")).to_have_text("Saved")
    expect(page.locator("[name=stretch_sets]")).to_have_value("1")
    assert stored(app, cast, TODAY - timedelta(days=1)) == (True, 1, None)


def test_a_link_from_elsewhere_saves_nothing_before_the_person_does(
    app: Flask, open_phone: OpenPage, cast: Cast
) -> None:
    with_one_set(app, cast)
    page = open_phone(cast.ben_user)
    page.goto("/log#stretch_done=yes&stretch_sets=%2B1&timer=a-guess")
    expect(page.locator("[data-log-status]")).to_have_text("Not saved yet")
    expect(page.locator("[name=stretch_sets]")).to_have_value("2")
    assert stored(app, cast) == (None, 1, None)
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.locator("[data-log-status]")).to_have_text("Saved")
    assert stored(app, cast) == (True, 2, None)


def test_a_tap_at_the_timer_is_kept_without_a_connection_and_sent_later(
    app: Flask, open_phone: OpenPage, cast: Cast, lost: None
) -> None:
    with_one_set(app, cast)
    page = open_phone(cast.ben_user)
    page.clock.set_fixed_time(NOW)
    page.goto("/log")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.goto(FASCIA)
    expect(page.locator("[data-timer-plan] option:checked")).to_have_text("Plantar-fascia stretch")
    for _ in range(4):
        tap(page, "Next")
    expect_at(page, "Finished", "", "Sets done: 1")
    page.get_by_role("link", name="This hurt").tap()
    expect(page.locator("[data-log-status]")).to_have_text("On this phone, not sent yet (1)")
    expect(page.locator("[name=stretch_sets]")).to_have_value("2")
    expect(page.locator("[name=stretch_hurt]:checked")).to_have_value("yes")
    assert stored(app, cast) == (None, 1, None)
    page.context.set_offline(False)
    wait_until(lambda: stored(app, cast) == (True, 2, True))


def test_where_the_browser_keeps_no_pages_it_says_that_nothing_was_saved(chromium: Browser, site: str) -> None:
    context = chromium.new_context(base_url=site, has_touch=True, service_workers="block")
    page = context.new_page()
    page.goto(FASCIA)
    context.set_offline(True)
    page.get_by_role("link", name="Done").tap()
    expect(page.get_by_text(NO_CONNECTION)).to_be_visible()
    expect(page).to_have_url(re.compile(TIMER))
    context.close()


def test_the_other_foot_comes_after_the_first_and_both_are_counted(
    app: Flask, open_phone: OpenPage, cast: Cast
) -> None:
    with_one_set(app, cast)
    page = open_phone(cast.ben_user)
    page.goto(FASCIA)
    for _ in range(4):
        tap(page, "Next")
    tap(page, "Once more")
    expect_at(page, "Get ready", "5", "Repetition 1 of 2")
    for _ in range(4):
        tap(page, "Next")
    expect_at(page, "Finished", "", "Sets done: 2")
    page.get_by_role("link", name="Done").tap()
    expect(page.locator("[data-log-status]")).to_have_text("Saved")
    assert stored(app, cast) == (True, 3, None)


def test_who_left_in_the_middle_goes_on_there_and_may_begin_again(open_phone: OpenPage) -> None:
    page = open_phone()
    open_timer(page, f"{TIMER}#plan=heel_cord")
    expect(page.get_by_role("button", name="From the beginning")).to_be_hidden()
    tap(page, "Start")
    page.clock.run_for((5 + 3 * 60 + 10) * 1_000)
    expect_at(page, "Hold", "20", "Repetition 4 of 10 · Set 1 of 2")
    page.goto("/benchmarks")
    page.clock.run_for(60_000)
    page.goto(f"{TIMER}#plan=heel_cord")
    expect_at(page, "Hold", "20", "Repetition 4 of 10 · Set 1 of 2")
    page.clock.run_for(60_000)
    expect_at(page, "Hold", "20")
    tap(page, "Go on")
    page.clock.run_for(5_000)
    expect_at(page, "Hold", "15")
    pause = page.get_by_role("button", name="Pause").bounding_box()
    tap(page, "Pause")
    assert page.get_by_role("button", name="Go on").bounding_box() == pause
    tap(page, "From the beginning")
    expect_at(page, "Get ready", "5", "Repetition 1 of 10 · Set 1 of 2")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_focused()
    # Another plan has nothing to do with it.
    tap(page, "Next")
    page.goto("/benchmarks")
    page.goto(FASCIA)
    expect_at(page, "Get ready", "5", "Repetition 1 of 2")


def test_who_signs_out_leaves_no_session_to_the_next_one(open_phone: OpenPage, cast: Cast) -> None:
    page = open_phone(cast.ben_user)
    page.goto(FASCIA)
    for _ in range(4):
        tap(page, "Next")
    tap(page, "Once more")
    tap(page, "Next")
    page.goto("/settings")
    assert page.evaluate("sessionStorage.getItem('timer-place')") is not None
    page.get_by_role("button", name="Sign out").first.tap()
    expect(page).not_to_have_url(re.compile("/settings"))
    assert page.evaluate("sessionStorage.getItem('timer-place')") is None
    page.goto(FASCIA)
    expect_at(page, "Get ready", "5", "Repetition 1 of 2")


def test_where_an_account_is_signed_out_otherwise_the_timer_forgets_too(open_phone: OpenPage, cast: Cast) -> None:
    page = open_phone(cast.ben_user)
    page.goto("/log")
    page.wait_for_load_state("networkidle")
    page.goto(FASCIA)
    tap(page, "Next")
    page.context.clear_cookies()
    page.goto("/benchmarks")
    wait_until(lambda: page.evaluate("sessionStorage.getItem('timer-place')") is None)
    # What a visitor is at then is nobody's, and goes on.
    page.goto(FASCIA)
    expect_at(page, "Get ready", "5", "Repetition 1 of 2")
    tap(page, "Next")
    page.goto("/benchmarks")
    page.wait_for_load_state("networkidle")
    page.goto(FASCIA)
    expect_at(page, "Hold", "10")


def test_without_scripts_the_instructions_remain(open_phone: OpenPage) -> None:
    page = open_phone(javascript=False)
    page.goto(TIMER)
    expect(page.locator("[data-timer]")).to_be_hidden()
    page.locator("summary", has_text="Plantar-fascia stretch").click()
    expect(page.get_by_text("pull the toes towards the shin")).to_be_visible()


def stored(app: Flask, cast: Cast, day: date = TODAY) -> tuple[bool | None, int | None, bool | None]:
    """Return what the server holds of a day's stretching: done, sets, hurt."""
    with app.app_context():
        row = db.session.execute(
            select(Day.stretch_done, Day.stretch_sets, Day.stretch_hurt).where(
                Day.patient_id == cast.ben, Day.day == day
            )
        ).one()
        return (row.stretch_done, row.stretch_sets, row.stretch_hurt)
