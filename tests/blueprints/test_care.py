"""Sessions that a practitioner notes: bounded by the share, told to the patient, disputed, changed with a history."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import NoResultFound

from firststep.extensions import db
from firststep.models import AccessEvent, NotedSession, NotedSessionChange, Patient, Practitioner, Share
from firststep.services import erasure
from firststep.services.accounts import find_by_id
from firststep.services.audit import Actor
from firststep.services.noted_sessions import FIELDS, note
from firststep.web.trail import operator
from tests import factories
from tests.cast import NOW, TODAY, Browser, Cast, sign_in
from tests.support.fresh import just_proven

FIRST = {
    "day": "2026-11-20", "kind": "acupuncture", "number": "1", "gait": "Short step on the right",
    "palpation_meridians": "Bladder: tender", "palpation_regions": "", "techniques": "BL57, KI3", "note": "",
}  # fmt: skip


def noted(app: Flask, cho: Browser, cast: Cast, **changes: str) -> UUID:
    """Let Dr Cho note a session with Ana, and return its id."""
    noted_id = uuid4()
    answer = cho.post(f"/practice/{cast.share}/sessions", data=FIRST | changes | {"id": str(noted_id)})
    assert answer.status_code == 303
    return noted_id


def rows(app: Flask) -> list[dict[str, Any]]:
    """Return every noted session as plain values, by day."""
    with app.app_context():
        found = db.session.execute(select(NotedSession.__table__).order_by(NotedSession.day)).mappings()
        return [dict(row) for row in found]


def trail(app: Flask, cast: Cast) -> list[str]:
    """Return what stands in Ana's trail of sessions and looks, the oldest first."""
    with app.app_context():
        events = select(AccessEvent.what).where(AccessEvent.patient_id == cast.ana).order_by(AccessEvent.seq)
        return list(db.session.scalars(events))


def in_one_line(browser: Browser, path: str) -> str:
    """Return an answer with what a touch of a chart says in one line, which the figure breaks for a phone."""
    return str(browser.get(path).text).replace("<br>", " ")


def text_of(browser: Browser, path: str) -> str:
    """Return what a page says."""
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.text, "html.parser").get_text(" ", strip=True)


def test_a_session_is_noted_once_and_the_patient_reads_all_of_it(
    app: Flask, cho: Browser, ana: Browser, cast: Cast
) -> None:
    noted_id = noted(app, cho, cast)
    # A second tap, and the same form again.
    again = cho.post(f"/practice/{cast.share}/sessions", data=FIRST | {"id": str(noted_id)})
    assert again.status_code == 303
    (row,) = rows(app)
    assert (row["patient_id"], row["practitioner_id"], row["noted_by"]) == (cast.ana, cast.cho, "Dr Cho")
    assert (row["number"], row["palpation_regions"], row["note"]) == (1, None, None)
    assert trail(app, cast) == ["session_noted"]
    listed = text_of(ana, "/events")
    assert "20 November 2026 Acupuncture, number 1, noted by Dr Cho" in listed
    page = text_of(ana, f"/events/noted/{noted_id}")
    for words in ("Noted by Dr Cho", "Short step on the right", "Bladder: tender", "BL57, KI3", "has not checked them"):
        assert words in page
    assert "Palpation by region" not in page, "what was not recorded is not there"
    assert "Dr Cho noted a session" in text_of(ana, "/share/log")


def test_both_see_the_session_on_the_chart_and_who_noted_it(app: Flask, cho: Browser, ana: Browser, cast: Cast) -> None:
    noted(app, cho, cast)
    assert "Treatment: Acupuncture, number 1, noted by Dr Cho" in ana.get("/progress").text
    for path in (f"/practice/{cast.share}", f"/practice/{cast.share}/figure.json"):
        assert "Treatment: Acupuncture, number 1, noted by you" in in_one_line(cho, path), path
    assert "Since the last treatment session, 20 Nov 2026" in text_of(cho, f"/practice/{cast.share}/visit")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"day": ""}, "Choose a date."),
        ({"day": "20.11.2026"}, "Choose a date."),
        ({"day": "2026-11-24"}, "That day has not come yet."),
        ({"day": "2026-10-31"}, "Days before the first shared one cannot be used."),
        ({"kind": ""}, "Choose which treatment it was."),
        ({"kind": "magic"}, "Not a valid choice."),
        ({"number": "0"}, "whole number from 1 to 500"),
        ({"number": "501"}, "whole number from 1 to 500"),
        ({"number": "1e1"}, "whole number from 1 to 500"),
        *(({name: "x" * 2001}, "Notes can have up to 2,000") for name in ("gait", "techniques", "note")),
        *(({name: "a\0b"}, "This text has a character that cannot be stored.") for name in ("gait", "note")),
    ],
)
def test_what_cannot_be_noted_is_refused_and_stays_in_the_form(
    app: Flask, cho: Browser, cast: Cast, changes: dict[str, str], complaint: str
) -> None:
    with app.app_context():
        db.session.get_one(Share, cast.share).from_day = TODAY - timedelta(days=22)
        db.session.commit()
    noted_id = noted(app, cho, cast)
    before = rows(app)
    for path in (f"/practice/{cast.share}/sessions", f"/practice/{cast.share}/sessions/{noted_id}"):
        answer = cho.post(path, data=FIRST | {"techniques": "GB34"} | changes)
        page = BeautifulSoup(answer.text, "html.parser")
        assert (answer.status_code, complaint in page.get_text(" ", strip=True)) == (422, True)
        if "techniques" not in changes:
            assert page.select_one("#techniques").text.strip() == "GB34"
    assert rows(app) == before


