"""What a patient writes down each day: the one list that the form, the chart and the CSV file go through."""

from __future__ import annotations

from collections.abc import Mapping
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
MOST_STRETCH_SETS: Final = 30

Kind: TypeAlias = Literal["pain", "yes_no", "count", "text", "tags"]


def marked(sentence: str) -> str:
    """Return the sentence as it is: the name marks it for translators, and the page that shows it translates it."""
    return sentence


@dataclass(frozen=True, slots=True)
class DailyItem:
    """One thing that is recorded per day; ``key`` is stable, and also the name of its column.

    ``label`` is the English name, which pages translate. ``lowest`` and ``highest`` are in ``unit``; both are None
    where the answer is yes or no, a text or tags. ``per_foot`` tells whether each foot has its own. ``csv_column``
    is None for what a diary file does not hold, and ``csv_words`` are the words for yes and no there. ``choices``
    are the tags with a name of their own; others are kept and shown as they came. ``place`` says beside which question
    the form asks for it.
    """

    key: str
    label: str
    csv_column: str | None
    kind: Kind
    per_foot: bool
    unit: Literal["points", "minutes", "sets"] | None
    lowest: int | None
    highest: int | None
    source: str
    measure: Measure | None = None
    csv_words: tuple[str, str] = ("yes", "no")
    choices: tuple[tuple[str, str], ...] = ()
    place: Literal["", "stretch", "more"] = ""


DAILY_ITEMS: Final[tuple[DailyItem, ...]] = (
    DailyItem(
        key="first_step_pain",
        label=marked("First-step pain"),
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
        label=marked("Pain over the day"),
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
        label=marked("Stretching"),
        csv_column="stretch",
        kind="yes_no",
        per_foot=False,
        unit=None,
        lowest=None,
        highest=None,
        source="Outcome rules daily-1, 15",
        csv_words=("done", "not_done"),
    ),
    DailyItem(
        key="stretch_minutes",
        label=marked("Minutes of stretching"),
        csv_column="stretch_minutes",
        kind="count",
        per_foot=False,
        unit="minutes",
        lowest=0,
        highest=MOST_STRETCH_MINUTES,
        source="Outcome rules daily-1, 15",
    ),
    DailyItem(
        key="stretch_sets",
        label=marked("Sets of stretching"),
        csv_column="stretch_sets",
        kind="count",
        per_foot=False,
        unit="sets",
        lowest=0,
        highest=MOST_STRETCH_SETS,
        source="Outcome rules daily-1, 15",
        place="stretch",
    ),
    DailyItem(
        key="stretch_hurt",
        label=marked("Stretching hurt"),
        csv_column="stretch_hurt",
        kind="yes_no",
        per_foot=False,
        unit=None,
        lowest=None,
        highest=None,
        source="Radford et al. 2007, BMC Musculoskelet Disord 8:36 (10 of 46 stretchers had an adverse event)",
        place="stretch",
    ),
    DailyItem(
        key="nsaid_taken",
        label=marked("NSAID"),
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
        label=marked("Note"),
        csv_column="note",
        kind="text",
        per_foot=False,
        unit=None,
        lowest=None,
        highest=None,
        source="The person's own words",
    ),
    DailyItem(
        key="tags",
        label=marked("What else was there"),
        csv_column=None,
        kind="tags",
        per_foot=False,
        unit=None,
        lowest=None,
        highest=None,
        source="The person's own words",
        place="more",
        choices=(
            ("insoles", marked("Insoles")),
            ("night_splint", marked("Night splint")),
            ("new_shoes", marked("New shoes")),
            ("long_standing", marked("Long standing")),
            ("run", marked("Long walk or run")),
        ),
    ),
)

ITEM_OF: Final[Mapping[str, DailyItem]] = {item.key: item for item in DAILY_ITEMS}
FOOT_ITEMS: Final = tuple(item for item in DAILY_ITEMS if item.per_foot)
DAY_ITEMS: Final = tuple(item for item in DAILY_ITEMS if not item.per_foot)
