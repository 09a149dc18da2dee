"""What of a course is looked at: the measure and foot, what stands beside it, its view, sentence and drawing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from markupsafe import Markup

from firststep.clinical.comparison import Comparison
from firststep.clinical.measures import FEET, MEASURES, Foot, Measure
from firststep.clinical.outcomes import (
    Outcomes,
    outcomes_of_foot,
    outcomes_without_pain,
    recorded_measure,
    worse_foot,
)
from firststep.figures.build import build_view, period_of, with_companions
from firststep.figures.svg import draw
from firststep.figures.view import TrajectoryView
from firststep.services.trajectories import Course
from firststep.web import wording
from firststep.web.beside import wanted_comparison
from firststep.web.choice import Choice
from firststep.web.findings import finding, reader_finding
from firststep.web.happenings import with_happenings

#: As wide as the page shows them, so that letters have the size they say (static/css/app.css has the wide one too).
NARROW_PX, WIDE_PX = (344, 330), (672, 346)


def resolved(course: Course, choice: Choice) -> tuple[Choice, Outcomes]:
    """Fill in the measure and the foot that nobody chose, and compute what the choice is about."""
    measure = recorded_measure(course.diary, choice.measure) if choice.any_measure else choice.measure
    foot = choice.foot or worse_foot(course.diary, measure=measure) or _only_foot(course)
    found = outcomes_of_foot(course.diary, foot, measure=measure)
    return replace(choice, measure=measure, foot=foot), found


def resolved_for_chart(course: Course, choice: Choice) -> tuple[Choice, Outcomes]:
    """Do the same for a chart by itself: without pain in it the first day of care is enough, where that is known."""
    if choice.is_about_pain or course.diary.episode is None:
        return resolved(course, choice)
    return choice, outcomes_without_pain(course.diary, measure=choice.measure)


def compared_with(course: Course, choice: Choice, found: Outcomes) -> Comparison:
    """Return what was published that stands beside the course."""
    episode = course.diary.episode
    return wanted_comparison(found, own=episode.arm if episode else None, ranges=choice.ranges)


def view_of(course: Course, choice: Choice, found: Outcomes, compared: Comparison, today: date) -> TrajectoryView:
    """Put together all that the trajectory shows over the chosen days."""
    shown = period_of(course.diary, found, length=choice.days, today=today)
    # Kept for the first steps only: pain over the day is always told afterwards.
    of_measure = course.recalled if choice.measure == "first_step" else ()
    recalled = {day for day, foot in of_measure if foot == found.foot}
    view = build_view(course.diary, found, shown, recalled=recalled, comparison=compared, other_arms=True)
    view = with_companions(view, course.diary, shown, _others(choice, found))
    feet = FEET if choice.both_feet else (found.foot,)
    return with_happenings(view, course, feet, today)


def sentence_of(course: Course, found: Outcomes, today: date, *, own: bool) -> str:
    """Say the finding; ``own``: the reader is the person whose course it is."""
    two_feet = len(course.diary.feet) > 1
    return finding(found, today, two_feet=two_feet) if own else reader_finding(found, two_feet=two_feet)


def drawing(drawn: dict[str, Any], size_px: tuple[int, int], title: str) -> Markup:
    """Draw a figure for the page, which brings its colours."""
    width, height = size_px
    return draw(drawn, width=width, height=height, title=title, description=wording.caution())


def _only_foot(course: Course) -> Foot:
    return "left" if course.diary.feet == {"left"} else "right"


def _others(choice: Choice, found: Outcomes) -> list[tuple[Measure, Foot]]:
    """List what is drawn beside the main measure and foot."""
    measures = MEASURES if choice.both_measures else (choice.measure,)
    feet = FEET if choice.both_feet else (found.foot,)
    pairs = [(measure, foot) for measure in measures for foot in feet if foot is not None]
    return [pair for pair in pairs if pair != (found.measure, found.foot)]
