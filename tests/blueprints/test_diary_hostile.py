"""Bad and hostile input to the daily form: one sentence at the field, what was typed is kept, nothing is stored."""

from __future__ import annotations

import html
import re
import time
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from firststep.extensions import db
from firststep.models import Day, DiaryChange, Dose, FootDay, Patient
from firststep.services.diary_fields import Refused, parse_day, parse_pain
from tests.cast import TODAY, Browser, Cast
from tests.services.diaries import check_history

PAIN = "Pain is a whole number from 0 to 10."
CHOOSE = "Choose a date."
UNSTORABLE = "This text has a character that cannot be stored."
NOTES = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '<b hx-get="/log">x</b>',
    "{{7*7}} {% raw %}",
    "</textarea></script>",
    "a & b < c > d ' \"",
    "שלום 👣 e\u0301",
]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        *(
            ("first_step_pain-right", value, PAIN)
            for value in (
                "11",
                "-1",
                "7.5",
                "NaN",
                "1e1",
                "٣",
                "1_0",
                "9" * 5000,
                " 5",
                "+5",
                "０",
                "five",
                "6,",
                "\x005",
            )
        ),
        ("average_pain-right", "11", PAIN),
        ("average_pain-left", "inf", PAIN),
        ("stretch_done", "true", "Choose one of the answers."),
        ("nsaid_taken", "maybe", "Choose one of the answers."),
        ("stretch_minutes", "100000", "This is a whole number from 0 to 600."),
        ("stretch_minutes", "601", "This is a whole number from 0 to 600."),
        ("stretch_minutes", "٣", "This is a whole number from 0 to 600."),
        ("dose_mg", "99999", "This is a number from 0.1 to 10,000, with at most one decimal."),
        ("dose_mg", "0", "This is a number from 0.1 to 10,000, with at most one decimal."),
        ("dose_mg", "0.04", "This is a number from 0.1 to 10,000, with at most one decimal."),
        ("dose_mg", "7.55", "This is a number from 0.1 to 10,000, with at most one decimal."),
        ("dose_mg", "10000.1", "This is a number from 0.1 to 10,000, with at most one decimal."),
        ("dose_mg", "1e3", "This is a number from 0.1 to 10,000, with at most one decimal."),
        ("dose_mg", "٧.٥", "This is a number from 0.1 to 10,000, with at most one decimal."),
        ("dose_mg", "1,234.5", "This is a number from 0.1 to 10,000, with at most one decimal."),
        ("dose_product", "heroin", "Choose one of the answers."),
        ("note", "x" * 2001, "Notes can have up to 2,000 characters; this one has 2,001."),
        ("note", "a\x00b", UNSTORABLE),
    ],
)
def test_a_refused_value_is_named_at_its_field(
    app: Flask, ben: Browser, cast: Cast, field: str, value: str, sentence: str
) -> None:
    both_feet(app, cast)
    answer = ben.post("/log", data=sent() | {"average_pain-right": "3", field: value})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    at_field = page.split(f'id="{field}-error"', 1)[1].split("</p>", 1)[0]
    assert html.unescape(at_field).endswith(f"<span>{sentence}</span>")
    if field in ("stretch_minutes", "dose_mg"):
        assert f'name="{field}" value="{value}"' in page
    if field == "note":
        assert f">\n{value}</textarea>".replace("\x00", "") in page.replace("\x00", "")
    assert stored(app, cast) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2026-02-30", CHOOSE),
        ("2026W481", CHOOSE),
        ("20261123", CHOOSE),
        ("2026-11-2３", CHOOSE),
        ("2026-W48-1", CHOOSE),
        ("", CHOOSE),
        ("2026-11-23T08:00", CHOOSE),
        ("9" * 5000, CHOOSE),
        ("2026-11-24", "That day has not come yet."),
        ("2026-11-25", "That day has not come yet."),
        ("9999-12-31", "That day has not come yet."),
        ("0001-01-01", "Choose a date after 1 January 2000."),
        ("1899-12-31", "Choose a date after 1 January 2000."),
        ("2000-01-01", "Choose a date after 1 January 2000."),
    ],
)
def test_a_wrong_day_is_refused(app: Flask, ben: Browser, cast: Cast, day: str, sentence: str) -> None:
    answer = ben.post("/log", data=sent(day=day) | {"first_step_pain-right": "6"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in page
    assert re.search(r'name="first_step_pain-right" value="6" checked', page)
    assert stored(app, cast) == (0, 0, 0, 0)


def test_a_form_without_a_day_is_refused(app: Flask, ben: Browser, cast: Cast) -> None:
    answer = ben.post("/log", data={"op": str(uuid4()), "first_step_pain-right": "6"})
    assert (answer.status_code, CHOOSE in answer.get_data(as_text=True)) == (422, True)


def test_refusing_five_thousand_digits_costs_nothing() -> None:
    began = time.process_time()
    for text in ("9" * 5000, "9" * 1_000_000):
        with pytest.raises(Refused):
            parse_pain(text, "pain")
        with pytest.raises(Refused):
            parse_day(text)
    assert time.process_time() - began < 0.05


def test_two_wrong_fields_are_both_named(ben: Browser) -> None:
    answer = ben.post("/log", data=sent() | {"first_step_pain-right": "11", "stretch_minutes": "x"})
    page = answer.get_data(as_text=True)
    assert 'href="#first_step_pain-right"' in page
    assert 'href="#stretch_minutes"' in page


@pytest.mark.parametrize("note", NOTES)
def test_a_note_is_kept_and_shown_literally(app: Flask, ben: Browser, cast: Cast, note: str) -> None:
    assert ben.post("/log", data=sent() | {"note": note}).status_code == 303
    with app.app_context():
        assert db.session.get_one(Day, (cast.ben, TODAY)).note == note
    for address in ("/log", "/log/2026-11-23/history"):
        page = ben.get(address).get_data(as_text=True)
        assert html.escape(note, quote=True).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert 'hx-get="/log"' not in page


@pytest.mark.parametrize("raw", [b"\xed\xa0\x80", b"\xff", b"caf\xe9"])
def test_bytes_that_are_no_text_are_refused(app: Flask, ben: Browser, cast: Cast, raw: bytes) -> None:
    lines = [b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)
             for name, value in (("op", str(uuid4()).encode()), ("day", b"2026-11-23"), ("note", raw))]  # fmt: skip
    body = b"".join(lines) + b"--x--\r\n"
    answer = ben.post("/log", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 422
    assert UNSTORABLE in answer.get_data(as_text=True)
    assert stored(app, cast) == (0, 0, 0, 0)


def test_what_a_browser_makes_of_a_lone_surrogate_is_refused(app: Flask, ben: Browser, cast: Cast) -> None:
    answer = ben.post("/log", data=sent() | {"note": "a\ufffdb"})
    assert (answer.status_code, UNSTORABLE in answer.get_data(as_text=True)) == (422, True)
    assert stored(app, cast) == (0, 0, 0, 0)


def test_a_dose_without_a_drug_asks_which(app: Flask, ben: Browser, cast: Cast) -> None:
    answer = ben.post("/log", data=sent() | {"dose_mg": "400"})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, 'id="dose_product-error"' in page) == (422, True)
    assert 'name="dose_mg" value="400"' in page
    assert stored(app, cast) == (0, 0, 0, 0)


def test_line_ends_of_a_browser_count_once(app: Flask, ben: Browser, cast: Cast) -> None:
    note = "\r\n".join(["x" * 9] * 200)
    assert ben.post("/log", data=sent() | {"note": note}).status_code == 303
    with app.app_context():
        assert db.session.get_one(Day, (cast.ben, TODAY)).note == note.replace("\r\n", "\n")


def test_extra_fields_are_ignored(app: Flask, ben: Browser, cast: Cast) -> None:
    extras = {"role": "admin", "patient_id": str(cast.ana), "id": str(cast.ana), "user_id": str(cast.ana_user)}
    before = anas_rows(app, cast)
    assert ben.post("/log", data=sent() | extras | {"first_step_pain-right": "6"}).status_code == 303
    assert stored(app, cast) == (0, 1, 1, 0)
    assert anas_rows(app, cast) == before


def test_a_double_tap_is_one_entry_and_both_are_answered(app: Flask, ben: Browser, cast: Cast) -> None:
    form = sent() | {"first_step_pain-right": "6"}
    assert [ben.post("/log", data=form).status_code for _ in range(2)] == [303, 303]
    assert stored(app, cast) == (0, 1, 1, 0)


@pytest.mark.parametrize("op_id", ["", "x", "1", "9" * 5000, "{00000000-0000-0000-0000-000000000000}"])
def test_an_op_id_that_is_none_is_refused(app: Flask, ben: Browser, cast: Cast, op_id: str) -> None:
    answer = ben.post("/log", data=sent() | {"op": op_id, "first_step_pain-right": "6"})
    assert answer.status_code == 422
    assert stored(app, cast) == (0, 0, 0, 0)


@pytest.mark.parametrize("size", ["fields", "bytes"])
def test_too_much_in_one_form(app: Flask, ben: Browser, cast: Cast, size: str) -> None:
    form = sent() | {"first_step_pain-right": "6"}
    form |= {f"field{number}": "1" for number in range(10_000)} if size == "fields" else {"note": "x" * 600_000}
    answer = ben.post("/log", data=form)
    assert answer.status_code == 413
    assert "Too much data in one form." in answer.get_data(as_text=True)
    assert stored(app, cast) == (0, 0, 0, 0)


@pytest.mark.parametrize("address", ["/log", "/log/undo"])
def test_a_get_never_writes(app: Flask, ben: Browser, cast: Cast, address: str) -> None:
    ben.get(f"{address}?op={uuid4()}&day=2026-11-23&first_step_pain-right=6")
    assert stored(app, cast) == (0, 0, 0, 0)


def test_an_undo_under_somebody_elses_op_id_is_not_found(app: Flask, ana: Browser, ben: Browser, cast: Cast) -> None:
    ana_op, ben_op = str(uuid4()), str(uuid4())
    tap = {"day": "2026-11-23", "first_step_pain-right": "3"}
    assert ana.post("/log", data=tap | {"op": ana_op}).status_code == 303
    assert ben.post("/log", data=tap | {"op": ben_op}).status_code == 303
    assert ben.post("/log/undo", data={"undo": ben_op, "op": ana_op}).status_code == 404
    with app.app_context():
        assert db.session.get_one(FootDay, (cast.ben, TODAY, "right")).first_step_pain == 30


@pytest.mark.parametrize("undo", ["", "x", "9" * 5000, "'; drop table day; --"])
def test_undo_of_nonsense_is_not_found(ben: Browser, undo: str) -> None:
    assert ben.post("/log/undo", data={"op": str(uuid4()), "undo": undo}).status_code == 404


FIELDS = ["first_step_pain-right", "average_pain-right", "stretch_done", "stretch_minutes", "nsaid_taken", "note"]
VALUES = st.sampled_from(
    ["", "0", "5", "10", "11", "yes", "no", "-1", "NaN", "٣", "x" * 2001, "a\x00", "600", "601"]
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    form=st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), VALUES, max_size=8),
    day=st.sampled_from(["2026-11-23", "2026-11-01", "2026-11-24", "x"]) | st.text(max_size=12),
)
def test_any_form_is_stored_whole_or_not_at_all(
    app: Flask, ben: Browser, cast: Cast, form: dict[str, str], day: str
) -> None:
    usable = {key: value for key, value in form.items() if _encodes(key) and _encodes(value)}
    with app.app_context():
        before = check_history(db.session, cast.ben)
    answer = ben.post("/log", data=usable | {"op": str(uuid4()), "day": day if _encodes(day) else "x"})
    answers = [name for name in FIELDS if name in usable]
    with app.app_context():
        grown = check_history(db.session, cast.ben) - before
    assert answer.status_code in (303, 422)
    assert grown == (0 if answer.status_code == 422 else len(answers))


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def sent(day: str = "2026-11-23") -> dict[str, str]:
    return {"op": str(uuid4()), "day": day, "dose_id": str(uuid4())}


def both_feet(app: Flask, cast: Cast) -> None:

    with app.app_context():
        db.session.get_one(Patient, cast.ben).feet = "both"
        db.session.commit()


def stored(app: Flask, cast: Cast) -> tuple[int, ...]:
    with app.app_context():
        return tuple(
            db.session.scalar(select(func.count()).select_from(table).where(table.patient_id == cast.ben)) or 0
            for table in (Day, FootDay, DiaryChange, Dose)
        )


def anas_rows(app: Flask, cast: Cast) -> list[tuple[Any, ...]]:
    with app.app_context():
        rows = db.session.execute(
            select(FootDay.day, FootDay.first_step_pain).where(FootDay.patient_id == cast.ana).order_by(FootDay.day)
        )
        return [tuple(row) for row in rows]
