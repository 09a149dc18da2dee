"""One visit that a person took over is removed: from every view and figure, for good, and by nobody else."""

from __future__ import annotations

import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select, update

from firststep.extensions import db
from firststep.models import (
    AccessEvent,
    CohortResult,
    ImportBatch,
    ImportedCase,
    ImportedCourse,
    Patient,
    RemovedVisit,
    Share,
    Visit,
)
from firststep.services import erasure
from firststep.services.accounts import find_by_id
from firststep.services.cohort_stamp import cohort_stamp
from firststep.services.cohorts import cohort_people, imported_series
from firststep.services.sheet_imports import undo_batch
from firststep.web.trail import operator
from tests import factories
from tests.blueprints.test_cases import START, WEEK, bring_in, text_of, visits
from tests.cast import NOW, Browser, Cast
from tests.sheets.tables import row
from tests.support.fresh import just_proven

# What Ana took over: a pain, a visit without one, and another pain.
ROWS = (
    row("RM-17", START, Start=START, No=1, VAS="8", Note="limps in"),
    row("RM-17", START + WEEK, Start=START, No=2, VAS="", Note="tender"),
    row("RM-17", START + 2 * WEEK, Start=START, No=3, VAS="4"),
)
DAYS = [START + number * WEEK for number in range(3)]


@pytest.fixture
def batch(app: Flask, cast: Cast) -> UUID:
    """Let Ana have taken over three visits of Dr Cho's sheet, in which RM-18 is as well; return the sheet's batch."""
    stored = bring_in(app, cast.cho, cast.cho_user, *ROWS, row("RM-18", START, Start=START, VAS="6"))
    with app.app_context():
        case = db.session.scalars(select(ImportedCase.patient_id).where(ImportedCase.alias_key == "rm-17")).one()
        factories.take_over(db.session, db.session.get_one(Patient, cast.ana), case)
        db.session.commit()
    assert stored.batch_id
    return stored.batch_id


def path_of(app: Flask, number: int, alias: str = "rm-17") -> str:
    """Return the path on which a visit is removed; that of the first day has number 0."""
    with app.app_context():
        of_case = select(Visit.id).join(ImportedCase, ImportedCase.patient_id == Visit.patient_id)
        found = db.session.scalars(of_case.where(ImportedCase.alias_key == alias).order_by(Visit.day)).all()
    return f"/events/visits/{found[number]}/remove"


def removed(app: Flask, ana: Browser, *numbers: int) -> None:
    """Let Ana remove visits by their numbers."""
    for path in [path_of(app, number) for number in numbers]:
        assert ana.post(path).headers["Location"] == "/events/visits"


def count(app: Flask, table: type, *which: Any) -> int:
    """Return how many rows there are."""
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table).where(*which)) or 0


@pytest.mark.usefixtures("batch")
def test_a_visit_is_removed_after_a_question_and_gone_everywhere(
    app: Flask, ana: Browser, cho: Browser, cast: Cast
) -> None:
    page = BeautifulSoup(ana.get("/events/visits").text, "html.parser")
    links = [link["href"] for link in page.select("#visits a")]
    assert links == [path_of(app, number) for number in (2, 1, 0)]
    asked = BeautifulSoup(ana.get(links[1]).text, "html.parser")
    assert "10 March 2025" in asked.select_one("#visit").get_text()
    assert "tender" in asked.select_one("#visit").get_text()
    assert "17 March 2025" not in asked.get_text()
    assert asked.select_one("form[method=post][action$=remove] input[name=csrf_token]")
    assert len(visits(app, cast.ana)) == 3, "a look removes nothing"
    answer = ana.post(links[1], follow_redirects=True)
    assert "The visit of 10 March 2025 is removed." in answer.text
    page = BeautifulSoup(answer.text, "html.parser")
    assert [link["href"] for link in page.select("#visits a")] == [links[0], links[2]]
    assert page.select_one("details.more").get_text(" ", strip=True).endswith("10 March 2025 from the sheet of Dr Cho")
    assert visits(app, cast.ana) == [(DAYS[0], 80), (DAYS[2], 40)]
    said = text_of(cho, f"/practice/{cast.share}")
    assert [day in said for day in ("3 March 2025", "10 March 2025", "17 March 2025")] == [True, False, True]
    sent = just_proven(app, cast.ana_user).post("/settings/export", buffered=True).data
    archive = zipfile.ZipFile(io.BytesIO(sent))
    found = json.loads(archive.read("everything.json"))
    assert [one["day"] for one in found["imported_visits"]] == ["2025-03-03", "2025-03-17"]
    assert [(one["day"], one["practitioner"]) for one in found["removed_visits"]] == [("2025-03-10", "Dr Cho")]
    assert not [name for name in archive.namelist() if b"tender" in archive.read(name)]
    assert "You removed a visit that came from a practice’s sheet" in text_of(ana, "/share/log")


