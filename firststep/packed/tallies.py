"""Packed courses added up by arm: the same tallies as those of `clinical.cohort`, some courses at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

import numpy as np

from firststep.clinical.cohort import Count, LeftOut, RuleVersion, Sums, Tally, added
from firststep.clinical.diary import ARMS, Arm
from firststep.clinical.means import UNITS_PER_POINT
from firststep.clinical.outcomes import RULES
from firststep.clinical.survival import FollowUps
from firststep.packed.means import means_of
from firststep.packed.outcomes import NsaidChanges, Told, nsaid_changes, told
from firststep.packed.rows import Days, Flags, PackedCourses

#: So few that what is computed of them stays near the processor.
AT_ONCE: Final = 2_000


def packed_tallies(courses: PackedCourses) -> Mapping[Arm, Tally]:
    """Return the tally of every arm, equal to that of the same diaries by ``clinical.cohort.tallies``.

    Rule: outcomes, cohorts, with daily-1.
    """
    parts = (courses.part(first, first + AT_ONCE) for first in range(0, len(courses), AT_ONCE))
    return added(*(_tallies(part) for part in parts))


def _tallies(courses: PackedCourses) -> dict[Arm, Tally]:
    found, changes = told(courses, means_of(courses.pain)), nsaid_changes(courses)
    arms = courses.arms[found.course]
    return {
        arm: _tally(found, arms == place, changes, courses.arms == place)
        for place, arm in enumerate(ARMS)
        if (courses.arms == place).any()
    }


def _tally(found: Told, told_here: Flags, changes: NsaidChanges, here: Flags) -> Tally:
    """Return the tally of one arm; ``told_here`` are its rows in ``found``, ``here`` those among all courses."""
    usable = told_here & ~found.low
    counted = here & changes.counted
    return Tally(
        rules=Counter[RuleVersion]({RULES: int(here.sum())}),
        left_out=_left_out(found, told_here, int(here.sum())),
        reductions=_sums(found.reduction[told_here & found.reduced]),
        relief=_follow_ups(found.to_relief, found.relieved, usable),
        relapse=_follow_ups(found.to_relapse, found.relapsed, told_here & found.relieved),
        nsaid_reduced=Count(int(changes.reduced[here].sum()), int(counted.sum())),
        nsaid_stopped=Count(int(changes.stopped[here].sum()), int(counted.sum())),
    )


def _left_out(found: Told, told_here: Flags, people: int) -> Counter[LeftOut]:
    usable = told_here & ~found.low
    reasons: dict[LeftOut, int] = {
        "no_baseline": people - int(told_here.sum()),
        "low_baseline": int((told_here & found.low).sum()),
        "no_week12": int((usable & ~found.around_week_12).sum()),
        "late_baseline": int((usable & found.around_week_12 & found.late).sum()),
    }
    # As counting people one by one would have it: no reason with nobody.
    return Counter({reason: count for reason, count in reasons.items() if count})


def _sums(units: Days) -> Sums:
    whole = units.astype(np.int64)
    total, squares = int(whole.sum()), int((whole * whole).sum())
    return Sums(len(whole), Fraction(total, UNITS_PER_POINT), Fraction(squares, UNITS_PER_POINT**2))


def _follow_ups(days: Days, happened: Flags, of: Flags) -> FollowUps:
    return FollowUps(_counted(days[of & happened]), _counted(days[of & ~happened]))


def _counted(days: Days) -> Counter[int]:
    counts = np.bincount(days)
    when = np.flatnonzero(counts)
    return Counter(dict(zip(when.tolist(), counts[when].tolist(), strict=True)))
