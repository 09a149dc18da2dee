"""What holds for every diary: the quick rules agree with the slow ones, and nothing is made of nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firststep.clinical.as_json import outcomes_as_json
from firststep.clinical.diary import DayAnswers, Diary, FootDay
from firststep.clinical.measures import FEET, MEASURES
from firststep.clinical.outcomes import Outcomes, outcomes, outcomes_of_foot, worse_foot
from tests.clinical import oracle
from tests.clinical.exact import exact
from tests.clinical.strategies import diaries, shifted

measures = st.sampled_from(MEASURES)
lengths = st.sampled_from([7, 14])
quickly = settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], database=None
)


#: The courses that random diaries have to have, or the comparison with the slow rules would say little.
COURSES: dict[str, Callable[[Outcomes], bool]] = {
    "confirmed relief": lambda found: found.relief.state == "confirmed",
    "possible relief": lambda found: found.relief.state == "possible",
    "substantial relief": lambda found: found.substantial.state == "confirmed",
    "a relapse": lambda found: found.relapse.day is not None,
    "a gap": lambda found: found.current is not None and found.censored_on != found.current.day,
    "a low baseline": lambda found: found.low_baseline,
    "no baseline with entries": lambda found: found.baseline is None and found.foot is not None,
    "a reduction at week 12": lambda found: found.reduction_week12 is not None,
    "NSAIDs reduced": lambda found: found.nsaid.reduced is True,
    "NSAIDs stopped": lambda found: found.nsaid.stopped is True,
    "the left foot as the worse of two": lambda found: found.foot == "left",
}


def test_the_quick_rules_agree_with_the_slow_ones() -> None:
    reached: Counter[str] = Counter()

    @settings(quickly, max_examples=1_000)
    @given(diaries(), measures, lengths)
    def compare(diary: Diary, measure: Any, days: Any) -> None:
        found = outcomes(diary, measure=measure, baseline_days=days)
        assert exact(found) == oracle.outcomes(diary, measure, days)
        reached.update(name for name, has in COURSES.items() if has(found))

    compare()
    assert set(reached) == set(COURSES), f"no diary had {set(COURSES) - set(reached)}"


@quickly
@given(diaries(), measures, lengths, st.integers(-400, 400))
def test_moving_all_dates_moves_all_results(diary: Diary, measure: Any, days: Any, by: int) -> None:
    found = exact(outcomes(diary, measure=measure, baseline_days=days))
    moved = exact(outcomes(shifted(diary, by), measure=measure, baseline_days=days))
    assert _move(found, timedelta(days=by)) == moved


def _move(value: Any, by: timedelta) -> Any:
    if isinstance(value, dict):
        return {key: _move(item, by) for key, item in value.items()}
    return value + by if hasattr(value, "isoformat") else value


@quickly
@given(diaries(), measures, lengths, st.integers(-30, 400))
def test_a_day_with_nothing_in_it_changes_nothing(diary: Diary, measure: Any, days: Any, offset: int) -> None:
    taken = {row.day for row in diary.foot_days} | {row.day for row in diary.day_answers}
    day = min(taken, default=None) or next(iter(e.starts_on for e in diary.episodes), None)
    if day is None or (day := day + timedelta(days=offset)) in taken:
        return
    emptier = Diary(
        (*diary.foot_days, FootDay(day, "left"), FootDay(day, "right")),
        (*diary.day_answers, DayAnswers(day)),
        diary.episodes,
    )
    before = outcomes(diary, measure=measure, baseline_days=days)
    assert outcomes(emptier, measure=measure, baseline_days=days) == before


@quickly
@given(diaries(), measures, lengths)
def test_the_order_of_rows_does_not_matter(diary: Diary, measure: Any, days: Any) -> None:
    turned = Diary(diary.foot_days[::-1], diary.day_answers[::-1], diary.episodes)
    before = outcomes(diary, measure=measure, baseline_days=days)
    assert outcomes(turned, measure=measure, baseline_days=days) == before


@quickly
@given(diaries(), measures, lengths)
def test_the_person_has_the_results_of_the_worse_foot(diary: Diary, measure: Any, days: Any) -> None:
    found = outcomes(diary, measure=measure, baseline_days=days)
    assert found.foot == worse_foot(diary, measure=measure, baseline_days=days)
    if found.foot is None:
        assert (found.baseline, found.current, found.relief.state) == (None, None, "none")
        return
    assert found == outcomes_of_foot(diary, found.foot, measure=measure, baseline_days=days)
    other = outcomes_of_foot(diary, "left" if found.foot == "right" else "right", measure=measure, baseline_days=days)
    if other.baseline is not None:
        assert found.baseline is not None
        assert found.baseline.value >= other.baseline.value


@quickly
@given(diaries(), measures, st.integers(1, 30), st.integers(0, 100))
def test_confirmed_relief_stays_when_days_are_added(diary: Diary, measure: Any, count: int, tenths: int) -> None:
    """Later entries cannot undo what 14 days confirmed, as long as no earlier day and no other foot changes."""
    last = max((row.day for row in (*diary.foot_days, *diary.day_answers)), default=None)
    for foot in FEET:
        before = outcomes_of_foot(diary, foot, measure=measure)
        if before.relief.state != "confirmed" or last is None:
            continue
        added = tuple(FootDay(last + timedelta(days=1 + offset), foot, tenths, tenths) for offset in range(count))
        after = outcomes_of_foot(
            Diary((*diary.foot_days, *added), diary.day_answers, diary.episodes), foot, measure=measure
        )
        assert (after.relief, after.level_after_relief) == (before.relief, before.level_after_relief)


@quickly
@given(diaries(), measures, lengths)
def test_results_fit_together(diary: Diary, measure: Any, days: Any) -> None:
    found = outcomes(diary, measure=measure, baseline_days=days)
    for relief in (found.relief, found.substantial):
        assert (relief.state == "none") == (relief.day is None)
        assert (relief.state == "confirmed") == (relief.days is not None)
        if relief.day is not None:
            assert found.censored_on is not None
            assert relief.day <= found.censored_on
    assert (found.level_after_relief is not None) == (found.relief.state == "confirmed")
    if found.relapse.day is not None and found.relief.day is not None:
        assert found.relapse.days == (found.relapse.day - found.relief.day).days >= 14
    if found.substantial.state == "confirmed" and found.relief.state == "confirmed":
        assert found.substantial.day is not None
        assert found.relief.day is not None
        assert found.relief.day <= found.substantial.day


@quickly
@given(diaries(), measures)
def test_pain_that_is_not_recorded_is_never_zero(diary: Diary, measure: Any) -> None:
    """Without the days below 1, no mean is below 1, however many days are missing."""
    positive = Diary(
        tuple(row for row in diary.foot_days if 0 not in _whole_points(row)), diary.day_answers, diary.episodes
    )
    found = outcomes(positive, measure=measure)
    values = [found.current and found.current.value, found.baseline and found.baseline.value, found.level_after_relief]
    assert all(value is None or value >= 1 for value in values)


def _whole_points(row: FootDay) -> list[int]:
    return [tenths // 10 for tenths in (row.first_step_tenths, row.average_tenths) if tenths is not None]


@quickly
@given(diaries(), measures, lengths)
def test_the_json_has_the_same_keys_and_plain_values(diary: Diary, measure: Any, days: Any) -> None:
    found: Outcomes = outcomes(diary, measure=measure, baseline_days=days)
    printed = outcomes_as_json(found)
    assert list(printed) == list(exact(found))
    kinds = Counter(type(leaf) for leaf in _leaves(printed))
    assert set(kinds) <= {str, int, float, bool, type(None)}


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    return [value]