@pytest.mark.usefixtures("batch")
def test_nobody_else_removes_it_or_learns_of_it(
    app: Flask, ana: Browser, ben: Browser, cho: Browser, cast: Cast
) -> None:
    path, not_taken_over = path_of(app, 0), path_of(app, 0, "rm-18")
    nothing = f"/events/visits/{uuid4()}/remove"
    for browser, wrong in ((ben, path), (cho, path), (ana, not_taken_over), (ana, nothing)):
        assert (browser.get(wrong).status_code, browser.post(wrong).status_code) == (404, 404)
    assert len(visits(app, cast.ana)) == 3
    removed(app, ana, 0)
    # Also what is kept of a removed one is hers.
    for browser in (ben, cho):
        assert (browser.get(path).status_code, browser.post(path).status_code) == (404, 404)
    assert "3 March" not in text_of(ben, "/events/visits")
    assert count(app, Visit) == 3
    assert count(app, AccessEvent, AccessEvent.what == "imported_visit_removed") == 1


@pytest.mark.usefixtures("batch")
def test_a_second_tap_and_a_page_from_before_remove_nothing_more(app: Flask, ana: Browser, cast: Cast) -> None:
    path = path_of(app, 0)
    removed(app, ana, 0)
    ana.get("/events/visits")
    for answer in (ana.post(path, follow_redirects=True), ana.get(path, follow_redirects=True)):
        assert answer.status_code == 200
        assert "This visit is removed already." in answer.text
    assert len(visits(app, cast.ana)) == 2
    assert count(app, AccessEvent, AccessEvent.what == "imported_visit_removed") == 1


@pytest.mark.usefixtures("batch")
def test_the_same_tap_ten_times_at_once_removes_it_once(app: Flask, ana: Browser, cast: Cast) -> None:
    path, cookie = path_of(app, 1), ana.get_cookie("session")
    assert cookie is not None

    def send(_number: int) -> int:
        client = app.test_client()
        assert isinstance(client, Browser)
        client.csrf_raw = ana.csrf_raw
        client.set_cookie("session", cookie.value)
        return client.post(path).status_code

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(send, range(10))) == [303] * 10
    assert (len(visits(app, cast.ana)), count(app, RemovedVisit)) == (2, 1)
    assert count(app, AccessEvent, AccessEvent.what == "imported_visit_removed") == 1


def test_the_sheet_again_does_not_bring_it_back_before_or_after_an_undo(
    app: Flask, ana: Browser, cho: Browser, cast: Cast, batch: UUID
) -> None:
    removed(app, ana, 1)
    left = [(DAYS[0], 80), (DAYS[2], 40)]
    again = bring_in(app, cast.cho, cast.cho_user, *ROWS, later=1)
    assert (again.batch_id, again.visits_added, again.conflicts) == (None, 0, ())
    assert again.already_there == (2, 3, 4)
    assert visits(app, cast.ana) == left
    # A later day of the same sheet is added as before.
    later = bring_in(app, cast.cho, cast.cho_user, *ROWS, row("RM-17", START + 3 * WEEK, Start=START, VAS="3"), later=2)
    assert (later.visits_added, later.already_there) == (1, (2, 3, 4))
    answer = cho.post(f"/practice/sheets/{batch}/undo", follow_redirects=True)
    assert "1 visit was taken out." in answer.text
    assert "2 visits stay: their people took them over." in answer.text
    assert bring_in(app, cast.cho, cast.cho_user, *ROWS, later=3).visits_added == 0
    assert visits(app, cast.ana) == [*left, (START + 3 * WEEK, 30)]


