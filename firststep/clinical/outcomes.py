"""The outcome rules daily-1 put together: from a diary to every figure about its course."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final, Literal

from firststep.clinical.baseline import Baseline, BaselineDays, baseline
from firststep.clinical.censoring import censoring_day
from firststep.clinical.diary import Diary
from firststep.clinical.means import Mean, SevenDayMeans, seven_day_means
from firststep.clinical.measures import FEET, MEASURES, Foot, Measure
from firststep.clinical.nsaid import NsaidUse, nsaid_use
from firststep.clinical.relapse import NO_RELAPSE, Relapse, relapse
from firststep.clinical.relief import NO_RELIEF, SUBSTANTIAL, Relief, level_after_relief, relief

#: The version of the rules that every result carries.
RULES: Final = "daily-1"

WEEK_12_DAYS: Final = 84
WEEK_12_REACH_DAYS: Final = 14
LATEST_BASELINE_DAYS: Final = 28

_NO_MEANS: Final = seven_day_means({})


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Every figure of one measure and foot; pain in points (0 to 10), None is "cannot be said".

    ``foot`` is None where nothing is recorded for the measure; ``starts_on`` is day 0 of the course.
    """

    rules: Literal["daily-1"]
    measure: Measure
    foot: Foot | None
    starts_on: date | None
    baseline: Baseline | None
    current: Mean | None
    relief: Relief
    substantial: Relief
    level_after_relief: Fraction | None
    relapse: Relapse
    censored_on: date | None
    reduction_week12: Fraction | None
    nsaid: NsaidUse

    @property
    def low_baseline(self) -> bool:
        """Tell whether the baseline is too low for relief and relapse to be computed."""
        return self.baseline is not None and self.baseline.is_low


@dataclass(frozen=True, slots=True)
class Start:
    """Where one measure and foot began: the baseline, and day 0 of the course; as in ``Outcomes``."""

    measure: Measure
    foot: Foot | None
    starts_on: date | None
    baseline: Baseline | None


@dataclass(frozen=True, slots=True)
class _Course:
    """One foot's entries of a measure with what follows from them first."""

    foot: Foot | None
    means: SevenDayMeans
    baseline: Baseline | None


def outcomes(diary: Diary, *, measure: Measure, baseline_days: BaselineDays = 7) -> Outcomes:
    """Return the outcomes of the person: those of the worse foot, chosen for the measure.

    Rule: outcomes daily-1. The rules are kept here and written out in the design's page of the same name.
    """
    return _outcomes(diary, measure, _worse(diary, measure, baseline_days))


def outcomes_of_foot(diary: Diary, foot: Foot, *, measure: Measure, baseline_days: BaselineDays = 7) -> Outcomes:
    """Return the outcomes of one foot.

    Rule: outcomes daily-1, 1 to 12.
    """
    return _outcomes(diary, measure, _course(diary, foot, measure, baseline_days))


def start_of_foot(diary: Diary, foot: Foot, *, measure: Measure, baseline_days: BaselineDays = 7) -> Start:
    """Return the start of one foot alone, for who asks nothing of relief, relapse or NSAIDs.

    Rule: outcomes daily-1, 3.
    """
    base = _course(diary, foot, measure, baseline_days).baseline
    return Start(measure, foot, _starts_on(diary, base), base)


def outcomes_without_pain(diary: Diary, *, measure: Measure) -> Outcomes:
    """Return what is said of no foot: the first day of care, where one is known, and the NSAID-days.

    Rule: outcomes daily-1, 12.
    """
    return _outcomes(diary, measure, _Course(None, _NO_MEANS, None))


def worse_foot(diary: Diary, *, measure: Measure, baseline_days: BaselineDays = 7) -> Foot | None:
    """Return the foot with the higher baseline of a measure.

    Ties: right. A foot with a baseline beats one without. No baseline at all: right if it has entries,
    else left, else None.

    Rule: outcomes daily-1, inputs.
    """
    return _worse(diary, measure, baseline_days).foot


def recorded_measure(diary: Diary, wanted: Measure = "first_step") -> Measure:
    """Return the measure, or where no foot ever had a value of it, the other one that has.

    What is about a person's pain as such (a page, a letter) is about this one. Nothing recorded: the wanted one.
    """
    ordered = (wanted, *(measure for measure in MEASURES if measure != wanted))
    return next((one for one in ordered if any(diary.tenths(foot, one) for foot in FEET)), wanted)


