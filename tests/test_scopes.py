"""What each scope shows, over everything that leaves the server about a shared diary: pages, parts, data, files.

The words and the days that are looked for are planted once on a shared day and once before the first one. A new way to
read a shared diary fails the first test until it is listed here.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import update

from firststep.extensions import db
from firststep.models import Day, Dose, Flare, FootDay, Question, Share, TreatmentSession
from firststep.services.table_files import FORMS
from firststep.web.smaller_charts import KEYS
from tests import cast as people
from tests.blueprints.test_visit_code import opened
from tests.cast import TODAY, Browser, Cast
from tests.support.fresh import just_proven
from tests.support.routes import ROUTES

LATE, FROM, EARLY = TODAY - timedelta(days=9), TODAY - timedelta(days=20), TODAY - timedelta(days=39)
WORDS: Final = ("note", "question", "trigger", "spell", "drug", "treatment")
# Pain of these days and no other, as a person reads it.
PAIN: Final = {LATE: "9.7", EARLY: "9.6"}
PART: Final = {"HX-Request": "true", "HX-Request-Type": "partial"}
_WIDE: Final = "?days=365&ranges=all&measure=both&foot=both"
_CHARTS: Final = ("", "?days=365&measure=average", "?chart=nsaid", "?chart=stretching", "?chart=change")
# The page, and each part that the page of the whole course leaves for later.
_PAGE: Final = ("", _WIDE, "?days=all", *(f"?days=all&chart={key}" for key in ("table", "wide", *KEYS)))

# Everything through which somebody else reads a diary, or its owner what somebody else reads. Addresses by route, for
# the practitioner, for the reader at a visit and for the patient; {share} is the share.
READ: Final[dict[str, tuple[str, ...]]] = {
    "GET practice.patient": tuple(f"/practice/{{share}}{part}" for part in _PAGE),
    "GET practice.visit": ("/practice/{share}/visit",),
    "GET practice.patients": ("/practice", "/practice?share={share}"),
    "GET practice.today": ("/practice/today?share={share}",),
    "GET practice.still_open": ("/practice/open?share={share}",),
    "GET practice.snooze": ("/practice/{share}/snooze",),
    "GET practice.figure": tuple(f"/practice/{{share}}/figure.json{chart}" for chart in _CHARTS),
    "GET practice.still": ("/practice/{share}/still",),
    "GET care.sessions": ("/practice/{share}/sessions",),
    "GET care.new": ("/practice/{share}/sessions/new",),
    "GET extracts.of_one": ("/practice/{share}/export",),
    "GET practice.at_visit": tuple(f"/visit/course{part}" for part in _PAGE),
    "GET practice.at_visit_page": ("/visit/page",),
    "GET practice.at_visit_figure": tuple(f"/visit/figure.json{chart}" for chart in _CHARTS),
    "GET practice.at_visit_still": ("/visit/still",),
    "GET practice.share_preview": tuple(f"/share/{{share}}/preview{part}" for part in _PAGE),
    "GET practice.share_preview_visit": ("/share/{share}/preview/visit",),
    "GET practice.share_preview_figure": tuple(f"/share/{{share}}/preview/figure.json{chart}" for chart in _CHARTS),
}
FILES: Final = {"POST extracts.of_one": "/practice/{share}/export", "POST extracts.of_all": "/practice/export"}
# These change something, or what they show is the practitioner's own word.
OTHER: Final = {
    *("POST care.add", "GET care.edit", "POST care.change", "POST care.withdraw", "GET extracts.of_all"),
    *("POST practice.save_snooze", "POST practice.end_snooze"),
    *("GET practice.rules", "POST practice.save_rules", "POST practice.choose_preview"),
    # A preview of a form, which is that of a share with the same terms: tests/blueprints/test_preview.py.
    *("GET practice.preview", "GET practice.preview_visit", "GET practice.preview_figure"),
}


@pytest.fixture
def planted(app: Flask, cast: Cast) -> Cast:
    """Let Ana have noted something of every kind on a day that is shared, and on one before."""
    with app.app_context():
        for name, day in (("late", LATE), ("early", EARLY)):
            of_day: dict[str, Any] = {"patient_id": cast.ana, "day": day}
            told = {word: f"canary-{name}-{word}" for word in WORDS}
            of_ana = (FootDay.patient_id == cast.ana, FootDay.day == day)
            db.session.execute(update(FootDay).where(*of_ana).values(first_step_pain=int(PAIN[day].replace(".", ""))))
            db.session.execute(update(Day).where(Day.patient_id == cast.ana, Day.day == day).values(note=told["note"]))
            db.session.add(Question(**of_day, text=told["question"]))
            db.session.add(Flare(**of_day, confirmed=True, trigger=told["trigger"], note=told["spell"], settled_on=day))
            db.session.add(Dose(**of_day, product=told["drug"], dose_mg=400, form="oral"))
            db.session.add(TreatmentSession(**of_day, kind="acupuncture", note=told["treatment"]))
        db.session.commit()
    return cast


def test_every_way_to_read_a_shared_diary_is_swept_here() -> None:
    words = ("reader", "chart_reader", "author", "visit_reader")
    ways = {route for route, word in ROUTES.items() if word in words}
    ways |= {route for route in ROUTES if " practice." in route or " extracts." in route}
    assert ways - set(READ) - set(FILES) - OTHER == set()


@pytest.mark.parametrize("from_day", [None, FROM], ids=["all days", "from a day on"])
@pytest.mark.parametrize("scope", ["summary", "charts", "notes"])
def test_nothing_leaves_that_the_scope_does_not_show(
    app: Flask, planted: Cast, scope: str, from_day: date | None
) -> None:
    found = "\n".join(everything(app, planted, scope, from_day))
    for name, day in (("late", LATE), ("early", EARLY)):
        shared = from_day is None or day >= from_day
        seen = {word for word in WORDS if f"canary-{name}-{word}" in found}
        assert seen == (set(WORDS) if scope == "notes" and shared else set()), name
        pain = re.search(rf"(?<![\d.]){re.escape(PAIN[day])}(?!\d)", found)
        assert (pain is not None) is (scope != "summary" and shared), name


def everything(app: Flask, cast: Cast, scope: str, from_day: date | None) -> Iterator[str]:
    """Go through all that can be read of Ana's diary with a scope: by Dr Cho, at a visit, and in the preview."""
    with app.app_context():
        terms = {"scope": scope, "from_day": from_day}
        db.session.execute(update(Share).where(Share.id == cast.share).values(terms))
        db.session.commit()
    ana = people.sign_in(app, cast.ana_user)
    at_visit = opened(app, ana, scope=scope, from_day=from_day.isoformat() if from_day else "")
    cho = just_proven(app, cast.cho_user)
    for route, addresses in READ.items():
        reader = at_visit if "at_visit" in route else ana if "preview" in route else cho
        for address in addresses:
            for headers in ({}, PART, {"Accept": "application/json"}):
                yield from _read(reader, address.format(share=cast.share), headers, scope)
    for address in FILES.values():
        for form in FORMS:
            answer = cho.post(address.format(share=cast.share), data={"form": form}, buffered=True)
            assert answer.status_code == 200
            yield from _texts_of(bytes(answer.data))


def _read(reader: Browser, address: str, headers: dict[str, str], scope: str) -> Iterator[str]:
    answer = reader.get(address, headers=headers)
    # What holds single days alone, a summary has not.
    of_days = "figure.json" in address or "/sessions" in address
    expected = 404 if of_days and scope == "summary" else 204 if "/still" in address or "/open" in address else 200
    assert answer.status_code == expected, address
    assert people.CANARY_EMAIL not in answer.text
    if answer.mimetype == "text/html":
        page = BeautifulSoup(answer.text, "html.parser")
        for drawn in page.select("svg"):
            # Its numbers are places on the paper; what it says is text.
            drawn.replace_with(" ".join(text.get_text() for text in drawn.select("text, title, desc")))
        yield page.get_text(" ")
        yield " ".join(str(value) for tag in page.find_all(True) for value in tag.attrs.values())
    else:
        yield answer.text


def _texts_of(data: bytes) -> Iterator[str]:
    """Go through the files of a zip, which a workbook is too."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if not name.endswith(("styles.xml", "theme1.xml")):
                yield archive.read(name).decode("utf-8-sig")
