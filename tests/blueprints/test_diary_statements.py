"""The daily log asks the database as little with a year of data among 1,000 patients as with none."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from firststep.extensions import db
from tests.cast import TODAY, Browser, Cast
from tests.support.crowd import add_crowd, add_year
from tests.support.statements import Statements, counted

WHOLE_FORM = {
    "first_step_pain-right": "6",
    "average_pain-right": "4",
    "stretch_done": "yes",
    "stretch_minutes": "10",
    "nsaid_taken": "yes",
    "note": "stairs",
}


@pytest.fixture(params=["few", "many"])
def crowd(request: pytest.FixtureRequest, app: Flask, cast: Cast) -> str:
    """Fill the tables: nothing more, or a year for Ben and for 1,000 others."""
    if request.param == "many":
        with app.app_context():
            add_year(db.session, cast.ben, TODAY - timedelta(days=1))
            add_crowd(db.session, cast.ben)
            db.session.commit()
    return str(request.param)


def test_statements_of_the_log(app: Flask, ben: Browser, crowd: str) -> None:
    with counted(app) as page:
        assert ben.get("/log").status_code == 200
    within(page, 3)
    with counted(app) as tap:
        assert wire(ben, foot="right", set={"first_step_pain": 6}) == "stored"
    # One more than a form: the answer tells the day's doses and events.
    within(tap, 6)
    with counted(app) as noted:
        assert ben.get(f"/log/{TODAY}/noted?saved={uuid4()}").status_code == 200
    within(noted, 1)
    with counted(app) as kept:
        assert ben.get("/diary/days").status_code == 200
    within(kept, 4)
    with counted(app) as form:
        assert ben.post("/log", data=sent(**WHOLE_FORM)).status_code == 303
    within(form, 5)
    dose = {"dose_id": str(uuid4()), "dose_product": "ibuprofen", "dose_mg": "400"}
    with counted(app) as with_dose:
        assert ben.post("/log", data=sent(**dose)).status_code == 303
    within(with_dose, 5)
    with counted(app) as again:
        assert ben.get("/log").status_code == 200
    within(again, 3)
    last = re.search(r'name="again" value="([^"]+)"', ben.get("/log").get_data(as_text=True))
    assert last
    with counted(app) as same_again:
        assert ben.post("/log", data=sent(again=last[1], dose_id=str(uuid4()))).status_code == 303
    within(same_again, 5)
    with counted(app) as history:
        assert ben.get("/log/2026-11-23/history").status_code == 200
    within(history, 1)


def sent(**fields: str) -> dict[str, Any]:
    return {"op": str(uuid4()), "day": TODAY.isoformat(), **fields}


def wire(browser: Browser, **op: Any) -> str:
    """Send one op as the phone does; return what became of it."""
    body = {"ops": [{"op": str(uuid4()), "v": 1, "day": TODAY.isoformat(), **op}]}
    return str(browser.post("/diary/ops", json=body).json["answers"][0]["status"])


def within(found: Statements, most: int) -> None:
    assert len(found.own) <= most, "\n\n".join(found.own)
