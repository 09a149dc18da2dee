"""The cohort's table as a file to keep: every figure unrounded, with what each word means and what was counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flask_babel import gettext as _

from blueprints.cohort.found import Found
from firststep.clinical.cohort import REASONS
from firststep.clinical.cohort_choice import CohortChoice, Counted
from firststep.clinical.cohort_table import FIGURES, CohortTable, FigureName, cohort_table
from firststep.services.table_files import Plain, Tables
from firststep.web import clock
from firststep.web.cohort_panel import EVENTS, curve_of
from firststep.web.cohort_words import clinic_grade, definitions, reported

_NUMBERS: Final = ("n", "k", "events", "value", "median", "q1", "q3", "low", "high")
TABLES: Final[Tables] = {
    "about": ("what", "value"),
    "figures": ("figure", "arm", "shown", *_NUMBERS, "reported", "reported_grade"),
    "comparisons": ("figure", "one", "other", "said"),
    "arms": ("arm", "people", *REASONS, "rules"),
    "curves": ("event", "arm", "days", "share", "low", "high"),
    "definitions": ("word", "meaning"),
}


def file_rows(choice: CohortChoice, found: Found, counted: Counted) -> Iterator[tuple[str, dict[str, Plain]]]:
    """Go through the rows, as (table, row). Shares are parts of 1, a mean is in points of 10, a median in weeks."""
    table = cohort_table(counted.tallies)
    for what, value in _about(choice, found, counted).items():
        yield "about", {"what": what, "value": value}
    for name in FIGURES:
        yield from _figure(name, table)
    for row in table.rows:
        left_out: dict[str, Plain] = {reason: row.left_out.get(reason, 0) for reason in REASONS}
        yield "arms", {"arm": row.arm, "people": row.n, "rules": list(row.rules), **left_out}
    yield from (("curves", row) for row in _curves(table))
    for word, meaning in definitions():
        yield "definitions", {"word": word, "meaning": meaning}


def _about(choice: CohortChoice, found: Found, counted: Counted) -> dict[str, Plain]:
    return {
        "counted_at": (found.made_at or clock.now()).isoformat(),
        "care_began_from": choice.first.isoformat() if choice.first else None,
        "care_began_until": choice.last.isoformat() if choice.last else None,
        "side": choice.side,
        "pain_before_care": choice.lasted,
        "people_with_a_diary": counted.diaries,
        "cases_of_sheets": counted.cases,
        "in_no_arm": counted.without_course,
        "left_away_not_recorded": counted.not_recorded,
        "caution": _(
            "The groups were not formed by chance. These figures do not compare kinds of care fairly and rank nothing."
        ),
    }


def _figure(name: FigureName, table: CohortTable) -> Iterator[tuple[str, dict[str, Plain]]]:
    for row in table.rows:
        figure = row.figure(name)
        numbers: dict[str, Plain] = {number: getattr(figure, number, None) for number in _NUMBERS}
        about: dict[str, Plain] = {"figure": name, "arm": row.arm, "shown": figure.shown}
        yield "figures", about | numbers | {"reported": reported(name, row.arm), "reported_grade": clinic_grade()}
    for pair in table.pairs(name):
        yield "comparisons", {"figure": name, "one": pair.arms[0], "other": pair.arms[1], "said": pair.said}


def _curves(table: CohortTable) -> Iterator[dict[str, Plain]]:
    for event in EVENTS:
        for row in table.rows:
            curve = curve_of(row, event)
            for point in curve.points if curve else ():
                yield {
                    "event": event,
                    "arm": row.arm,
                    "days": point.days,
                    "share": 1 - point.left,
                    "low": None if point.high is None else 1 - point.high,
                    "high": None if point.low is None else 1 - point.low,
                }
