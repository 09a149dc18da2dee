"""From where on a rule of a practitioner's list fires: a practice's own numbers, or those that are proposed.

A practice's count for each of its members, whichever of them set them. Somebody without a practice keeps own ones,
which rest while there is a practice and count again after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from firststep.clinical.measures import TENTHS_PER_POINT
from firststep.clinical.previsit import DEFAULTS, Thresholds
from firststep.models import Practice, Practitioner
from firststep.models.triage import Triage, due_again


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The least and the most that may be set; of points of 10 both are tenths."""

    least: int
    most: int
    of_points: bool = False

    def allow(self, value: object) -> bool:
        """Tell whether a whole number may be set."""
        return isinstance(value, int) and not isinstance(value, bool) and self.least <= value <= self.most


#: What may be set, by the field of Thresholds, in the order of the rules.
LIMITS: Final[Mapping[str, Limits]] = {
    "silent_days": Limits(least=2, most=60),
    "rise_points": Limits(least=5, most=60, of_points=True),
    "flare_days": Limits(least=1, most=30),
    "nsaid_days": Limits(least=1, most=DEFAULTS.nsaid_of_days),
    "unchanged_weeks": Limits(least=2, most=26),
    "new_days": Limits(least=1, most=60),
}


def thresholds_of(practitioner: Practitioner) -> Thresholds:
    """Return what counts in this practitioner's list."""
    return read_thresholds(practitioner.practice, practitioner)


def thresholds_for(session: Session, practitioner_id: UUID) -> Thresholds:
    """Return what counts for the practitioner of this id, as proposed where there is none, as at a visit."""
    practitioner = session.get(Practitioner, practitioner_id)
    return DEFAULTS if practitioner is None else thresholds_of(practitioner)


def read_thresholds(practice: Practice | None, practitioner: Practitioner) -> Thresholds:
    """Return the practice's thresholds where there is one, else the practitioner's own."""
    numbers = whole_numbers(_stored(practice, practitioner))
    return Thresholds(
        silent_days=numbers["silent_days"],
        rise_points=Fraction(numbers["rise_points"], TENTHS_PER_POINT),
        flare_days=numbers["flare_days"],
        nsaid_days=numbers["nsaid_days"],
        unchanged_weeks=numbers["unchanged_weeks"],
        new_days=numbers["new_days"],
    )


def stored_numbers(practitioner: Practitioner) -> dict[str, int]:
    """Return each threshold that counts as a whole number, points in tenths."""
    return whole_numbers(_stored(practitioner.practice, practitioner))


def _stored(practice: Practice | None, practitioner: Practitioner) -> Mapping[str, Any]:
    return (practitioner.triage_thresholds if practice is None else practice.triage_thresholds) or {}


def whole_numbers(stored: Mapping[str, Any]) -> dict[str, int]:
    """Return each threshold as a whole number, points in tenths; what is not there or not allowed is as proposed."""
    proposed = {name: _number(name, getattr(DEFAULTS, name)) for name in LIMITS}
    return {
        name: stored[name] if name in stored and LIMITS[name].allow(stored[name]) else number
        for name, number in proposed.items()
    }


def save_thresholds(session: Session, practitioner: Practitioner, numbers: Mapping[str, int]) -> None:
    """Store them for the practice, or for somebody without one; each list that they count in is computed anew.

    Raises ValueError for a number that may not be set: a form says before which.
    """
    for name, limits in LIMITS.items():
        if not limits.allow(numbers[name]):
            raise ValueError(f"{name} cannot be {numbers[name]!r}")
    stored = {name: numbers[name] for name in LIMITS}
    if practitioner.practice is None:
        practitioner.triage_thresholds = stored
        whose = Triage.practitioner_id == practitioner.id
    else:
        practitioner.practice.triage_thresholds = stored
        members = select(Practitioner.id).where(Practitioner.practice_id == practitioner.practice_id)
        whose = Triage.practitioner_id.in_(members)
    session.flush()
    session.execute(due_again(whose))


def _number(name: str, value: int | Fraction) -> int:
    return int(value * TENTHS_PER_POINT) if LIMITS[name].of_points else int(value)
