"""Which courses a cohort is about: by start, side and length of pain, and who cannot be judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from firststep.clinical.cohort import Person, tallies
from firststep.clinical.cohort_choice import CohortChoice, counted
from firststep.clinical.diary import Diary, Episode, FootDay
from firststep.clinical.visits import Visit, VisitSeries

START = date(2026, 3, 2)


def diary(*episodes: Episode) -> Diary:
    days = (START + timedelta(days=at) for at in range(-7, 100))
    return Diary(foot_days=tuple(FootDay(day, "right", 60) for day in days), episodes=episodes)


def case(start: date = START) -> Person:
    return Person(visits=(VisitSeries("standard", (Visit(start, 70), Visit(start + timedelta(84), 30)), start),))


ANA = Person(
    diary=diary(Episode("acupuncture", START), Episode("acupuncture", START + timedelta(30))),
    side="left",
    onset_on=date(2025, 12, 2),
)


def test_without_a_wish_everybody_counts_as_in_the_rules() -> None:
    people = [ANA, case(), Person(), Person(diary=diary())]
    found = counted(people, CohortChoice())
    assert found.tallies == tallies(people)
    assert (found.diaries, found.cases, found.without_course, found.not_recorded) == (1, 1, 2, 0)


@pytest.mark.parametrize(
    ("choice", "diaries", "cases"),
    [
        (CohortChoice(first=START, last=START), 1, 1),
        (CohortChoice(first=START + timedelta(1)), 0, 0),
        (CohortChoice(last=START - timedelta(1)), 0, 0),
        (CohortChoice(side="left"), 1, 0),
        (CohortChoice(side="both"), 0, 0),
        (CohortChoice(lasted="3_to_12_months"), 1, 0),
        (CohortChoice(lasted="under_3_months"), 0, 0),
    ],
)
def test_only_courses_that_are_asked_for_count(choice: CohortChoice, diaries: int, cases: int) -> None:
    found = counted([ANA, case()], choice)
    assert (found.diaries, found.cases) == (diaries, cases)
    assert sum(tally.people for tally in found.tallies.values()) == diaries + cases
    # Of a case of a sheet neither side nor onset is known; of Ana both are.
    assert found.not_recorded == bool(choice.side or choice.lasted)


def test_a_later_course_does_not_take_the_place_of_the_first() -> None:
    assert counted([ANA], CohortChoice(first=START + timedelta(20))).diaries == 0


@pytest.mark.parametrize(
    ("onset", "lasted"),
    [
        (START, "under_3_months"),
        (date(2025, 12, 3), "under_3_months"),
        (date(2025, 12, 2), "3_to_12_months"),
        (date(2025, 3, 3), "3_to_12_months"),
        (date(2025, 3, 2), "over_12_months"),
        (START + timedelta(1), None),
        (None, None),
    ],
)
def test_whole_months_of_pain_before_the_start(onset: date | None, lasted: str | None) -> None:
    person = replace(ANA, onset_on=onset)
    found = {
        name: counted([person], CohortChoice(lasted=name))  # type: ignore[arg-type]
        for name in ("under_3_months", "3_to_12_months", "over_12_months")
    }
    assert [name for name, of in found.items() if of.diaries] == ([lasted] if lasted else [])
    assert {of.not_recorded for of in found.values()} == {0 if lasted else 1}


def test_parts_add_up_to_the_whole() -> None:
    people = [ANA, case(), Person()]
    choice = CohortChoice(side="left")
    parts = [counted([person], choice) for person in people]
    assert parts[0] + parts[1] + parts[2] == counted(people, choice)
