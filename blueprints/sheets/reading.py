"""One step with a sheet: what the file holds, how it is read, and what that would bring in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from flask_babel import gettext as _

from blueprints.sheets.sent import SentChoice, SentFile
from blueprints.sheets.words import column_name
from firststep.extensions import db
from firststep.services.sheet_imports import Stored, foresee_reading
from firststep.services.sheet_mappings import (
    Mappings,
    Said,
    mark_of,
    remembered_choice,
    remembered_sheet,
    remembered_words,
    whole_mapping,
)
from firststep.services.sheet_reading import SheetRefused, look_into_file, read_file
from firststep.sheets.mapping import ColumnKey
from firststep.sheets.reading import Reading, Reported
from firststep.sheets.wire import Look


@dataclass(frozen=True, kw_only=True)
class Practice:
    """For whom a sheet is read: the practitioner, their day and moment, and how they read sheets before."""

    practitioner_id: UUID
    today: date
    now: datetime
    remembered: Mappings


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What becomes of the rows: each is accepted, rejected or empty; ``reported`` says why cells are not used.

    A row that contradicts an earlier sheet is rejected like one that contradicts its own.
    """

    reading: Reading
    stored: Stored
    accepted: tuple[int, ...]
    rejected: tuple[int, ...]
    reported: tuple[Reported, ...]

    @classmethod
    def of(cls, reading: Reading, stored: Stored) -> Outcome:
        """Put together what the sheet itself and what earlier sheets say."""
        conflicting = {one.row for one in stored.conflicts}
        return cls(
            reading=reading,
            stored=stored,
            accepted=tuple(row for row in reading.accepted if row not in conflicting),
            rejected=tuple(sorted({*reading.rejected, *conflicting})),
            reported=tuple(sorted((*reading.reported, *stored.conflicts), key=lambda one: one.row)),
        )


@dataclass(frozen=True, kw_only=True)
class Step:
    """Everything that a page about a sheet shows; without ``outcome`` something has to be said first."""

    file: SentFile
    look: Look
    said: Said
    mapping: dict[str, Any]
    mark: str
    faults: list[tuple[str, str]]
    typed: dict[str, str]
    columns: Mapping[ColumnKey, str]
    outcome: Outcome | None
    misread: bool


# What is wrong about the choice and not about the file: the page stays, with the sentence at this field.
_FIELD_OF: Final = {
    "no_header": "header_row",
    "no_such_sheet": "sheet",
    "no_such_column": "columns",
    "column_twice": "columns",
    "bad_mapping": "empty",
}


def take_step(file: SentFile, choice: SentChoice | None, practice: Practice) -> Step:
    """Read the file as it is said, or else as it is proposed; raise SheetRefused for a file that is not read.

    The transaction ends first: reading takes seconds, and SQLite would keep other writers waiting for them.
    """
    db.session.rollback()
    faults = list(choice.faults) if choice else []
    try:
        look, said = _looked(file, choice, practice)
    except SheetRefused as refused:
        faults.append(_fault_of(refused))
        choice = None
        look, said = _looked(file, None, practice)
    misread = choice is None and bool(faults)
    proposal = look.proposal
    faults += [] if misread else _left_open(look, choice, said)
    mapping = whole_mapping(proposal, said)
    outcome = None
    if not faults:
        try:
            reading = read_file(file.data, mapping, today=practice.today)
        except SheetRefused as refused:
            faults.append(_fault_of(refused))
        else:
            foreseen = foresee_reading(db.session, practice.practitioner_id, reading, now=practice.now)
            outcome = Outcome.of(reading, foreseen)
    return Step(
        file=file,
        look=look,
        said=said,
        mapping=mapping,
        mark=mark_of(file.data, mapping),
        faults=faults,
        typed=choice.typed if choice else {},
        columns=_columns(choice, look),
        outcome=outcome,
        misread=misread,
    )


def _fault_of(refused: SheetRefused) -> tuple[str, str]:
    """Return the field and the sentence of a choice that cannot be; raise the refusal of a file."""
    if refused.code not in _FIELD_OF:
        raise refused
    return _FIELD_OF[refused.code], str(refused)


def _left_open(look: Look, choice: SentChoice | None, said: Said) -> list[tuple[str, str]]:
    """Return what has to be said before the sheet can be read, as (id of the field, sentence)."""
    proposal = look.proposal
    faults = [
        (f"column-{key}", _("Say which column it is: %(name)s.", name=column_name(key)))
        for key in proposal.lacking
        if key not in (choice.chosen.columns or {} if choice else {})
    ]
    faults += [
        (f"order-{key}", _("Say how the dates are written: %(name)s.", name=column_name(key)))
        for key in proposal.asked
        if key not in said.orders
    ]
    if proposal.mapping["shape"] == "wide" and not proposal.week_letters:
        faults.append(("weeks", _("Say in which column the pain of which week is.")))
    return faults


def _looked(file: SentFile, choice: SentChoice | None, practice: Practice) -> tuple[Look, Said]:
    """Return what is in the file and what is said of it: by the person, or for a start by earlier sheets and words."""
    if choice is not None and not choice.is_new:
        look = look_into_file(file.data, choice.sheet, choice.chosen)
        # Of a column that was chosen just now the words were not on the page yet.
        known = remembered_words(look.proposal, practice.remembered)
        labels = {key: {**texts, **_of(texts, choice.said.labels.get(key, {}))} for key, texts in known.labels.items()}
        return look, replace(choice.said, labels=labels)
    if choice is not None:
        look = look_into_file(file.data, choice.sheet, choice.chosen)
    else:
        look = look_into_file(file.data)
        sheet = remembered_sheet(look, practice.remembered)
        if sheet and sheet != look.proposal.mapping["sheet"]:
            look = look_into_file(file.data, sheet)
    if choice is None or choice.chosen.header_row is None:
        chosen = remembered_choice(look.proposal, practice.remembered)
        if chosen is not None:
            look = look_into_file(file.data, look.proposal.mapping["sheet"], chosen)
    return look, remembered_words(look.proposal, practice.remembered)


def _columns(choice: SentChoice | None, look: Look) -> Mapping[ColumnKey, str]:
    """Return the letters of columns as they were chosen, or else as they are proposed."""
    chosen = choice.chosen.columns if choice and not choice.is_new else None
    return look.proposal.letters if chosen is None else chosen


def _of(texts: Any, said: Any) -> dict[str, str]:
    """Return what was said about texts that this column has."""
    return {text: meaning for text, meaning in said.items() if text in texts}
