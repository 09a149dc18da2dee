"""From clinical results to what the chart shows: units change here, and nothing is computed anew."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from firststep.clinical.censoring import LONGEST_RUN_WITHOUT
from firststep.clinical.comparison import Comparison
from firststep.clinical.diary import Diary, Episode
from firststep.clinical.means import SevenDayMeans, in_points
from firststep.clinical.measures import TENTHS_PER_POINT, Foot, Measure
from firststep.clinical.outcomes import Outcomes, means_of
from firststep.figures.names import arm_name, line_name, measure_name, published
from firststep.figures.on_demand import OnDemand
from firststep.figures.period import Period, period
from firststep.figures.view import (
    CareStart,
    Companion,
    Event,
    Level,
    PublishedPoint,
    ReliefWindow,
    Spell,
    TrajectoryView,
)


def period_of(diary: Diary, outcomes: Outcomes, *, length: int | None, today: date) -> Period:
    """Choose the days of a person's chart: the last ``length``, or as many from where their course begins.

    None is the whole course.
    """
    return period(length, today, begins_on(diary, outcomes))


def begins_on(diary: Diary, outcomes: Outcomes) -> date | None:
    """Return the first day of a person's course, or None when there is nothing yet."""
    return min((day for day in (diary.first_answered_day, outcomes.starts_on) if day is not None), default=None)


def build_view(
    diary: Diary,
    outcomes: Outcomes,
    shown: Period,
    *,
    recalled: Collection[date] = (),
    comparison: Comparison | None = None,
    other_arms: bool = False,
) -> TrajectoryView:
    """Put together the chart of the foot and measure of ``outcomes`` over a period.

    ``recalled`` are the days whose entry was made later from memory. ``comparison`` is what stands beside the
    person's course; the windows of the other arms are drawn only with ``other_arms``. Peer-reviewed points are
    numbered from 1 in the order of ``comparison.points``.
    """
    tenths = {} if outcomes.foot is None else diary.tenths(outcomes.foot, outcomes.measure)
    means = means_of(diary, outcomes)
    base = outcomes.baseline
    values = shown.spread(tenths)
    return TrajectoryView(
        measure_label=measure_name(outcomes.measure, outcomes.foot),
        first_day=shown.first_day,
        values=_in_points(values),
        late=_late(shown, values, recalled),
        means=_means(means, shown),
        stretch=shown.spread(diary.stretch_answers),
        nsaid=shown.spread(diary.nsaid_answers),
        care=care_start(diary),
        earlier_care=_earlier_care(diary),
        baseline=None if base is None else Level(base.day, float(base.value)),
        windows=() if comparison is None else tuple(_windows(comparison, other_arms)),
        published=() if comparison is None else tuple(_published(comparison)),
        events=tuple(_events(outcomes, means)),
        spells=tuple(_gaps(means, outcomes.starts_on)),
    )


def _in_points(tenths: Sequence[int | None]) -> tuple[float | None, ...]:
    # Of thousands of days a hundred differ.
    points = {value: None if value is None else value / TENTHS_PER_POINT for value in set(tenths)}
    return tuple(map(points.__getitem__, tenths))


def _late(shown: Period, values: Sequence[int | None], recalled: Collection[date]) -> tuple[bool, ...]:
    if not recalled:
        return (False,) * shown.length
    return tuple(value is not None and day in recalled for day, value in zip(shown, values, strict=True))


def care_start(diary: Diary) -> CareStart | None:
    """Return what began when, for the episode that counts."""
    return None if diary.episode is None else _care(diary.episode)


def _earlier_care(diary: Diary) -> tuple[CareStart, ...]:
    others = [episode for episode in diary.episodes if episode is not diary.episode]
    return tuple(_care(episode) for episode in sorted(others, key=lambda episode: episode.starts_on))


def _care(episode: Episode) -> CareStart:
    return CareStart(episode.starts_on, arm_name(episode.arm), episode.ends_on)


def with_companions(
    view: TrajectoryView, diary: Diary, shown: Period, others: Iterable[tuple[Measure, Foot]]
) -> TrajectoryView:
    """Add other measures or feet of the same person over the same period; one that was never recorded is left out."""
    found = []
    for measure, foot in others:
        tenths = diary.tenths(foot, measure)
        if not tenths:
            continue
        found.append(
            Companion(
                label=measure_name(measure, foot),
                short=line_name(measure, foot),
                values=_entries(tenths, shown),
                means=_means(diary.means(foot, measure), shown),
            )
        )
    return replace(view, companions=tuple(found))


def _entries(tenths: Mapping[date, int], shown: Period) -> OnDemand[float | None]:
    """Return entries that only a table asks for: all of them are made then."""
    made = cache(lambda: _in_points(shown.spread(tenths)))
    return OnDemand(shown.length, lambda part: made()[part])


def _means(means: SevenDayMeans, shown: Period) -> OnDemand[float | None]:
    units = means.between(shown.first_day, shown.last_day)
    return OnDemand(shown.length, lambda part: in_points(units[part]))


def _gaps(means: SevenDayMeans, starts_on: date | None) -> Iterator[Spell]:
    """Go through the runs of more than 14 days without a valid mean that begin after the start: follow-up ends there.

    Rule: outcomes daily-1, 10.
    """
    for first, last in means.gaps(LONGEST_RUN_WITHOUT):
        begins = means.day(first)
        if starts_on is not None and begins > starts_on:
            yield Spell("gap", begins, means.day(last))


def _windows(comparison: Comparison, other_arms: bool) -> Iterator[ReliefWindow]:
    for reported in (comparison.own, *(comparison.options if other_arms else ())):
        if reported is not None:
            yield ReliefWindow(
                label=arm_name(reported.arm),
                starts=reported.starts_on,
                baseline=float(reported.reduction.baseline),
                opens=reported.opens_on,
                closes=reported.closes_on,
                upper=float(reported.upper),
                lower=float(reported.lower),
                average=float(reported.reduction.level),
                reduction=float(reported.reduction.points),
                pain_type_stated=reported.benchmark.pain_type_stated,
                own=reported is comparison.own,
            )


def _published(comparison: Comparison) -> Iterator[PublishedPoint]:
    for number, point in enumerate(comparison.points, start=1):
        yield PublishedPoint(
            number=number,
            source=published(point.benchmark.source.short),
            treatment=published(point.benchmark.intervention),
            grade=point.benchmark.grade,
            day=point.day,
            value=float(point.level),
            low=None if point.low is None else float(point.low),
            high=None if point.high is None else float(point.high),
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
