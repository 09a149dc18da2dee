"""The least that a cohort of diaries costs: one straight numpy pass over packed rows by the rules daily-1.

One row a person, one foot each: pain in tenths (-1: not recorded) from 13 days before the start on, NSAID answers
(-1: none, 0: no, 1: yes) from 42 days before it. What the product takes for the same rows is measured against this;
tests/bench/test_cohort_floor.py holds it to the slow telling of the rules. Means are in whole 1/4200 of a point.
"""

from __future__ import annotations

from math import sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from firststep.clinical.intervals import t_quantile

Numbers = NDArray[Any]

POINT: Final = 4200
#: Pain begins 13 days before the start, so the first mean of seven days is that of day -7.
FIRST_MEAN_DAY: Final = -7
FIRST_NSAID_DAY: Final = -42
#: No mean is that high: it stands where a mean is not valid.
NO_MEAN: Final = 65_535
#: A sum of tenths of 4, 5, 6 or 7 entries times this is their mean.
_FACTOR: Final = np.array([0, 0, 0, 0, 105, 84, 70, 60], np.uint16)
_Z: Final = 1.959963984540054
_ARMS: Final = 3


def figures(pain: Numbers, nsaid: Numbers, last_answered: Numbers, arm: Numbers) -> list[dict[str, Any]]:
    """Return each arm's figures; ``last_answered`` is the day, from the start, of the last answer of any kind."""
    means, last_entry = seven_day_means(pain)
    base, base_day = baselines(pain, means)
    usable = base >= 3 * POINT
    censored = censoring_days(means)
    relief = first_held(means, np.minimum(base * 7 // 10, base - 2 * POINT), None, base_day, last_entry)
    had = usable & (relief >= FIRST_MEAN_DAY) & (relief <= censored)
    relapse = relapses(means, base, relief, had, last_entry)
    again = had & (relapse >= 0) & (relapse <= censored)
    reduction = reductions(means, base, base_day)
    missing = np.isnan(reduction)
    reduced, stopped = nsaid_changes(nsaid, last_answered)
    followed = np.where(had, relief, np.maximum(censored, 0))
    since = np.where(again, relapse, censored) - relief
    found = []
    for number in range(_ARMS):
        of = arm == number
        found.append(
            {
                "n": int(of.sum()),
                "left_out": {
                    "no_baseline": int((of & (base < 0)).sum()),
                    "low_baseline": int((of & (base >= 0) & ~usable).sum()),
                    "not_at_week_12": int((of & usable & missing).sum()),
                },
                "reduction_week12": mean(reduction[of & usable & ~missing]),
                "weeks_to_relief": weeks_to_relief(followed[of & usable], had[of & usable]),
                "relapse_6_months": risk(since[of & had], again[of & had], 182),
                "nsaid_reduced": share(reduced[of]),
                "nsaid_stopped": share(stopped[of]),
            }
        )
    return found


def seven_day_means(pain: Numbers) -> tuple[Numbers, Numbers]:
    """Return the mean of each day from -7 on, and the day of the last entry."""
    recorded = pain >= 0
    total = _windows(np.maximum(pain, 0).astype(np.int16), 7)
    count = _windows(recorded.astype(np.int8), 7)
    means = total.astype(np.uint16) * _FACTOR[count]
    means[count < 4] = NO_MEAN
    last = pain.shape[1] - 1 - recorded[:, ::-1].argmax(axis=1) - 6 + FIRST_MEAN_DAY
    # Entries of the week before still fill the windows of the days after the last one.
    for after in (1, 2, 3):
        place = last + after - FIRST_MEAN_DAY
        rows = np.flatnonzero((place >= 0) & (place < means.shape[1]))
        means[rows, place[rows]] = NO_MEAN
    return means, last


def _windows(values: Numbers, days: int) -> Numbers:
    """Return the sums of so many days in a row."""
    sums, of, place = np.zeros_like(values[:, : values.shape[1] - days + 1]), values, 0
    width, size = sums.shape[1], 1
    while size <= days:
        if days & size:
            sums += of[:, place : place + width]
            place += size
        of = of[:, :-size] + of[:, size:]
        size *= 2
    return sums


def baselines(pain: Numbers, means: Numbers) -> tuple[Numbers, Numbers]:
    """Return each person's baseline and its day; a baseline of -1 is none."""
    people = np.arange(len(pain))
    before = means[:, :7] < NO_MEAN
    place = 6 - before[:, ::-1].argmax(axis=1)
    missing = np.flatnonzero(~before.any(axis=1))
    entries = pain[missing, 13:] >= 0
    first = entries.argmax(axis=1) + 7
    fortnight = first[:, None] + np.arange(14)
    inside = fortnight < means.shape[1]
    valid = inside & (means[missing[:, None], np.where(inside, fortnight, 0)] < NO_MEAN)
    place[missing] = first + valid.argmax(axis=1)
    none = missing[~(entries.any(axis=1) & valid.any(axis=1))]
    place[none] = 0
    base = means[people, place].astype(np.int32)
    base[none] = -1
    return base, place + FIRST_MEAN_DAY


def censoring_days(means: Numbers) -> Numbers:
    """Return the last day with a valid mean before a gap of more than 14 days that begins after the start."""
    valid = means < NO_MEAN
    width = valid.shape[1]
    last = width - 1 - valid[:, ::-1].argmax(axis=1)
    # A valid mean with none in the 15 days after it, from the start on, with a later one.
    near = np.pad(valid, ((0, 0), (0, 15)))
    soon = _windows(near[:, 1:].astype(np.int8), 15)[:, :width] > 0
    ends = valid & ~soon
    ends[:, :-FIRST_MEAN_DAY] = False
    first = ends.argmax(axis=1)
    return np.where(ends.any(axis=1), np.minimum(first, last), last) + FIRST_MEAN_DAY


def first_held(means: Numbers, most: Numbers, least: Numbers | None, after: Numbers, last_entry: Numbers) -> Numbers:
    """Return the first day after a day from which 14 recorded days hold, at least 10 of them valid; -99 for none.

    Means are held up to ``most`` (None: without an end), or from ``least`` on.
    """
    valid = means < NO_MEAN
    holds = (
        means <= np.maximum(most, 0).astype(np.uint16)[:, None]
        if least is None
        else valid & (means >= least.astype(np.uint16)[:, None])
    )
    held = holds & valid
    # One valid day that does not hold makes the sum too large.
    days = _windows(np.where(held, 1, np.where(valid, 16, 0)).astype(np.uint8), 14)
    good = held[:, : days.shape[1]] & (days >= 10) & (days <= 14)
    place = np.arange(good.shape[1])
    good &= (place > (after - FIRST_MEAN_DAY)[:, None]) & (place + 13 <= (last_entry - FIRST_MEAN_DAY)[:, None])
    return np.where(good.any(axis=1), good.argmax(axis=1) + FIRST_MEAN_DAY, -99)


def relapses(means: Numbers, base: Numbers, relief: Numbers, had: Numbers, last_entry: Numbers) -> Numbers:
    """Return the day of the first relapse of those who had relief, -99 for none."""
    who = np.flatnonzero(had)
    window = means[who[:, None], (relief[who] - FIRST_MEAN_DAY)[:, None] + np.arange(14)].astype(np.int64)
    valid = window < NO_MEAN
    count = valid.sum(axis=1)
    level = -(-np.where(valid, window, 0).sum(axis=1) // count)
    least = np.maximum(base[who] * 7 // 10 + 1, level + 2 * POINT)
    found = np.full(len(base), -99)
    found[who] = first_held(means[who], least, least, relief[who] + 13, last_entry[who])
    return found


def reductions(means: Numbers, base: Numbers, base_day: Numbers) -> Numbers:
    """Return baseline minus the mean nearest to day 84 in points, NaN where there is none."""
    days = sorted(range(70, 99), key=lambda day: (abs(day - 84), day))
    near = means[:, [day - FIRST_MEAN_DAY for day in days]]
    valid = near < NO_MEAN
    value = near[np.arange(len(near)), valid.argmax(axis=1)]
    known = valid.any(axis=1) & (base_day <= 28)
    return np.where(known, (base - value.astype(np.int32)) / POINT, np.nan)


def nsaid_changes(nsaid: Numbers, last_answered: Numbers) -> tuple[Numbers, Numbers]:
    """Return reduced and stopped: 1, 0, or -1 where it cannot be said."""
    answered, taken = nsaid >= 0, nsaid > 0
    start = -FIRST_NSAID_DAY
    n, k = answered[:, start - 28 : start].sum(axis=1), taken[:, start - 28 : start].sum(axis=1)
    few = n < 14
    n7, k7 = answered[:, start : start + 7].sum(axis=1), taken[:, start : start + 7].sum(axis=1)
    n, k = np.where(few, n7, n), np.where(few, k7, k)
    known = ~few | (n7 >= 4)
    days = (last_answered + start)[:, None] - np.arange(28)
    inside = (days >= 0) & (days < nsaid.shape[1])
    days = np.where(inside, days, 0)
    people = np.arange(len(nsaid))[:, None]
    last_n, last_k = (answered[people, days] & inside).sum(axis=1), (taken[people, days] & inside).sum(axis=1)
    counted = known & (k > 0) & (last_n >= 14)
    reduced = np.where(counted, 2 * last_k * n <= k * last_n, -1)
    stopped = np.where(counted, (last_k == 0) & (last_n >= 20), -1)
    return reduced, stopped


def mean(values: Numbers) -> dict[str, Any]:
    """Return the mean with its t interval."""
    n = len(values)
    if n < 5:
        return {"n": n, "value": None, "low": None, "high": None}
    middle = float(values.mean())
    half = t_quantile(0.975, n - 1) * float(values.std(ddof=1)) / sqrt(n)
    return {"n": n, "value": middle, "low": middle - half, "high": middle + half}


def share(answers: Numbers) -> dict[str, Any]:
    """Return the share with its Wilson interval."""
    n, k = int((answers >= 0).sum()), int((answers == 1).sum())
    if n < 5:
        return {"n": n, "k": None, "value": None, "low": None, "high": None}
    middle, half = k + _Z**2 / 2, _Z * sqrt(k * (n - k) / n + _Z**2 / 4)
    low, high = (middle - half) / (n + _Z**2), (middle + half) / (n + _Z**2)
    return {"n": n, "k": k, "value": k / n, "low": low, "high": high}


def _curve(days: Numbers, happened: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Return the days of events, what is left, and the lower and upper log-log band (NaN without)."""
    ends, events = np.bincount(days), np.bincount(days[happened], minlength=days.max() + 1)
    at_risk = ends[::-1].cumsum()[::-1]
    when = np.flatnonzero(events)
    n, d = at_risk[when], events[when]
    left = np.cumprod((n - d) / n)
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = _Z * np.sqrt(np.cumsum(d / (n * (n - d)))) / -np.log(left)
        return when, left, left ** np.exp(reach), left ** np.exp(-reach)


def weeks_to_relief(days: Numbers, happened: Numbers) -> dict[str, Any]:
    """Return the quartiles of the curve with the interval of the median."""
    found: dict[str, Any] = dict.fromkeys(("n", "events", "median", "q1", "q3", "low", "high"))
    found["n"] = len(days)
    if len(days) < 10:
        return found
    when, left, low, high = _curve(days, happened)
    found["events"] = int(happened.sum())
    # Products of floats miss an exact quarter by a hair; the product's are fractions.
    sides = {"median": 0.5, "q1": 0.75, "q3": 0.25}
    reached = {name: left <= most + 1e-12 for name, most in sides.items()}
    for name, has in {**reached, "low": low <= 0.5, "high": high <= 0.5}.items():
        found[name] = float(when[has.argmax()]) / 7 if has.any() else None
    return found


def risk(days: Numbers, happened: Numbers, by: int) -> dict[str, Any]:
    """Return the share to whom it has happened by a day."""
    found: dict[str, Any] = {"n": len(days), "value": None, "low": None, "high": None}
    if len(days) < 10:
        return found
    when, left, _, _ = _curve(days, happened)
    step = int(np.searchsorted(when, by, side="right")) - 1
    remaining = 1.0 if step < 0 else float(left[step])
    if remaining > 0 and days.max() < by:
        return found
    found["value"] = 1 - remaining
    if 0 < remaining < 1:
        _, _, low, high = (float(of[step]) for of in _curve(days, happened))
        found["low"], found["high"] = 1 - high, 1 - low
    return found
