"""What a patient writes down each day: the one list that the form, the chart and the CSV file go through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Foot: TypeAlias = Literal["left", "right"]
Measure: TypeAlias = Literal["first_step", "average"]

#: In the order of preference where nothing else decides (outcomes: "ties: right").
FEET: Final[tuple[Foot, ...]] = ("right", "left")
MEASURES: Final[tuple[Measure, ...]] = ("first_step", "average")

#: Pain is stored in tenths of a point: 67 is 6.7 of 10.
TENTHS_PER_POINT: Final = 10
MOST_PAIN_TENTHS: Final = 100
MOST_STRETCH_MINUTES: Final = 600


@dataclass(frozen=True, slots=True)
class DailyItem:
    """One thing that is recorded per day; ``key`` is stable, its words belong to the pages.

    ``lowest`` and ``highest`` are in ``unit``; both are None where the answer is yes or no, or a text.
    ``per_foot`` tells whether each foot has its own.
    """

    key: str
    csv_column: str
    kind: Literal["pain", "yes_no", "minutes", "text"]
    per_foot: bool
    unit: Literal["points", "minutes"] | None
    lowest: int | None
    highest: int | None
    source: str
    measure: Measure | None = None


DAILY_ITEMS: Final[tuple[DailyItem, ...]] = (
    DailyItem(
        key="first_step_pain",
        csv_column="first_step_pain",
        kind="pain",
        per_foot=True,
        unit="points",
        lowest=0,
        highest=10,
        source="Landorf et al. 2010, J Foot Ankle Res 3:7 (first-step pain)",
        measure="first_step",
    ),
    DailyItem(
        key="average_pain",
        csv_column="average_pain",
        kind="pain",
        per_foot=True,
        unit="points",
        lowest=0,
        highest=10,
        source="Landorf et al. 2010, J Foot Ankle Res 3:7 (average pain)",
        measure="average",
    ),
    DailyItem(
        key="stretch_done",
        csv_column="stretch",
        kind="yes_no",
        per_foot=False,
        unit=None,
        lowest=None,
        highest=None,
        source="Outcome rules daily-1, 15",
    ),
    DailyItem(
        key="stretch_minutes",
        csv_column="stretch_minutes",
        kind="minutes",
        per_foot=False,
        unit="minutes",
        lowest=0,
        highest=MOST_STRETCH_MINUTES,
        source="Outcome rules daily-1, 15",
    ),
    DailyItem(
        key="nsaid_taken",
        csv_column="nsaid",
        kind="yes_no",
        per_foot=False,
        unit=None,
        lowest=None,
        highest=None,
        source="Outcome rules daily-1, 12",
    ),
    DailyItem(
        key="note",
        csv_column="note",
        kind="text",
        per_foot=False,
        unit=None,
        lowest=None,
        highest=None,
        source="The person's own words",
    ),
)
