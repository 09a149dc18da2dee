"""What is a noticeable change, what is a worsening, and when to ask about a flare-up (outcomes daily-1, 13 and 14)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from firststep.clinical.means import UNITS_PER_POINT, WINDOW_DAYS, SevenDayMeans
from firststep.clinical.measures import TENTHS_PER_POINT, Measure
from firststep.clinical.sustained import holds_for_14_days

Change: TypeAlias = Literal["less", "more", "within_day_to_day_variation"]

#: Landorf et al. 2010, J Foot Ankle Res 3:7: about 19 mm of 100 for first-step and 8 mm for average pain.
LEAST_CHANGE_POINTS: Final[Mapping[Measure, Fraction]] = {"first_step": Fraction(2), "average": Fraction(1)}
LEAST_SHARE_OF_AVERAGE: Final = Fraction(15, 100)
WORSE_BY_POINTS: Final = 2

_FLARE_DAYS: Final = 3
_FEWEST_FLARE_ENTRIES: Final = 2
_BEFORE_DAYS: Final = 14
_FEWEST_BEFORE: Final = 7


def noticeable_change(earlier: Fraction, later: Fraction, measure: Measure) -> Change:
    """Return whether pain is less or more between two valid 7-day means, both in points.

    At least 2.0 points for first-step pain; at least 1.0 point and 15 % of the earlier mean for average pain.

    >>> noticeable_change(Fraction(6), Fraction(4), "first_step")
    'less'
    >>> noticeable_change(Fraction(8), Fraction(7), "average")
    'within_day_to_day_variation'

    Rule: outcomes daily-1, 13. Source: Landorf et al. 2010, J Foot Ankle Res 3:7 (minimal important differences
    of 19 mm and 8 mm). Differs from the source in: rounded up to whole points, and the 15 % (Dworkin et al. 2008).
    """
    change = later - earlier
    noticed = abs(change) >= LEAST_CHANGE_POINTS[measure]
    if measure == "average":
        noticed = noticed and abs(change) >= LEAST_SHARE_OF_AVERAGE * earlier
    if not noticed:
        return "within_day_to_day_variation"
    return "less" if change < 0 else "more"


def is_worsening(means: SevenDayMeans, index: int) -> bool:
    """Tell whether 14 days begin at a place within the means that are all at least 2 points above the day before them.

    The mean of the day before is valid, at least 10 of the 14 are, and the last entry is not before the 14th.
    A long worsening begins at several such places, one after another.

    Rule: outcomes daily-1, 14. Source: our definition.
    """
    before = means.units[index - 1] if index else None
    return before is not None and _is_worse(means, index, before)


def is_lasting_rise(means: SevenDayMeans, index: int) -> bool:
    """Tell whether 14 days begin at a place that are all at least 2 points above the two weeks before its own week.

    The mean of those two weeks is that of all their entries, at least 4 in each. With an entry on every day two
    7-day means of following days differ by 10/7 points at most, so that ``is_worsening`` then finds none.

    Source: our definition, beside outcomes daily-1, 14.
    """
    before = _two_weeks_before(means, index - WINDOW_DAYS) if index >= 2 * WINDOW_DAYS else None
    return before is not None and _is_worse(means, index, before)


def _two_weeks_before(means: SevenDayMeans, last: int) -> int | None:
    """Return the mean of all entries of the two weeks that end at a place, in units of 1/4200, rounded up.

    A whole number of units is at least as large as the mean exactly where it is as large as this.
    """
    later, earlier = means.units[last], means.units[last - WINDOW_DAYS]
    if later is None or earlier is None:
        return None
    of_later, of_earlier = means.entries[last], means.entries[last - WINDOW_DAYS]
    return -(-(later * of_later + earlier * of_earlier) // (of_later + of_earlier))


def _is_worse(means: SevenDayMeans, index: int, before: int) -> bool:
    least = before + WORSE_BY_POINTS * UNITS_PER_POINT
    first = means.units[index]
    # The first of the 14 alone tells on nearly every day.
    return (first is None or first >= least) and holds_for_14_days(means, index, lambda units: units >= least)


def asks_about_flare_up(tenths: Mapping[date, int], today: date) -> bool:
    """Tell whether to ask "is this a flare-up?": the last 3 days are 2 points above the 14 days before them.

    ``tenths`` is the pain of one foot and measure in tenths by day; the last 3 days end with ``today`` and need
    2 entries, the 14 days before them 7. It is asked and never declared: the person's answer is what is stored.

    Rule: outcomes daily-1, 14. Source: our definition; flare definitions cannot be carried between conditions
    (Costa et al. 2019, J Pain 20:1267-1275).
    """
    lately = _recorded(tenths, today, _FLARE_DAYS)
    before = _recorded(tenths, today - timedelta(days=_FLARE_DAYS), _BEFORE_DAYS)
    if len(lately) < _FEWEST_FLARE_ENTRIES or len(before) < _FEWEST_BEFORE:
        return False
    rise = Fraction(sum(lately), len(lately)) - Fraction(sum(before), len(before))
    return rise >= WORSE_BY_POINTS * TENTHS_PER_POINT


def _recorded(tenths: Mapping[date, int], last_day: date, days: int) -> list[int]:
    asked = (last_day - timedelta(days=before) for before in range(days))
    return [tenths[day] for day in asked if day in tenths]
