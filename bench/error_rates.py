"""How often the rules of relief and relapse are wrong about made-up people whose true course is known.

``python -m bench.error_rates --people 20000`` prints each rate beside the one that the rules were chosen by, and
writes bench/results/<day>-error_rates.json. The noise is an assumption (bench/simulated.py).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from statistics import median

from bench.reports import write_report
from bench.rival_rules import RULES_OF_RELIEF, first_held, lost_the_thirty, reliefs, two_above_the_best
from bench.simulated import FIRST_DAY, START, Noise, course, people, stable
from firststep.clinical.baseline import Baseline, baseline
from firststep.clinical.intervals import wilson
from firststep.clinical.means import UNITS_PER_POINT, SevenDayMeans, seven_day_means
from firststep.clinical.relapse import relapse
from firststep.clinical.relief import level_after_relief, relief, relief_level

#: True level, SD, and the percentages by which the rules were chosen, in the order of RULES_OF_RELIEF.
FALSE_RELIEF = (
    (4.0, 1.5, ("99", "74", "39", "13", "3.2", "0.6")),
    (6.0, 1.5, ("96", "45", "40", "10", "1.3", "0.1")),
    (8.0, 1.5, ("86", "17", "17", "1.4", "0.0", "0")),
    (6.0, 2.0, ("99", "67", "59", "24", "4.9", "0.4")),
    (4.0, 2.0, ("99.8", "84", "57", "25", "8.0", "1.8")),
)


@dataclass(frozen=True, kw_only=True)
class Rate:
    """One share of people in percent with its 95 % interval, or a median of days, beside the documented figure."""

    scenario: str
    asked: str
    documented: str
    people: int
    count: int | None = None
    percent: float | None = None
    low: float | None = None
    high: float | None = None
    median_days: float | None = None


@dataclass(frozen=True)
class Followed:
    """One made-up person with what the product's rules make of the entries."""

    entries: dict[date, int]
    means: SevenDayMeans
    base: Baseline


def share(scenario: str, asked: str, documented: str, answers: Sequence[bool]) -> Rate:
    """Return how many of the answers are yes."""
    if not answers:
        return Rate(scenario=scenario, asked=asked, documented=documented, people=0)
    band = wilson(sum(answers), len(answers))
    return Rate(
        scenario=scenario,
        asked=asked,
        documented=documented,
        people=len(answers),
        count=sum(answers),
        percent=round(100 * sum(answers) / len(answers), 2),
        low=round(100 * band.low, 2),
        high=round(100 * band.high, 2),
    )


def days(scenario: str, asked: str, documented: str, found: Sequence[int]) -> Rate:
    """Return the median of the days."""
    middle = float(median(found)) if found else None
    return Rate(scenario=scenario, asked=asked, documented=documented, people=len(found), median_days=middle)


def followed(count: int, levels: Sequence[float], noise: Noise, seed: str) -> Iterator[Followed]:
    """Go through the people who have a baseline from the seven days before care, low ones among them."""
    for entries in people(count, levels, noise, seed):
        means = seven_day_means(entries)
        base = baseline(entries, means, START)
        if base is not None and base.day < START:
            yield Followed(entries, means, base)


def false_relief(count: int) -> Iterator[Rate]:
    """Ask six rules about people whose true level never changes."""
    for level, sd, documented in FALSE_RELIEF:
        scenario = f"level {level:g}, SD {sd:g}, never changes"
        everybody = followed(count, stable(level), Noise(sd=sd), scenario)
        answers = [reliefs(one.entries, one.means, one.base, START) for one in everybody]
        for index, rule in enumerate(RULES_OF_RELIEF):
            yield share(scenario, f"relief by: {rule}", documented[index], [answer[index] for answer in answers])


def bad_week(count: int) -> Iterator[Rate]:
    """Ask about people who begin in a bad week: a true level of 5.5 and a baseline of 6.5 or more."""
    for sd, of_7, of_14, held in ((1.5, "14-16", "3.9", "1.1-1.6"), (2.0, *("not given",) * 3)):
        scenario = f"level 5.5, SD {sd:g}, baseline 6.5 or more by chance"
        bad = [one for one in followed(count, stable(5.5), Noise(sd=sd), scenario) if one.base.value >= 6.5]
        longer = [(one.means, baseline(one.entries, one.means, None, days=14)) for one in bad]
        yield share(scenario, "relief, baseline of 7 days", of_7, [found_relief(one.means, one.base) for one in bad])
        yield share(
            scenario,
            "relief, baseline of the first 14 days",
            of_14,
            [found_relief(means, base) for means, base in longer if base is not None],
        )
        yield share(scenario, "relief held for 28 days", held, [_held_28(one.means, one.base) for one in bad])


def found_relief(means: SevenDayMeans, base: Baseline) -> bool:
    """Tell whether the product would say relief; of a low baseline it says nothing."""
    return not base.is_low and relief(means, base, START).state == "confirmed"


def _held_28(means: SevenDayMeans, base: Baseline) -> bool:
    level = relief_level(base.value) * UNITS_PER_POINT
    return first_held(means, means.index(base.day), 28, 20, lambda units: units <= level) is not None


def missing_days(count: int) -> Iterator[Rate]:
    """Ask how many people get a baseline when many days are missing."""
    for missing, of_week, of_search in ((0.4, "71", "95"), (0.5, "50", "83")):
        scenario = f"level 6, {missing:.0%} of days missing"
        everybody = list(people(count, stable(6.0, 28), Noise(missing=missing), scenario))
        week = [sum(day < FIRST_DAY + timedelta(days=7) for day in entries) >= 4 for entries in everybody]
        search = [baseline(entries, seven_day_means(entries), None) is not None for entries in everybody]
        yield share(scenario, "baseline from the first 7 days", of_week, week)
        yield share(scenario, "baseline by the product's rule", of_search, search)


