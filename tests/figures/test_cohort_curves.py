"""The curves of a cohort: they rise where somebody had it, and say how many are still followed."""

from __future__ import annotations

from typing import Any

import pytest

from firststep.clinical.cohort import Tally
from firststep.clinical.cohort_table import cohort_table
from firststep.clinical.survival import FollowUp, FollowUps, kaplan_meier
from firststep.figures.cohort import cohort_curves
from firststep.web.cohort_panel import curves_view

#: 12 people: relief of eight, two of them on one day, and four whose follow-up ends.
FOLLOWED = [FollowUp(days, True) for days in (7, 14, 14, 21, 35, 49, 63, 83)] + [
    FollowUp(days, False) for days in (10, 49, 84, 400)
]


def table_of(*follow_ups: FollowUp) -> Any:
    tally = Tally(relief=FollowUps.of(follow_ups), relapse=FollowUps.of(follow_ups))
    return cohort_table({"acupuncture": tally})


def test_a_curve_steps_where_the_estimate_does() -> None:
    view = curves_view(table_of(*FOLLOWED), "relief")
    curve, estimate = view.curves[0], kaplan_meier(FOLLOWED)
    assert curve.steps[0] == (0, 0)
    for week, share in curve.steps:
        assert share == pytest.approx(100 * float(1 - estimate.left_at(round(7 * week))))
    # About a year is drawn; the follow-up of 400 days goes on beyond it.
    assert (view.weeks, curve.steps[-1][0]) == (56, 56)
    assert curve.ends == (10 / 7, 7.0, 12.0)


def test_the_figure_has_a_corner_on_each_side_of_a_step() -> None:
    figure = cohort_curves(curves_view(table_of(*FOLLOWED), "relief"))
    line = figure["data"][0]
    at = line["x"].index(2.0)
    assert line["x"][at : at + 2] == [2.0, 2.0]
    estimate = kaplan_meier(FOLLOWED)
    expected = [round(100 * float(1 - estimate.left_at(days)), 1) for days in (13, 14)]
    assert line["y"][at : at + 2] == expected


def test_under_each_tick_stands_how_many_are_still_followed() -> None:
    view = curves_view(table_of(*FOLLOWED), "relief")
    figure = cohort_curves(view)
    numbers = {note["x"]: note["text"] for note in figure["layout"]["annotations"] if note["xref"] == "x"}
    assert numbers == {
        week: str(sum(one.days >= 7 * week for one in FOLLOWED)) for week in range(0, view.weeks + 1, view.tick_weeks)
    }


def test_the_mark_stands_at_the_week_of_the_table_with_its_interval() -> None:
    found, share = curves_view(table_of(*FOLLOWED), "relief").curves[0].reached, kaplan_meier(FOLLOWED).happened_by(84)
    assert found is not None
    assert share is not None
    assert share.interval is not None
    assert (found.share, found.low, found.high) == pytest.approx(
        (100 * float(share.value), 100 * share.interval.low, 100 * share.interval.high)
    )


def test_nobody_followed_so_long_has_no_mark() -> None:
    short = [FollowUp(days, days % 2 == 0) for days in range(20, 40)]
    assert curves_view(table_of(*short), "relapse").curves[0].reached is None
    everybody = [FollowUp(days, True) for days in range(20, 40)]
    reached = curves_view(table_of(*everybody), "relapse").curves[0].reached
    assert reached is not None
    assert (reached.share, reached.low) == (100, None)


def test_too_few_people_have_no_curve() -> None:
    assert curves_view(table_of(*FOLLOWED[:9]), "relief").curves == ()