def means_of(diary: Diary, outcomes: Outcomes) -> SevenDayMeans:
    """Return the 7-day means that outcomes were computed from, for a chart or a letter of the same foot."""
    return _NO_MEANS if outcomes.foot is None else diary.means(outcomes.foot, outcomes.measure)


def _course(diary: Diary, foot: Foot, measure: Measure, baseline_days: BaselineDays) -> _Course:
    tenths, means = diary.tenths(foot, measure), diary.means(foot, measure)
    starts_on = None if diary.episode is None else diary.episode.starts_on
    return _Course(foot, means, baseline(tenths, means, starts_on, days=baseline_days))


def _worse(diary: Diary, measure: Measure, baseline_days: BaselineDays) -> _Course:
    courses = [_course(diary, foot, measure, baseline_days) for foot in FEET]
    recorded = [course for course in courses if course.means.units]
    # max keeps the first of equals, and FEET begins with the right foot.
    return max(recorded, key=_severity, default=_Course(None, _NO_MEANS, None))


def _severity(course: _Course) -> Fraction:
    return Fraction(-1) if course.baseline is None else course.baseline.value


def _outcomes(diary: Diary, measure: Measure, course: _Course) -> Outcomes:
    means, base = course.means, course.baseline
    starts_on = _starts_on(diary, base)
    censored_on = censoring_day(means, starts_on)
    meaningful = substantial = NO_RELIEF
    level, back, reduction = None, NO_RELAPSE, None
    if base is not None and starts_on is not None and not base.is_low:
        meaningful = _followed(relief(means, base, starts_on), censored_on)
        substantial = _followed(relief(means, base, starts_on, SUBSTANTIAL), censored_on)
        if meaningful.state == "confirmed" and meaningful.day is not None:
            level = level_after_relief(means, meaningful.day)
            back = _relapse_followed(relapse(means, base.value, meaningful.day, level), censored_on)
        reduction = reduction_at_week_12(means, base, starts_on)
    return Outcomes(
        rules=RULES,
        measure=measure,
        foot=course.foot,
        starts_on=starts_on,
        baseline=base,
        current=means.last_valid(),
        relief=meaningful,
        substantial=substantial,
        level_after_relief=level,
        relapse=back,
        censored_on=censored_on,
        reduction_week12=reduction,
        nsaid=nsaid_use(diary.nsaid_answers, starts_on, diary.last_answered_day),
    )


def _starts_on(diary: Diary, base: Baseline | None) -> date | None:
    if diary.episode is not None:
        return diary.episode.starts_on
    return None if base is None else base.day


def _followed(found: Relief, censored_on: date | None) -> Relief:
    """Return relief unless its day lies after the censoring day (outcomes daily-1, 10)."""
    return NO_RELIEF if found.day is None or censored_on is None or found.day > censored_on else found


def _relapse_followed(found: Relapse, censored_on: date | None) -> Relapse:
    return NO_RELAPSE if found.day is None or censored_on is None or found.day > censored_on else found


def reduction_at_week_12(means: SevenDayMeans, baseline: Baseline, starts_on: date) -> Fraction | None:
    """Return baseline minus the valid 7-day mean nearest to day 84, within 14 days of it; the earlier of equals.

    In points; negative where pain rose. None where no mean is valid in the window, or where the baseline
    lies more than 28 days after the start. Censoring does not limit it: it is no event.

    Rule: outcomes daily-1, 11.
    """
    if (baseline.day - starts_on).days > LATEST_BASELINE_DAYS:
        return None
    nearest = mean_around_week_12(means, starts_on)
    return None if nearest is None else baseline.value - nearest


def mean_around_week_12(means: SevenDayMeans, starts_on: date) -> Fraction | None:
    """Return the valid 7-day mean nearest to day 84, within 14 days of it; the earlier of equals. In points.

    Rule: outcomes daily-1, 11.
    """
    middle = starts_on + timedelta(days=WEEK_12_DAYS)
    for distance in range(WEEK_12_REACH_DAYS + 1):
        for day in (middle - timedelta(days=distance), middle + timedelta(days=distance)):
            mean = means.on(day)
            if mean is not None:
                return mean
    return None
