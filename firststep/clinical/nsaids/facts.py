"""A dose as the rules read it, and the facts that they state about doses."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Final, Literal, TypeAlias

#: A dose noted as "another one" in answer to "NSAID taken", without a name.
UNNAMED: Final = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedDose:
    """A dose as the person noted it; None is "not recorded", never 0.

    ``product`` is the id of a drug or free text. ``day`` is the local day, ``taken_at`` the moment with its zone.
    Amounts have at most one decimal. ``prescribed_most_mg`` is the amount in 24 hours that the person typed from the
    own prescription.
    """

    day: date
    product: str
    taken_at: datetime | None = None
    dose_mg: float | None = None
    form: str = "oral"
    prescribed: bool = False
    prescribed_most_mg: float | None = None
    for_heart: bool = False


@dataclass(frozen=True, slots=True)
class TwoNsaids:
    """Oral NSAIDs of different ingredients within 24 hours; ``for_heart``: one is low-dose aspirin for the heart."""

    kind: ClassVar = "two_nsaids"
    products: tuple[str, ...]
    for_heart: bool


@dataclass(frozen=True, slots=True)
class AboveLabel:
    """More of an ingredient within 24 hours than the country's label states for use without a prescription.

    ``total_mg`` is counted in mg of ``product``, whose label it is, and rounded up; ``at_least``: a dose without
    an amount is in it. ``converted``: another product of the ingredient is in it.
    """

    kind: ClassVar = "above_label"
    product: str
    total_mg: int
    most_mg: float
    at_least: bool
    converted: bool


@dataclass(frozen=True, slots=True)
class AbovePrescription:
    """More of an ingredient within 24 hours than the person typed from the own prescription of ``product``."""

    kind: ClassVar = "above_prescription"
    product: str
    total_mg: int
    most_mg: float
    at_least: bool
    converted: bool


@dataclass(frozen=True, slots=True)
class DaysInARow:
    """Use on more days in a row than labels state; ``products`` are those with such a label, not what was noted."""

    kind: ClassVar = "days_in_a_row"
    group: Literal["oral_nsaid", "topical_nsaid"]
    products: tuple[str, ...]
    days: int
    most_days: int


@dataclass(frozen=True, slots=True)
class DaysOf14:
    """Oral NSAIDs on as many of the last 14 days as labels state for days in a row."""

    kind: ClassVar = "days_of_14"
    products: tuple[str, ...]
    days: int
    most_days: int


@dataclass(frozen=True, slots=True)
class NoLimitKnown:
    """A noted drug about which nothing is known here: which it is, or what its label in the country states."""

    kind: ClassVar = "no_limit_known"
    product: str
    because: Literal["drug", "country"]


LabelFact: TypeAlias = TwoNsaids | AboveLabel | AbovePrescription | DaysInARow | DaysOf14 | NoLimitKnown


def fact_as_json(fact: LabelFact) -> dict[str, Any]:
    """Return the fact as the browser's rules state it."""
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(fact).items()}
    return {"kind": fact.kind, **plain}
