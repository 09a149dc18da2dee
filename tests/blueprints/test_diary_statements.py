"""The daily log asks the database as little with a year of data among 1,000 patients as with none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select

from firststep.extensions import db
from firststep.models import Day, FootDay, Patient
from tests.cast import TODAY, Browser, Cast
from tests.factories import LONG_AGO
from tests.support.statements import Statements, counted

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
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
            year = [{"patient_id": cast.ben, "day": TODAY - timedelta(days=back)} for back in range(1, 366)]
            db.session.execute(insert(Day), [row | {"stretch_done": True} for row in year])
            feet = {"foot": "right", "first_step_pain": 50, "first_step_recalled": False}
            db.session.execute(insert(FootDay), [row | feet for row in year])
            others = [{"id": uuid4(), "alias": "", "created_at": LONG_AGO} for _ in range(1000)]
            db.session.execute(insert(Patient), others)
            copy_to_others(cast, Day, [Day.stretch_done])
            copy_to_others(cast, FootDay, [FootDay.foot, FootDay.first_step_pain, FootDay.first_step_recalled])
            db.session.commit()
    return str(request.param)


def test_statements_of_the_log(app: Flask, ben: Browser, crowd: str) -> None:
    with counted(app) as page:
        assert ben.get("/log").status_code == 200
    within(page, 3)
    with counted(app) as tap:
        assert ben.post("/log", data=sent(**{"first_step_pain-right": "6"}), headers=PART).status_code == 200
    within(tap, 5)
    with counted(app) as form:
        assert ben.post("/log", data=sent(**WHOLE_FORM)).status_code == 303
    within(form, 5)
    dose = {"dose_id": str(uuid4()), "dose_product": "ibuprofen", "dose_mg": "400"}
    with counted(app) as with_dose:
        assert ben.post("/log", data=sent(**dose), headers=PART).status_code == 200
    within(with_dose, 5)
    with counted(app) as again:
        assert ben.get("/log").status_code == 200
    within(again, 3)
    with counted(app) as history:
        assert ben.get("/log/2026-11-23/history").status_code == 200
    within(history, 1)


def copy_to_others(cast: Cast, table: type[Day | FootDay], columns: list[Any]) -> None:
    """Give Ben's rows to everybody who has none, inside the database."""
    rows = (
        select(Patient.id, table.day, *columns)
        .select_from(table)
        .join(Patient, Patient.id.not_in([cast.ben, cast.ana]))
        .where(table.patient_id == cast.ben)
    )
    db.session.execute(insert(table).from_select(["patient_id", "day", *(column.key for column in columns)], rows))


def sent(**fields: str) -> dict[str, Any]:
    return {"op": str(uuid4()), "day": TODAY.isoformat(), **fields}


def within(found: Statements, most: int) -> None:
    # PostgreSQL locks the diary with a statement; SQLite's transaction is the lock.
    own = [text for text in found.own if "FOR NO KEY UPDATE" not in text]
    assert len(own) <= most, "\n\n".join(own)