def test_one_tap_notes_todays_session_with_the_next_number(app: Flask, cho: Browser, cast: Cast) -> None:
    for _visit in range(2):
        page = BeautifulSoup(cho.get(f"/practice/{cast.share}/sessions").text, "html.parser")
        form = next(one for one in page.select("#today form") if one.select_one("input[value=both]"))
        sent = {str(one["name"]): str(one["value"]) for one in form.select("input")}
        for _tap in range(2):
            assert cho.post(str(form["action"]), data=sent).status_code == 303
    found = sorted((row["day"], row["kind"], row["number"]) for row in rows(app))
    assert found == [(TODAY, "both", 1), (TODAY, "both", 2)]


def test_a_change_keeps_what_stood_before_for_both(app: Flask, cho: Browser, ana: Browser, cast: Cast) -> None:
    noted_id = noted(app, cho, cast)
    path = f"/practice/{cast.share}/sessions/{noted_id}"
    assert cho.post(path, data=FIRST | {"number": "", "gait": "Even", "day": "2026-11-19"}).status_code == 303
    # Nothing changed is no step.
    assert cho.post(path, data=FIRST | {"number": "", "gait": "Even", "day": "2026-11-19"}).status_code == 303
    (row,) = rows(app)
    assert (row["number"], row["gait"], row["day"]) == (None, "Even", TODAY - timedelta(days=4))
    for page in (text_of(cho, path), text_of(ana, f"/events/noted/{noted_id}")):
        assert "Before: Gait: Short step on the right" in page
        assert "Before: Which one of the course: 1" in page
        assert "Before: Day: 20 November 2026" in page
    assert [what for what in trail(app, cast) if what.startswith("session")] == ["session_noted", "session_changed"]


def test_a_withdrawn_session_marks_no_day_and_stays_in_the_history(
    app: Flask, cho: Browser, ana: Browser, cast: Cast
) -> None:
    noted_id = noted(app, cho, cast)
    path = f"/practice/{cast.share}/sessions/{noted_id}"
    for _tap in range(2):
        assert cho.post(f"{path}/withdraw").status_code == 303
    assert "noted by" not in ana.get("/progress").text
    assert "noted by" not in cho.get(f"/practice/{cast.share}").text
    assert "Withdrawn" in text_of(ana, "/events")
    assert "Short step on the right" in text_of(ana, f"/events/noted/{noted_id}")
    page = BeautifulSoup(cho.get(path).text, "html.parser")
    assert page.select("main form") == []
    assert cho.post(path, data=FIRST).status_code == 404
    assert ana.post(f"/events/noted/{noted_id}/dispute", data={"reason": "No"}).status_code == 404
    assert [what for what in trail(app, cast) if what.startswith("session")] == ["session_noted", "session_withdrawn"]


def test_a_dispute_is_said_wherever_the_session_is_shown(app: Flask, cho: Browser, ana: Browser, cast: Cast) -> None:
    noted_id = noted(app, cho, cast)
    mine, theirs = f"/events/noted/{noted_id}", f"/practice/{cast.share}/sessions"
    for wrong in ("", "  ", "x" * 2001, "a\0"):
        assert ana.post(f"{mine}/dispute", data={"reason": wrong}).status_code == 422
    assert rows(app)[0]["disputed_at"] is None
    reason = "I was <b>not</b> there"
    for _tap in range(2):
        assert ana.post(f"{mine}/dispute", data={"reason": reason}).status_code == 303
    for path in (theirs, f"{theirs}/{noted_id}"):
        assert f"Disputed by the patient {reason}" in text_of(cho, path)
    marked = "noted by you, disputed by the patient"
    assert marked in cho.get(f"/practice/{cast.share}").text
    assert marked in in_one_line(cho, f"/practice/{cast.share}/figure.json")
    assert "noted by Dr Cho, disputed by the patient" in ana.get("/progress").text
    assert "You dispute it" in text_of(ana, "/events")
    # Nothing is counted from a visit that is disputed.
    assert "The last four weeks" in text_of(cho, f"/practice/{cast.share}/visit")
    # The practitioner cannot end it, nor change it away.
    assert cho.post(f"{mine}/end-dispute").status_code == 404
    cho.post(f"{theirs}/{noted_id}", data=FIRST | {"note": "Sore"})
    assert rows(app)[0]["dispute"] == reason
    assert ana.post(f"{mine}/end-dispute").status_code == 303
    assert rows(app)[0]["disputed_at"] is rows(app)[0]["dispute"] is None
    assert f"Before: What the patient says: {reason}" in text_of(ana, mine)
    told = ["session_noted", "session_disputed", "session_changed", "session_dispute_ended"]
    assert [what for what in trail(app, cast) if what.startswith("session")] == told


