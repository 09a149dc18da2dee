"""Before care and now: one foot and measure, and whether the difference is more than days differ anyway."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from firststep.clinical.change import LEAST_CHANGE_POINTS, LEAST_SHARE_OF_AVERAGE, Change, noticeable_change
from firststep.clinical.means import WINDOW_DAYS, SevenDayMeans
from firststep.clinical.measures import Foot, Measure
from firststep.clinical.outcomes import Outcomes, Start


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A 7-day mean in points, the day that it ends with, and the number of entries in it."""

    day: date
    value: Fraction
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeAfter:
    """The baseline and the latest 7-day mean of one foot and measure, and what the rule says of the difference."""

    measure: Measure
    foot: Foot
    before: Side
    after: Side
    change: Change

    @property
    def variation(self) -> tuple[Fraction, Fraction]:
        """Return the levels between which a later mean is within day-to-day variation, cut at 0 and 10.

        The ends themselves are noticeable, unless they are cut.
        """
        reach = LEAST_CHANGE_POINTS[self.measure]
        if self.measure == "average":
            reach = max(reach, LEAST_SHARE_OF_AVERAGE * self.before.value)
        return max(self.before.value - reach, Fraction(0)), min(self.before.value + reach, Fraction(10))


def before_and_after(begun: Start | Outcomes, means: SevenDayMeans) -> BeforeAfter | None:
    """Compare the baseline with the latest valid 7-day mean that shares no day with it and lies in care as a whole.

    ``means`` are those of the same foot and measure. None where there is no baseline, or no such mean yet: two means
    of the same days would differ by less than they should.

    Rule: outcomes daily-1, 3 and 13.
    """
    base, starts_on, foot = begun.baseline, begun.starts_on, begun.foot
    now = means.last_valid()
    if base is None or starts_on is None or foot is None or now is None:
        return None
    # Without a course of care the start is the baseline's own day, whose week lies before it.
    care_begins = max(starts_on, base.day + timedelta(days=1))
    if now.day < care_begins + timedelta(days=WINDOW_DAYS - 1):
        return None
    return BeforeAfter(
        measure=begun.measure,
        foot=foot,
        before=Side(day=base.day, value=base.value, entries=base.entries),
        after=Side(day=now.day, value=now.value, entries=means.entries[means.index(now.day)]),
        change=noticeable_change(base.value, now.value, begun.measure),
    )
