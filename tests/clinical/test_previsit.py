"""The pre-visit figures and flags: worked by hand, and what holds for every diary."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firststep.clinical.diary import DayAnswers, Diary, FootDay
from firststep.clinical.previsit import MOST_FLAGS, Flag, Thresholds, flags, since_last_visit, visit_figures
from tests.clinical.diaries import MONDAY, diary_of

TODAY = date(2026, 6, 30)


def until_today(tenths: list[int | None], today: date = TODAY, nsaid: list[bool | None] | None = None) -> Diary:
    """Return a diary whose lists end with today."""
    answers = [
        DayAnswers(today - timedelta(days=back), nsaid_taken=taken)
        for back, taken in enumerate(reversed(nsaid or []))
        if taken is not None
    ]
    return diary_of(tenths, first=today - timedelta(days=len(tenths) - 1), answers=answers)


def kinds(diary: Diary, *open_flares: date, today: date = TODAY) -> list[str]:
    return [flag.kind for flag in flags(diary, "right", open_flares, today)]


@pytest.mark.parametrize(("days", "fires"), [(6, False), (7, True)])
def test_silence_of_seven_days(days: int, fires: bool) -> None:
    diary = diary_of([50], first=TODAY - timedelta(days=days))
    assert flags(diary, "right", [], TODAY) == ((Flag(kind="silent", days=days),) if fires else ())


@pytest.mark.parametrize(("now", "fires"), [(54, False), (55, True)])
def test_a_mean_that_rose_by_a_point_and_a_half(now: int, fires: bool) -> None:
    diary = until_today([40] * 14 + [now] * 7)
    rise = Flag(kind="rise", days=14, now=Fraction(now, 10), before=Fraction(4))
    assert flags(diary, "right", [], TODAY) == ((rise,) if fires else ())


@pytest.mark.parametrize(("entries", "fires"), [(6, False), (7, True)])
def test_a_rise_needs_half_of_the_days_before(entries: int, fires: bool) -> None:
    before: list[int | None] = [40] * entries + [None] * (14 - entries)
    assert ("rise" in kinds(until_today(before + [70] * 7))) is fires


@pytest.mark.parametrize(("taken", "fires"), [(9, False), (10, True)])
def test_nsaids_on_ten_of_fourteen_days_where_no_answer_is_no_yes(taken: int, fires: bool) -> None:
    answers: list[bool | None] = [True, *[None] * (14 - taken), *[True] * taken]
    found = flags(until_today([None], nsaid=answers), None, [], TODAY)
    assert found == ((Flag(kind="nsaid", days=taken),) if fires else ())


@pytest.mark.parametrize(("days", "fires"), [(45, False), (46, True)])
def test_no_noticeable_change_for_six_weeks(days: int, fires: bool) -> None:
    # The first valid mean is on the fourth day, so 46 days of entries hold means 42 days apart.
    found = flags(until_today([50] * days), "right", [], TODAY)
    expected = Flag(kind="unchanged", days=42, now=Fraction(5), before=Fraction(5))
    assert found == ((expected,) if fires else ())


def test_a_gap_or_a_change_ends_what_is_unchanged() -> None:
    assert "unchanged" not in kinds(until_today([50] * 30 + [None] * 22 + [50] * 30))
    assert "unchanged" not in kinds(until_today([80] * 30 + [50] * 30))


@pytest.mark.parametrize(("days", "fires"), [(2, False), (3, True)])
def test_a_flare_up_open_for_three_days(days: int, fires: bool) -> None:
    found = flags(Diary(), None, [TODAY - timedelta(days=days - 1)], TODAY)
    assert found == ((Flag(kind="flare", days=days),) if fires else ())


def test_thresholds_are_one_thing_to_set() -> None:
    diary = diary_of([50], first=TODAY - timedelta(days=6))
    assert [flag.kind for flag in flags(diary, "right", [], TODAY, Thresholds(silent_days=6))] == ["silent"]


def test_figures_since_a_session() -> None:
    # 14 days before the session and 14 since; the session's own day is the last of those before.
    tenths: list[int | None] = [60] * 14 + [30] * 13 + [45]
    today = MONDAY + timedelta(days=27)
    answers = [DayAnswers(MONDAY + timedelta(days=at), stretch_done=at >= 14, nsaid_taken=at < 14) for at in range(28)]
    since = since_last_visit([today, MONDAY + timedelta(days=13)], today)
    found = visit_figures(diary_of(tenths, answers=answers), "right", [(today, "right"), (MONDAY, "right")], since)
    assert (since.length, since.is_visit) == (14, True)
    assert (found.mean.now, found.mean.before) == (Fraction(6 * 30 + 45, 70), Fraction(6))
    assert (found.worst.now, found.worst.before) == (Fraction(9, 2), 6)
    assert (found.stretching.now, found.stretching.before) == (7, 0)
    assert (found.nsaid.now, found.nsaid.before) == (0, 7)
    assert (found.stretching.answers, found.nsaid.answers, found.mean.answers) == (14, 14, None)
    assert (found.logged, found.entries, found.recalled) == (14, 14, 1)


def test_without_a_session_or_an_entry_nothing_is_said_and_nothing_is_nought() -> None:
    since = since_last_visit([TODAY], TODAY)
    assert (since.length, since.is_visit) == (28, False)
    found = visit_figures(Diary(), None, [], since)
    for figure in (found.mean, found.worst, found.stretching, found.nsaid):
        assert (figure.now, figure.before) == (None, None)


pains = st.lists(st.none() | st.integers(0, 100), min_size=1, max_size=90)
taken = st.lists(st.none() | st.booleans(), max_size=30)
open_since = st.lists(st.integers(0, 20).map(lambda back: TODAY - timedelta(days=back)), max_size=3)


@given(pains, taken, open_since, st.integers(0, 30))
def test_every_flag_meets_its_own_threshold(
    tenths: list[int | None], nsaid: list[bool | None], flares: list[date], silence: int
) -> None:
    diary, today = until_today(tenths, TODAY - timedelta(days=silence), nsaid), TODAY
    found = flags(diary, "right", flares, today)
    assert len(found) <= MOST_FLAGS
    assert len({flag.kind for flag in found}) == len(found)
    least = {"silent": 7, "nsaid": 10, "unchanged": 42, "flare": 3, "rise": 14}
    for flag in found:
        assert flag.days >= least[flag.kind]
        if flag.kind == "rise":
            assert flag.now is not None
            assert flag.before is not None
            assert flag.now - flag.before >= Fraction(3, 2)
        if flag.kind == "unchanged":
            assert flag.now is not None
            assert flag.before is not None
            assert abs(flag.now - flag.before) < 2


@given(pains, taken, st.integers(1, 40))
def test_what_is_stricter_never_fires_where_the_milder_does_not(
    tenths: list[int | None], nsaid: list[bool | None], more: int
) -> None:
    diary = until_today(tenths, nsaid=nsaid)
    mild = {flag.kind for flag in flags(diary, "right", [], TODAY)}
    strict = Thresholds(
        silent_days=7 + more,
        rise_points=Fraction(3, 2) + more,
        nsaid_days=10 + more,
        unchanged_weeks=6 + more,
        flare_days=3 + more,
    )
    assert {flag.kind for flag in flags(diary, "right", [], TODAY, strict)} <= mild


@given(pains, st.integers(0, 100))
def test_the_other_foot_changes_no_flag_about_pain(tenths: list[int | None], other: int) -> None:
    diary = until_today(tenths)
    both = Diary((*diary.foot_days, FootDay(TODAY, "left", other)))
    about_pain = {"rise", "unchanged"}
    alone = [flag for flag in flags(diary, "right", [], TODAY) if flag.kind in about_pain]
    assert [flag for flag in flags(both, "right", [], TODAY) if flag.kind in about_pain] == alone
