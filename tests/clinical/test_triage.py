"""The one reason of the panel: each threshold met on equality, the order, the coming days, and the slow rules."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firststep.clinical.diary import Diary
from firststep.clinical.flares import FlareAnswer
from firststep.clinical.outcomes import worse_foot
from firststep.clinical.previsit import DEFAULTS, Flag, Thresholds
from firststep.clinical.triage import OUTLOOK_DAYS, REASONS, Reason, Watched, outlook, reason
from tests.clinical import triage_oracle
from tests.clinical.diaries import diary_of, nsaid_days
from tests.clinical.strategies import FIRST, diaries
from tests.clinical.test_previsit import TODAY, until_today

LONG_SHARED = TODAY - timedelta(days=400)


def back(days: int) -> date:
    return TODAY - timedelta(days=days)


def watched(diary: Diary, *flares: FlareAnswer, shared_on: date | None = LONG_SHARED, measured: bool = True) -> Watched:
    return Watched(diary=diary, foot="right" if measured else None, flares=flares, shared_on=shared_on)


def kind(diary: Diary, *flares: FlareAnswer, today: date = TODAY, shared_on: date | None = LONG_SHARED) -> str:
    return reason(watched(diary, *flares, shared_on=shared_on), today).kind


#: 14 days at 4.0, then a week that never changes: on track, as no rule says otherwise.
CALM: list[int | None] = [40] * 21


@pytest.mark.parametrize(("days", "expected"), [(6, "on_track"), (7, "silent")])
def test_silent_on_the_seventh_day_without_an_entry(days: int, expected: str) -> None:
    assert kind(until_today(CALM), today=TODAY + timedelta(days=days)) == expected


@pytest.mark.parametrize(("days", "expected"), [(6, "new"), (7, "silent")])
def test_silent_on_the_seventh_day_of_a_share_without_any_entry(days: int, expected: str) -> None:
    assert kind(Diary(), shared_on=back(days)) == expected


@pytest.mark.parametrize(("now", "expected"), [(54, "on_track"), (55, "worse")])
def test_worse_from_a_point_and_a_half_more(now: int, expected: str) -> None:
    assert kind(until_today([40] * 14 + [now] * 7)) == expected


def test_a_rise_is_compared_exactly() -> None:
    # The 14 days before hold 13 entries of 4.0 and one of 4.1: a mean of 4 + 1/140, so 5.5 is too little by 1/140.
    almost = until_today([40] * 13 + [41] + [55] * 7)
    assert kind(almost) == "on_track"
    # Seven days with a mean of 5.5 + 1/70 are enough again.
    assert kind(until_today([40] * 13 + [41] + [55] * 6 + [56])) == "worse"


@pytest.mark.parametrize(("days", "expected"), [(2, "on_track"), (3, "worse")])
def test_worse_on_the_third_day_of_an_open_flare_up(days: int, expected: str) -> None:
    assert kind(until_today(CALM), FlareAnswer(back(days - 1), confirmed=True)) == expected


@pytest.mark.parametrize(
    "flare",
    [
        FlareAnswer(back(9), confirmed=False),
        FlareAnswer(back(9), confirmed=True, settled_on=TODAY),
        FlareAnswer(back(-1), confirmed=True),
    ],
)
def test_a_flare_up_that_is_denied_settled_or_to_come_is_not_open(flare: FlareAnswer) -> None:
    assert kind(until_today(CALM), flare) == "on_track"


def test_a_flare_up_that_settles_tomorrow_is_open_today() -> None:
    flare = FlareAnswer(back(9), confirmed=True, settled_on=back(-1))
    ahead = outlook(watched(until_today(CALM), flare), TODAY)
    assert [found.kind for found in ahead.values()][:2] == ["worse", "on_track"]


@pytest.mark.parametrize(("taken", "expected"), [(9, "on_track"), (10, "nsaid")])
def test_nsaid_on_ten_of_fourteen_days(taken: int, expected: str) -> None:
    # The yes of 15 days ago is not one of the 14.
    answers: list[bool | None] = [True, *[False] * (14 - taken), *[True] * taken]
    assert kind(until_today(CALM, nsaid=answers)) == expected


@pytest.mark.parametrize(("days", "expected"), [(45, "on_track"), (46, "unchanged")])
def test_no_change_for_six_weeks_to_the_day(days: int, expected: str) -> None:
    # The first valid mean is on the fourth day.
    assert kind(until_today([50] * days)) == expected


@pytest.mark.parametrize(("tenths", "expected"), [(0, "on_track"), (19, "on_track"), (20, "unchanged")])
def test_from_below_two_points_no_noticeable_fall_is_possible(tenths: int, expected: str) -> None:
    assert kind(until_today([tenths] * 60)) == expected


@pytest.mark.parametrize(("before", "expected"), [(69, "unchanged"), (70, "on_track")])
def test_two_points_are_a_change(before: int, expected: str) -> None:
    # The first mean is that of the first four days.
    assert kind(until_today([before] * 4 + [50] * 42)) == expected


@pytest.mark.parametrize(("days", "expected"), [(6, "new"), (7, "on_track")])
def test_a_share_is_new_for_seven_days(days: int, expected: str) -> None:
    assert kind(until_today(CALM), shared_on=back(days)) == expected


def test_a_rule_that_fires_comes_before_the_share_is_new() -> None:
    assert kind(until_today([40] * 14 + [60] * 7), shared_on=TODAY) == "worse"


def test_each_comes_before_those_that_follow_it() -> None:
    yes: list[bool | None] = [True] * 14
    flare = FlareAnswer(back(3), confirmed=True)
    steady = until_today([50] * 60, nsaid=yes)
    assert kind(steady, flare) == "worse"
    assert kind(steady) == "nsaid"
    assert kind(until_today([50] * 60)) == "unchanged"
    assert kind(steady, flare, today=TODAY + timedelta(days=7)) == "silent"


def test_a_reason_carries_the_numbers_of_its_rule() -> None:
    found = reason(watched(until_today([40] * 14 + [60] * 7)), TODAY)
    rise = Flag(kind="rise", days=14, now=Fraction(6), before=Fraction(4))
    assert found == Reason(kind="worse", flag=rise, days=14, mean=Fraction(6))


def test_too_few_entries_are_no_mean_and_no_rule() -> None:
    assert reason(watched(until_today([40] * 3)), TODAY) == Reason(kind="on_track")
    assert reason(Watched(diary=Diary(), foot=None), TODAY) == Reason(kind="new")


def test_thresholds_are_set_one_by_one() -> None:
    long_calm = until_today([40] * 14 + [49] * 7, nsaid=[True] * 5)
    assert reason(watched(long_calm), TODAY, Thresholds(rise_points=Fraction(9, 10))).kind == "worse"
    assert reason(watched(long_calm), TODAY, Thresholds(nsaid_days=5)).kind == "nsaid"
    assert reason(watched(long_calm), TODAY + timedelta(days=2), Thresholds(silent_days=2)).kind == "silent"
    assert reason(watched(long_calm), TODAY, Thresholds(unchanged_weeks=2)).kind == "unchanged"
    assert reason(watched(long_calm, shared_on=back(20)), TODAY, Thresholds(new_days=21)).kind == "new"
    flare = FlareAnswer(TODAY, confirmed=True)
    assert reason(watched(long_calm, flare), TODAY, Thresholds(flare_days=1)).kind == "worse"


thresholds = st.just(DEFAULTS) | st.builds(
    Thresholds,
    silent_days=st.integers(2, 20),
    rise_points=st.integers(1, 60).map(lambda tenths: Fraction(tenths, 10)),
    flare_days=st.integers(1, 10),
    nsaid_days=st.integers(1, 14),
    unchanged_weeks=st.integers(1, 10),
    new_days=st.integers(1, 30),
)


@st.composite
def people(draw: st.DrawFn) -> tuple[Watched, date]:
    """Draw somebody's shared diary, and the day on which it is looked at."""
    diary = draw(diaries())
    last = diary.last_answered_day or FIRST
    today = last + timedelta(days=draw(st.sampled_from([0, 0, 0, 1, 2, 5, 6, 7, 8, 30])))
    shared_on = draw(st.none() | st.integers(0, 60).map(lambda days: today - timedelta(days=days)))
    flares = tuple(
        FlareAnswer(
            today - timedelta(days=begun),
            confirmed=confirmed,
            settled_on=None if lasted is None else today - timedelta(days=begun - lasted),
        )
        for begun, confirmed, lasted in draw(
            st.lists(st.tuples(st.integers(-2, 12), st.booleans(), st.none() | st.integers(0, 14)), max_size=2)
        )
    )
    foot = worse_foot(diary, measure="first_step")
    return Watched(diary=diary, foot=foot, flares=flares, shared_on=shared_on), today


