"""The made-up people and what the rules say of them: the evidence that the rules behave, with few people each."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from random import Random
from statistics import correlation, fmean, stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import error_rates, reports
from bench.error_rates import Rate, false_relief, rates, relapses
from bench.rival_rules import RULES_OF_RELIEF, first_held, reliefs, two_above_the_best
from bench.simulated import FIRST_DAY, START, Noise, course, diary, people, stable
from firststep.clinical.baseline import baseline
from firststep.clinical.means import UNITS_PER_POINT, seven_day_means
from firststep.clinical.relief import relief, relief_level
from tests.clinical.diaries import BEFORE, MONDAY

quickly = settings(max_examples=60, deadline=None, derandomize=True, database=None)
FEW = 150


def test_the_noise_is_what_is_said_of_it() -> None:
    entries = diary(stable(5.0, 20_000), Noise(sd=1.0, missing=0.0), Random(1))
    values = [tenths / 10 for tenths in entries.values()]
    assert fmean(values) == pytest.approx(5.0, abs=0.05)
    # Rounding to whole numbers adds a twelfth to the variance and takes a little of the correlation.
    assert stdev(values) == pytest.approx((1 + 1 / 12) ** 0.5, abs=0.03)
    assert correlation(values[:-1], values[1:]) == pytest.approx(0.4 / (1 + 1 / 12), abs=0.03)


def test_days_are_missing_and_pain_stays_on_the_scale() -> None:
    entries = diary(stable(9.5, 5_000), Noise(sd=2.0, missing=0.3), Random(2))
    assert len(entries) == pytest.approx(3_500, abs=150)
    assert set(entries.values()) <= {10 * points for points in range(11)}


def test_a_course_goes_in_straight_lines() -> None:
    assert course((2, 4.0), (2, 4.0), begins=6.0) == [6.0] * 7 + [5.0, 4.0, 4.0, 4.0]


def test_the_same_seed_makes_the_same_people() -> None:
    one, again, other = (list(people(3, stable(5.0), Noise(), seed)) for seed in ("a", "a", "b"))
    assert one == again != other


@quickly
@given(st.lists(st.none() | st.integers(0, 10), min_size=20, max_size=60))
def test_the_rivals_ask_for_14_days_as_the_product_does(later: list[int | None]) -> None:
    """With 14 days and 10 valid ones the rivals' way of holding is the product's."""
    values = [*BEFORE, *(None if points is None else 10 * points for points in later)]
    entries = {FIRST_DAY.fromordinal(MONDAY.toordinal() + day): v for day, v in enumerate(values) if v is not None}
    means = seven_day_means(entries)
    base = baseline(entries, means, START)
    assert base is not None
    level = relief_level(base.value) * UNITS_PER_POINT
    index = first_held(means, means.index(base.day), 14, 10, lambda units: units <= level)
    found = relief(means, base, START)
    assert (found.state == "confirmed") == (index is not None)
    assert index is None or found.day == means.day(index)


@quickly
@given(st.integers(0, 10_000), st.sampled_from([4.0, 6.0, 8.0]))
def test_whoever_a_stricter_rule_calls_relieved_the_milder_one_does_too(seed: int, level: float) -> None:
    (entries,) = people(1, stable(level), Noise(sd=2.0), str(seed))
    means = seven_day_means(entries)
    base = baseline(entries, means, START)
    if base is None or base.is_low:
        return
    _day, once, and_points, for_7, for_14, for_28 = reliefs(entries, means, base, START)
    assert once >= and_points >= max(for_7, for_14, for_28)


def test_two_above_the_best_is_asked_only_after_relief_was_confirmed() -> None:
    entries = {FIRST_DAY.fromordinal(FIRST_DAY.toordinal() + day): 30 for day in range(40)}
    means = seven_day_means(entries)
    assert not two_above_the_best(means, means.day(10))
    worse = {day: (60 if offset > 34 else 30) for offset, day in enumerate(entries)}
    assert two_above_the_best(seven_day_means(worse), means.day(10))
    assert not two_above_the_best(seven_day_means(worse), means.day(27))


def test_the_products_rule_is_seldom_wrong_where_simple_ones_nearly_always_are() -> None:
    percents: dict[str, list[float]] = defaultdict(list)
    for rate in false_relief(FEW):
        assert rate.percent is not None
        percents[rate.asked.removeprefix("relief by: ")].append(rate.percent)
    assert list(percents) == list(RULES_OF_RELIEF)
    assert min(percents["one day, 30 % less"]) > 70
    assert max(percents["held for 14 days (the product's)"]) < 15
    means = [fmean(percents[rule]) for rule in RULES_OF_RELIEF]
    assert means == sorted(means, reverse=True)


def test_the_documented_rates_come_out_again() -> None:
    """With few people the interval is wide; the documented figure lies in it or near it, row by row."""
    told = [rate for rate in rates(FEW) if rate.percent is not None and rate.documented.replace(".", "").isdigit()]
    assert len(told) > 35
    far = [rate for rate in told if not near(rate)]
    # What the documentation leaves open (how long people were followed with most days missing) stays apart.
    assert {rate.scenario for rate in far} <= {"6.5 to 3.0 in 8 weeks, 60 % of days missing"}


def near(rate: Rate) -> bool:
    """Tell whether the documented figure lies in the interval, or no more than its own width beside it."""
    assert rate.low is not None
    assert rate.high is not None
    width = max(rate.high - rate.low, 3)
    return rate.low - width <= float(rate.documented) <= rate.high + width


def test_a_relapse_that_is_none_is_seldom_declared_and_a_true_one_mostly_found() -> None:
    found = list(relapses(FEW))
    false = [rate.percent for rate in found if "the product's rule" in rate.asked]
    true = [rate.percent for rate in found if rate.asked == "relapse found"]
    assert len(false) == 3
    assert len(true) == 2
    assert all(percent is not None and percent < 20 for percent in false)
    assert all(percent is not None and percent > 55 for percent in true)


def test_it_prints_and_writes_what_it_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reports, "RESULTS", tmp_path)
    assert error_rates.main(["--people", "20"]) == 0
    printed = capsys.readouterr().out
    assert "held for 14 days (the product's)" in printed
    assert "documented 3.2" in printed
    (report,) = tmp_path.glob("*-error_rates.json")
    assert '"people_per_row": 20' in report.read_text("utf-8")


def test_nobody_is_refused() -> None:
    with pytest.raises(SystemExit):
        error_rates.main(["--people", "0"])
