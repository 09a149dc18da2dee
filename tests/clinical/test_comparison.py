"""Published figures beside a person's own course: geometry, clipping, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firststep.clinical.benchmarks import Benchmark, Benchmarks, load_benchmarks
from firststep.clinical.benchmarks.shapes import BENCHMARK_MEASURES, CONFIDENCES, KINDS, PAIN_MEASURES
from firststep.clinical.comparison import Comparison, Reduction, compare, why_not_drawn
from firststep.clinical.diary import ARMS, Arm
from firststep.clinical.measures import MEASURES, Measure
from firststep.clinical.outcomes import outcomes
from tests.clinical.diaries import MONDAY, diary_of

START = MONDAY + timedelta(days=7)
ROWS = {row.id: row for row in load_benchmarks().rows}


def comparison(tenths: int, arm: Arm | None = "acupuncture", measure: Measure = "first_step") -> Comparison:
    """Return what stands beside a course with such a baseline."""
    diary = diary_of([tenths] * 10, start=START)
    if measure == "average":
        rows = tuple(row._replace(average_tenths=tenths, first_step_tenths=None) for row in diary.foot_days)
        diary = replace(diary, foot_days=rows)
    return compare(outcomes(diary, measure=measure), arm)


def test_the_window_of_the_persons_arm() -> None:
    window = comparison(70).own
    assert window is not None
    assert (window.arm, window.benchmark.id) == ("acupuncture", "clinic-report-acupuncture")
    assert (window.starts_on, window.opens_on, window.closes_on) == (
        START,
        START + timedelta(weeks=3),
        START + timedelta(weeks=6),
    )
    assert (window.upper, window.lower) == (Fraction(49, 10), Fraction(12, 10))
    assert window.wedge == (
        (START, Fraction(7)),
        (window.opens_on, Fraction(49, 10)),
        (window.opens_on, Fraction(12, 10)),
    )
    assert window.average_from == (window.closes_on, Fraction(12, 10))
    assert not window.reduction.is_clipped
    assert not window.benchmark.pain_type_stated


def test_a_reduction_beyond_the_baseline_is_clipped_and_told_as_a_percentage() -> None:
    window = comparison(60, "combined").own
    assert window is not None
    assert window.lower == 0
    assert window.reduction.is_clipped
    assert window.reduction.points == Fraction(71, 10)
    assert window.reduction.percent_of_baseline == Fraction(7100, 60)


def test_a_reduction_of_the_whole_baseline_is_not_clipped() -> None:
    window = comparison(58).own
    assert window is not None
    assert (window.reduction.level, window.reduction.is_clipped, window.reduction.percent_of_baseline) == (
        0,
        False,
        100,
    )


def test_the_other_arms_are_options() -> None:
    found = comparison(70, "standard")
    assert found.own is not None
    assert found.own.arm == "standard"
    assert [window.arm for window in found.options] == ["acupuncture", "combined"]


def test_without_an_arm_there_are_only_options() -> None:
    found = comparison(70, None)
    assert found.own is None
    assert tuple(window.arm for window in found.options) == ARMS
    assert found.points


@pytest.mark.parametrize("measure", MEASURES)
def test_the_clinic_report_may_stand_beside_either_measure(measure: Measure) -> None:
    assert comparison(70, measure=measure).own is not None


def test_a_low_baseline_has_nothing_beside_it_and_the_reason() -> None:
    found = comparison(29)
    assert (found.missing, found.own, found.options, found.points) == ("low_baseline", None, (), ())
    assert comparison(30).missing is None


def test_no_baseline_has_nothing_beside_it_and_the_reason() -> None:
    found = compare(outcomes(diary_of([60, 60, 60], start=MONDAY), measure="first_step"), "standard")
    assert (found.missing, found.own, found.points) == ("no_baseline", None, ())


def test_without_an_episode_week_0_is_the_baseline_day() -> None:
    found = compare(outcomes(diary_of([60] * 10), measure="first_step"), None)
    assert found.options[0].starts_on == MONDAY + timedelta(days=3)


def test_peer_reviewed_points_stand_at_their_week_below_the_baseline() -> None:
    points = {point.benchmark.id: point for point in comparison(70).points}
    assert set(points) == {"radford-2007-stretching", "radford-2007-control", "zhang-2011-pc7", "zhang-2011-li4"}
    radford = points["radford-2007-stretching"]
    assert (radford.day, radford.level) == (START + timedelta(weeks=2), Fraction(502, 100))
    assert (radford.low, radford.high) == (None, None)
    zhang = points["zhang-2011-pc7"]
    assert (zhang.low, zhang.level, zhang.high) == (Fraction(396, 100), Fraction(474, 100), Fraction(552, 100))
    assert [point.day for point in comparison(70).points] == sorted(point.day for point in comparison(70).points)


def test_an_interval_is_cut_at_0() -> None:
    zhang = next(point for point in comparison(30).points if point.benchmark.id == "zhang-2011-pc7")
    assert (zhang.low, zhang.level, zhang.high) == (0, Fraction(74, 100), Fraction(152, 100))


def test_an_interval_that_is_cut_says_so() -> None:
    cut = {point.benchmark.id for point in comparison(30).points if point.interval_is_cut}
    assert cut == {"zhang-2011-pc7"}
    assert not any(point.interval_is_cut for point in comparison(70).points)


@pytest.mark.parametrize(
    ("baseline", "points", "level", "clip"),
    [
        (6, 2, 4, None),
        (6, 6, 0, None),
        (6, 7, 0, "more_than_baseline"),
        (6, -4, 10, None),
        (6, -5, 10, "above_the_scale"),
    ],
)
def test_a_level_off_the_scale_stands_at_its_end_with_the_reason(
    baseline: int, points: int, level: int, clip: str | None
) -> None:
    found = Reduction(baseline=Fraction(baseline), points=Fraction(points))
    assert (found.level, found.clip, found.is_clipped) == (level, clip, clip == "more_than_baseline")
    assert found.percent_of_baseline == Fraction(100 * points, baseline)


def test_other_measures_and_differences_between_groups_are_refused_with_the_reason() -> None:
    reasons = {item.benchmark.id: item.reason for item in comparison(70).not_drawn}
    assert reasons["cotchett-2014-first-step"] == "between_groups"
    assert reasons["cotchett-2014-fhsq-pain"] == "between_groups"
    assert reasons["kumnerddee-2012-electroacupuncture"] == "other_measure"
    assert reasons["wang-2020-manual"] == "no_change_given"
    assert reasons["hansen-2018-year-1"] == "no_change_given"
    assert not any(name.startswith("clinic-report-acu") for name in reasons)
    assert comparison(70, measure="average").points == ()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"confidence": "R"}, "recalled"),
        ({"confidence": "R", "kind": "text"}, "recalled"),
        ({"kind": "text"}, "in_words"),
        ({"kind": "survival"}, "no_change_given"),
        ({"kind": "between_group"}, "between_groups"),
        ({"kind": "responder"}, "no_change_given"),
        ({"change_mean": None}, "no_change_given"),
        ({"measure": "ffi"}, "other_scale"),
        ({"scale_min": Decimal(1)}, "other_scale"),
        ({"scale_max": None}, "other_scale"),
        ({"measure": "average"}, "other_measure"),
        ({"measure": "unspecified"}, "other_measure"),
        ({"week": None}, "no_week"),
    ],
)
def test_why_a_figure_is_not_drawn(changes: dict[str, object], reason: str | None) -> None:
    row = replace(ROWS["radford-2007-stretching"], **changes)  # type: ignore[arg-type]
    assert why_not_drawn(row, "first_step") == reason


def test_a_window_that_is_only_recalled_is_refused() -> None:
    row = replace(ROWS["clinic-report-standard"], confidence="R")
    diary = diary_of([70] * 10, start=START)
    found = compare(outcomes(diary, measure="first_step"), "standard", Benchmarks((row.source,), (row,)))
    assert (found.own, found.options, found.points) == (None, (), ())
    assert [item.reason for item in found.not_drawn] == ["recalled"]


def test_a_peer_reviewed_time_to_relief_of_unstated_pain_is_no_window() -> None:
    report = ROWS["clinic-report-standard"]
    row: Benchmark = replace(report, source=replace(report.source, peer_reviewed=True))
    diary = diary_of([70] * 10, start=START)
    found = compare(outcomes(diary, measure="first_step"), "standard", Benchmarks((row.source,), (row,)))
    assert found.own is None
    assert [item.reason for item in found.not_drawn] == ["other_measure"]


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.integers(30, 100), st.sampled_from([*ARMS, None]), st.sampled_from(MEASURES))
def test_everything_that_is_drawn_stays_on_the_scale(tenths: int, arm: Arm | None, measure: Measure) -> None:
    found = comparison(tenths, arm, measure)
    windows = [*found.options, *([found.own] if found.own else [])]
    assert len(windows) == 3
    for window in windows:
        assert 0 <= window.lower <= window.upper <= Fraction(tenths, 10)
        assert window.starts_on < window.opens_on < window.closes_on
        assert window.reduction.is_clipped == (window.reduction.percent_of_baseline > 100)
    for point in found.points:
        assert point.benchmark.measure == measure
        assert all(value is None or 0 <= value <= 10 for value in (point.low, point.level, point.high))
        assert point.benchmark.source.peer_reviewed


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(
    st.sampled_from(MEASURES),
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(KINDS),
            "measure": st.sampled_from(BENCHMARK_MEASURES),
            "confidence": st.sampled_from(CONFIDENCES),
            "change_mean": st.none() | st.integers(-100, 100).map(Decimal),
            "week": st.none() | st.integers(0, 60).map(Decimal),
            "scale_max": st.sampled_from([Decimal(10), Decimal(100)]),
        }
    ),
)
def test_only_like_stands_beside_like(measure: Measure, changes: dict[str, Any]) -> None:
    """Of all that a row may be, one kind is a point: a read change from the start of the same pain, at a week."""
    row = replace(ROWS["radford-2007-stretching"], ci_low=None, ci_high=None, **changes)
    course = outcomes(diary_of([70] * 10, start=START), measure="first_step")
    found = compare(replace(course, measure=measure), "standard", Benchmarks((row.source,), (row,)))
    drawn = (
        row.kind == "within_arm"
        and row.measure == measure
        and row.confidence != "R"
        and row.change_mean is not None
        and row.week is not None
    )
    assert [point.benchmark for point in found.points] == ([row] if drawn else [])
    assert len(found.points) + len(found.not_drawn) == 1
    assert all(0 <= point.level <= 10 for point in found.points)
    assert row.is_pain_scale == (row.measure in PAIN_MEASURES)
