"""From a diary and its outcomes to the view: the same numbers, in points, on their own days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from firststep.clinical.comparison import compare
from firststep.clinical.diary import Arm, DayAnswers, Diary, Episode, FootDay
from firststep.clinical.outcomes import outcomes
from firststep.figures.build import build_view, period_of
from firststep.figures.period import Period
from firststep.figures.trajectory import trajectory
from firststep.figures.view import TrajectoryView

MONDAY = date(2026, 1, 5)


def day(index: int) -> date:
    """Return a day by its number."""
    return MONDAY + timedelta(days=index)


def diary(levels: list[int | None], **answers: bool) -> Diary:
    """Return a diary of the left foot with one pain a day, in tenths."""
    return Diary(
        foot_days=tuple(FootDay(day(index), "left", tenths) for index, tenths in enumerate(levels)),
        day_answers=tuple(DayAnswers(day(index), **answers) for index in range(len(levels))),
        episodes=(Episode("acupuncture", day(7)),),
    )


def view(one: Diary, length: int = 90, **more: object) -> TrajectoryView:
    """Return the view of a diary from its first day on."""
    return build_view(one, outcomes(one, measure="first_step"), Period(MONDAY, length), **more)


def test_tenths_become_points_and_missing_stays_missing() -> None:
    shown = view(diary([67, None, 0, 70, 60, 70, 60]), 30)
    assert shown.values[:4] == (6.7, None, 0.0, 7.0)
    assert shown.values[7:] == (None,) * 23
    assert shown.means[:4] == (None, None, None, None)
    assert shown.means[4] == pytest.approx((6.7 + 0 + 7 + 6) / 4)
    assert shown.measure_label == "First-step pain, left foot"


def test_answers_of_the_person_fill_the_strips() -> None:
    shown = view(diary([70] * 3, stretch_done=True, nsaid_taken=False), 30)
    assert shown.stretch == (True,) * 3 + (None,) * 27
    assert shown.nsaid == (False,) * 3 + (None,) * 27


def test_only_recorded_entries_can_be_from_memory() -> None:
    shown = view(diary([70, None, 70]), 30, recalled={day(1), day(2)})
    assert shown.late[:3] == (False, False, True)


def test_relief_and_relapse_stand_on_the_mean_of_their_day() -> None:
    one = diary([70] * 10 + [30] * 40 + [80] * 40)
    found = outcomes(one, measure="first_step")
    shown = view(one)
    assert found.relief.state == "confirmed"
    assert [(event.kind, event.day) for event in shown.events] == [
        ("relief", found.relief.day),
        ("relapse", found.relapse.day),
    ]
    assert [event.value for event in shown.events] == [shown.means[(event.day - MONDAY).days] for event in shown.events]
    assert shown.baseline is not None
    assert (shown.baseline.day, shown.baseline.value) == (day(6), 7.0)


def test_relief_that_is_not_confirmed_is_only_possible() -> None:
    shown = view(diary([70] * 10 + [30] * 12))
    assert [event.kind for event in shown.events] == ["possible_relief"]
    assert "Possible relief, not confirmed" in {trace["name"] for trace in trajectory(shown)["data"]}


def test_an_empty_diary_is_an_empty_chart() -> None:
    empty = Diary()
    shown = view(empty, 30)
    assert set(shown.values) == {None}
    assert (shown.care, shown.baseline, shown.events) == (None, None, ())
    assert trajectory(shown)["data"] == []


def test_one_entry_is_one_dot() -> None:
    shown = view(Diary(foot_days=(FootDay(day(0), "right", 60),)), 30)
    figure = trajectory(shown)
    assert [(trace["name"], trace["y"]) for trace in figure["data"]] == [("Entry of the day", [6])]


def compared(one: Diary, arm: Arm | None, **more: bool) -> TrajectoryView:
    """Return the view of a diary beside the published figures."""
    found = outcomes(one, measure="first_step")
    return build_view(one, found, Period(MONDAY, 90), comparison=compare(found, arm), **more)


def test_the_own_arm_is_compared_at_the_own_baseline() -> None:
    (window,) = compared(diary([70] * 30), "acupuncture").windows
    assert (window.own, window.label, window.pain_type_stated) == (True, "Acupuncture", False)
    assert (window.starts, window.opens, window.closes) == (day(7), day(7 + 21), day(7 + 42))
    assert (window.baseline, window.reduction) == (7.0, 5.8)
    assert (window.upper, window.lower, window.average) == pytest.approx((4.9, 1.2, 1.2))


def test_a_reduction_beyond_the_baseline_ends_at_zero() -> None:
    (window,) = compared(diary([50] * 30), "combined").windows
    assert (window.lower, window.average) == (0.0, 0.0)
    assert "7.1 below the start" in {
        note["text"] for note in trajectory(compared(diary([50] * 30), "combined"))["layout"]["annotations"]
    }


def test_other_arms_are_options() -> None:
    labels = [window.label for window in compared(diary([70] * 30), "acupuncture", other_arms=True).windows]
    assert labels == ["Acupuncture", "Standard care", "Combined care"]
    looked_at = compared(diary([70] * 30), None, other_arms=True).windows
    assert [window.own for window in looked_at] == [False] * 3
    assert compared(diary([70] * 30), None).windows == ()


def test_peer_reviewed_points_are_numbered_as_the_page_lists_them() -> None:
    found = outcomes(diary([70] * 30), measure="first_step")
    comparison = compare(found, "acupuncture")
    shown = compared(diary([70] * 30), "acupuncture").published
    assert [point.number for point in shown] == list(range(1, len(comparison.points) + 1))
    assert [point.source for point in shown] == [point.benchmark.source.short for point in comparison.points]
    zhang = next(point for point in shown if point.source == "Zhang 2011" and "PC 7" in point.treatment)
    assert (zhang.low, zhang.value, zhang.high) == pytest.approx((7 - 3.04, 7 - 2.26, 7 - 1.48))


def test_a_low_baseline_is_compared_with_nothing() -> None:
    shown = compared(diary([20] * 30), "acupuncture", other_arms=True)
    assert (shown.windows, shown.published) == ((), ())
    assert shown.baseline is not None


def test_the_chart_of_a_young_diary_begins_with_it() -> None:
    one = diary([70] * 5)
    found = outcomes(one, measure="first_step")
    assert period_of(one, found, length=90, today=day(4)) == Period(day(0), 90)
    assert period_of(one, found, length=30, today=day(400)).last_day == day(400)
    assert period_of(Diary(), outcomes(Diary(), measure="average"), length=30, today=day(9)).last_day == day(9)
