"""The rules of cohorts once more, slowly and straight from their text, to check the quick ones against.

Outcomes come from the slow tellings of both rule sets, intervals of a share and of a mean from SciPy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from math import exp, log, sqrt
from typing import Any

from scipy import stats

from firststep.clinical.cohort import Person
from tests.clinical import oracle, visit_oracle

ARMS = ("standard", "acupuncture", "combined")
Times = list[tuple[int, bool]]


def told(person: Person, arm: str) -> dict[str, Any] | None:
    """Return the outcomes with which a person counts in an arm, None where it is not theirs."""
    diary = person.diary
    answered = [row for row in (*diary.foot_days, *diary.day_answers) if row.is_answered]
    if answered:
        starts = [episode for episode in diary.episodes if episode.arm == arm]
        if not starts:
            return None
        first = [episode for episode in starts if episode.starts_on == min(e.starts_on for e in starts)][:1]
        alone = replace(diary, episodes=tuple(first))
        return {**oracle.outcomes(alone, "first_step", 7), "improved_after_4": None, "diary": alone}
    series = [one for one in person.visits if one.arm == arm and visit_oracle.start_of(one) is not None]
    if not series:
        return None
    return visit_oracle.outcomes(min(series, key=lambda one: visit_oracle.start_of(one) or date.max))


def left_out(found: dict[str, Any]) -> str | None:
    """Say why a person has no reduction at week 12."""
    if found["baseline"] is None:
        return "no_baseline"
    if found["low_baseline"]:
        return "low_baseline"
    if found["reduction_week12"] is not None:
        return None
    if "diary" in found and found["baseline"]["day"] > found["start"] + timedelta(days=28):
        means = oracle.seven_day_mean(oracle.entries(found["diary"], found["foot"], "first_step"))
        if any(70 <= (day - found["start"]).days <= 98 for day in means):
            return "late_baseline"
    return "no_week12"


def to_relief(everybody: list[dict[str, Any]]) -> Times:
    """Follow those with a usable baseline from S."""
    times = []
    for found in everybody:
        if found["baseline"] is None or found["low_baseline"]:
            continue
        happened = found["relief"]["state"] == "confirmed"
        end = found["relief"]["day"] if happened else found["censored"]
        times.append((max(0, (end - found["start"]).days), happened))
    return times


def to_relapse(everybody: list[dict[str, Any]]) -> Times:
    """Follow those with confirmed relief from it."""
    times = []
    for found in everybody:
        if found["relief"]["state"] == "confirmed":
            end = found["relapse"]["day"] or found["censored"]
            times.append(((end - found["relief"]["day"]).days, found["relapse"]["day"] is not None))
    return times


def kaplan_meier(times: Times, t: int) -> tuple[Fraction, float | None, float | None]:
    """Return KM(t) and its log-log interval, None where KM is 0 or 1."""
    left, variance = Fraction(1), Fraction(0)
    for u in sorted({days for days, happened in times if happened and days <= t}):
        n = sum(days >= u for days, _ in times)
        d = sum(days == u and happened for days, happened in times)
        left *= 1 - Fraction(d, n)
        variance += Fraction(d, n * (n - d)) if n > d else 0
    if left in (0, 1):
        return left, None, None
    z = 1.959963984540054
    reach = z * sqrt(variance) / log(float(left))
    ends = sorted(float(left) ** exp(sign * reach) for sign in (-1, 1))
    return left, ends[0], ends[1]


def weeks_to_relief(times: Times) -> dict[str, Any]:
    """The row of the table on the time to meaningful relief."""
    found: dict[str, Any] = dict.fromkeys(("n", "events", "median", "q1", "q3", "low", "high"))
    found["n"] = len(times)
    if len(times) < 10:
        return found
    found["events"] = sum(happened for _, happened in times)
    events = sorted({days for days, happened in times if happened})
    curve = [(t, *kaplan_meier(times, t)) for t in events]

    def first(days: Iterator[int]) -> float | None:
        found = next(days, None)
        return None if found is None else found / 7

    for name, p in (("q1", Fraction(1, 4)), ("median", Fraction(1, 2)), ("q3", Fraction(3, 4))):
        found[name] = first(t for t, left, _, _ in curve if 1 - left >= p)
    found["low"] = first(t for t, _, low, _ in curve if low is not None and low <= 0.5)
    found["high"] = first(t for t, _, _, high in curve if high is not None and high <= 0.5)
    return found


def relapse(times: Times) -> dict[str, Any]:
    """The row of the table on the 6-month relapse."""
    found: dict[str, Any] = {"n": len(times), "value": None, "low": None, "high": None}
    if len(times) < 10:
        return found
    left, low, high = kaplan_meier(times, 182)
    if left > 0 and not any(days >= 182 for days, _ in times):
        return found
    found["value"] = float(1 - left)
    if low is not None and high is not None:
        found["low"], found["high"] = 1 - high, 1 - low
    return found


def mean(values: list[Fraction]) -> dict[str, Any]:
    """The row of the table on the mean reduction."""
    found: dict[str, Any] = {"n": len(values), "value": None, "low": None, "high": None}
    if len(values) < 5:
        return found
    numbers = [float(value) for value in values]
    found["value"] = sum(numbers) / len(numbers)
    if len(set(values)) == 1:
        return {**found, "low": found["value"], "high": found["value"]}
    low, high = stats.t.interval(0.95, len(numbers) - 1, loc=found["value"], scale=stats.sem(numbers))
    return {**found, "low": float(low), "high": float(high)}


def share(answers: Iterable[bool | None]) -> dict[str, Any]:
    """The rows of the table on shares of people."""
    given = [answer for answer in answers if answer is not None]
    if len(given) < 5:
        return {"n": len(given), "k": None, "value": None, "low": None, "high": None}
    interval = stats.binomtest(sum(given), len(given)).proportion_ci(0.95, method="wilson")
    n, k = len(given), sum(given)
    return {"n": n, "k": k, "value": k / n, "low": float(interval.low), "high": float(interval.high)}


def cohort(people: list[Person]) -> dict[str, Any]:
    """Put together what the command prints."""
    arms = []
    for arm in ARMS:
        everybody = [found for person in people if (found := told(person, arm)) is not None]
        reasons = [left_out(found) for found in everybody]
        arms.append(
            {
                "arm": arm,
                "n": len(everybody),
                "left_out": {
                    reason: reasons.count(reason)
                    for reason in ("no_baseline", "low_baseline", "no_week12", "late_baseline")
                    if reason in reasons
                },
                "rules": sorted({found["rules"] for found in everybody}),
                "reduction_week12": mean(
                    [found["reduction_week12"] for found in everybody if found["reduction_week12"] is not None]
                ),
                "weeks_to_relief": weeks_to_relief(to_relief(everybody)),
                "relapse_6_months": relapse(to_relapse(everybody)),
                "improved_after_4": share(found["improved_after_4"] for found in everybody),
                "nsaid_reduced": share(found["nsaid"]["reduced"] for found in everybody),
                "nsaid_stopped": share(found["nsaid"]["stopped"] for found in everybody),
            }
        )
    return {"arms": arms}
