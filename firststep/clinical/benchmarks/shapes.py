"""What is kept of a published figure: its source, what was measured, in whom, and how far it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from firststep.clinical.diary import ARMS

Grade: TypeAlias = Literal["A", "B", "C", "D", "E"]
#: V read in the source, V2 in a secondary text, C computed from verified figures, M simulated, R only recalled.
Confidence: TypeAlias = Literal["V", "V2", "C", "M", "R"]
#: "text" is what can only be said in words: a direction, a figure without its scale, a statement. It is never drawn.
Kind: TypeAlias = Literal["within_arm", "between_group", "responder", "survival", "text"]
#: Where a source stands on the page of sources.
Subject: TypeAlias = Literal["needling", "exercise", "course", "clinic"]
BenchmarkMeasure: TypeAlias = Literal["first_step", "average", "unspecified", "ffi", "fhsq"]
#: The arms of care, "control" for little or no treatment, "sham", "other", and "any" for people of all arms.
BenchmarkArm: TypeAlias = Literal["standard", "acupuncture", "combined", "control", "sham", "other", "any"]

GRADES: Final[tuple[Grade, ...]] = ("A", "B", "C", "D", "E")
CONFIDENCES: Final = ("V", "V2", "C", "M", "R")
KINDS: Final = ("within_arm", "between_group", "responder", "survival", "text")
SUBJECTS: Final[tuple[Subject, ...]] = ("needling", "exercise", "course", "clinic")
BENCHMARK_MEASURES: Final = ("first_step", "average", "unspecified", "ffi", "fhsq")
BENCHMARK_ARMS: Final = (*ARMS, "control", "sham", "other", "any")

#: Measures that are pain intensity, "none" at 0: they can be told in points of 10.
PAIN_MEASURES: Final = ("first_step", "average", "unspecified")
POINTS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A publication or report; ``short`` names it in a chart.

    ``grade`` names the design (A a review of several trials ... E clinic-reported, not peer-reviewed), not how
    good the result is. ``measured``, ``people`` and ``not_said`` tell in plain words what was measured, in whom,
    and what cannot be learned from it; ``notes`` are further remarks. ``beside`` names the sources that it is
    never shown without, because one alone would mislead. ``read`` is what was read of it, ``checked_on`` when.
    """

    id: str
    subject: Subject
    short: str
    citation: str
    year: int | None
    design: str
    participants: int | None
    grade: Grade
    peer_reviewed: bool
    doi: str | None
    read: str
    checked_on: date
    measured: str
    people: str
    not_said: tuple[str, ...]
    notes: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """One reported figure; None is "not stated".

    ``change_mean`` is the change from baseline (``within_arm``: negative where pain fell) or the difference
    from the comparator (``between_group``), with its 95 % interval, all in the units of the scale from
    ``scale_min`` to ``scale_max``. ``week`` counts from the start of care. ``percent`` is a share of people.
    The ``note`` of a ``text`` is the statement itself.
    """

    id: str
    source: Source
    arm: BenchmarkArm
    intervention: str
    comparator: str | None = None
    kind: Kind
    measure: BenchmarkMeasure | None = None
    scale: str | None = None
    scale_min: Decimal | None = None
    scale_max: Decimal | None = None
    week: Decimal | None = None
    n: int | None = None
    baseline_mean: Decimal | None = None
    baseline_sd: Decimal | None = None
    change_mean: Decimal | None = None
    change_sd: Decimal | None = None
    ci_low: Decimal | None = None
    ci_high: Decimal | None = None
    responder_k: int | None = None
    responder_n: int | None = None
    percent: Decimal | None = None
    relief_week_from: Decimal | None = None
    relief_week_to: Decimal | None = None
    relapse_6_months_percent: Decimal | None = None
    grade: Grade
    confidence: Confidence
    note: str | None = None

    @property
    def is_recalled(self) -> bool:
        """Tell whether nobody has read the figure in a text: then it is neither drawn nor told."""
        return self.confidence == "R"

    @property
    def may_be_drawn(self) -> bool:
        """Tell whether the figure was read somewhere and is more than words."""
        return not self.is_recalled and self.kind != "text"

    @property
    def pain_type_stated(self) -> bool:
        """Tell whether the source says which pain it measured."""
        return self.measure != "unspecified"

    @property
    def is_pain_scale(self) -> bool:
        """Tell whether it is pain intensity on a scale that begins with "none", so that points of 10 can be given."""
        return self.measure in PAIN_MEASURES and self.scale_min == 0 and self.scale_max is not None

    def in_points(self, value: Decimal) -> Fraction:
        """Return a change on the scale of the source in points of 10.

        Raises ValueError where the scale is not one of pain intensity.
        """
        if not self.is_pain_scale or self.scale_max is None:
            raise ValueError(f"{self.id}: {self.scale or self.measure} cannot be told in points of pain")
        return Fraction(value) * POINTS / Fraction(self.scale_max)


@dataclass(frozen=True, slots=True)
class Benchmarks:
    """All sources and their figures, in the order of the files' names and the order within each file."""

    sources: tuple[Source, ...]
    rows: tuple[Benchmark, ...]

    def of_source(self, source_id: str) -> tuple[Benchmark, ...]:
        """Return the figures of one source."""
        return tuple(row for row in self.rows if row.source.id == source_id)
