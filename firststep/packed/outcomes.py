"""What each of many courses tells a cohort, in arrays: the rules daily-1 from the baseline to the NSAIDs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from firststep.clinical import nsaid as nsaid_rules
from firststep.clinical.baseline import LOW_BELOW, SEARCH_DAYS
from firststep.clinical.means import UNITS_PER_POINT
from firststep.clinical.outcomes import LATEST_BASELINE_DAYS, WEEK_12_DAYS, WEEK_12_REACH_DAYS
from firststep.clinical.relapse import LEAST_RISE_POINTS
from firststep.clinical.relief import LEAST_FALL_POINTS, MEANINGFUL
from firststep.clinical.sustained import CONFIRMING_DAYS
from firststep.packed.means import FIRST_DAY, NOT_VALID, Means, Units, censoring_places, first_held, first_of, last_of
from firststep.packed.rows import FIRST_NSAID_DAY, FIRST_PAIN_DAY, Days, Flags, PackedCourses, Tenths

#: The column of the start in rows of means.
_START: Final = -FIRST_DAY
#: Columns of the days of week 12, the nearest to day 84 first and of equals the earlier.
_WEEK_12: Final = np.array(
    [
        _START + WEEK_12_DAYS + sign * distance
        for distance in range(WEEK_12_REACH_DAYS + 1)
        for sign in ((-1, 1) if distance else (1,))
    ]
)


@dataclass(frozen=True, slots=True)
class Baselines:
    """The baseline of each series in units of 1/4200 of a point and its column; -1 in both is none."""

    units: Days
    place: Days


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the chosen foot of each course with a baseline tells.

    ``course`` says which course. ``low``: the rest is not to be read. ``reduction`` is in units of 1/4200 of a point
    where ``reduced``; ``around_week_12`` says whether any mean lies there, ``late`` whether the baseline is too late.
    ``to_relief`` are days from the start to relief where ``relieved``, else to the end of follow-up; ``to_relapse``
    are days from relief to relapse where ``relapsed``, else to the end of follow-up.
    """

    course: Days
    low: Flags
    reduction: Days
    around_week_12: Flags
    late: Flags
    relieved: Flags
    to_relief: Days
    relapsed: Flags
    to_relapse: Days

    @property
    def reduced(self) -> Flags:
        """Return where there is a reduction at week 12."""
        return ~self.low & self.around_week_12 & ~self.late


def told(courses: PackedCourses, means: Means) -> Told:
    """Return what the courses with a baseline tell, each by its worse foot.

    ``means`` are those of ``courses.pain``.

    Rule: outcomes daily-1, 2 to 11.
    """
    every = baselines(courses.pain, means)
    chosen = worse_feet(courses.course, courses.left, every.units)
    chosen = chosen[every.units[chosen] >= 0]
    means = means.of(chosen)
    base, place = every.units[chosen], every.place[chosen]
    low = base < LOW_BELOW * UNITS_PER_POINT
    ends = censoring_places(means)
    relief = first_held(means, at_relief(means, base), place)
    relieved = ~low & (relief >= 0) & (relief <= ends)
    relapse = relapses(means, base, relief, np.flatnonzero(relieved))
    relapsed = relieved & (relapse >= 0) & (relapse <= ends)
    around, near = near_week_12(means)
    return Told(
        course=courses.course[chosen],
        low=low,
        reduction=base - near,
        around_week_12=around,
        late=place - _START > LATEST_BASELINE_DAYS,
        relieved=relieved,
        to_relief=np.where(relieved, relief - _START, np.maximum(ends - _START, 0)),
        relapsed=relapsed,
        to_relapse=np.where(relapsed, relapse, ends) - relief,
    )


def baselines(pain: Tenths, means: Means) -> Baselines:
    """Return the last valid mean of the week before the start, else the first of the 14 days from the first entry on.

    Rule: outcomes daily-1, 3.
    """
    valid_before = means.units[:, :_START] != NOT_VALID
    place = last_of(valid_before)
    without = np.flatnonzero(place < 0)
    first = first_of(pain[without, -FIRST_PAIN_DAY:] >= 0)
    fortnight = _START + first[:, None] + np.arange(SEARCH_DAYS, dtype=np.int32)
    inside = (first >= 0)[:, None] & (fortnight < means.units.shape[1])
    units = means.units[without[:, None], np.where(inside, fortnight, 0)]
    found = first_of(inside & (units != NOT_VALID))
    place[without] = np.where(found >= 0, _START + first + found, -1)
    units = means.units[np.arange(len(pain)), place].astype(np.int32)
    return Baselines(np.where(place >= 0, units, -1), place)


