"""A case from a sheet becomes a person's own: invited, looked at, confirmed; then a share decides who sees it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select, update

from firststep.extensions import db
from firststep.mail.kinds import BUILDERS
from firststep.models import (
    AccessEvent,
    CaseInvitation,
    ImportBatch,
    ImportedCase,
    ImportedCourse,
    OutboxMail,
    Patient,
    Practitioner,
    Share,
    Visit,
)
from firststep.services import erasure
from firststep.services.accounts import find_by_id
from firststep.services.audit import Actor
from firststep.services.cohorts import cohort_people, imported_series
from firststep.services.sheet_imports import Stored, store_reading, undo_batch, visits_left
from firststep.web.trail import operator
from tests import factories
from tests.cast import CANARY_EMAIL, NOW, TODAY, Browser, Cast, sign_in
from tests.sheets.tables import LONG, read_long, row
from tests.support.fresh import just_proven

SetClock = Callable[[datetime], None]
START = date(2025, 3, 3)
WEEK = timedelta(days=7)


def bring_in(app: Flask, practitioner: UUID, user: UUID, *rows: list[Any], later: int = 0) -> Stored:
    """Store a sheet with these rows as the page does."""
    with app.app_context():
        actor = Actor(user_id=user, name="Dr Cho", now=NOW + timedelta(seconds=later), key=b"only for tests")
        stored = store_reading(
            db.session, practitioner, read_long(*rows), data=b"file", mapping=LONG, now=actor.now, actor=actor
        )
        db.session.commit()
        return stored


@pytest.fixture
def batch(app: Flask, cast: Cast) -> UUID:
    """Let Dr Cho have a sheet with RM-17, who has two visits, and RM-18, who has one."""
    rows = (
        row("RM-17", START, Start=START, No=1, VAS="8", Note="limps in"),
        row("RM-17", START + WEEK, Start=START, No="", VAS="", Pills="no"),
        row("RM-18", START, Start=START, No=1, VAS="6"),
    )
    stored = bring_in(app, cast.cho, cast.cho_user, *rows)
    assert stored.batch_id
    return stored.batch_id


def case_of(app: Flask, alias: str = "rm-17") -> UUID:
    """Return the patient of a case."""
    with app.app_context():
        return db.session.scalars(select(ImportedCase.patient_id).where(ImportedCase.alias_key == alias)).one()


def link(app: Flask, address: str = CANARY_EMAIL) -> str:
    """Build the newest invitation to the address as the worker would, and return the path of its link."""
    with app.app_context():
        mails = select(OutboxMail).where(OutboxMail.kind == "case_invitation", OutboxMail.address == address)
        mail = db.session.scalars(mails.order_by(OutboxMail.created_at.desc())).first()
        letter = BUILDERS["case_invitation"](db.session, mail, app.config["CLOCK"]())
        db.session.commit()
    assert letter is not None
    for word in ("Cho", "RM-17", "limps", "pain", "heel", "visit", "treat"):
        assert word not in letter.subject + letter.text.partition("\n-- \n")[0], word
    line = next(line for line in letter.text.splitlines() if "/case/" in line)
    return line.strip().removeprefix("http://localhost")


def invited(app: Flask, cho: Browser, address: str = CANARY_EMAIL) -> str:
    """Let Dr Cho invite somebody to RM-17, and return the path of the link."""
    assert cho.post(f"/practice/cases/{case_of(app)}", data={"email": address}).status_code == 303
    return link(app, address)


def claimed(app: Flask, cho: Browser, ana: Browser) -> None:
    """Let Ana take RM-17 over."""
    assert ana.post(invited(app, cho)).headers["Location"] == "/events/visits"


def visits(app: Flask, patient: UUID) -> list[tuple[date, int | None]]:
    """Return the day and the pain of each visit of a patient, by day."""
    with app.app_context():
        found = select(Visit.day, Visit.pain).where(Visit.patient_id == patient).order_by(Visit.day)
        return [(day, pain) for day, pain in db.session.execute(found)]


def text_of(browser: Browser, path: str) -> str:
    """Return what a page says."""
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.text, "html.parser").get_text(" ", strip=True)


def stopped(app: Flask, cast: Cast) -> None:
    """End Ana's share with Dr Cho."""
    with app.app_context():
        db.session.execute(update(Share).where(Share.id == cast.share).values(state="stopped"))
        db.session.commit()


OURS = [(START, 80), (START + WEEK, None)]


