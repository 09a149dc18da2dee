"""Diaries for tests: written down by hand, or read from a file in the import format."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from firststep.clinical.diary import Arm, DayAnswers, Diary, Episode, FootDay, one_answer
from firststep.clinical.means import SevenDayMeans
from firststep.clinical.measures import Foot
from firststep.clinical.outcomes import Outcomes, outcomes

DATA = Path(__file__).parent.parent / "data"
MONDAY = date(2026, 1, 5)

# Of `course`: where care begins, and what was logged in the week before, a baseline of 7.0 whose relief level is 4.9.
START = MONDAY + timedelta(days=7)
BEFORE: list[int | None] = [70] * 7

YES_NO = {"yes": True, "no": False, "done": True, "not_done": False, "": None}


def diary_of(
    tenths: Sequence[int | None],
    *,
    first: date = MONDAY,
    foot: Foot = "right",
    start: date | None = None,
    arm: Arm = "acupuncture",
    answers: Iterable[DayAnswers] = (),
) -> Diary:
    """Return a diary with one first-step value a day from ``first`` on; None is a day without."""
    rows = tuple(
        FootDay(first + timedelta(days=offset), foot, value) for offset, value in enumerate(tenths) if value is not None
    )
    episodes = () if start is None else (Episode(arm, start),)
    return Diary(rows, tuple(answers), episodes)


def day(offset: int) -> date:
    """Return a day of care; 0 is the start."""
    return START + timedelta(days=offset)


def course(*after: list[int | None]) -> Outcomes:
    """Return the outcomes of a course that begins with a baseline of 7.0."""
    return outcomes(diary_of(sum(after, start=BEFORE), start=START), measure="first_step")


def days_with(means: SevenDayMeans, rule: Callable[[SevenDayMeans, int], bool]) -> tuple[date, ...]:
    """Return each day of some means at whose place a rule holds."""
    return tuple(means.day(index) for index in range(len(means.units)) if rule(means, index))


def nsaid_days(first: date, taken: Sequence[bool | None]) -> tuple[DayAnswers, ...]:
    """Return NSAID answers, one a day from ``first`` on; None is a day without an answer."""
    return tuple(
        DayAnswers(first + timedelta(days=offset), nsaid_taken=answer)
        for offset, answer in enumerate(taken)
        if answer is not None
    )


def read_csv(name: str, episode: Episode | None) -> Diary:
    """Read a diary in the import format; both feet's answers of a day are read together."""
    feet: list[FootDay] = []
    stretch: dict[date, list[bool | None]] = defaultdict(list)
    nsaid: dict[date, list[bool | None]] = defaultdict(list)
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["day"])
            foot: Foot = "left" if row["foot"] == "left" else "right"
            feet.append(FootDay(day, foot, _tenths(row["first_step_pain"]), _tenths(row["average_pain"])))
            stretch[day].append(YES_NO[row["stretch"]])
            nsaid[day].append(YES_NO[row["nsaid"]])
    answers = tuple(
        DayAnswers(day, stretch_done=one_answer(stretch[day]), nsaid_taken=one_answer(nsaid[day])) for day in nsaid
    )
    return Diary(tuple(feet), answers, () if episode is None else (episode,))


def _tenths(text: str) -> int | None:
    return None if text == "" else round(float(text) * 10)
