"""The rules daily-1 once more, slowly and straight from their text, to check the quick ones against.

Days are dates and values are fractions throughout; nothing is shared with the code under test but the diary.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

from firststep.clinical.diary import Diary

DAY = timedelta(days=1)
Series = dict[date, Fraction]


def span(first: date, last: date) -> list[date]:
    """List the days from the first to the last, both included."""
    return [first + DAY * offset for offset in range((last - first).days + 1)]


def entries(diary: Diary, foot: str, measure: str) -> Series:
    """Rule 0: the values of a foot and measure, in points."""
    found = {}
    for row in diary.foot_days:
        tenths = row.first_step_tenths if measure == "first_step" else row.average_tenths
        if row.foot == foot and tenths is not None:
            found[row.day] = Fraction(tenths, 10)
    return found


def seven_day_mean(x: Series) -> Series:
    """Rule 1: the valid R(d) of every day from the first entry to the last."""
    return _seven_day_mean(tuple(x.items()))


@lru_cache(maxsize=8)
def _seven_day_mean(items: tuple[tuple[date, Fraction], ...]) -> Series:
    x, found = dict(items), {}
    for d in span(min(x), max(x)) if x else []:
        week = [x[k] for k in span(d - 6 * DAY, d) if k in x]
        if len(week) >= 4:
            found[d] = sum(week, Fraction(0)) / len(week)
    return found


def baseline(x: Series, start: date | None, days: int) -> tuple[Fraction, date, int] | None:
    """Rule 3: value, day and number of entries."""
    means = seven_day_mean(x)
    if days == 7 and start is not None:
        before = [d for d in span(start - 7 * DAY, start - DAY) if d in means]
        if before:
            return means[before[-1]], before[-1], sum(k in x for k in span(before[-1] - 6 * DAY, before[-1]))
    candidates = [d for d in x if start is None or d >= start]
    if not candidates:
        return None
    fortnight = span(min(candidates), min(candidates) + 13 * DAY)
    if days == 14:
        values = [x[d] for d in fortnight if d in x]
        return (sum(values, Fraction(0)) / len(values), fortnight[-1], len(values)) if len(values) >= 8 else None
    valid = [d for d in fortnight if d in means]
    return (means[valid[0]], valid[0], sum(k in x for k in span(valid[0] - 6 * DAY, valid[0]))) if valid else None


def sustained(x: Series, after: date, ok: Callable[[Fraction], bool]) -> date | None:
    """Rules 6 and 9: the first day after a day from which 14 days hold."""
    means = seven_day_mean(x)
    for d in sorted(means):
        fortnight = [means[k] for k in span(d, d + 13 * DAY) if k in means]
        if d > after and max(x) >= d + 13 * DAY and len(fortnight) >= 10 and all(ok(value) for value in fortnight):
            return d
    return None


def possible(x: Series, after: date, level: Fraction) -> date | None:
    """Rule 6, second half."""
    means = seven_day_mean(x)
    for d in sorted(means):
        if d > after and max(x) < d + 13 * DAY and all(means[k] <= level for k in means if k >= d):
            return d
    return None


def censoring(x: Series, start: date | None) -> date | None:
    """Rule 10."""
    valid = sorted(seven_day_mean(x))
    if not valid:
        return None
    if start is not None:
        for before, after in pairwise(valid):
            run = span(before + DAY, after - DAY)
            if len(run) > 14 and run[0] > start:
                return before
    return valid[-1]


def week_12(x: Series, base: tuple[Fraction, date, int], start: date) -> Fraction | None:
    """Rule 11."""
    if base[1] > start + 28 * DAY:
        return None
    means = seven_day_mean(x)
    near = [(abs((d - start).days - 84), d) for d in means if start + 70 * DAY <= d <= start + 98 * DAY]
    return base[0] - means[min(near)[1]] if near else None


def nsaid(diary: Diary, start: date | None) -> dict[str, Any]:
    """Rule 12."""
    yes = {row.day: row.nsaid_taken for row in diary.day_answers if row.nsaid_taken is not None}

    def rate(days: list[date], least: int) -> tuple[Fraction | None, int]:
        given = [yes[d] for d in days if d in yes]
        return (7 * Fraction(given.count(True), len(given)) if len(given) >= least else None), len(given)

    base = last = None
    answers = 0
    if start is not None:
        base = rate(span(start - 28 * DAY, start - DAY), 14)[0]
        if base is None:
            base = rate(span(start, start + 6 * DAY), 4)[0]
    any_answer = [r.day for r in diary.foot_days if (r.first_step_tenths, r.average_tenths) != (None, None)]
    any_answer += [
        r.day for r in diary.day_answers if (r.stretch_done, r.stretch_minutes, r.nsaid_taken) != (None, None, None)
    ]
    if any_answer:
        last, answers = rate(span(max(any_answer) - 27 * DAY, max(any_answer)), 14)
    reduced = stopped = None
    if base is not None and base > 0 and last is not None:
        reduced = last <= base / 2
        stopped = last == 0 and answers >= 20
    return {"baseline": base, "last": last, "reduced": reduced, "stopped": stopped}


def worse_foot(diary: Diary, measure: str, start: date | None, days: int) -> str | None:
    """The foot that the person's results are of."""
    right, left = entries(diary, "right", measure), entries(diary, "left", measure)
    of_right, of_left = baseline(right, start, days), baseline(left, start, days)
    if of_right is not None or of_left is not None:
        if of_left is None:
            return "right"
        return "right" if of_right is not None and of_right[0] >= of_left[0] else "left"
    return "right" if right else "left" if left else None