@pytest.mark.usefixtures("batch")
def test_a_person_sees_what_the_case_holds_and_then_owns_it(app: Flask, cho: Browser, ana: Browser, cast: Cast) -> None:
    assert "RM-17 2 visits, 3 Mar 2025 to 10 Mar 2025" in text_of(cho, "/practice/cases")
    case = case_of(app)
    path = invited(app, cho)
    assert f"{CANARY_EMAIL} is invited until 30 November 2026" in text_of(cho, "/practice/cases")
    page = BeautifulSoup(ana.get(path).text, "html.parser")
    said = page.get_text(" ", strip=True)
    for words in ("Dr Cho", "Acupuncturist", "Stated by the practitioner, not checked", "RM-17", "limps in"):
        assert words in said
    lines = [line.get_text(" ", strip=True) for line in page.select("#visits li")]
    # What was not recorded is not said, and never zero.
    assert lines == ["10 March 2025 NSAIDs: None", "3 March 2025 session 1, pain 8.0 of 10 limps in"]
    assert visits(app, cast.ana) == [], "a look claims nothing"
    assert ana.post(path).headers["Location"] == "/events/visits"
    assert (visits(app, cast.ana), visits(app, case)) == (OURS, [])
    mine = text_of(ana, "/events/visits")
    assert "limps in" in mine
    assert "Dr Cho" in mine
    assert "took over visits from a practice’s sheet" in text_of(ana, "/share/log")
    with app.app_context():
        assert db.session.get(Patient, case) is None
        row_ = db.session.scalars(select(ImportedCase).where(ImportedCase.alias_key == "rm-17")).one()
        assert (row_.patient_id, row_.claimed_at) == (cast.ana, NOW)
    listed = BeautifulSoup(cho.get("/practice/cases").text, "html.parser")
    assert listed.select_one("#claimed li").get_text(strip=True) == "rm-17"
    assert "RM-17" not in listed.select_one("#open").get_text()
    for browser in (ana, sign_in(app, None)):
        over = browser.get(path)
        assert (over.status_code, "was used on 23 November 2026" in over.text) == (410, True)
    assert ana.post(path).status_code == 410


@pytest.mark.usefixtures("batch")
def test_a_link_is_of_no_use_to_another_account(
    app: Flask, cho: Browser, ana: Browser, ben: Browser, dee: Browser, cast: Cast
) -> None:
    path = invited(app, cho, "somebody@example.com")
    # What is said once after the step is not what this is about.
    cho.get("/practice/cases")
    for browser in (ana, ben, cho, dee, sign_in(app, None)):
        answer = browser.get(path)
        assert answer.status_code == 200
        for words in ("RM-17", "limps in", "somebody@", "Dr Cho is"):
            assert words not in answer.text
    assert ana.post(path).headers["Location"] == path
    assert cho.post(path).status_code == 404
    for wrong in (path[:-1], path + "x", path.upper(), "/case/" + "y" * 43):
        assert ana.get(wrong).status_code == 404, wrong
    assert visits(app, cast.ana) == []
    # A closed diary takes nothing in, and shows nothing.
    path = invited(app, cho, "ben@example.com")
    with app.app_context():
        db.session.get_one(Patient, cast.ben).diary_closed_at = NOW
        db.session.commit()
    assert "RM-17" not in ben.get(path).text
    assert ben.post(path).headers["Location"] == "/settings/consents"
    assert visits(app, cast.ben) == []


@pytest.mark.usefixtures("batch")
def test_an_invitation_dies_when_withdrawn_superseded_or_old(
    app: Flask, cho: Browser, ana: Browser, cast: Cast, set_clock: SetClock
) -> None:
    first = invited(app, cho)
    set_clock(NOW + timedelta(minutes=1))
    second = invited(app, cho)
    assert cho.post(f"/practice/cases/{case_of(app)}/withdraw").status_code == 303
    for path in (first, second):
        assert (ana.get(path).status_code, ana.post(path).status_code) == (410, 410)
    set_clock(NOW + timedelta(minutes=2))
    third = invited(app, cho)
    set_clock(NOW + timedelta(minutes=2, seconds=1) + WEEK)
    at_the_end = sign_in(app, cast.ana_user, at=NOW + WEEK)
    assert "ended on 30 November 2026" in at_the_end.get(third).text
    assert at_the_end.post(third).status_code == 410
    assert visits(app, cast.ana) == []