def test_who_removed_them_all_is_still_known_to_the_sheet(
    app: Flask, ana: Browser, cho: Browser, cast: Cast, batch: UUID
) -> None:
    removed(app, ana, 2, 1, 0)
    page = text_of(ana, "/events/visits")
    assert "Removed (3)" in page
    assert "None yet" not in page
    assert "Visits from a practice’s sheet" not in text_of(cho, f"/practice/{cast.share}")
    # No second case under the name, and none of the three days.
    again = bring_in(app, cast.cho, cast.cho_user, *ROWS, later=1)
    assert (again.cases_added, again.visits_added, again.conflicts) == (0, 0, ())
    for browser_path in ("/practice/cases", "/practice/sheets", "/practice/cohort"):
        assert cho.get(browser_path).status_code == 200
    assert "visits stay" not in cho.post(f"/practice/sheets/{batch}/undo", follow_redirects=True).text
    with app.app_context():
        assert undo_batch(db.session, cast.cho, batch, now=NOW) == 0
    new = bring_in(app, cast.cho, cast.cho_user, row("RM-17", START + 3 * WEEK, Start=START, VAS="3"), later=2)
    assert (new.cases_added, new.visits_added) == (0, 1)


@pytest.mark.usefixtures("batch")
def test_an_import_at_the_same_moment_does_not_bring_it_back(app: Flask, ana: Browser, cast: Cast) -> None:
    path = path_of(app, 1)
    with ThreadPoolExecutor(2) as pool:
        imports = pool.submit(lambda: [bring_in(app, cast.cho, cast.cho_user, *ROWS, later=n) for n in range(1, 6)])
        assert pool.submit(ana.post, path).result(timeout=20).status_code == 303
        assert [stored.visits_added for stored in imports.result(timeout=20)] == [0] * 5
    assert visits(app, cast.ana) == [(DAYS[0], 80), (DAYS[2], 40)]


@pytest.mark.usefixtures("batch")
def test_no_figure_of_the_practice_rests_on_it_and_none_takes_a_later_visit_for_the_start(
    app: Flask, ana: Browser, cast: Cast
) -> None:
    with app.app_context():
        db.session.execute(update(Share).where(Share.id == cast.share).values(cohort_use=True))
        db.session.add(CohortResult(practitioner_id=cast.cho, choice="kept", asked_at=NOW))
        db.session.commit()

    def counted() -> tuple[list[int], str]:
        with app.app_context():
            people = cohort_people(db.session, cast.cho, now=NOW)
            lengths = [len(series.visits) for person in people for series in person.visits]
            return sorted(lengths), cohort_stamp(db.session, cast.cho, now=NOW).data

    lengths, stamp = counted()
    assert lengths == [1, 3]
    removed(app, ana, 1)
    fewer, other_stamp = counted()
    assert fewer == [1, 2]
    assert other_stamp != stamp
    assert count(app, CohortResult) == 0
    # Without the first value the one of week 2 would be the baseline.
    removed(app, ana, 0)
    assert counted()[0] == [1]
    with app.app_context():
        assert cast.ana not in imported_series(db.session, cast.cho)


