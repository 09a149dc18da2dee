"""What is remarked beside a chart is so, and says why something is missing: relief, a gap, a baseline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from firststep.clinical.diary import Diary
from firststep.clinical.outcomes import outcomes
from firststep.web.course_remarks import course_remarks
from tests.clinical.diaries import BEFORE, MONDAY, START, day, diary_of

SPARSE: list[int | None] = [60, None, None, None] * 4
DAILY: list[int | None] = [50] * 30
AGAIN_LOW = "On 3 May 2026 the 7-day mean was 30 % and 2 points lower than at the start again."


@pytest.fixture(autouse=True)
def speaking(app: Flask) -> Iterator[None]:
    """Let sentences be made as for a page in English."""
    with app.test_request_context():
        yield


def remarks(diary: Diary, today: int) -> list[str]:
    """Return what is remarked on a day, counted from the first Monday."""
    return course_remarks(diary, outcomes(diary, measure="first_step"), MONDAY + timedelta(days=today))


def test_a_baseline_that_can_still_come_is_awaited() -> None:
    (said,) = remarks(diary_of([60, 60]), 2)
    assert said.startswith("There is no baseline yet: it takes at least 4 entries in 7 days. Until then")
    assert remarks(diary_of(SPARSE[:13]), 13) == [said]
    assert remarks(Diary(), 0) == [said]


def test_a_baseline_whose_days_have_passed_is_not_awaited() -> None:
    (said,) = remarks(diary_of(SPARSE[:13]), 14)
    assert remarks(diary_of(SPARSE + DAILY), 46) == [said]
    assert said.startswith("There is no baseline: it takes at least 4 entries in 7 days within two weeks of the first")
    assert "A course of care that begins later gets a baseline of its own." in said
    later = diary_of(SPARSE + DAILY, start=MONDAY + timedelta(days=40))
    assert outcomes(later, measure="first_step").baseline is not None


def test_somebody_with_entries_enough_reads_that_care_decides_about_the_baseline() -> None:
    ahead = diary_of(DAILY, start=MONDAY + timedelta(days=60))
    (said,) = remarks(ahead, 29)
    assert said.startswith("There is no baseline yet: it takes at least 4 entries in 7 days in the week before care")
    assert "(6 March 2026)" in said
    # The two weeks begin with the first entry since, whenever that is.
    assert remarks(ahead, 90) == [said]
    since = diary_of([*DAILY, *[None] * 30, *SPARSE], start=MONDAY + timedelta(days=60))
    assert remarks(since, 73) == [said]
    (over,) = remarks(since, 74)
    assert over.startswith("There is no baseline: it takes at least 4 entries in 7 days in the week before care began")


@pytest.mark.parametrize(("late", "said"), [(28, False), (29, True)])
def test_a_baseline_long_after_the_start_says_that_the_pain_before_is_not_known(late: int, said: bool) -> None:
    start = MONDAY - timedelta(days=late - 3)
    found = remarks(diary_of([60] * 20, start=start), 19)
    assert [one for one in found if one.startswith("The baseline is of")] == (
        [
            "The baseline is of 8 January 2026, 29 days after the start of care: these entries do not tell how strong "
            "the pain was before."
        ]
        if said
        else []
    )


def test_pain_that_fell_again_after_a_relapse_is_not_told_as_if_it_were_back() -> None:
    course = [*BEFORE, *[30] * 40, *[70] * 35, *[30] * 37]
    found = remarks(diary_of(course, start=START), len(course) - 1)
    assert [one.split(" ")[0] for one in found] == ["Meaningful", "From", "On"]
    assert found[2].startswith(AGAIN_LOW)
    still_back = remarks(diary_of(course[:-34], start=START), len(course) - 35)
    assert [one.split(" ")[0] for one in still_back] == ["Meaningful", "From"]


def test_at_a_low_baseline_nothing_is_said_of_how_relief_is_counted() -> None:
    low: list[int | None] = [20] * 20 + [None] * 30 + [20] * 30
    assert [one[:30] for one in remarks(diary_of(low, start=START), 79)] == ["The start was below 3 of 10. F"]
    high: list[int | None] = [60] * 20 + [None] * 30 + [60] * 30
    (said,) = remarks(diary_of(high, start=START), 79)
    assert said.startswith("After 27 January 2026 there were too few entries for more than 14 days.")
    assert outcomes(diary_of(high, start=START), measure="first_step").censored_on == day(15)