@pytest.mark.usefixtures("batch")
def test_only_the_own_case_is_invited_to_and_only_while_it_is_nobodys(
    app: Flask, cho: Browser, dee: Browser, ana: Browser, cast: Cast
) -> None:
    case = case_of(app)
    with app.app_context():
        cho_, dee_ = (db.session.get_one(Practitioner, one) for one in (cast.cho, cast.dee))
        factories.make_practice(db.session, cho_, dee_)
        db.session.commit()
    # A colleague of the same practice finds nothing of it.
    assert "RM-17" not in dee.get("/practice/cases").text
    for browser, wrong in ((dee, case), (cho, uuid4()), (cho, cast.ana)):
        assert browser.get(f"/practice/cases/{wrong}").status_code == 404
        assert browser.post(f"/practice/cases/{wrong}", data={"email": "x@example.com"}).status_code == 404
        assert browser.post(f"/practice/cases/{wrong}/withdraw").status_code == 404
    claimed(app, cho, ana)
    for wrong in (case, cast.ana):
        assert cho.get(f"/practice/cases/{wrong}").status_code == 404
        assert cho.post(f"/practice/cases/{wrong}", data={"email": "x@example.com"}).status_code == 404


@pytest.mark.usefixtures("batch")
@pytest.mark.parametrize("address", ["", "nobody", "a@x.com,b@x.com", "a@x.com\r\nBcc: b@x.com"])
def test_an_address_that_cannot_be_invited_is_refused(app: Flask, cho: Browser, address: str) -> None:
    answer = cho.post(f"/practice/cases/{case_of(app)}", data={"email": address})
    assert (answer.status_code, "Enter one e-mail address" in answer.text) == (422, True)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(CaseInvitation)) == 0


@pytest.mark.usefixtures("batch")
def test_nobody_is_sent_more_than_a_few(app: Flask, cho: Browser) -> None:
    path = f"/practice/cases/{case_of(app)}"
    for _mail in range(3):
        assert cho.post(path, data={"email": CANARY_EMAIL}).status_code == 303
    refused = cho.post(path, data={"email": CANARY_EMAIL})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, str(int(WEEK.total_seconds())))
    for number in range(17):
        assert cho.post(path, data={"email": f"x{number}@example.com"}).status_code == 303
    assert cho.post(path, data={"email": "last@example.com"}).status_code == 429


@pytest.mark.usefixtures("batch")
def test_two_cases_of_one_practitioner_are_not_mixed(
    app: Flask, cho: Browser, ana: Browser, cast: Cast, set_clock: SetClock
) -> None:
    claimed(app, cho, ana)
    other = case_of(app, "rm-18")
    set_clock(NOW + timedelta(minutes=1))
    cho.post(f"/practice/cases/{other}", data={"email": CANARY_EMAIL})
    answer = ana.post(link(app), follow_redirects=True)
    assert "You took over notes of this practitioner before" in answer.text
    assert (visits(app, cast.ana), len(visits(app, other))) == (OURS, 1)


@pytest.mark.usefixtures("batch")
def test_a_share_shows_the_visits_without_remarks_and_nothing_else_does(
    app: Flask, cho: Browser, dee: Browser, ana: Browser, cast: Cast
) -> None:
    claimed(app, cho, ana)
    with app.app_context():
        patient, reader = db.session.get_one(Patient, cast.ana), db.session.get_one(Practitioner, cast.dee)
        theirs = factories.make_share(db.session, patient, reader, scope="notes").id
        db.session.commit()
    for browser, share in ((cho, cast.share), (dee, theirs)):
        said = text_of(browser, f"/practice/{share}")
        assert "Visits from a practice’s sheet" in said
        assert "3 March 2025 session 1, pain 8.0 of 10" in said
        assert "limps in" not in said
    for scope, from_day, shows in (
        ("summary", None, (False, False)),
        ("charts", START + timedelta(days=1), (False, True)),
    ):
        with app.app_context():
            db.session.execute(update(Share).where(Share.id == cast.share).values(scope=scope, from_day=from_day))
            db.session.commit()
        said = cho.get(f"/practice/{cast.share}").text
        days = ("3 March 2025", "10 March 2025")
        assert tuple(f"<strong>{day}<" in said for day in days) == shows, scope
    stopped(app, cast)
    assert cho.get(f"/practice/{cast.share}").status_code == 404
    assert "2 visits" not in text_of(cho, "/practice/cases")