def test_the_quick_rules_agree_with_the_slow_ones() -> None:
    reached: Counter[str] = Counter()

    @settings(max_examples=600, deadline=None, derandomize=True, database=None)
    @given(people(), thresholds)
    def compare(person: tuple[Watched, date], limits: Thresholds) -> None:
        found = reason(*person, limits)
        assert found.kind == triage_oracle.reason(*person, limits)
        reached[found.kind] += 1

    compare()
    assert set(reached) == set(REASONS), f"nobody was {set(REASONS) - set(reached)}"


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(people(), thresholds)
def test_the_coming_days_are_what_each_of_them_will_say(person: tuple[Watched, date], limits: Thresholds) -> None:
    seen, today = person
    ahead = outlook(seen, today, limits)
    assert list(ahead) == [today + timedelta(days=offset) for offset in range(len(ahead))]
    for day, found in ahead.items():
        assert found == reason(seen, day, limits)
    last = max(ahead)
    if ahead[last].kind == "silent":
        # Nothing but an entry ends it.
        assert {reason(seen, last + timedelta(days=more), limits).kind for more in (1, 9, 200)} == {"silent"}
    else:
        assert len(ahead) == OUTLOOK_DAYS + 1


def test_a_foot_that_hurts_less_says_nothing() -> None:
    steady = until_today(CALM)
    left = diary_of([10] * 14 + [90] * 7, first=back(20), foot="left")
    both = Diary((*steady.foot_days, *left.foot_days), nsaid_days(back(20), []))
    assert kind(both) == "on_track"
    assert reason(Watched(diary=both, foot="left", shared_on=LONG_SHARED), TODAY).kind == "worse"