def test_the_end_of_the_share_ends_all_of_it_at_once(app: Flask, cho: Browser, ana: Browser, cast: Cast) -> None:
    noted_id = noted(app, cho, cast)
    assert ana.post(f"/share/{cast.share}/stop").status_code == 303
    base = f"/practice/{cast.share}/sessions"
    for path in (base, f"{base}/new", f"{base}/{noted_id}"):
        assert cho.get(path).status_code == 404, path
    for path in (base, f"{base}/{noted_id}", f"{base}/{noted_id}/withdraw"):
        assert cho.post(path, data=FIRST).status_code == 404, path
    assert "noted by Dr Cho" in text_of(ana, "/events"), "what was noted is the patient's"
    assert len(rows(app)) == 1


@pytest.mark.parametrize(
    ("scope", "from_day", "notes", "reads"),
    [
        ("summary", None, False, False),
        ("charts", None, True, True),
        ("charts", TODAY - timedelta(days=15), True, False),
    ],
)
def test_scope_and_first_day_bound_what_is_noted_and_read(
    app: Flask, cho: Browser, cast: Cast, scope: str, from_day: Any, notes: bool, reads: bool
) -> None:
    noted_id = noted(app, cho, cast, day="2026-11-05")
    with app.app_context():
        share = db.session.get_one(Share, cast.share)
        share.scope, share.from_day = scope, from_day
        db.session.commit()
    base = f"/practice/{cast.share}/sessions"
    assert cho.get(base).status_code == (200 if notes else 404)
    assert cho.get(f"{base}/{noted_id}").status_code == (200 if reads else 404)
    assert cho.post(f"{base}/{noted_id}", data=FIRST | {"day": "2026-11-23"}).status_code == (303 if reads else 404)
    assert ("Short step" in cho.get(base).text) is reads
    answer = cho.post(base, data=FIRST | {"day": "2026-11-23"})
    assert answer.status_code == (303 if notes else 404)
    assert ("noted by you" in cho.get(f"/practice/{cast.share}").text) is notes


def test_another_practitioner_sees_the_mark_but_neither_name_nor_words(app: Flask, cho: Browser, cast: Cast) -> None:
    noted_id = noted(app, cho, cast)
    with app.app_context():
        patient, reader = db.session.get_one(Patient, cast.ana), db.session.get_one(Practitioner, cast.dee)
        share = factories.make_share(db.session, patient, reader, scope="notes").id
        db.session.commit()
    dee = sign_in(app, cast.dee_user)
    page, figure = (in_one_line(dee, f"/practice/{share}{of}") for of in ("", "/figure.json"))
    for text in (page, figure):
        assert "Treatment: Acupuncture, number 1, noted by another practitioner" in text
        for words in ("Dr Cho", "Short step", "BL57"):
            assert words not in text
    assert "None yet." in text_of(dee, f"/practice/{share}/sessions")
    for path in (f"/practice/{share}/sessions/{noted_id}", f"/practice/{cast.share}/sessions/{noted_id}"):
        assert dee.get(path).status_code == dee.post(path, data=FIRST).status_code == 404
        assert dee.post(f"{path}/withdraw").status_code == 404
    # Another's id in the own form makes nothing and changes nothing.
    sent = FIRST | {"id": str(noted_id), "gait": "changed"}
    assert dee.post(f"/practice/{share}/sessions", data=sent).status_code == 404
    (row,) = rows(app)
    assert (row["gait"], row["practitioner_id"]) == ("Short step on the right", cast.cho)


