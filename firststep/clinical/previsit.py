"""What stands on one screen before a visit: the time since the last one in figures, and the rules that fired."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from firststep.clinical.censoring import LONGEST_RUN_WITHOUT
from firststep.clinical.change import LEAST_CHANGE_POINTS, noticeable_change
from firststep.clinical.diary import Diary
from firststep.clinical.means import WINDOW_DAYS, Mean, SevenDayMeans
from firststep.clinical.measures import TENTHS_PER_POINT, Foot, Measure
from firststep.clinical.nsaid import FEWEST_ANSWERS_OF_FIRST_DAYS, nsaid_days_per_week

FlagKind: TypeAlias = Literal["flare", "rise", "silent", "nsaid", "unchanged"]

MOST_FLAGS: Final = 3
#: What counts as "lately" where no treatment session is known.
WITHOUT_VISIT_DAYS: Final = 28


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """From where on a rule fires: days, points of 10, weeks."""

    silent_days: int = 7
    rise_points: Fraction = Fraction(3, 2)
    rise_before_days: int = 14
    #: As many as the question about a flare-up asks of the same 14 days (outcomes daily-1, 14).
    rise_fewest_before: int = 7
    nsaid_days: int = 10
    nsaid_of_days: int = 14
    unchanged_weeks: int = 6
    flare_days: int = 3
    #: Not of a flag: how long a share counts as new in the list of patients.
    new_days: int = 7


DEFAULTS: Final = Thresholds()


@dataclass(frozen=True, kw_only=True)
class Flag:
    """A rule that fired, with its numbers.

    ``days`` are those that the rule counted: without an entry, with an NSAID, of a flare-up with its first and today,
    or without a change.
    ``now`` and ``before`` are means in points of 10, of "rise" and "unchanged" only.
    """

    kind: FlagKind
    days: int
    now: Fraction | None = None
    before: Fraction | None = None


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure of the time since, and the same of the time before; None is "cannot be said".

    ``answers`` are the days with an answer since that a number of days a week is of, None where it is of none.
    """

    now: Fraction | None
    before: Fraction | None
    answers: int | None = None


@dataclass(frozen=True, kw_only=True)
class Since:
    """The days after ``day`` up to and with today; ``is_visit`` tells whether ``day`` was a treatment session's."""

    day: date
    today: date
    is_visit: bool

    @property
    def length(self) -> int:
        """The number of days."""
        return (self.today - self.day).days

    def holds(self, day: date) -> bool:
        """Tell whether a day is one of them."""
        return self.day < day <= self.today


@dataclass(frozen=True, kw_only=True)
class VisitFigures:
    """The four figures of a visit, in points of 10 and days per week, and how much of the time was logged.

    ``mean`` compares the last 7-day mean with that around the last visit; the others compare the days since with as
    many days before. ``recalled`` of ``entries`` entries since were made later from memory.
    """

    mean: Figure
    worst: Figure
    stretching: Figure
    nsaid: Figure
    logged: int
    entries: int
    recalled: int


def since_last_visit(visits: Iterable[date], today: date) -> Since:
    """Return the time since the last session before today, or the last four weeks where there is none.

    >>> since_last_visit([date(2026, 3, 2), date(2026, 3, 9)], date(2026, 3, 9)).day
    datetime.date(2026, 3, 2)
    """
    last = max((day for day in visits if day < today), default=None)
    if last is None:
        return Since(day=today - timedelta(days=WITHOUT_VISIT_DAYS), today=today, is_visit=False)
    return Since(day=last, today=today, is_visit=True)


def visit_figures(
    diary: Diary,
    foot: Foot | None,
    recalled: Iterable[tuple[date, str]],
    since: Since,
    *,
    measure: Measure = "first_step",
) -> VisitFigures:
    """Return the figures of one foot's pain and of the person's days since; ``recalled`` is of first-step pain."""
    tenths: Mapping[date, int] = {} if foot is None else diary.tenths(foot, measure)
    entries = {day for day in tenths if since.holds(day)}
    current = None if foot is None else current_mean(diary.means(foot, measure), since.today)
    around = None if foot is None else current_mean(diary.means(foot, measure), since.day)
    return VisitFigures(
        mean=Figure(now=_value(current), before=_value(around)),
        worst=Figure(now=_worst(tenths, since), before=_worst(tenths, _as_long_before(since))),
        stretching=_days_per_week(diary.stretch_answers, since),
        nsaid=_days_per_week(diary.nsaid_answers, since),
        logged=sum(since.holds(day) for day in diary.answered_days),
        entries=len(entries),
        recalled=sum(of_foot == foot and day in entries for day, of_foot in recalled),
    )


def current_mean(means: SevenDayMeans, today: date) -> Mean | None:
    """Return the last valid 7-day mean of the seven days up to today: an older one says nothing about now."""
    for back in range(WINDOW_DAYS):
        day = today - timedelta(days=back)
        value = means.on(day)
        if value is not None:
            return Mean(day, value)
    return None


