"""One sentence says where a course stands: of which foot, since when, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask

from firststep.clinical.diary import Diary, FootDay
from firststep.clinical.outcomes import outcomes
from firststep.web.findings import finding, reader_finding
from tests.clinical.diaries import diary_of

FIRST = date(2026, 4, 6)


@pytest.fixture(autouse=True)
def speaking(app: Flask) -> Iterator[None]:
    """Let sentences be made as for a page in English."""
    with app.test_request_context():
        yield


def week_after_week(before: int, now: int) -> Diary:
    rows = [FootDay(FIRST + timedelta(days=day), "right", before if day < 7 else now) for day in range(14)]
    return Diary(tuple(rows))


@pytest.mark.parametrize(
    ("before", "now", "ends"),
    [
        (80, 60, "to 6.0 (19 Apr 2026), 7-day means."),
        (80, 61, "to 6.1 (19 Apr 2026), 7-day means: within day-to-day variation."),
        (60, 80, "to 8.0 (19 Apr 2026), 7-day means."),
    ],
)
def test_a_practitioner_reads_what_is_within_day_to_day_variation(before: int, now: int, ends: str) -> None:
    found = outcomes(week_after_week(before, now), measure="first_step")
    assert reader_finding(found, two_feet=False).endswith(ends)


def test_a_baseline_is_not_compared_with_itself() -> None:
    found = outcomes(diary_of([60] * 4, first=FIRST), measure="first_step")
    said = reader_finding(found, two_feet=False)
    assert said == "First-step pain: 7-day mean 6.0 on 9 Apr 2026, the baseline."
    assert finding(found, date(2026, 4, 9), two_feet=False) == "First-step pain: your 7-day mean is 6.0."


def test_who_logs_two_feet_reads_of_which_one() -> None:
    found = outcomes(week_after_week(80, 60), measure="first_step")
    today = FIRST + timedelta(days=13)
    assert finding(found, today, two_feet=True).startswith("First-step pain, right foot: your 7-day mean is 6.0, 2.0")
    assert finding(found, today, two_feet=False).startswith("First-step pain: your 7-day mean is 6.0, 2.0")
    assert reader_finding(found, two_feet=True).startswith("First-step pain, right foot: from 8.0")
