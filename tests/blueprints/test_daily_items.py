"""A daily measure is declared once: the form, the wire, the file, the history and the list of days go through it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from uuid import uuid4

from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from firststep.clinical.measures import DAILY_ITEMS, DAY_ITEMS, FOOT_ITEMS, ITEM_OF
from firststep.extensions import db
from firststep.models import Day, FootDay
from firststep.services.diary_import import COLUMNS, import_diary
from tests.blueprints.test_diary import stored_day, tap, whole_form
from tests.cast import NOW, TODAY, Browser, Cast

ROOT = Path(__file__).resolve().parents[2]


def test_every_item_is_a_column_and_every_column_of_the_diary_an_item() -> None:
    keys = {"patient_id", "day", "foot"}
    marks = {"first_step_entered_at", "first_step_recalled"}
    assert [item.key for item in DAY_ITEMS] == [
        name for name in (column.name for column in Day.__table__.columns) if name not in keys
    ]
    of_foot = [name for name in (column.name for column in FootDay.__table__.columns) if name not in keys | marks]
    assert [item.key for item in FOOT_ITEMS] == of_foot
    assert COLUMNS[2:] == tuple(item.csv_column for item in DAILY_ITEMS if item.csv_column)


def test_a_measure_without_a_rule_of_its_own_is_named_in_three_places() -> None:
    key = "stretch_hurt"
    folders = ("firststep", "blueprints", "templates", "static/js", "migrations")
    files = [
        file for folder in folders for file in (ROOT / folder).rglob("*.*") if file.suffix in (".py", ".html", ".js")
    ]
    found = [
        str(file.relative_to(ROOT)) for file in files if re.search(rf"\b{key}\b", file.read_text(encoding="utf-8"))
    ]
    migrations = [name for name in found if name.startswith("migrations/")]
    assert len(migrations) == 1
    # An export in the words of FHIR says of stretching in one sentence what was noted of it, and the chart of
    # stretching tells on how many days it hurt.
    rule_of_its_own = {"firststep/services/export_fhir.py", "firststep/services/diary_reading.py"}
    assert set(found) - set(migrations) - rule_of_its_own == {
        "firststep/clinical/measures.py",
        "firststep/models/diary.py",
    }


def test_it_is_asked_stored_shown_and_found_in_the_history(app: Flask, ben: Browser, cast: Cast) -> None:
    page = ben.get("/log").get_data(as_text=True)
    for key in ("stretch_sets", "stretch_hurt"):
        assert f'name="{key}"' in page
        assert ITEM_OF[key].label in page
    assert ben.post("/log", data=tap(stretch_done="yes", stretch_sets="2", stretch_hurt="no")).status_code == 303
    row = stored_day(app, cast)
    assert (row.stretch_sets, row.stretch_hurt) == (2, False)
    assert 'name="stretch_sets" value="2"' in ben.get("/log").get_data(as_text=True)
    history = ben.get("/log/2026-11-23/history").get_data(as_text=True)
    assert "Sets of stretching" in history
    assert "Stretching hurt" in history


def test_it_travels_on_the_wire_and_in_a_file(app: Flask, ben: Browser, cast: Cast) -> None:
    op = {"op": str(uuid4()), "v": 1, "day": "2026-11-23", "foot": None, "set": {"stretch_sets": 4}}
    answer = ben.put(f"/diary/ops/{op['op']}", data=json.dumps(op), content_type="application/json")
    assert answer.json["day"]["stretch_sets"] == 4
    assert answer.json["day"]["stretch_hurt"] is None
    with app.app_context():
        import_diary(
            db.session,
            cast.ben,
            b"day,foot,stretch_sets,stretch_hurt\n2026-11-02,right,1,yes\n2026-11-02,left,3,\n",
            now=NOW,
            zone="Europe/Berlin",
        )
        db.session.commit()
        row = db.session.scalars(select(Day).where(Day.patient_id == cast.ben, Day.day != TODAY)).one()
        assert (row.stretch_sets, row.stretch_hurt) == (3, True)


def test_tags_are_ticked_added_to_and_all_taken_away(app: Flask, ben: Browser, cast: Cast) -> None:
    ben.post("/log", data=MultiDict([*tap().items(), ("tags", "insoles"), ("tags", "long_standing")]))
    assert stored_day(app, cast).tags == ["insoles", "long_standing"]
    page = ben.get("/log").get_data(as_text=True)
    assert '<details class="more" open>' in page
    assert page.count('name="tags"') == 5
    assert page.count('checked><span class="segment__face">Insoles') == 1
    untouched = MultiDict(list(whole_form(page).items()))
    untouched.setlist("tags", ["insoles", "long_standing"])
    ben.post("/log", data=untouched)
    assert stored_day(app, cast).tags == ["insoles", "long_standing"]
    untouched["op"] = str(uuid4())
    untouched.poplist("tags")
    ben.post("/log", data=untouched)
    assert stored_day(app, cast).tags is None
    ben.post("/log", data=tap(tags=""))
    assert stored_day(app, cast).tags is None


def test_a_tag_from_elsewhere_is_shown_and_can_be_taken_away(app: Flask, ben: Browser, cast: Cast) -> None:
    op = {"op": str(uuid4()), "v": 1, "day": "2026-11-23", "foot": None, "set": {"tags": ["beach", "insoles"]}}
    ben.put(f"/diary/ops/{op['op']}", data=json.dumps(op), content_type="application/json")
    page = ben.get("/log").get_data(as_text=True)
    assert 'value="beach" checked' in page
    assert "beach, Insoles" in ben.get("/log/2026-11-23/history").get_data(as_text=True)
    ben.post("/log", data=tap(tags="insoles"))
    assert stored_day(app, cast).tags == ["insoles"]


def test_another_part_of_the_form_leaves_the_tags(app: Flask, ben: Browser, cast: Cast) -> None:
    ben.post("/log", data=tap(tags="run"))
    ben.post("/log", data=tap(stretch_done="yes", **{"shown-tags": ""}))
    assert stored_day(app, cast).tags == ["run"]