@pytest.mark.usefixtures("batch")
def test_a_later_sheet_adds_only_while_the_person_shares(app: Flask, cho: Browser, ana: Browser, cast: Cast) -> None:
    claimed(app, cho, ana)
    later = [row("RM-17", START + week * WEEK, Start=START, VAS="3") for week in (0, 2)]
    stored = bring_in(app, cast.cho, cast.cho_user, *later, later=1)
    assert (stored.visits_added, stored.already_there, stored.conflicts) == (1, (2,), ())
    assert visits(app, cast.ana) == [*OURS, (START + 2 * WEEK, 30)]
    assert "Dr Cho added visits from their sheet" in text_of(ana, "/share/log")
    stopped(app, cast)
    much_later = [row("RM-17", START + 3 * WEEK, Start=START, VAS="2"), row("RM-19", START, Start=START, VAS="7")]
    stored = bring_in(app, cast.cho, cast.cho_user, *much_later, later=2)
    told = [(one.row, one.column, one.reason, one.value) for one in stored.conflicts]
    assert (stored.visits_added, told) == (1, [(2, "patient", "not_shared", "RM-17")])
    assert len(visits(app, cast.ana)) == 3
    # Nobody is recognised by that: there is no second case under the name either.
    with app.app_context():
        assert db.session.scalars(select(ImportedCase.alias_key).order_by(ImportedCase.alias_key)).all() == [
            "rm-17", "rm-18", "rm-19",
        ]  # fmt: skip
        added = select(func.count()).where(AccessEvent.what == "visits_imported").select_from(AccessEvent)
        assert db.session.scalar(added) == 1


@pytest.mark.usefixtures("batch")
def test_without_somebody_who_answers_for_it_nothing_is_added(
    app: Flask, cho: Browser, ana: Browser, cast: Cast
) -> None:
    claimed(app, cho, ana)
    with app.app_context():
        reading = read_long(row("RM-17", START + 2 * WEEK, Start=START, VAS="3"))
        stored = store_reading(db.session, cast.cho, reading, data=b"file", mapping=LONG, now=NOW)
        assert [one.reason for one in stored.conflicts] == ["not_shared"]


@pytest.mark.parametrize("shares", [True, False])
def test_an_undo_leaves_what_a_person_took_over(
    app: Flask, cho: Browser, ana: Browser, cast: Cast, batch: UUID, shares: bool
) -> None:
    claimed(app, cho, ana)
    if not shares:
        stopped(app, cast)
    answer = cho.post(f"/practice/sheets/{batch}/undo", follow_redirects=True)
    assert "1 visit was taken out." in answer.text
    assert "2 visits stay: their people took them over." in answer.text
    assert visits(app, cast.ana) == OURS
    with app.app_context():
        assert undo_batch(db.session, cast.cho, batch, now=NOW) == 0
        assert visits_left(db.session, batch) == 2
        assert db.session.scalars(select(ImportedCase.alias_key)).all() == ["rm-17"]
        assert db.session.scalar(select(func.count()).select_from(ImportedCourse)) == 1
    # The other person of the sheet can be brought in again; what is there is found.
    again = bring_in(app, cast.cho, cast.cho_user, row("RM-17", START, Start=START), row("RM-18", START), later=1)
    assert (again.cases_added, again.visits_added) == (1, 1)


@pytest.mark.usefixtures("batch")
def test_a_case_taken_over_counts_through_a_share_that_allows_it_and_from_its_first_day(
    app: Flask, cho: Browser, ana: Browser, cast: Cast
) -> None:
    claimed(app, cho, ana)

    def series(**share: Any) -> list[int]:
        with app.app_context():
            db.session.execute(update(Share).where(Share.id == cast.share).values(**share))
            db.session.commit()
            return sorted(len(person.visits) for person in cohort_people(db.session, cast.cho, now=NOW))

    assert series(cohort_use=False) == [1], "RM-18 alone"
    assert series(cohort_use=True) == [1, 1]
    # Of visits from before the first shared day none counts: a later one would stand for the start.
    assert series(from_day=START + timedelta(days=1)) == [0, 1]
    assert series(from_day=START) == [1, 1]
    assert series(state="stopped") == [1]


def test_cases_of_two_practitioners_stay_apart(
    app: Flask, cho: Browser, dee: Browser, ana: Browser, cast: Cast, set_clock: SetClock
) -> None:
    bring_in(app, cast.cho, cast.cho_user, row("RM-17", START, Start=START, VAS="8"))
    bring_in(app, cast.dee, cast.dee_user, row("X-1", START + WEEK, arm="usual", Start=START, VAS="4"))
    claimed(app, cho, ana)
    set_clock(NOW + timedelta(minutes=1))
    dee.post(f"/practice/cases/{case_of(app, 'x-1')}", data={"email": CANARY_EMAIL})
    assert ana.post(link(app)).status_code == 303
    assert visits(app, cast.ana) == [(START, 80), (START + WEEK, 40)]
    with app.app_context():
        for practitioner, arm, pain in ((cast.cho, "acupuncture", 80), (cast.dee, "standard", 40)):
            one = imported_series(db.session, practitioner)[cast.ana]
            assert (one.arm, [visit.tenths for visit in one.visits]) == (arm, [pain])
    # What is there already and what contradicts is asked of the own sheets alone.
    again = bring_in(app, cast.cho, cast.cho_user, row("RM-17", START + WEEK, Start=START, VAS="5"), later=1)
    assert (again.visits_added, again.conflicts) == (1, ())


