"""Sets against a plan: rest days and pauses are no missed days, and no answer is no zero."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firststep.clinical.adherence import (
    PauseDays,
    PlanDays,
    plan_on,
    planned_days,
    stretch_weeks,
    weeks_between,
)
from firststep.clinical.week import MONDAY as ON_MONDAY
from firststep.clinical.week import SUNDAY, PlannedDay, Week, week_of
from tests.clinical.diaries import MONDAY

LAST = MONDAY + timedelta(days=27)

days = st.integers(0, 27).map(lambda offset: MONDAY + timedelta(days=offset))
plan_days = st.builds(
    PlanDays,
    first=st.integers(-20, 27).map(lambda offset: MONDAY + timedelta(days=offset)),
    last=st.none() | st.integers(28, 40).map(lambda offset: MONDAY + timedelta(days=offset)),
    sets_per_day=st.integers(1, 12),
    interval_days=st.integers(1, 7),
)
pauses = st.builds(PauseDays, first=days, last=st.none() | st.just(LAST))
answers = st.dictionaries(days, st.booleans())
set_counts = st.dictionaries(days, st.integers(0, 30))


def day(offset: int) -> date:
    return MONDAY + timedelta(days=offset)


def asked(
    plans: list[PlanDays],
    paused: list[PauseDays] | None = None,
    done: dict[date, bool] | None = None,
    sets: dict[date, int] | None = None,
) -> tuple[PlannedDay, ...]:
    return planned_days(plans, paused or [], done or {}, sets or {}, first=MONDAY, last=LAST)


def week(plans: list[PlanDays], done: dict[date, bool], sets: dict[date, int] | None = None) -> Fraction | None:
    (found,) = stretch_weeks(done, asked(plans, done=done, sets=sets), [week_of(MONDAY)])
    return found.of_plan


def test_every_second_day_leaves_rest_days_between() -> None:
    plan = PlanDays(first=day(1), interval_days=2, sets_per_day=3)
    assert [(one.day - MONDAY).days for one in asked([plan])] == list(range(1, 28, 2))
    assert plan.holds(day(2))
    assert not plan.asks_for(day(2))


def test_of_several_plans_the_one_that_began_last_counts() -> None:
    early, late = PlanDays(first=day(0), sets_per_day=2), PlanDays(first=day(7), last=day(13), sets_per_day=5)
    assert [one.sets_planned for one in asked([late, early])] == [2] * 7 + [5] * 7 + [2] * 14
    twin = PlanDays(first=day(0), sets_per_day=9)
    assert plan_on([early, twin], day(3)) is twin


def test_a_plan_ends_with_its_last_day() -> None:
    plan = PlanDays(first=day(0), last=day(2))
    assert [one.day for one in asked([plan])] == [day(0), day(1), day(2)]
    assert plan_on([plan], day(3)) is None
    assert plan_on([plan], day(-1)) is None


def test_a_pause_takes_its_days_out_of_the_plan() -> None:
    plan = PlanDays(first=day(0))
    assert [one.day for one in asked([plan], [PauseDays(first=day(2), last=day(25))])] == [
        day(0),
        day(1),
        day(26),
        day(27),
    ]
    assert len(asked([plan], [PauseDays(first=day(5))])) == 5


@pytest.mark.parametrize("edge", [MONDAY, LAST])
def test_a_pause_of_the_first_or_the_last_day_alone_takes_it_out(edge: date) -> None:
    plan = PlanDays(first=day(0))
    left = [one.day for one in asked([plan], [PauseDays(first=edge, last=edge)])]
    assert left == [one.day for one in asked([plan]) if one.day != edge]
    assert len(left) == 27


def test_what_counts_as_sets_done() -> None:
    plan = PlanDays(first=day(0), sets_per_day=3)
    found = asked([plan], done={day(0): True, day(1): False, day(2): True, day(3): False}, sets={day(2): 1, day(4): 2})
    assert [one.sets_done for one in found[:6]] == [3, 0, 1, 0, 2, None]


def test_a_week_of_a_plan() -> None:
    plan = PlanDays(first=day(0), sets_per_day=2, interval_days=2)
    every = {day(offset): True for offset in range(7)}
    assert week([plan], every) == 1
    assert week([plan], {day(0): True, day(2): False, day(4): True, day(6): True}) == Fraction(6, 8)
    assert week([plan], {day(0): True}, {day(0): 12}) == 1
    assert week([plan], {day(1): True}) is None
    assert week([], every) is None
    assert week([plan], {}) is None


def test_a_week_counts_days_whatever_the_plan_says() -> None:
    done = {day(0): True, day(1): False, day(3): True, day(7): True}
    first, second, third = stretch_weeks(done, (), weeks_between(day(0), day(14)))
    assert (first.done, first.answered, first.sets_planned, first.of_plan) == (2, 3, 0, None)
    assert (second.done, second.answered) == (1, 1)
    assert (third.done, third.answered, third.of_plan) == (0, 0, None)


@pytest.mark.parametrize(("sets", "interval"), [(0, 1), (1, 0)])
def test_a_plan_that_asks_for_nothing_is_refused(sets: int, interval: int) -> None:
    with pytest.raises(ValueError, match="a plan asks for"):
        PlanDays(first=MONDAY, sets_per_day=sets, interval_days=interval)


@given(st.lists(plan_days, max_size=3), st.lists(pauses, max_size=2), answers, set_counts)
def test_planned_days_are_days_of_a_plan_and_of_no_pause(
    plans: list[PlanDays], paused: list[PauseDays], done: dict[date, bool], sets: dict[date, int]
) -> None:
    found = asked(plans, paused, done, sets)
    assert [one.day for one in found] == sorted({one.day for one in found})
    for one in found:
        assert any(plan.asks_for(one.day) for plan in plans)
        assert not any(pause.holds(one.day) for pause in paused)
        assert (one.sets_done is None) == (one.day not in done and one.day not in sets)


spans = st.tuples(st.integers(-5, 30), st.none() | st.integers(-5, 32)).map(
    lambda ends: {"first": day(ends[0]), "last": None if ends[1] is None else day(ends[1])}
)


@given(
    st.lists(st.tuples(spans, st.integers(1, 3)).map(lambda one: PlanDays(**one[0], interval_days=one[1])), max_size=4),
    st.lists(spans.map(lambda ends: PauseDays(**ends)), max_size=3),
    answers,
    set_counts,
)
def test_planned_days_are_what_each_day_says_by_itself(
    plans: list[PlanDays], paused: list[PauseDays], done: dict[date, bool], sets: dict[date, int]
) -> None:
    expected = []
    for at in (day(offset) for offset in range(28)):
        holding = [(plan.first, place) for place, plan in enumerate(plans) if plan.holds(at)]
        counts = plans[max(holding)[1]] if holding else None
        assert plan_on(plans, at) is counts
        if counts and counts.asks_for(at) and not any(pause.holds(at) for pause in paused):
            expected.append((at, sets.get(at, None if at not in done else int(done[at]))))
    assert [(one.day, one.sets_done) for one in asked(plans, paused, done, sets)] == expected


@pytest.mark.parametrize(("first", "last", "planned"), [(5, 5, 1), (5, 4, 0), (9, 2, 0)])
def test_a_range_may_be_of_one_day_or_of_none(first: int, last: int, planned: int) -> None:
    plan, over = PlanDays(first=day(0)), PlanDays(first=day(3), last=day(4))
    assert len(planned_days([plan, over], [], {}, {}, first=day(first), last=day(last))) == planned
    forever = PlanDays(first=day(0), last=date.max)
    assert len(planned_days([forever], [], {}, {}, first=day(first), last=day(last))) == planned


@given(st.lists(plan_days, max_size=3), answers, set_counts)
def test_a_share_of_a_plan_lies_between_nothing_and_all(
    plans: list[PlanDays], done: dict[date, bool], sets: dict[date, int]
) -> None:
    planned = asked(plans, done=done, sets=sets)
    for found in stretch_weeks(done, planned, weeks_between(MONDAY, LAST)):
        assert 0 <= found.done <= found.answered <= 7
        assert found.of_plan is None or 0 <= found.of_plan <= 1
        assert found.sets_planned or found.of_plan is None
        if found.of_plan is not None and found.sets_done <= found.sets_planned:
            assert found.of_plan == Fraction(found.sets_done, found.sets_planned)


@given(plan_days, answers, set_counts, days)
def test_more_sets_never_lower_the_share(
    plan: PlanDays, done: dict[date, bool], sets: dict[date, int], more: date
) -> None:
    fewer = stretch_weeks(done, asked([plan], done=done, sets={**sets, more: 0}), weeks_between(MONDAY, LAST))
    added = stretch_weeks(done, asked([plan], done=done, sets={**sets, more: 5}), weeks_between(MONDAY, LAST))
    for less, now in zip(fewer, added, strict=True):
        assert (less.of_plan is None) == (now.of_plan is None)
        assert less.of_plan is None or now.of_plan is None or less.of_plan <= now.of_plan


@given(plan_days, answers, set_counts)
def test_a_pause_of_every_day_leaves_nothing_to_miss(
    plan: PlanDays, done: dict[date, bool], sets: dict[date, int]
) -> None:
    assert asked([plan], [PauseDays(first=MONDAY)], done, sets) == ()


@given(days, st.integers(0, 60), st.sampled_from([ON_MONDAY, SUNDAY]))
def test_weeks_follow_each_other_and_hold_the_range(first: date, length: int, weekday: int) -> None:
    last = first + timedelta(days=length)
    weeks: tuple[Week, ...] = weeks_between(first, last, weekday)
    assert weeks[0].first <= first
    assert weeks[-1].first <= last <= weeks[-1].last
    assert all(week.first.weekday() == weekday for week in weeks)
    assert all(later.first - earlier.last == timedelta(days=1) for earlier, later in pairwise(weeks))
