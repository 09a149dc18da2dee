"""How a practice's sheet is to be read: what is proposed, what the practice said before, what it says now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, cast, get_args

from firststep.sheets.cells import fold
from firststep.sheets.dates import DateOrder
from firststep.sheets.mapping import ColumnKey, find_columns, letter_of, mapping_from_json
from firststep.sheets.problems import SheetProblem
from firststep.sheets.proposal import Chosen, Proposal
from firststep.sheets.wire import Look

LabelKey: TypeAlias = Literal["arm", "nsaid", "change"]
#: The columns whose texts a practice has its own words for.
LABEL_KEYS: Final[tuple[LabelKey, ...]] = get_args(LabelKey)
Mappings: TypeAlias = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a person said beside the places of columns: orders of dates, meanings of texts ("" is none), empty marks."""

    orders: Mapping[ColumnKey, DateOrder] = field(default_factory=dict)
    labels: Mapping[LabelKey, Mapping[str, str]] = field(default_factory=dict)
    empty: Sequence[str] = ()


def remembered_sheet(look: Look, remembered: Mappings) -> str | None:
    """Return the sheet of this file that was read before, None where none was."""
    return next((told["sheet"] for told in remembered if told.get("sheet") in look.sheets), None)


def remembered_choice(proposal: Proposal, remembered: Mappings) -> Chosen | None:
    """Return where the columns are by the newest mapping that fits the header; None where none does."""
    for told in remembered:
        try:
            mapping = mapping_from_json(told)
            found = find_columns(mapping, proposal.header)
        except SheetProblem:
            continue
        places = [*found.of_key.values(), *found.weeks]
        if mapping.header_row == proposal.mapping["header_row"] and max(places) < len(proposal.header):
            return Chosen(
                header_row=mapping.header_row,
                shape=mapping.shape,
                columns={key: letter_of(place) for key, place in found.of_key.items()},
                weeks={letter_of(place): week for place, week in found.weeks.items()},
            )
    return None


def remembered_words(proposal: Proposal, remembered: Mappings) -> Said:
    """Return what the proposal and earlier mappings say of this sheet; what the practice said itself comes first."""
    before: dict[LabelKey, dict[str, str]] = {key: {} for key in LABEL_KEYS}
    orders: dict[ColumnKey, DateOrder] = {}
    for told in remembered:
        for key, meanings in _meanings(told).items():
            for text, meaning in meanings.items():
                before[key].setdefault(fold(text), meaning)
        for column, order in _orders(told).items():
            orders.setdefault(column, order)
    recognised = _meanings(proposal.mapping)
    texts = {key: [*recognised[key], *proposal.unknown.get(_column(key), ())] for key in LABEL_KEYS}
    marks = [*proposal.mapping["empty"], *(text for told in remembered[:1] for text in told.get("empty", ()))]
    return Said(
        orders={key: order for key, order in orders.items() if key in proposal.asked},
        labels={
            key: {text: before[key].get(fold(text), recognised[key].get(text, "")) for text in texts[key]}
            for key in LABEL_KEYS
        },
        empty=list(dict.fromkeys(marks)),
    )


def whole_mapping(proposal: Proposal, said: Said) -> dict[str, Any]:
    """Return the mapping in the form of MAP.json: the places of the proposal with what was said."""
    told = dict(proposal.mapping)
    told["date_order"] = {**told["date_order"], **{key: said.orders.get(key) for key in proposal.asked}}
    told["arms"] = {text: arm for text, arm in said.labels.get("arm", {}).items() if arm}
    of_lists: tuple[LabelKey, ...] = ("nsaid", "change")
    for key in of_lists:
        labels = said.labels.get(key, {})
        told[key] = {meaning: [text for text in labels if labels[text] == meaning] for meaning in told[key]}
    told["empty"] = list(said.empty)
    return told


def mark_of(data: bytes, mapping: Mapping[str, Any]) -> str:
    """Return a mark of this file read in this way, by which a person confirms what they saw and nothing else."""
    told = json.dumps(mapping, sort_keys=True).encode()
    return hashlib.sha256(hashlib.sha256(data).digest() + told).hexdigest()


def _column(key: LabelKey) -> ColumnKey:
    return key


def _meanings(told: Mapping[str, Any]) -> dict[LabelKey, dict[str, str]]:
    """Return the meanings of texts by column."""
    found: dict[LabelKey, dict[str, str]] = {"arm": dict(told.get("arms", {}))}
    of_lists: tuple[LabelKey, ...] = ("nsaid", "change")
    for key in of_lists:
        by_meaning = told.get(key, {})
        found[key] = {str(text): meaning for meaning in by_meaning for text in by_meaning[meaning]}
    return found


def _orders(told: Mapping[str, Any]) -> dict[ColumnKey, DateOrder]:
    order = told.get("date_order")
    by_column = order if isinstance(order, dict) else dict.fromkeys(("visit_date", "start"), order)
    return {cast(ColumnKey, key): one for key, one in by_column.items() if one}
