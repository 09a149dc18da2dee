"""The fixed list of when to see someone, and the two facts of a diary that lead to it."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firststep.clinical.change import is_lasting_rise, is_worsening
from firststep.clinical.diary import Diary, FootDay
from firststep.clinical.means import seven_day_means
from firststep.clinical.red_flag_triggers import Trigger, has_high_pain, has_recent_worsening, red_flag_trigger
from firststep.clinical.red_flags import RED_FLAGS, TEXTS
from tests.clinical.diaries import days_with

TODAY = date(2026, 11, 23)
FORBIDDEN = re.compile(r"diagnos|probably|likely|you (may )?have\b(?! (diabetes|tingling|any))|score|points|risk", re.I)


def series(*values: int | None, last: date = TODAY) -> dict[date, int]:
    """Return pain in tenths by day, the last value on the last day; None is a day without a value."""
    first = last - timedelta(days=len(values) - 1)
    return {first + timedelta(days=at): value for at, value in enumerate(values) if value is not None}


def test_each_item_is_there_once_with_one_fixed_text() -> None:
    assert len({flag.key for flag in RED_FLAGS}) == len(RED_FLAGS) == 16
    assert {flag.urgency for flag in RED_FLAGS} == TEXTS.keys() == {"now", "today", "soon"}
    order = [list(TEXTS).index(flag.urgency) for flag in RED_FLAGS]
    assert order == sorted(order), "the most urgent comes first"


def test_nothing_is_diagnosed_scored_or_guessed() -> None:
    for text in (*TEXTS.values(), *(flag.question for flag in RED_FLAGS), *(flag.says for flag in RED_FLAGS)):
        assert not FORBIDDEN.search(text.removeprefix("Do ").removeprefix("Is ")), text
    assert all(flag.question.endswith("?") for flag in RED_FLAGS)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((80, 80, 80, 0), True),
        ((80, 0, 80, 80), True),
        ((80, 80, 79, 0), False),
        ((100, 100, None, None), False),
        ((80, 80, None, 80), True),
        ((90, 80, 80, 80, 0, None), False),
        ((80, 80, 80, None, 0, 0), False),
        ((), False),
    ],
)
def test_high_pain_is_8_or_more_on_3_of_the_last_4_days(values: tuple[int | None, ...], expected: bool) -> None:
    assert has_high_pain(series(*values), TODAY) is expected


def test_what_comes_after_today_does_not_count() -> None:
    assert not has_high_pain(series(80, 80, 80, 80, last=TODAY + timedelta(days=2)), TODAY - timedelta(days=2))


#: A mean of 2.0, four days without entries, and 6.0 from then on: 14 days after the third empty one, 10 of them valid.
WORSENING: tuple[int | None, ...] = (*[20] * 10, *[None] * 4, *[60] * 13)


def test_a_worsening_is_spoken_of_for_a_week_after_its_14th_day() -> None:
    means = seven_day_means(series(*WORSENING, *[60] * 20, last=TODAY + timedelta(days=20)))
    assert days_with(means, is_worsening) == (TODAY - timedelta(days=13),)
    # Above the two weeks before: on the first days with a mean of 6.0, and when the mean of both weeks is 4.0 at most.
    assert days_with(means, is_lasting_rise) == tuple(TODAY - timedelta(days=back) for back in (9, 8, 7, 2, 1))
    assert has_recent_worsening(means, TODAY)
    assert has_recent_worsening(means, TODAY + timedelta(days=12 + 7))
    assert not has_recent_worsening(means, TODAY + timedelta(days=12 + 8))
    assert not has_recent_worsening(means, TODAY - timedelta(days=1))


@pytest.mark.parametrize(
    ("before", "after", "expected"), [(20, 60, True), (30, 50, True), (30, 49, False), (60, 20, False)]
)
def test_with_an_entry_on_every_day_a_rise_that_lasts_is_a_worsening(before: int, after: int, expected: bool) -> None:
    tenths = series(*[before] * 20, *[after] * 22)
    assert days_with(seven_day_means(tenths), is_worsening) == ()
    assert (red_flag_trigger(diary_of(average=tenths), TODAY) == Trigger("worsening", "right", "average")) is expected
    early = {day: value for day, value in tenths.items() if day <= TODAY - timedelta(days=7)}
    assert red_flag_trigger(diary_of(average=early), TODAY - timedelta(days=7)) is None, "it has not lasted yet"


def diary_of(**by_measure: dict[date, int]) -> Diary:
    """Return a diary with the right foot's values by measure."""
    days = sorted({day for values in by_measure.values() for day in values})
    first_step, average = by_measure.get("first_step", {}), by_measure.get("average", {})
    return Diary(tuple(FootDay(day, "right", first_step.get(day), average.get(day)) for day in days))


def test_the_first_fact_is_told_with_its_foot_and_measure() -> None:
    assert red_flag_trigger(Diary(), TODAY) is None
    high = diary_of(average=series(80, 80, 90), first_step=series(10, 10, 10))
    assert red_flag_trigger(high, TODAY) == Trigger("high_pain", "right", "average")
    worse = diary_of(first_step=series(*WORSENING))
    assert red_flag_trigger(worse, TODAY) == Trigger("worsening", "right", "first_step")
    assert red_flag_trigger(worse, TODAY + timedelta(days=60)) is None


spells = st.builds(
    lambda before, gap, after: [*[before] * 9, *[None] * gap, *[after] * 14],
    st.integers(0, 10).map(lambda points: points * 10),
    st.integers(2, 6),
    st.integers(0, 10).map(lambda points: points * 10),
)
values = spells | st.lists(st.none() | st.integers(0, 10).map(lambda points: points * 10), max_size=60)


@given(values)
def test_the_part_of_the_diary_that_is_looked_at_gives_what_the_whole_gives(recorded: list[int | None]) -> None:
    tenths = series(*recorded)
    found = red_flag_trigger(diary_of(first_step=tenths), TODAY)
    whole = has_recent_worsening(seven_day_means(tenths), TODAY)
    assert (found is not None) == (has_high_pain(tenths, TODAY) or whole)


@given(values)
def test_high_pain_needs_three_days_that_were_written_down(recorded: list[int | None]) -> None:
    lately = [value for value in recorded[-4:] if value is not None]
    assert has_high_pain(series(*recorded), TODAY) == (sum(value >= 80 for value in lately) >= 3)