def test_a_practitioner_reaches_one_patients_session_through_no_other_share(
    app: Flask, cho: Browser, ben: Browser, cast: Cast
) -> None:
    noted_id = noted(app, cho, cast)
    with app.app_context():
        patient, reader = db.session.get_one(Patient, cast.ben), db.session.get_one(Practitioner, cast.cho)
        share = factories.make_share(db.session, patient, reader, scope="notes").id
        db.session.commit()
    for path in (f"/practice/{share}/sessions/{noted_id}", f"/practice/{share}/sessions/{uuid4()}"):
        assert cho.get(path).status_code == cho.post(path, data=FIRST).status_code == 404
    sent = FIRST | {"id": str(noted_id)}
    assert cho.post(f"/practice/{share}/sessions", data=sent).status_code == 404
    for path in (f"/events/noted/{noted_id}", f"/events/noted/{uuid4()}"):
        assert ben.get(path).status_code == 404
        assert ben.post(f"{path}/dispute", data={"reason": "No"}).status_code == 404
        assert ben.post(f"{path}/end-dispute").status_code == 404
    assert [row["patient_id"] for row in rows(app)] == [cast.ana]


def test_the_export_and_the_bundle_have_it_with_its_dispute_and_history(app: Flask, cho: Browser, cast: Cast) -> None:
    kept, gone = noted(app, cho, cast), noted(app, cho, cast, day="2026-11-21", kind="physical_therapy")
    ana = just_proven(app, cast.ana_user)
    ana.post(f"/events/noted/{kept}/dispute", data={"reason": "=It hurt"})
    cho.post(f"/practice/{cast.share}/sessions/{gone}/withdraw")
    archive = zipfile.ZipFile(io.BytesIO(ana.post("/settings/export", buffered=True).data))
    found = json.loads(archive.read("everything.json"))
    first, second = found["practitioner_sessions"]
    assert (first["id"], first["noted_by"], first["dispute"], first["number"]) == (str(kept), "Dr Cho", "=It hurt", 1)
    assert (second["palpation_regions"], second["withdrawn_at"] is None) == (None, False)
    steps = [(step["session_id"], step["what"]) for step in found["practitioner_session_changes"]]
    assert steps == [(str(kept), "noted"), (str(gone), "noted"), (str(kept), "disputed"), (str(gone), "withdrawn")]
    assert "'=It hurt" in archive.read("csv/practitioner_sessions.csv").decode()
    entries = [entry["resource"] for entry in json.loads(archive.read("fhir-bundle.json"))["entry"]]
    made = {one["status"]: one for one in entries if one["resourceType"] == "Procedure" and "performer" in one}
    assert made.keys() == {"completed", "entered-in-error"}
    assert made["completed"]["performer"] == [{"actor": {"display": "Dr Cho"}}]
    told = [one["text"] for one in made["completed"]["note"]]
    assert {"Number 1", "Points or techniques used: BL57, KI3", "Disputed by the patient: =It hurt"} <= {*told}
    page = next(archive.read(name).decode() for name in archive.namelist() if name.endswith(".html"))
    assert "noted by Dr Cho, disputed by the patient" in page


def test_a_practitioner_who_goes_leaves_the_patient_what_was_noted(
    app: Flask, cho: Browser, ana: Browser, cast: Cast
) -> None:
    noted_id = noted(app, cho, cast)
    with app.app_context():
        erasure.erase_account(db.session, operator(), find_by_id(db.session, cast.cho_user))
        db.session.commit()
    (row,) = rows(app)
    assert (row["practitioner_id"], row["noted_by"]) == (None, "Dr Cho")
    assert "Short step on the right" in text_of(ana, f"/events/noted/{noted_id}")
    assert "noted by Dr Cho" in ana.get("/progress").text


def test_a_diary_that_is_deleted_takes_it_along(app: Flask, cho: Browser, cast: Cast) -> None:
    noted(app, cho, cast)
    ana = just_proven(app, cast.ana_user)
    assert ana.post("/settings/delete-diary", data={"word": "delete"}).status_code == 200
    with app.app_context():
        for table in (NotedSession, NotedSessionChange):
            assert db.session.scalar(select(func.count()).select_from(table)) == 0


def test_an_expired_share_notes_nothing_before_the_job_has_marked_it(app: Flask, cho: Browser, cast: Cast) -> None:
    with app.app_context():
        over = NOW.date() - timedelta(days=1)
        db.session.execute(update(Share).where(Share.id == cast.share).values(until_on=over))
        db.session.commit()
    assert cho.post(f"/practice/{cast.share}/sessions", data=FIRST).status_code == 404
    assert rows(app) == []


def test_the_service_itself_asks_for_a_share_that_shows_single_days(app: Flask, cast: Cast) -> None:
    values = dict.fromkeys(FIELDS) | {"day": TODAY, "kind": "both"}
    actor = Actor(user_id=cast.cho_user, name="Dr Cho", now=NOW, key=b"only for tests")
    for scope, notes in (("summary", False), ("charts", True), ("notes", True)):
        with app.app_context():
            db.session.execute(update(Share).where(Share.id == cast.share).values(scope=scope))
            if notes:
                note(db.session, actor, cast.cho, cast.share, uuid4(), values)
            else:
                with pytest.raises(NoResultFound):
                    note(db.session, actor, cast.cho, cast.share, uuid4(), values)
            db.session.rollback()