@pytest.mark.parametrize(("found_by", "since"), [("numbered", "numbered"), ("counted", "unknown")])
def test_after_the_first_value_the_course_counts_but_visits_are_not_counted_up(
    app: Flask, ana: Browser, cast: Cast, batch: UUID, found_by: str, since: str
) -> None:
    with app.app_context():
        db.session.execute(update(ImportBatch).where(ImportBatch.id == batch).values(sessions=found_by))
        db.session.commit()
        assert imported_series(db.session, cast.cho)[cast.ana].sessions == found_by
    removed(app, ana, 2)
    with app.app_context():
        found = imported_series(db.session, cast.cho)
        assert [visit.tenths for visit in found[cast.ana].in_order] == [80, None]
        assert sorted(series.sessions for series in found.values()) == sorted([since, found_by]), "RM-18 as before"


@pytest.mark.usefixtures("batch")
def test_a_visit_without_a_value_that_is_left_does_not_stand_for_the_baseline(
    app: Flask, ana: Browser, cast: Cast
) -> None:
    before = row("RM-17", START - WEEK, Start=START, VAS="")
    assert bring_in(app, cast.cho, cast.cho_user, before, later=1).visits_added == 1
    removed(app, ana, 1)
    assert visits(app, cast.ana) == [(START - WEEK, None), (DAYS[1], None), (DAYS[2], 40)]
    with app.app_context():
        assert cast.ana not in imported_series(db.session, cast.cho)


@pytest.mark.usefixtures("batch")
def test_a_colleagues_sheet_and_another_day_are_not_meant(app: Flask, ana: Browser, cast: Cast) -> None:
    removed(app, ana, 0)
    with app.app_context():
        case = factories.make_sheet(db.session, find_by_id(db.session, cast.dee_user).practitioner, alias="X-1")
        factories.take_over(db.session, db.session.get_one(Patient, cast.ana), case)
        factories.make_share(
            db.session,
            db.session.get_one(Patient, cast.ana),
            find_by_id(db.session, cast.dee_user).practitioner,
        )
        db.session.commit()
        assert len(imported_series(db.session, cast.dee)[cast.ana].visits) == 2
    same_day = row("X-1", START, Start=START, VAS="5")
    assert bring_in(app, cast.dee, cast.dee_user, same_day, later=1).visits_added == 1
    with app.app_context():
        assert len(imported_series(db.session, cast.dee)[cast.ana].visits) == 3


@pytest.mark.usefixtures("batch")
def test_of_a_practitioner_who_is_gone_nothing_is_kept(app: Flask, ana: Browser, cast: Cast) -> None:
    first, second, third = (path_of(app, number) for number in range(3))
    kept = "For that its day is kept."
    assert kept in ana.get(second).text
    assert ana.post(first).status_code == 303
    assert count(app, RemovedVisit) == 1
    with app.app_context():
        erasure.erase_account(db.session, operator(), find_by_id(db.session, cast.cho_user))
        db.session.commit()
    assert count(app, RemovedVisit) == 0
    assert kept not in ana.get(second).text
    assert ana.post(second).status_code == 303
    assert (count(app, RemovedVisit), count(app, ImportBatch)) == (0, 1)
    assert ana.post(third).status_code == 303
    for table in (RemovedVisit, ImportBatch, ImportedCourse, Visit):
        assert count(app, table) == 0
    assert "None yet" in text_of(ana, "/events/visits")


@pytest.mark.usefixtures("batch")
def test_a_diary_that_is_deleted_takes_along_what_is_kept_of_it(app: Flask, ana: Browser, cast: Cast) -> None:
    removed(app, ana, 0)
    owner = just_proven(app, cast.ana_user)
    assert owner.post("/settings/delete-diary", data={"word": "delete"}).status_code == 200
    assert count(app, RemovedVisit) == 0


@pytest.mark.usefixtures("batch")
def test_a_closed_diary_removes_nothing(app: Flask, ana: Browser, cast: Cast) -> None:
    path = path_of(app, 0)
    with app.app_context():
        db.session.get_one(Patient, cast.ana).diary_closed_at = NOW - timedelta(minutes=1)
        db.session.commit()
    assert ana.post(path).headers["Location"] == "/settings/consents"
    assert len(visits(app, cast.ana)) == 3
