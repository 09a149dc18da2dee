"""The rules visits-1 once more, slowly and straight from their text, to check the quick ones against.

Values are fractions and visits are looked up by their day; nothing is shared with the code under test but the series.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from firststep.clinical.visits import Visit, VisitSeries


def values_of(series: VisitSeries) -> dict[date, Fraction]:
    """Rule 2, second half: only visits with a value count as visits in rules 2 to 6."""
    return {v.day: Fraction(v.tenths, 10) for v in series.visits if v.tenths is not None}


def next_value(x: dict[date, Fraction], day: date) -> date | None:
    """Return the day of the next visit with a value."""
    return min((d for d in x if d > day), default=None)


def start_of(series: VisitSeries) -> date | None:
    """Rule 1: S is the start cell, or the person's first accepted visit."""
    return series.starts_on or min((v.day for v in series.visits), default=None)


def baseline_day(x: dict[date, Fraction], start: date | None) -> date | None:
    """Rule 1."""
    if start is None or not x:
        return None
    before = [d for d in x if d <= start]
    return max(before) if before else min(x)


def relief(x: dict[date, Fraction], base_day: date, start: date) -> dict[str, Any]:
    """Rules 2 and 3."""
    b = x[base_day]
    at_relief = {d for d in x if x[d] <= Fraction(7, 10) * b and x[d] <= b - 2}
    for i in sorted(at_relief):
        if i > base_day and next_value(x, i) in at_relief:
            return {"state": "confirmed", "day": i, "days": (i - start).days}
    for i in sorted(at_relief):
        if i > base_day and next_value(x, i) is None:
            return {"state": "possible", "day": i, "days": None}
    return {"state": "none", "day": None, "days": None}


def relapse(x: dict[date, Fraction], b: Fraction, i: date) -> tuple[Fraction, date | None]:
    """Rule 4: Q and the day of the relapse."""
    second = next_value(x, i)
    assert second is not None
    q = (x[i] + x[second]) / 2
    back = {d for d in x if x[d] > Fraction(7, 10) * b and x[d] >= q + 2}
    return q, min((j for j in back if j > second and next_value(x, j) in back), default=None)


def week_12(x: dict[date, Fraction], b: Fraction, start: date) -> Fraction | None:
    """Rule 6."""
    window = [d for d in x if start + timedelta(days=56) <= d <= start + timedelta(days=112)]
    if not window:
        return None
    return b - x[min((abs((d - start).days - 84), d) for d in window)[1]]


def after_4(series: VisitSeries, x: dict[date, Fraction], b: Fraction) -> bool | None:
    """Rule 7."""
    by_day: dict[date, Visit] = {v.day: v for v in series.visits}
    if series.sessions == "numbered":
        fourth = min((v.day for v in series.visits if v.session == 4), default=None)
    elif series.sessions == "counted":
        fourth = sorted(by_day)[3] if len(by_day) >= 4 else None
    else:
        fourth = None
    day = None if fourth is None else next_value(x, fourth)
    if day is None:
        return None
    if x[day] <= Fraction(7, 10) * b and x[day] <= b - 2:
        return True
    return by_day[day].change in {"much_improved", "very_much_improved"}


def nsaid(series: VisitSeries, base_day: date | None) -> dict[str, Any]:
    """Rule 8."""
    found: dict[str, Any] = {"baseline": None, "last": None, "reduced": None, "stopped": None}
    last = max(v.day for v in series.visits) if series.visits else None
    if base_day is None or last is None or last <= base_day:
        return found
    often = {"none": 0, "some": 1, "most": 2}
    (before,) = (v.nsaid for v in series.visits if v.day == base_day)
    (after,) = (v.nsaid for v in series.visits if v.day == last)
    found["baseline"], found["last"] = before, after
    if before and after and often[before] > 0:
        found["reduced"], found["stopped"] = often[after] < often[before], often[after] == 0
    return found


def outcomes(series: VisitSeries) -> dict[str, Any]:
    """Put together every figure, with exact numbers and dates."""
    x, start = values_of(series), start_of(series)
    base_day = baseline_day(x, start)
    b = None if base_day is None else x[base_day]
    found: dict[str, Any] = {
        "rules": "visits-1",
        "start": start,
        "baseline": None if base_day is None else (base_day, b),
        "low_baseline": b is not None and b < 3,
        "relief": {"state": "none", "day": None, "days": None},
        "level_after_relief": None,
        "relapse": {"day": None, "days": None},
        "censored": max(x, default=None),
        "reduction_week12": None,
        "improved_after_4": None,
        "nsaid": nsaid(series, base_day),
    }
    if base_day is None or b is None or start is None or b < 3:
        return found
    found["relief"] = relief(x, base_day, start)
    found["reduction_week12"] = week_12(x, b, start)
    found["improved_after_4"] = after_4(series, x, b)
    if found["relief"]["state"] == "confirmed":
        i = found["relief"]["day"]
        found["level_after_relief"], j = relapse(x, b, i)
        if j is not None:
            found["relapse"] = {"day": j, "days": (j - i).days}
    return found
