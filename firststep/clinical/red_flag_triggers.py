"""What in a diary leads to the list of when to see someone; it says what was written down, and nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from firststep.clinical.change import is_lasting_rise, is_worsening
from firststep.clinical.diary import Diary
from firststep.clinical.means import WINDOW_DAYS, SevenDayMeans, seven_day_means
from firststep.clinical.measures import FEET, MEASURES, TENTHS_PER_POINT, Foot, Measure
from firststep.clinical.sustained import CONFIRMING_DAYS

HIGH_PAIN_POINTS: Final = 8
HIGH_PAIN_DAYS: Final = 3
DAYS_LOOKED_AT: Final = 4
#: How long a worsening is spoken of after the last day of its 14.
RECENT_DAYS: Final = 7
#: How many days up to today decide: the 14, the week of the first of them and the two before it, and how long a
#: worsening is spoken of.
DAYS_NEEDED: Final = CONFIRMING_DAYS + 3 * WINDOW_DAYS + RECENT_DAYS


@dataclass(frozen=True, slots=True)
class Trigger:
    """A fact of the diary: high pain on 3 of the last 4 days, or 14 days that are all 2 points above those before."""

    kind: Literal["high_pain", "worsening"]
    foot: Foot
    measure: Measure


def red_flag_trigger(diary: Diary, today: date) -> Trigger | None:
    """Return the first fact that holds on ``today``, None without any.

    High pain comes before a worsening, the right foot before the left, first-step pain before pain over the day.
    A day without a value is missing: it is neither high nor low.

    Source: our definition (a worsening is outcomes daily-1, 14, or a rise above the two weeks before that lasts as
    long); it diagnoses nothing and predicts nothing.
    """
    series = [(foot, measure, diary.tenths(foot, measure)) for foot in FEET for measure in MEASURES]
    for foot, measure, tenths in series:
        if has_high_pain(tenths, today):
            return Trigger("high_pain", foot, measure)
    for foot, measure, tenths in series:
        days = (today - timedelta(days=back) for back in range(DAYS_NEEDED))
        lately = {day: tenths[day] for day in days if day in tenths}
        if has_recent_worsening(seven_day_means(lately), today):
            return Trigger("worsening", foot, measure)
    return None


def has_high_pain(tenths: Mapping[date, int], today: date) -> bool:
    """Tell whether at least 3 of the 4 days that end with ``today`` have pain of 8 or more of 10.

    >>> days = [date(2026, 11, day) for day in (20, 21, 22, 23)]
    >>> has_high_pain(dict(zip(days, [80, 90, 0, 100])), days[-1]), has_high_pain({days[0]: 100}, days[-1])
    (True, False)
    """
    looked_at = (today - timedelta(days=back) for back in range(DAYS_LOOKED_AT))
    high = [day for day in looked_at if tenths.get(day, -1) >= HIGH_PAIN_POINTS * TENTHS_PER_POINT]
    return len(high) >= HIGH_PAIN_DAYS


def has_recent_worsening(means: SevenDayMeans, today: date) -> bool:
    """Tell whether the 14 days of a worsening ended on ``today`` or in the 7 days before it."""
    latest = means.index(today) - (CONFIRMING_DAYS - 1)
    firsts = range(max(latest - RECENT_DAYS, 0), min(latest + 1, len(means.units)))
    return any(is_worsening(means, first) or is_lasting_rise(means, first) for first in firsts)
