"""What is a pain, and what is reported."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firststep.sheets.cells import Broken, Unreadable
from firststep.sheets.pain import read_pain, read_session


@pytest.mark.parametrize(
    ("cell", "tenths"),
    [
        (0, 0),
        (0.0, 0),
        (10, 100),
        (5.5, 55),
        (0.1 + 0.2, 3),
        ("0", 0),
        (" 7 ", 70),
        ("\t2.5", 25),
        ("6.5\xa0", 65),
        ("6,5", 65),
        ("7/10", 70),
        ("6 / 10", 60),
        ("5.5 / 10", 55),
        ("10/10", 100),
        ("７／１０", 70),
        ("３.５", 35),
        ("６，５", 65),
    ],
)
def test_a_pain(cell: Any, tenths: int) -> None:
    assert read_pain(cell) == tenths


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("5-6", "ambiguous"),
        ("3-4/10", "ambiguous"),
        ("7→5", "ambiguous"),
        ("7 -> 5", "ambiguous"),
        ("6?", "ambiguous"),
        ("6 7", "ambiguous"),
        ("6 or 7", "ambiguous"),
        ("~6", "ambiguous"),
        ("5½", "ambiguous"),
        ("7/10/2025", "ambiguous"),
        (date(2025, 6, 5), "ambiguous"),
        (datetime.fromisoformat("2025-06-05T09:00"), "ambiguous"),
        (time(7, 10), "ambiguous"),
        (timedelta(hours=30), "ambiguous"),
        ("bad", "invalid"),
        ("five", "invalid"),
        ("٣", "invalid"),
        ("11", "invalid"),
        ("12/10", "invalid"),
        ("-1", "invalid"),
        ("6.75", "invalid"),
        ("6.01", "invalid"),
        (11, "invalid"),
        (-1, "invalid"),
        (6.75, "invalid"),
        (float("nan"), "invalid"),
        (float("inf"), "invalid"),
        (True, "invalid"),
        (Broken("=RAND()"), "invalid"),
        (Broken("#DIV/0!"), "invalid"),
        ("9" * 5000, "ambiguous"),
    ],
)
def test_what_is_no_pain_is_reported(cell: Any, reason: str) -> None:
    with pytest.raises(Unreadable) as unreadable:
        read_pain(cell)
    assert unreadable.value.reason == reason


@given(st.integers(0, 100), st.sampled_from([".", ","]), st.sampled_from(["", "/10", " / 10"]), st.booleans())
def test_each_pain_comes_back_from_each_way_of_writing_it(tenths: int, point: str, of: str, wide: bool) -> None:
    text = f" {tenths // 10}{point}{tenths % 10}{of}"
    if wide:
        text = text.translate({ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789/.,"})
    assert read_pain(text) == tenths
    assert read_pain(tenths / 10) == tenths


@given(st.text(max_size=60) | st.floats() | st.booleans())
def test_anything_else_is_a_pain_on_the_scale_or_reported(cell: Any) -> None:
    with suppress(Unreadable):
        assert 0 <= read_pain(cell) <= 100


@pytest.mark.parametrize(
    ("cell", "number"), [(4, 4), (4.0, 4), ("4", 4), ("#4", 4), ("# 4", 4), ("４", 4), ("＃４", 4)]
)
def test_a_session(cell: Any, number: int) -> None:
    assert read_session(cell) == number


@pytest.mark.parametrize("cell", ["4-5", "4th", "four", 4.5, -1, 1000, "1000", True, date(2025, 4, 1), Broken("#REF!")])
def test_what_is_no_session_is_reported(cell: Any) -> None:
    with pytest.raises(Unreadable):
        read_session(cell)