def reliefs(x: Series, base: tuple[Fraction, date, int], start: date, share: Fraction) -> dict[str, Any]:
    """Rules 5 to 7 with rule 10."""
    level = min(share * base[0], base[0] - 2)
    censored = censoring(x, start)
    assert censored is not None
    day = sustained(x, base[1], lambda value: value <= level)
    if day is not None:
        if day > censored:
            return {"state": "none", "day": None, "days": None}
        return {"state": "confirmed", "day": day, "days": (day - start).days}
    day = possible(x, base[1], level)
    if day is None or day > censored:
        return {"state": "none", "day": None, "days": None}
    return {"state": "possible", "day": day, "days": None}


def outcomes(diary: Diary, measure: str, days: int) -> dict[str, Any]:
    """Put together what the command prints, with exact numbers and dates."""
    episode = max((e.starts_on for e in diary.episodes), default=None)
    foot = worse_foot(diary, measure, episode, days)
    x = {} if foot is None else entries(diary, foot, measure)
    base = baseline(x, episode, days)
    start = episode if episode is not None else (base[1] if base else None)
    means = seven_day_mean(x)
    nothing: dict[str, Any] = {"state": "none", "day": None, "days": None}
    found: dict[str, Any] = {
        "rules": "daily-1",
        "measure": measure,
        "foot": foot,
        "start": start,
        "baseline": base and {"value": base[0], "day": base[1], "entries": base[2]},
        "low_baseline": base is not None and base[0] < 3,
        "current": {"value": means[max(means)], "day": max(means)} if means else None,
        "relief": nothing,
        "substantial": nothing,
        "level_after_relief": None,
        "relapse": {"day": None, "days": None},
        "censored": censoring(x, start),
        "reduction_week12": None,
        "nsaid": nsaid(diary, start),
    }
    if base is None or start is None or base[0] < 3:
        return found
    found["relief"] = reliefs(x, base, start, Fraction(7, 10))
    found["substantial"] = reliefs(x, base, start, Fraction(1, 2))
    found["reduction_week12"] = week_12(x, base, start)
    if found["relief"]["state"] == "confirmed":
        d = found["relief"]["day"]
        window = [means[k] for k in span(d, d + 13 * DAY) if k in means]
        q = sum(window, Fraction(0)) / len(window)
        found["level_after_relief"] = q
        e = sustained(x, d + 13 * DAY, lambda value: value > Fraction(7, 10) * base[0] and value >= q + 2)
        if e is not None and e <= found["censored"]:
            found["relapse"] = {"day": e, "days": (e - d).days}
    return found
