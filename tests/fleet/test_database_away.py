"""A database that is away or restarted: 503 with Retry-After and a page that helps, and all is well in seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup

from firststep.extensions import db
from firststep.models import Day
from tests import factories
from tests.fleet.test_two_servers import today_op
from tests.support.fleet import Answer, Fleet, Visitor, fleet
from tests.support.own_postgresql import OwnPostgreSQL, running_postgresql

pytestmark = pytest.mark.sqlite_only

RECOVERY_S = 5


@pytest.fixture(scope="module")
def database() -> Iterator[OwnPostgreSQL]:
    """Return a PostgreSQL that may be stopped."""
    with running_postgresql() as server:
        yield server


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, database: OwnPostgreSQL) -> Iterator[Fleet]:
    """Return a site with one web process on it."""
    with fleet(tmp_path_factory.mktemp("away"), DATABASE_URL=database.url) as site:
        site.add_web()
        yield site


@pytest.fixture
def user(running: Fleet) -> UUID:
    """Return a patient's account."""
    with running.app.app_context():
        patient = factories.make_patient(db.session, f"{uuid4().hex}@example.com")
        db.session.commit()
        assert patient.user_id is not None
        return patient.user_id


def check_busy(answer: Answer) -> BeautifulSoup:
    """Check that the answer asks to come again, and return its page."""
    assert answer.status == 503, answer.text
    assert answer.headers["Retry-After"] == "5"
    assert "Traceback" not in answer.text
    return BeautifulSoup(answer.text, "html5lib")


@pytest.fixture
def away(running: Fleet, database: OwnPostgreSQL, user: UUID) -> Iterator[tuple[int, Visitor, Visitor]]:
    """Return the port of a web process whose database is stopped, a patient's browser, and one of nobody."""
    port = running.webs[0].port
    patient, nobody = running.visitor(user), running.visitor(None)
    assert patient.ask(port, "GET", "/log").status == 200
    database.stop()
    try:
        yield port, patient, nobody
    finally:
        database.start()


def test_pages_say_that_it_is_not_the_readers_fault(away: tuple[int, Visitor, Visitor]) -> None:
    port, patient, nobody = away
    for path in ("/log", "/progress", "/settings"):
        page = check_busy(patient.ask(port, "GET", path))
        assert page.h1.get_text() == "Not available just now"
        assert "saved" not in page.main.get_text()
    # What asks the database nothing is there.
    for path in ("/", "/terms", "/manifest.webmanifest"):
        assert nobody.ask(port, "GET", path).status == 200


def test_a_form_that_could_not_be_saved_is_still_there(
    running: Fleet, database: OwnPostgreSQL, away: tuple[int, Visitor, Visitor]
) -> None:
    port, patient, _ = away
    day = today_op()["day"]
    typed = {"csrf_token": patient.csrf, "op": str(uuid4()), "day": str(day), "note": 'Sore & "stiff" <today>'}
    page = check_busy(patient.ask(port, "POST", "/log", form=typed))
    form = page.select_one("main form")
    assert form["method"] == "post"
    assert "action" not in form.attrs
    kept = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
    assert kept == typed
    assert "What you typed is kept on this page" in page.main.get_text()
    database.start()
    assert patient.ask(port, "POST", "/log", form=kept).status == 303
    with running.app.app_context():
        assert db.session.query(Day).filter_by(note=typed["note"]).count() == 1
    database.stop()


def test_a_password_is_not_sent_back(away: tuple[int, Visitor, Visitor]) -> None:
    port, _, nobody = away
    form = {"csrf_token": nobody.csrf, "email": "somebody@example.com", "password": "canary-password"}
    page = check_busy(nobody.ask(port, "POST", "/login", form=form))
    assert "canary" not in str(page)
    assert page.select_one("main form") is None


def test_a_phone_is_told_to_come_again_and_its_entry_is_stored_once(
    running: Fleet, database: OwnPostgreSQL, away: tuple[int, Visitor, Visitor]
) -> None:
    port, patient, _ = away
    entry = today_op(first_step_pain=3)
    answer = patient.ask(port, "PUT", f"/diary/ops/{entry['op']}", data=entry)
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "5"
    assert "error" in answer.json
    database.start()
    again = time.monotonic()
    while patient.ask(port, "PUT", f"/diary/ops/{entry['op']}", data=entry).status != 200:
        assert time.monotonic() < again + RECOVERY_S
    database.stop()


def test_it_lives_and_is_not_ready(away: tuple[int, Visitor, Visitor]) -> None:
    port, _, nobody = away
    assert nobody.ask(port, "GET", "/healthz").status == 200
    answer = nobody.ask(port, "GET", "/readyz")
    assert (answer.status, answer.text, answer.headers["Retry-After"]) == (503, "database away\n", "5")


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_after_a_restart_nobody_sees_a_fault_of_ours(
    running: Fleet, database: OwnPostgreSQL, user: UUID, mode: str
) -> None:
    port, patient = running.webs[0].port, running.visitor(user)
    assert patient.ask(port, "GET", "/log").status == 200
    database.restart(mode)
    since, answers = time.monotonic(), []
    while not answers or answers[-1] != 200:
        answers.append(patient.ask(port, "GET", "/log").status)
        assert time.monotonic() < since + RECOVERY_S, answers
    assert set(answers) <= {200, 503}
