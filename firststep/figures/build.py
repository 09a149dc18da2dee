"""From clinical results to what the chart shows: units change here, and nothing is computed anew."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from firststep.clinical.diary import Diary
from firststep.clinical.means import SevenDayMeans, seven_day_means
from firststep.clinical.measures import TENTHS_PER_POINT
from firststep.clinical.outcomes import Outcomes
from firststep.figures.names import arm_name, measure_name
from firststep.figures.period import Period, period
from firststep.figures.view import CareStart, Event, Level, PublishedPoint, ReliefWindow, TrajectoryView


def period_of(diary: Diary, outcomes: Outcomes, *, length: int, today: date) -> Period:
    """Choose the days of a person's chart: the last ``length``, or as many from where their course begins."""
    first_entry = min(diary.answered_days(), default=None)
    beginnings = [day for day in (first_entry, outcomes.starts_on) if day is not None]
    return period(length, today, min(beginnings, default=None))


def build_view(
    diary: Diary,
    outcomes: Outcomes,
    shown: Period,
    *,
    recalled: Collection[date] = (),
    windows: tuple[ReliefWindow, ...] = (),
    published: tuple[PublishedPoint, ...] = (),
) -> TrajectoryView:
    """Put together the chart of the foot and measure of ``outcomes`` over a period.

    ``recalled`` are the days whose entry was made later from memory. ``windows`` and ``published`` are what
    the person's course is compared with (none where the baseline is low or missing).
    """
    tenths = {} if outcomes.foot is None else diary.tenths(outcomes.foot, outcomes.measure)
    means = seven_day_means(tenths)
    base, episode = outcomes.baseline, diary.episode
    values = shown.spread(tenths)
    return TrajectoryView(
        measure_label=measure_name(outcomes.measure, outcomes.foot),
        first_day=shown.first_day,
        values=tuple(None if value is None else value / TENTHS_PER_POINT for value in values),
        late=tuple(value is not None and day in recalled for day, value in zip(shown, values, strict=True)),
        means=means.between(shown.first_day, shown.last_day),
        stretch=shown.spread(diary.stretch_answers()),
        nsaid=shown.spread(diary.nsaid_answers()),
        care=None if episode is None else CareStart(episode.starts_on, arm_name(episode.arm)),
        baseline=None if base is None else Level(base.day, float(base.value)),
        windows=windows,
        published=published,
        events=tuple(_events(outcomes, means)),
    )


def _events(outcomes: Outcomes, means: SevenDayMeans) -> Iterator[Event]:
    """Go through relief and relapse; each stands on the 7-day mean of its day, which the rules found valid."""
    relief, relapse = outcomes.relief, outcomes.relapse
    if relief.day is not None:
        level = _mean_on(means, relief.day)
        yield Event("relief" if relief.state == "confirmed" else "possible_relief", relief.day, level)
    if relapse.day is not None:
        yield Event("relapse", relapse.day, _mean_on(means, relapse.day))


def _mean_on(means: SevenDayMeans, day: date) -> float:
    mean = means.on(day)
    if mean is None:
        raise ValueError(f"an event on {day} without a valid 7-day mean")
    return float(mean)
