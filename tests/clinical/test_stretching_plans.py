"""What a plan asks for on a day: its phase, its rest days, and nothing in a pause."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from firststep.clinical.adherence import PauseDays, plan_on, planned_days
from firststep.clinical.stretching import (
    Preset,
    StretchingPlan,
    day_of_plan,
    find_preset,
    load_presets,
    plan_from,
    planned_sets,
)
from tests.clinical.diaries import MONDAY

SPAN = 120
days = st.integers(0, SPAN).map(lambda offset: MONDAY + timedelta(days=offset))
ends = st.none() | st.integers(SPAN, 2 * SPAN).map(lambda offset: MONDAY + timedelta(days=offset))
plans = st.builds(
    plan_from,
    st.none() | st.sampled_from(load_presets()),
    first=days,
    last=ends,
    hold_s=st.none() | st.integers(1, 600),
    reps=st.none() | st.integers(1, 100),
    sets_per_day=st.integers(1, 12),
    interval_days=st.integers(1, 7),
)
pauses = st.builds(PauseDays, first=days, last=st.none() | ends)


def day(offset: int) -> date:
    return MONDAY + timedelta(days=offset)


def preset(key: str) -> Preset:
    found = find_preset(key)
    assert found is not None
    return found


def as_in_the_source(key: str) -> StretchingPlan:
    """Return the plan of somebody who changed none of the preset's numbers."""
    chosen = preset(key)
    return plan_from(
        chosen,
        first=MONDAY,
        hold_s=chosen.hold_s,
        reps=chosen.first.reps,
        sets_per_day=chosen.sets_per_day,
        interval_days=chosen.interval_days,
    )


def test_heavy_heel_raises_change_by_the_week_and_rest_every_second_day() -> None:
    plan = as_in_the_source("heel_raises")
    asked = [day_of_plan(plan, day(offset)) for offset in range(7 * 13)]
    assert [one.kind for one in asked[:4] if one] == ["planned", "rest", "planned", "rest"]
    by_week = [
        {(one.sets, one.reps) for one in asked[7 * week : 7 * week + 7] if one and one.sets} for week in range(13)
    ]
    assert by_week == [{(3, 12)}] * 2 + [{(4, 10)}] * 2 + [{(5, 8)}] * 9
    first, last = asked[0], asked[-1]
    assert first is not None
    assert first.phase is not None
    assert (first.phase.from_week, first.phase.to_week) == (1, 2)
    assert last is not None
    assert last.phase is not None
    assert last.phase.from_week == 5, "after its last week a plan goes on as it was"


def test_own_numbers_take_the_place_of_the_phases() -> None:
    chosen = preset("heel_raises")
    for sets, reps in ((2, 12), (3, 10)):
        plan = plan_from(chosen, first=MONDAY, sets_per_day=sets, reps=reps, interval_days=2)
        assert {planned_sets(plan, day(offset)) for offset in range(0, 84, 2)} == {sets}
        assert plan.phase_on(day(30)) is None
        assert plan.reps_on(day(30)) == reps


def test_a_plan_in_sessions_asks_for_the_sets_of_the_whole_day() -> None:
    plan = as_in_the_source("plantar_fascia")
    assert [planned_sets(plan, day(offset)) for offset in (-1, 0, 1, 200)] == [0, 3, 3, 3]


def test_nothing_is_asked_before_the_first_day_and_after_the_last() -> None:
    plan = plan_from(None, first=day(3), last=day(5), sets_per_day=2)
    assert [planned_sets(plan, day(offset)) for offset in range(2, 7)] == [0, 2, 2, 2, 0]
    assert day_of_plan(plan, day(2)) is None
    assert day_of_plan(plan, day(6)) is None


def test_a_pause_suspends_the_plan_and_does_not_shift_it() -> None:
    plan = as_in_the_source("heel_raises")
    pause = PauseDays(first=day(2), last=day(15))
    kinds = [day_of_plan(plan, day(offset), [pause]) for offset in (0, 1, 2, 3, 15, 16, 17)]
    assert [one.kind for one in kinds if one] == ["planned", "rest", "paused", "paused", "paused", "planned", "rest"]
    assert planned_sets(plan, day(16), [pause]) == 4


@given(plans, days, st.lists(pauses, max_size=2))
def test_a_day_is_planned_a_rest_day_or_paused_and_only_planned_days_ask(
    plan: StretchingPlan, on: date, paused: list[PauseDays]
) -> None:
    found = day_of_plan(plan, on, paused)
    assert (found is not None) == (plan.first <= on and (plan.last is None or on <= plan.last))
    sets = planned_sets(plan, on, paused)
    assert (sets > 0) == (found is not None and found.kind == "planned")
    if found is not None and any(pause.holds(on) for pause in paused):
        assert found.kind == "paused"
    if sets and not plan.changes_by_the_week:
        assert sets == plan.sets_per_day


@given(plans, st.lists(pauses, max_size=2))
def test_adherence_counts_the_sets_that_the_day_asks_for(plan: StretchingPlan, paused: list[PauseDays]) -> None:
    last = day(SPAN + 20)
    counted = {one.day: one.sets_planned for one in planned_days([plan], paused, {}, {}, first=MONDAY, last=last)}
    asked = {day(offset): planned_sets(plan, day(offset), paused) for offset in range(SPAN + 21)}
    assert counted == {on: sets for on, sets in asked.items() if sets}


@given(plans, days)
def test_planned_days_lie_an_interval_apart(plan: StretchingPlan, on: date) -> None:
    if planned_sets(plan, on):
        assert (on - plan.first).days % plan.interval_days == 0
        for back in range(1, plan.interval_days):
            assert planned_sets(plan, on - timedelta(days=back)) == 0


@given(st.lists(plans, min_size=1, max_size=4), days)
def test_of_several_plans_the_one_that_began_last_counts(several: list[StretchingPlan], on: date) -> None:
    counting = plan_on(several, on)
    holding = [plan for plan in several if plan.holds(on)]
    assert (counting in holding) if holding else counting is None
    assert all(plan.first <= counting.first for plan in holding if counting)