@pytest.mark.usefixtures("batch")
def test_it_is_in_the_export_the_bundle_and_the_page_to_read(
    app: Flask, cho: Browser, ana: Browser, cast: Cast
) -> None:
    claimed(app, cho, ana)
    archive = zipfile.ZipFile(io.BytesIO(just_proven(app, cast.ana_user).post("/settings/export", buffered=True).data))
    found = json.loads(archive.read("everything.json"))
    first, second = found["imported_visits"]
    assert (first["day"], first["pain"], first["note"], first["practitioner"]) == (
        "2025-03-03",
        8,
        "limps in",
        "Dr Cho",
    )
    assert (second["pain"], second["session"], second["nsaid"]) == (None, None, "none")
    (course,) = found["imported_courses"]
    assert (course["alias_key"], course["arm"], course["practitioner"]) == ("rm-17", "acupuncture", "Dr Cho")
    entries = [entry["resource"] for entry in json.loads(archive.read("fhir-bundle.json"))["entry"]]
    (pain,) = [one for one in entries if one.get("performer") == [{"display": "Dr Cho"}]]
    assert (pain["resourceType"], pain["valueQuantity"]["value"], pain["effectiveDateTime"]) == (
        "Observation", 8, "2025-03-03",
    )  # fmt: skip
    page = next(archive.read(name).decode() for name in archive.namelist() if name.endswith(".html"))
    assert "limps in" in page


@pytest.mark.usefixtures("batch")
def test_a_diary_that_is_deleted_takes_it_along(app: Flask, cho: Browser, ana: Browser, cast: Cast) -> None:
    claimed(app, cho, ana)
    owner = just_proven(app, cast.ana_user)
    assert owner.post("/settings/delete-diary", data={"word": "delete"}).status_code == 200
    assert visits(app, cast.ana) == []
    with app.app_context():
        assert db.session.scalars(select(ImportedCase.alias_key)).all() == ["rm-18"]


@pytest.mark.usefixtures("batch")
def test_an_account_that_is_deleted_takes_it_along_with_the_mail(
    app: Flask, cho: Browser, ana: Browser, cast: Cast
) -> None:
    claimed(app, cho, ana)
    owner = just_proven(app, cast.ana_user)
    assert owner.post("/settings/delete-account", data={"word": "delete"}).status_code == 200
    with app.app_context():
        assert db.session.scalars(select(ImportedCase.alias_key)).all() == ["rm-18"]
        assert db.session.scalar(select(func.count()).select_from(Visit)) == 1
        kinds = select(OutboxMail.kind).where(OutboxMail.address == CANARY_EMAIL)
        assert "case_invitation" not in db.session.scalars(kinds).all()


@pytest.mark.usefixtures("batch")
def test_a_practitioner_who_goes_leaves_it_to_the_person(app: Flask, cho: Browser, ana: Browser, cast: Cast) -> None:
    claimed(app, cho, ana)
    cho.post(f"/practice/cases/{case_of(app, 'rm-18')}", data={"email": "late@example.com"})
    with app.app_context():
        erasure.erase_account(db.session, operator(), find_by_id(db.session, cast.cho_user))
        db.session.commit()
        assert db.session.scalars(select(ImportBatch.practitioner_id)).all() == [None]
        assert db.session.scalars(select(ImportBatch.mapping)).all() == [{}]
        assert db.session.scalars(select(ImportedCase)).all() == []
        assert db.session.scalars(select(OutboxMail).where(OutboxMail.kind == "case_invitation")).all() == []
    assert visits(app, cast.ana) == OURS
    assert "limps in" in text_of(ana, "/events/visits")
    owner = just_proven(app, cast.ana_user)
    assert owner.post("/settings/export", buffered=True).status_code == 200
    assert owner.post("/settings/delete-diary", data={"word": "delete"}).status_code == 200
    with app.app_context():
        assert db.session.scalars(select(ImportBatch)).all() == []


@pytest.mark.usefixtures("batch")
def test_who_is_invited_is_told_to_look_into_the_mail(app: Flask, cho: Browser, ana: Browser) -> None:
    invited(app, cho)
    page = text_of(ana, "/events/visits")
    assert "An invitation to take over visits waits" in page
    assert "RM-17" not in page
    assert TODAY.isoformat() not in page
