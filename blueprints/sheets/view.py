"""What the pages about sheets show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _

from blueprints.sheets.reading import Outcome, Step
from blueprints.sheets.sent import shown_mark
from blueprints.sheets.words import (
    column_name,
    label_question,
    meanings,
    order_name,
    place_words,
    reason_words,
)
from firststep.models import ImportBatch
from firststep.services.sheet_mappings import LABEL_KEYS
from firststep.sheets.cells import Unreadable
from firststep.sheets.dates import DATE_ORDERS, DateOrder, read_day
from firststep.sheets.mapping import COLUMN_KEYS, NEEDED, OF_ONE_VISIT, Shape, letter_of
from firststep.sheets.reading import Case, SheetVisit
from firststep.web import dates
from firststep.web.actors import current_account
from firststep.web.visit_words import change_name, nsaid_name
from firststep.web.wording import arm_name, points

_FIRST_ROWS: Final = 8


def overview_context(batches: Iterable[ImportBatch]) -> dict[str, Any]:
    """Return the variables of the list."""
    zone = current_account().time_zone
    return {
        "batches": [
            {
                "id": batch.id,
                "moment": dates.moment_words(batch.imported_at, zone),
                "rows": _("%(accepted)s of %(rows)s", accepted=batch.rows_accepted, rows=batch.rows),
                "visits": batch.visits_added,
                "undone": dates.moment_words(batch.undone_at, zone) if batch.undone_at else "",
            }
            for batch in batches
        ]
    }


def reading_context(step: Step, *, errors_shown: bool = True) -> dict[str, Any]:
    """Return the variables of the page on which a sheet's columns and words are said and its rows are looked at."""
    mapping = step.look.proposal.mapping
    errors: defaultdict[str, list[str]] = defaultdict(list)
    for place, sentence in step.faults if errors_shown else ():
        errors[place].append(sentence)
    return {
        "file_name": step.file.name,
        "carried": step.file.carried,
        "mark": step.mark if step.outcome else "",
        "shown": shown_mark(mapping["sheet"], mapping["header_row"], mapping["shape"]),
        "sheets": [(name, name) for name in step.look.sheets],
        "mapping": mapping,
        "header_row": step.typed.get("header_row", mapping["header_row"]),
        "shapes": [
            ("long", _("One row for each visit"), ""),
            ("wide", _("One row for each patient, with a column for each week"), ""),
        ],
        "columns": list(_column_fields(step, mapping["shape"])),
        "weeks": list(_week_fields(step)) if mapping["shape"] == "wide" else [],
        "orders": list(_order_fields(step)),
        "labels": [
            {"key": key, "question": label_question(key), "texts": list(texts.items()), "meanings": meanings(key)}
            for key in LABEL_KEYS
            if (texts := step.said.labels.get(key, {}))
        ],
        "empty": "\n".join(step.said.empty),
        "errors": errors,
        "links": step.faults if errors_shown else [],
        "preview": outcome_context(step.outcome) if step.outcome else None,
    }


def outcome_context(outcome: Outcome) -> dict[str, Any]:
    """Return what is shown of the rows: how many of each, the first ones, and every cell that is not used."""
    reading, stored = outcome.reading, outcome.stored
    return {
        "counts": [
            (_("Rows below the header"), reading.total),
            (_("Accepted"), len(outcome.accepted)),
            (_("Rejected"), len(outcome.rejected)),
            (_("Empty"), len(reading.empty)),
        ],
        "people": len(reading.cases),
        "new_visits": stored.visits_added,
        "new_cases": stored.cases_added,
        "already_there": len(stored.already_there),
        "differing": len(stored.differing),
        "first_rows": list(_first_rows(outcome)),
        # What was found stands second, so that a narrow screen shows it.
        "reported": [
            (
                str(one.row),
                one.value or None,
                _("%(column)s: %(reason)s", column=place_words(one), reason=reason_words(one)),
            )
            for one in outcome.reported
        ],
        "unused": [column_name(key) for key in COLUMN_KEYS if key in reading.unused],
    }


def _column_fields(step: Step, shape: Shape) -> Iterator[dict[str, Any]]:
    options = [("", _("Not in this sheet")), *_columns(step)]
    for key in COLUMN_KEYS:
        if shape == "long" or key not in OF_ONE_VISIT:
            yield {
                "key": key,
                "label": column_name(key),
                "value": step.columns.get(key, ""),
                "options": options,
                "optional": key not in NEEDED[shape],
            }


def _columns(step: Step) -> list[tuple[str, str]]:
    """Return (letter, what stands there) of each column: its header, and the first text below it."""
    proposal = step.look.proposal
    found = []
    for place, header in enumerate(proposal.header):
        below = (cells[place] for _row, cells in proposal.rows if place < len(cells) and cells[place])
        letter, example = letter_of(place), next(below, "")
        found.append((letter, " · ".join(text for text in (letter, header, example) if text)))
    return found


def _week_fields(step: Step) -> Iterator[tuple[str, str, object]]:
    """Go through (letter, label, week) of the columns that may hold the pain of a week."""
    taken = step.columns.values()
    for letter, label in _columns(step):
        if letter not in taken:
            yield letter, label, step.typed.get(f"week-{letter}", step.look.proposal.week_letters.get(letter, ""))


def _order_fields(step: Step) -> Iterator[dict[str, Any]]:
    for key, (row, text) in step.look.proposal.asked.items():
        yield {
            "key": key,
            "label": _("How are dates written here? %(name)s", name=column_name(key)),
            "hint": _("Row %(row)s says “%(text)s”.", row=row, text=text),
            "options": [(order, order_name(order), _as_day(text, order)) for order in DATE_ORDERS],
            "value": step.said.orders.get(key),
        }


def _as_day(text: str, order: DateOrder) -> str:
    try:
        return dates.long_date(read_day(text, order=order, today=date.max))
    except Unreadable:
        return _("no possible day")


def _first_rows(outcome: Outcome) -> Iterator[list[str | None]]:
    """Go through the first rows as they are understood."""
    taken = set(outcome.accepted)
    found: list[tuple[SheetVisit, Case]] = [
        (one, case) for case in outcome.reading.cases for one in case.visits if one.row in taken
    ]
    for one, case in sorted(found, key=lambda pair: (pair[0].row, pair[0].visit.day))[:_FIRST_ROWS]:
        visit = one.visit
        yield [
            str(one.row),
            case.alias,
            # In one line, however many columns there are.
            dates.short_date(visit.day).replace(" ", "\N{NO-BREAK SPACE}"),
            arm_name(case.arm),
            None if visit.session is None else str(visit.session),
            None if visit.tenths is None else points(visit.tenths / 10),
            None if visit.nsaid is None else nsaid_name(visit.nsaid),
            None if visit.change is None else change_name(visit.change),
        ]


def report_rows(outcome: Outcome) -> Iterator[list[str | int]]:
    """Go through the report that a practice keeps: each row of the sheet, and each cell of it that is not used."""
    yield [_("Row"), _("Result"), _("Column"), _("Reason"), _("Found")]
    of_row: dict[int, list[list[str]]] = {}
    for one in outcome.reported:
        of_row.setdefault(one.row, []).append([place_words(one), reason_words(one), one.value])
    results = dict.fromkeys(outcome.accepted, _("Accepted")) | dict.fromkeys(outcome.rejected, _("Rejected"))
    results |= dict.fromkeys(outcome.reading.empty, _("Empty"))
    for row in sorted(results):
        for cells in of_row.get(row, [["", "", ""]]):
            yield [row, results[row], *cells]
