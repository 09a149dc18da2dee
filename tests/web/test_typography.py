"""Numbers stay beside what they count."""

from __future__ import annotations

import pytest

from firststep.web.typography import unbroken
from tests import cast as people


@pytest.mark.parametrize(
    ("plain", "kept"),
    [
        ("your 7-day mean", "your 7\u2011day mean"),
        ("on a 0-10 VAS", "on a 0\u201110 VAS"),
        ("Ihr 7-Tage-Mittel", "Ihr 7\u2011Tage-Mittel"),
        ("relapse within 6 months: 19 %", "relapse within 6 months: 19\u00a0%"),
        ("First-step pain: not peer-reviewed", "First-step pain: not peer-reviewed"),
        ("changed by -3.2 on average", "changed by -3.2 on average"),
        ("", ""),
    ],
)
def test_numbers_and_what_they_count_stay_on_one_line(plain: str, kept: str) -> None:
    assert unbroken(plain) == kept


def test_the_finding_over_the_chart_breaks_nowhere_within_a_number(ana: people.Browser) -> None:
    page = ana.get("/progress").get_data(as_text=True)
    heading, *_of_other_charts = [line for line in page.splitlines() if "figure__sentence" in line]
    assert "your 7\u2011day mean is 2.5" in heading
