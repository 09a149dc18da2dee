"""From a course to what its chart shows: the clinical figures put onto the days of a period."""

from __future__ import annotations

from datetime import date

from firststep.clinical.means import SevenDayMeans, seven_day_means
from firststep.clinical.outcomes import Outcomes
from firststep.figures.period import Period
from firststep.figures.view import CareStart, Event, Level, TrajectoryView
from firststep.services.trajectories import Course
from firststep.web import wording


def view_of(course: Course, found: Outcomes, shown: Period, *, care_label: str | None) -> TrajectoryView:
    """Return the view of one foot and measure over a period, without anything published in it."""
    assert found.foot is not None
    tenths = course.diary.tenths(found.foot, found.measure)
    means = seven_day_means(tenths)
    late = {day: (day, found.foot) in course.recalled for day in tenths}
    episode = course.diary.episode
    return TrajectoryView(
        measure_label=wording.measure_name(found.measure),
        first_day=shown.first_day,
        values=shown.spread({day: value / 10 for day, value in tenths.items()}),
        late=tuple(late.get(day, False) for day in shown),
        means=means.between(shown.first_day, shown.last_day),
        stretch=shown.spread(course.diary.stretch_answers()),
        nsaid=shown.spread(course.diary.nsaid_answers()),
        care=CareStart(episode.starts_on, care_label) if episode and care_label else None,
        baseline=Level(found.baseline.day, float(found.baseline.value)) if found.baseline else None,
        events=_events(found, means),
    )


def _events(found: Outcomes, means: SevenDayMeans) -> tuple[Event, ...]:
    events = []
    if found.relief.day and found.relief.state != "none":
        kind = "relief" if found.relief.state == "confirmed" else "possible_relief"
        events.append(Event(kind, found.relief.day, _on(means, found.relief.day)))  # type: ignore[arg-type]
    if found.relapse.day:
        events.append(Event("relapse", found.relapse.day, _on(means, found.relapse.day)))
    return tuple(events)


def _on(means: SevenDayMeans, day: date) -> float:
    mean = means.on(day)
    assert mean is not None, "an outcome's day has a valid mean"
    return float(mean)
