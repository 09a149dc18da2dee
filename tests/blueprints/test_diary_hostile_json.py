"""Bad and hostile input on the phone's wire: unreadable bytes, ops of every wrong shape; nothing is stored."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from firststep.extensions import db
from firststep.models import Day, DiaryChange, Dose, FootDay
from tests.cast import Browser, Cast


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"ops": [Infinity]}',
        b'{"ops": [NaN]}',
        b'{"ops": [], "ops": []}',
        b'{"ops": [{"op": "a", "op": "b"}]}',
        b'{"ops": ["\xff"]}',
        b"\xef\xbb\xbf[]",
        '{"ops": []}'.encode("utf-16"),
        b'{"ops": ' + b"9" * 5000 + b"}",
        b'{"ops": {}}',
        b'{"ops": null}',
        b'"ops"',
        b"7",
    ],
)
def test_json_that_is_none_is_not_read(app: Flask, ben: Browser, cast: Cast, body: bytes) -> None:
    for method, address in (("POST", "/diary/ops"), ("PUT", f"/diary/ops/{uuid4()}")):
        if method == "PUT" and body in (b'{"ops": {}}', b'{"ops": null}'):
            continue  # an object, which says nothing: rejected and not unreadable
        answer = ben.open(address, method=method, data=body, content_type="application/json")
        assert (answer.status_code, answer.json) == (400, {"error": "This could not be read."})
    assert stored(app, cast) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        *(({"set": {"first_step_pain": value}}, "first_step_pain") for value in (11, -1, 7.5, 6.0, True, "6", [6], {})),
        ({"foot": None, "set": {"stretch_done": 1}}, "stretch_done"),
        ({"foot": None, "set": {"stretch_minutes": 100000}}, "stretch_minutes"),
        ({"foot": None, "set": {"note": "x" * 2001}}, "note"),
        ({"foot": None, "set": {"note": "a\ud800b"}}, "note"),
        ({"foot": None, "set": {"note": "a\x00b"}}, "note"),
        ({"foot": None, "set": {"note": 5}}, "note"),
        ({"foot": None, "set": {"tags": ["x"] * 21}}, "tags"),
        ({"foot": None, "set": {"tags": [{}]}}, "tags"),
        ({"foot": None, "set": {"first_step_pain": 5}}, "set"),
        ({"foot": None, "set": {"flare": {"id": str(UUID(int=1)), "settled_on": "2026-11-25"}}}, "settled_on"),
        ({"set": {"note": "x"}}, "set"),
        ({"set": {"patient_id": "x"}}, "set"),
        ({"set": {"first_step_recalled": True}}, "set"),
        ({"set": {}}, "set"),
        ({"set": None}, "set"),
        ({"set": ["first_step_pain"]}, "set"),
        ({"foot": "middle"}, "foot"),
        ({"foot": ["right"]}, "foot"),
        ({"day": "2026-02-30"}, "day"),
        ({"day": "20261123"}, "day"),
        ({"day": 20261123}, "day"),
        ({"day": None}, "day"),
        ({"v": 2}, "v"),
        ({"v": True}, "v"),
        ({"v": "1"}, "v"),
        ({"device": "phone"}, "device"),
        ({"device": 5}, "device"),
        ({"entered_at": "yesterday"}, "entered_at"),
        ({"entered_at": "0001-01-01T00:00:00+00:00", "zone": "America/New_York"}, "entered_at"),
        ({"entered_at": "9999-12-31T23:59:59+00:00", "zone": "Pacific/Kiritimati"}, "entered_at"),
        ({"entered_at": "2026-11-23T08:00"}, "entered_at"),
        ({"entered_at": "0001-01-01T00:00:00+23:59"}, "entered_at"),
        ({"entered_at": 1764000000}, "entered_at"),
        ({"seen_rev": -1}, "seen_rev"),
        ({"seen_rev": "1"}, "seen_rev"),
        ({"recalled": "no"}, "recalled"),
        *(({"undoes": value}, "undoes") for value in ("the last one", 5, True, [], {})),
        ({"foot": None, "set": {"dose": {"id": "x", "product": "ibuprofen"}}}, "dose"),
        ({"foot": None, "set": {"dose": {"id": str(uuid4())}}}, "product"),
        ({"foot": None, "set": {"dose": {"id": str(uuid4()), "product": "x" * 81}}}, "product"),
        *(
            (
                {"foot": None, "set": {"dose": {"id": str(uuid4()), "product": "ibuprofen", "dose_mg": amount}}},
                "dose_mg",
            )
            for amount in (99999, 0, -1, 7.55, 1e9, "7.5", True, [7.5])
        ),
        ({"foot": None, "set": {"dose": {"id": str(uuid4()), "product": "ibuprofen", "form": "raw"}}}, "form"),
        ({"foot": None, "set": {"dose": {"id": str(uuid4()), "product": "ibuprofen", "patient_id": "x"}}}, "dose"),
        ({"foot": None, "set": {"dose": "ibuprofen"}}, "dose"),
        ({"patient_id": "00000000-0000-0000-0000-000000000000"}, "op"),
        ({"patient": ["x"]}, "op"),
    ],
)
def test_an_op_that_is_wrong_is_rejected_and_stores_nothing(
    app: Flask, ben: Browser, cast: Cast, change: dict[str, Any], field: str
) -> None:
    one = {"op": str(uuid4()), "v": 1, "day": "2026-11-23", "foot": "right", "set": {"first_step_pain": 6}} | change
    answer = ben.put(f"/diary/ops/{one['op']}", data=json.dumps(one), content_type="application/json")
    assert answer.status_code == 422
    assert (answer.json["status"], answer.json["error"]["field"]) == ("rejected", field)
    batch = ben.post("/diary/ops", data=json.dumps({"ops": [one]}), content_type="application/json")
    assert [item["status"] for item in batch.json["answers"]] == ["rejected"]
    assert stored(app, cast) == (0, 0, 0, 0)


@pytest.mark.parametrize("op", [None, 5, [], "x", {}, {"op": "\ud800"}, {"op": ["x"]}, {"op": "x" * 5000}])
def test_ops_of_any_shape_are_rejected_one_by_one(app: Flask, ben: Browser, cast: Cast, op: object) -> None:
    answer = ben.post("/diary/ops", data=json.dumps({"ops": [op]}), content_type="application/json")
    assert answer.status_code == 200
    assert answer.json["answers"][0]["status"] == "rejected"


def test_a_huge_revision_is_only_a_number(ben: Browser) -> None:
    one = {"op": str(uuid4()), "day": "2026-11-23", "foot": "right", "set": {"first_step_pain": 6}, "seen_rev": 10**300}
    assert ben.put(f"/diary/ops/{one['op']}", json=one).status_code == 200


def test_a_number_beyond_all_numbers_is_rejected(app: Flask, ben: Browser, cast: Cast) -> None:
    one = {"op": str(uuid4()), "day": "2026-11-23", "foot": "right", "set": {"first_step_pain": 5}}
    body = json.dumps([one]).replace(": 5}", ": 1e400}")
    answer = ben.post("/diary/ops", data=body, content_type="application/json")
    assert answer.json["answers"][0]["error"] == {
        "field": "first_step_pain",
        "message": "Pain is a whole number from 0 to 10.",
    }
    assert stored(app, cast) == (0, 0, 0, 0)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["op", "set", "day", "foot", "dose", "v", "id", "note"]) | st.text(), inner, max_size=4
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_answered(app: Flask, ben: Browser, cast: Cast, value: object) -> None:
    for raw in (value, {"ops": [value]}, [value]):
        answer = ben.post("/diary/ops", data=json.dumps(raw), content_type="application/json")
        assert answer.status_code in (200, 400)
    assert ben.put(f"/diary/ops/{uuid4()}", data=json.dumps(value), content_type="application/json").status_code in (
        400,
        422,
    )


def stored(app: Flask, cast: Cast) -> tuple[int, ...]:
    with app.app_context():
        return tuple(
            db.session.scalar(select(func.count()).select_from(table).where(table.patient_id == cast.ben)) or 0
            for table in (Day, FootDay, DiaryChange, Dose)
        )
