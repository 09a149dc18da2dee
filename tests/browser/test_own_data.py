"""Taking everything along, bringing it back, and leaving, in a real browser: the phone forgets with the server."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import FootDay
from tests.browser.conftest import Faults, OpenPage
from tests.browser.kept import all_kept, until_kept
from tests.browser.look import colour_problems, problems
from tests.cast import CANARY_NOTE, NOW, Cast
from tests.support.fresh import freshen

pytestmark = pytest.mark.browser


def look(page: Page, take: Callable[[Page, str], None], name: str) -> None:
    """Expect nothing wrong with the page as it stands."""
    take(page, name)
    assert problems(page) == []
    page.emulate_media(color_scheme="dark")
    assert colour_problems(page) == []
    page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("whole", ["diary", "account"])
def test_leaving_takes_the_diary_off_the_phone_too(
    app: Flask,
    cast: Cast,
    open_phone: OpenPage,
    take: Callable[[Page, str], None],
    tmp_path: Path,
    faults: Faults,
    whole: str,
) -> None:
    page = open_phone(cast.ana_user)
    freshen(app)
    # A browser without Background Sync: otherwise the service worker may send the entry before the diary goes.
    page.add_init_script("Object.defineProperty(ServiceWorkerRegistration.prototype, 'sync', {value: undefined})")
    # Whatever the phone still sends was entered before the diary goes.
    page.clock.set_fixed_time(NOW - timedelta(minutes=1))
    page.goto("/log")
    expect(page.locator("[data-log-status]")).to_be_attached()
    until_kept(page, CANARY_NOTE)
    for name in ("export", f"delete-{whole}"):
        page.goto(f"/settings/{name}")
        look(page, take, name)
    page.goto("/log")
    # An entry that the server has not got: it must not come afterwards.
    page.route("**/diary/ops", lambda route: route.abort("connectionfailed"))
    page.locator("#first_step_pain-right label", has_text="9").click()
    expect(page.locator("[data-log-status]")).to_have_text("On this phone, not sent yet (1)")
    page.goto("/settings/export")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download the zip").click()
    zip_file = tmp_path / "mine.zip"
    downloading.value.save_as(zip_file)
    assert zipfile.ZipFile(zip_file).testzip() is None
    page.goto(f"/settings/delete-{whole}")
    page.get_by_role("button", name="Delete my").click()
    take(page, f"delete-{whole}-refused")
    page.get_by_label("To delete, type").fill("delete")
    page.unroute("**/diary/ops")
    page.get_by_role("button", name="Delete my").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Your account is deleted" if whole == "account" else "Your diary is empty"
    )
    page.wait_for_function("async () => !(await indexedDB.databases()).some(({ name }) => name.length > 20)")
    look(page, take, f"gone-{whole}")
    kept = all_kept(page)
    assert CANARY_NOTE not in kept
    assert '"first_step_pain":' not in kept
    page.goto("/log")
    page.wait_for_timeout(500)
    with app.app_context():
        assert db.session.scalars(select(FootDay.day).where(FootDay.patient_id == cast.ana)).all() == []
    expect(page).to_have_url(re.compile("/login" if whole == "account" else "/start"))
    faults.forgive("ERR_CONNECTION_FAILED")
    faults.forgive("422")


def test_an_export_opens_without_a_connection_and_comes_back(
    app: Flask, cast: Cast, open_phone: OpenPage, take: Callable[[Page, str], None], tmp_path: Path
) -> None:
    page = open_phone(cast.ana_user)
    freshen(app)
    page.goto("/settings/export")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download the zip").click()
    zip_file = tmp_path / "mine.zip"
    downloading.value.save_as(zip_file)
    with zipfile.ZipFile(zip_file) as archive:
        archive.extract("read-me-first.html", tmp_path)
    page.context.set_offline(True)
    page.goto((tmp_path / "read-me-first.html").as_uri())
    expect(page.locator("figure svg")).to_be_visible()
    expect(page.get_by_text(CANARY_NOTE).first).to_be_visible()
    take(page, "readable")
    page.context.set_offline(False)
    other = open_phone(cast.ben_user)
    other.goto("/settings/import")
    look(other, take, "import")
    other.get_by_label("The zip").set_input_files(zip_file)
    other.get_by_role("button", name="See what it would add").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("What would come back")
    look(other, take, "import-preview")
    other.get_by_role("button", name="Add it to my diary").click()
    expect(other.get_by_text("things were brought back.")).to_be_visible()
    take(other, "settings")
