"""What is a day, in which order, and what is reported."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firststep.sheets.cells import Broken, Unreadable
from firststep.sheets.dates import MONTHS, DateOrder, orders_that_fit, read_day
from tests.sheets.tables import TODAY

DAY = date(2025, 3, 4)


@pytest.mark.parametrize("order", ["dmy", "mdy", "ymd", None])
@pytest.mark.parametrize(
    "cell",
    [
        DAY,
        datetime.fromisoformat("2025-03-04T23:59:59"),
        "2025-03-04",
        "2025-3-4",
        "2025-03-04 14:30",
        "2025-03-04T14:30:00Z",
        "２０２５-０３-０４",
        "2025年3月4日",
        "2025 年 03 月 04 日",
        "4 Mar 2025",
        "04 March 2025",
        "4. März 2025",
        "4.Mär.2025",
        "4. Mrz. 2025",
        "4th March 2025",
        "4-Mar-25",
        "Mar 4, 2025",
        "March 4th, 2025",
        "MAR 4 2025",
        " mar  4,  2025 9:15 am",
    ],
)
def test_a_day_that_needs_no_order(cell: Any, order: DateOrder | None) -> None:
    assert read_day(cell, order=order, today=TODAY) == DAY


@pytest.mark.parametrize(
    ("order", "cell"),
    [
        ("dmy", "4/3/2025"),
        ("dmy", "04.03.2025"),
        ("dmy", "4. 3. 2025"),
        ("dmy", "04-03-25"),
        ("dmy", "０４／０３／２０２５"),
        ("mdy", "3/4/2025"),
        ("mdy", "03/04/2025 "),
        ("mdy", "3/4/2025 1:15 PM"),
        ("ymd", "2025/03/04"),
        ("ymd", "25.3.4"),
    ],
)
def test_numbers_in_the_order_of_the_column(order: DateOrder, cell: str) -> None:
    assert read_day(cell, order=order, today=TODAY) == DAY


@pytest.mark.parametrize(
    ("order", "cell", "reason"),
    [
        (None, "3/4/2025", "ambiguous"),
        (None, "25/3/2025", "ambiguous"),
        ("dmy", "03/25/2025", "invalid"),
        ("mdy", "13/31/2025", "invalid"),
        ("mdy", "2025/03/04", "invalid"),
        ("ymd", "04/03/2025", "invalid"),
        ("dmy", "2025-02-30", "invalid"),
        ("dmy", "29.2.2025", "invalid"),
        ("dmy", "31 Apr 2025", "invalid"),
        ("dmy", "24.11.2026", "invalid"),
        ("dmy", "2099-01-01", "invalid"),
        ("dmy", date(2026, 11, 24), "invalid"),
        ("dmy", date(1899, 12, 31), "invalid"),
        ("dmy", "4/3/2025?", "ambiguous"),
        ("dmy", "4/3/2025 or 5/3/2025", "ambiguous"),
        ("dmy", "4 March", "invalid"),
        ("dmy", "soon", "invalid"),
        ("dmy", "4/3/025", "invalid"),
        ("dmy", 45720, "invalid"),
        ("dmy", 45720.0, "invalid"),
        ("dmy", "45720", "invalid"),
        ("dmy", True, "invalid"),
        ("dmy", time(7, 10), "invalid"),
        ("dmy", timedelta(days=2), "invalid"),
        ("dmy", Broken("#VALUE!"), "invalid"),
        ("dmy", "4" * 5000, "invalid"),
    ],
)
def test_what_is_no_day_is_reported(order: DateOrder | None, cell: Any, reason: str) -> None:
    with pytest.raises(Unreadable) as unreadable:
        read_day(cell, order=order, today=TODAY)
    assert unreadable.value.reason == reason


def test_today_is_a_day() -> None:
    assert read_day("23.11.2026", order="dmy", today=TODAY) == TODAY


@given(st.dates(date(1900, 1, 1), TODAY), st.sampled_from(["dmy", "mdy", "ymd"]), st.sampled_from("/.-"))
def test_each_day_comes_back_in_its_order(day: date, order: DateOrder, separator: str) -> None:
    parts = {"d": str(day.day), "m": f"{day.month:02}", "y": str(day.year)}
    assert read_day(separator.join(parts[part] for part in order), order=order, today=TODAY) == day


# Up to the year before: in another month of this year the day may lie after today.
@given(st.dates(date(1900, 1, 1), date(TODAY.year - 1, 12, 31)), st.sampled_from(sorted(MONTHS)))
def test_each_month_comes_back_from_each_of_its_names(day: date, name: str) -> None:
    day = day.replace(month=MONTHS[name], day=min(day.day, 28))
    for text in (f"{day.day}. {name.title()} {day.year}", f"{name.upper()} {day.day}, {day.year}"):
        assert read_day(text, order=None, today=TODAY) == day


@given(st.text(max_size=70) | st.floats() | st.dates(), st.sampled_from(["dmy", "mdy", "ymd", None]))
def test_anything_else_is_a_day_up_to_today_or_reported(cell: Any, order: DateOrder | None) -> None:
    with suppress(Unreadable):
        assert read_day(cell, order=order, today=TODAY) <= TODAY


@pytest.mark.parametrize(
    ("cells", "orders"),
    [
        (["3/4/2025", "25/3/2025"], {"dmy"}),
        (["3/4/2025", "3/25/2025", "13/31/2025"], {"mdy"}),
        (["2025/3/4"], {"ymd"}),
        (["3/4/2025", "5/6/2025"], {"dmy", "mdy"}),
        (["25/3/2025", "3/25/2025"], set()),
        (["2025-03-25", date(2025, 3, 25), "25 Mar 2025", "soon"], {"dmy", "mdy", "ymd"}),
    ],
)
def test_the_order_of_a_column_is_told_by_all_its_rows(cells: list[Any], orders: set[str]) -> None:
    assert orders_that_fit(cells) == orders