def true_relief(count: int) -> Iterator[Rate]:
    """Ask about people who do get better: is it found, and on which day after the start of care."""
    quick = course((56, 3.0), (84, 3.0), begins=6.5)
    slow = course((84, 4.5), (84, 4.5), begins=7.0)
    for scenario, levels, missing, found, dated in (
        ("6.5 to 3.0 in 8 weeks (crosses the line on day 32)", quick, 0.3, "97", "42"),
        ("7.0 to 4.5 in 12 weeks (crosses the line on day 70)", slow, 0.3, "77", "not given"),
        ("6.5 to 3.0 in 8 weeks, 60 % of days missing", quick, 0.6, "63", "not given"),
    ):
        everybody = followed(count, levels, Noise(missing=missing), scenario)
        answers = [relief(one.means, one.base, START) for one in everybody if not one.base.is_low]
        yield share(scenario, "relief found", found, [one.state == "confirmed" for one in answers])
        yield days(scenario, "median day of relief", dated, [one.days for one in answers if one.days is not None])


def relapses(count: int) -> Iterator[Rate]:
    """Ask about people with confirmed relief, stable ones and ones whose pain comes back."""
    for begins, settles, sd, own, lost, above in (
        (6.0, 3.0, 1.5, "1.3", "7.5", "94-100"),
        (6.0, 3.0, 2.0, "6.0", "not given", "94-100"),
        (7.0, 4.0, 2.0, "8.8", "not given", "94-100"),
    ):
        scenario = f"{begins:g} to {settles:g} at once, then stable for 26 weeks, SD {sd:g}"
        answers = list(_after_relief(count, course((1, settles), (181, settles), begins=begins), sd, scenario))
        yield share(scenario, "false relapse by the product's rule", own, [one.day is not None for one in answers])
        yield share(scenario, "false relapse by: above 70 % again", lost, [one.lost for one in answers])
        yield share(scenario, "false relapse by: 2 above the best mean", above, [one.above for one in answers])
    for begins, settles, back, found, dated in ((6.5, 2.5, 5.5, "93", "13"), (6.0, 3.0, 5.0, "75", "22")):
        scenario = f"{begins:g} to {settles:g} at once, back to {back:g} within a week after week 16, for 20 weeks"
        levels = course((1, settles), (111, settles), (7, back), (140, back), begins=begins)
        answers = list(_after_relief(count, levels, 1.5, scenario))
        returns = START + timedelta(days=112)
        told = [(one.day - returns).days for one in answers if one.day is not None]
        yield share(scenario, "relapse found", found, [one.day is not None for one in answers])
        yield days(scenario, "median days from its begin", dated, told)


@dataclass(frozen=True)
class AfterRelief:
    """What three rules say of one course after confirmed relief; ``day`` is the product's day of relapse."""

    day: date | None
    lost: bool
    above: bool


def _after_relief(count: int, levels: Sequence[float], sd: float, seed: str) -> Iterator[AfterRelief]:
    for one in followed(count, levels, Noise(sd=sd), seed):
        found = relief(one.means, one.base, START)
        if one.base.is_low or found.state != "confirmed" or found.day is None:
            continue
        settled = level_after_relief(one.means, found.day)
        yield AfterRelief(
            relapse(one.means, one.base.value, found.day, settled).day,
            lost_the_thirty(one.means, one.base.value, found.day),
            two_above_the_best(one.means, found.day),
        )


SUBJECTS: tuple[Callable[[int], Iterator[Rate]], ...] = (false_relief, bad_week, missing_days, true_relief, relapses)


def rates(count: int) -> Iterator[Rate]:
    """Go through every rate, each from that many made-up people."""
    for subject in SUBJECTS:
        yield from subject(count)


def main(arguments: Sequence[str]) -> int:
    """Print every rate beside the documented one, and write them down."""
    parser = argparse.ArgumentParser(prog="python -m bench.error_rates", description=__doc__)
    parser.add_argument("--people", type=int, default=2_000, help="made-up people per row (default: 2,000)")
    count = parser.parse_args(arguments).people
    if count < 1:
        parser.error("--people has to be at least 1")
    began = time.monotonic()
    found: list[Rate] = []
    scenario = ""
    for rate in rates(count):
        found.append(rate)
        if rate.scenario != scenario:
            scenario = rate.scenario
            print(f"\n{scenario}")
        print(f"  {rate.asked:45} {_told(rate):>24}   documented {rate.documented}")
    _write(found, count, time.monotonic() - began)
    return 0


def _told(rate: Rate) -> str:
    if rate.percent is not None:
        return f"{rate.percent:.1f} % ({rate.low:.1f}-{rate.high:.1f})"
    return "nobody" if rate.median_days is None else f"day {rate.median_days:g}"


def _write(found: Sequence[Rate], count: int, took_s: float) -> None:
    report = {
        "unit": "percent of made-up people with a 95 % Wilson interval, or a median of days",
        "people_per_row": count,
        "assumed": "AR(1) noise with correlation 0.4, whole numbers 0-10, 30 % of days missing unless said otherwise",
        "took_s": round(took_s, 1),
        "rates": [asdict(rate) for rate in found],
    }
    write_report("error_rates", report)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
