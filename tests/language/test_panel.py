"""The list of patients speaks the reader's language under each reason; only names and own notes do not."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import update

from firststep.extensions import db
from firststep.models import Flare, Practice, Practitioner, Share, User
from firststep.models.triage import REASONS
from tests.blueprints.test_panel_pages import add, typed
from tests.cast import CANARY_NAME, NOW, TODAY, Browser, Cast
from tests.support.pseudo_locale import LANGUAGE
from tests.support.visible import unmarked_of_page

pytestmark = pytest.mark.sqlite_only


def test_every_reason_and_form_of_the_list_speaks_the_readers_language(app: Flask, cast: Cast, cho: Browser) -> None:
    courses: dict[str, list[int | None]] = {
        "Calm": [4] * 21,
        "Few": [4],
        "Flare": [4] * 21,
        "New": [4] * 21,
        "NewToday": [],
        "Nsaid": [6] * 16,
        "Off": [4] * 21,
        "Rise": [*[4] * 14, *[6] * 7],
        "Same": [5] * 60,
    }
    with app.app_context():
        db.session.execute(update(User).values(locale=LANGUAGE))
        shares = {name: add(db.session, cast, name, pains=pains)[0] for name, pains in courses.items()}
        for name, days in (("New", 3), ("NewToday", 0)):
            db.session.get_one(Share, shares[name]).confirmed_at = NOW - timedelta(days=days)
        flaring = db.session.get_one(Share, shares["Flare"])
        db.session.add(Flare(patient_id=flaring.patient_id, day=TODAY - timedelta(days=3)))
        practice = Practice(name="Heel House", created_at=NOW)
        db.session.get_one(Practitioner, cast.cho).practice = practice
        db.session.commit()
    off = f"/practice/{shares['Off']}/snooze"
    cho.post(off, data={"until": TODAY.isoformat(), "note": "Called."})
    too_many = "&".join(f"share={UUID(int=number)}" for number in range(30))
    answers = {
        "list": cho.get(f"/practice?share={shares['Calm']}"),
        "narrowed": cho.get(f"/practice?group=worse&share={shares['Calm']}"),
        "nobody": cho.get("/practice?name=nobody"),
        "rules": cho.get("/practice/rules"),
        "rules refused": cho.post("/practice/rules", data=typed(silent_days="x", rise_points="9")),
        "put off": cho.get(off),
        "put off refused": cho.post(off, data={"until": "2020-01-01", "note": ""}),
        "printed": cho.get(f"/practice/today?share={shares['Flare']}&share={shares['Rise']}&share={cast.dee}"),
        "printed nobody": cho.get("/practice/today"),
        "printed too many": cho.get(f"/practice/today?{too_many}"),
        "ended": cho.get(f"/practice/open?share={cast.dee}"),
    }
    assert all(f"reason-mark--{reason}" in answers["list"].text for reason in REASONS)
    allowed = {"Firststep", "Dr Cho", "Heel House", CANARY_NAME, "Called.", "–", *courses}
    assert [(step, unmarked_of_page(answer.text, allowed)) for step, answer in answers.items()] == [
        (step, []) for step in answers
    ]