def worse_feet(course: Days, left: Flags, base: Days) -> NDArray[np.intp]:
    """Return one series of each course: that of the higher baseline, of equals the right foot's.

    Rule: outcomes daily-1, inputs.
    """
    if not left.any() or (np.diff(course) > 0).all():
        return np.arange(len(course))
    order = np.lexsort((left, -base, course))
    first = np.ones(len(order), bool)
    first[1:] = course[order][1:] != course[order][:-1]
    return order[first]


def at_relief(means: Means, base: Days) -> Flags:
    """Return where a mean is at the relief level or below. With a low baseline the answer is not to be read.

    Rule: outcomes daily-1, 5.
    """
    share = base * MEANINGFUL.numerator // MEANINGFUL.denominator
    level = np.minimum(share, base - LEAST_FALL_POINTS * UNITS_PER_POINT)
    return means.units <= np.maximum(level, 0).astype(np.uint16)[:, None]


def relapses(means: Means, base: Days, relief: Days, relieved: NDArray[np.intp]) -> Days:
    """Return the column of the first relapse of those (rows) who had relief, -1 where there is none.

    Rule: outcomes daily-1, 8 and 9.
    """
    found = np.full(len(base), -1, np.int32)
    means, base, relief = means.of(relieved), base[relieved], relief[relieved]
    least = np.maximum(
        base * MEANINGFUL.numerator // MEANINGFUL.denominator + 1,
        levels_after_relief(means.units, relief) + LEAST_RISE_POINTS * UNITS_PER_POINT,
    )
    back = means.valid & (means.units >= least[:, None].astype(np.uint16))
    found[relieved] = first_held(means, back, relief + CONFIRMING_DAYS - 1)
    return found


def levels_after_relief(units: Units, relief: Days) -> Days:
    """Return the mean of the valid means over the 14 days that confirmed relief, rounded up to a whole unit.

    What is compared with it, two points higher, is a whole number of units.

    Rule: outcomes daily-1, 8.
    """
    rows = np.arange(len(units))[:, None]
    fortnight = units[rows, relief[:, None] + np.arange(CONFIRMING_DAYS)].astype(np.int32)
    valid = fortnight != NOT_VALID
    level: Days = -(-np.where(valid, fortnight, 0).sum(axis=1, dtype=np.int32) // valid.sum(axis=1, dtype=np.int32))
    return level


def near_week_12(means: Means) -> tuple[Flags, Days]:
    """Return whether there is a valid mean around week 12, and the one nearest to day 84.

    Rule: outcomes daily-1, 11.
    """
    near = means.units[:, _WEEK_12]
    place = (near != NOT_VALID).argmax(axis=1)
    nearest = near[np.arange(len(near)), place]
    return nearest != NOT_VALID, nearest.astype(np.int32)


@dataclass(frozen=True, slots=True)
class NsaidChanges:
    """Of every course: whether its NSAID-days can be compared, and whether they became fewer by half, or none."""

    counted: Flags
    reduced: Flags
    stopped: Flags


def nsaid_changes(courses: PackedCourses) -> NsaidChanges:
    """Return what became of the NSAID-days per week.

    Rule: outcomes daily-1, 12.
    """
    start = -FIRST_NSAID_DAY
    long, first_days = nsaid_rules.WINDOW_DAYS, nsaid_rules.FIRST_DAYS
    before, before_taken = _answers(courses.nsaid[:, start - long : start])
    week, week_taken = _answers(courses.nsaid[:, start : start + first_days])
    enough = before >= nsaid_rules.FEWEST_ANSWERS
    enough_of_week = week >= nsaid_rules.FEWEST_ANSWERS_OF_FIRST_DAYS
    answered, taken = np.where(enough, before, week), np.where(enough, before_taken, week_taken)
    last, last_taken = _answers(last_answers(courses.nsaid, courses.last_answered))
    counted = (enough | enough_of_week) & (taken > 0) & (last >= nsaid_rules.FEWEST_ANSWERS)
    return NsaidChanges(
        counted=counted,
        # Half as many a week or fewer, without a division.
        reduced=counted & (2 * last_taken * answered <= taken * last),
        stopped=counted & (last_taken == 0) & (last >= nsaid_rules.FEWEST_ANSWERS_TO_STOP),
    )


def last_answers(nsaid: Tenths, last_answered: Days) -> Tenths:
    """Return the answers of the 28 days that end with each course's last day with any answer."""
    place = (last_answered - FIRST_NSAID_DAY)[:, None] - np.arange(nsaid_rules.WINDOW_DAYS)
    inside = (place >= 0) & (place < nsaid.shape[1])
    answers = nsaid[np.arange(len(nsaid))[:, None], np.where(inside, place, 0)]
    return np.where(inside, answers, np.int8(-1))


def _answers(window: Tenths) -> tuple[Days, Days]:
    """Return the days with an answer and those with a yes."""
    return (window >= 0).sum(axis=1, dtype=np.int32), (window > 0).sum(axis=1, dtype=np.int32)