def _value(mean: Mean | None) -> Fraction | None:
    return None if mean is None else mean.value


def _as_long_before(since: Since) -> Since:
    return Since(day=since.day - timedelta(days=since.length), today=since.day, is_visit=False)


def _worst(tenths: Mapping[date, int], since: Since) -> Fraction | None:
    worst = max((value for day, value in tenths.items() if since.holds(day)), default=None)
    return None if worst is None else Fraction(worst, TENTHS_PER_POINT)


def _days_per_week(answers: Mapping[date, bool], since: Since) -> Figure:
    def until(last: date) -> Fraction | None:
        return nsaid_days_per_week(answers, last, window_days=since.length, fewest=FEWEST_ANSWERS_OF_FIRST_DAYS)

    return Figure(now=until(since.today), before=until(since.day), answers=sum(map(since.holds, answers)))


def flags(
    diary: Diary,
    foot: Foot | None,
    open_flares: Iterable[date],
    today: date,
    thresholds: Thresholds = DEFAULTS,
) -> tuple[Flag, ...]:
    """Return at most three rules that fired; of more, those about what is newest. The arguments are as in ``fired``."""
    return fired(diary, foot, open_flares, today, thresholds)[:MOST_FLAGS]


def fired(
    diary: Diary,
    foot: Foot | None,
    open_flares: Iterable[date],
    today: date,
    thresholds: Thresholds = DEFAULTS,
) -> tuple[Flag, ...]:
    """Return every rule that fired, those about what is newest first.

    ``foot`` is the one whose first-step pain is meant. ``open_flares`` are the first days of confirmed flare-ups that
    have not settled. Nothing is imputed: a rule that lacks its entries does not fire, which says nothing else.
    """
    means = None if foot is None else diary.means(foot, "first_step")
    tenths: Mapping[date, int] = {} if foot is None else diary.tenths(foot, "first_step")
    found = (
        _flare(open_flares, today, thresholds),
        None if means is None else _rise(means, tenths, today, thresholds),
        _silent(diary, today, thresholds),
        _nsaid(diary.nsaid_answers, today, thresholds),
        None if means is None else _unchanged(means, today, thresholds),
    )
    return tuple(flag for flag in found if flag is not None)


def _flare(open_flares: Iterable[date], today: date, thresholds: Thresholds) -> Flag | None:
    days = max(((today - first).days + 1 for first in open_flares), default=0)
    return Flag(kind="flare", days=days) if days >= thresholds.flare_days else None


def _rise(means: SevenDayMeans, tenths: Mapping[date, int], today: date, thresholds: Thresholds) -> Flag | None:
    current = current_mean(means, today)
    if current is None:
        return None
    last_before = current.day - timedelta(days=WINDOW_DAYS)
    days = (last_before - timedelta(days=back) for back in range(thresholds.rise_before_days))
    given = [tenths[day] for day in days if day in tenths]
    if len(given) < thresholds.rise_fewest_before:
        return None
    before = Fraction(sum(given), len(given) * TENTHS_PER_POINT)
    if current.value - before < thresholds.rise_points:
        return None
    return Flag(kind="rise", days=thresholds.rise_before_days, now=current.value, before=before)


def _silent(diary: Diary, today: date, thresholds: Thresholds) -> Flag | None:
    last = diary.last_answered_day
    if last is None or (today - last).days < thresholds.silent_days:
        return None
    return Flag(kind="silent", days=(today - last).days)


def _nsaid(answers: Mapping[date, bool], today: date, thresholds: Thresholds) -> Flag | None:
    days = (today - timedelta(days=back) for back in range(thresholds.nsaid_of_days))
    taken = sum(answers.get(day) is True for day in days)
    return Flag(kind="nsaid", days=taken) if taken >= thresholds.nsaid_days else None


def _unchanged(means: SevenDayMeans, today: date, thresholds: Thresholds) -> Flag | None:
    """Go back from the last mean for as long as each one is within day-to-day variation of it, up to a gap.

    From less than a noticeable change nobody can fall by one: whoever is nearly without pain is not looked at for it.
    """
    current = current_mean(means, today)
    if current is None or current.value < LEAST_CHANGE_POINTS["first_step"]:
        return None
    first = current
    for earlier in means.valid_before(current.day):
        gap = (first.day - earlier.day).days - 1
        change = noticeable_change(earlier.value, current.value, "first_step")
        if gap > LONGEST_RUN_WITHOUT or change != "within_day_to_day_variation":
            break
        first = earlier
    days = (current.day - first.day).days
    if days < thresholds.unchanged_weeks * WINDOW_DAYS:
        return None
    return Flag(kind="unchanged", days=days, now=current.value, before=first.value)
