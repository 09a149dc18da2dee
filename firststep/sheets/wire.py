"""A reading and a look as plain JSON values, between the child that made them and the process that asked."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from firststep.clinical.visits import Visit
from firststep.sheets.packing import Kind
from firststep.sheets.proposal import Proposal
from firststep.sheets.reading import Case, Reading, Reported, SheetVisit


@dataclass(frozen=True, kw_only=True)
class Look:
    """What is in a file before anybody said how to read it: its sheets, and a proposal for one of them."""

    kind: Kind
    sheets: tuple[str, ...]
    proposal: Proposal


def reading_to_json(reading: Reading) -> dict[str, Any]:
    """Return the reading as plain values."""
    told = asdict(reading)
    told["cases"] = [_case_to_json(case) for case in reading.cases]
    return told


def _case_to_json(case: Case) -> dict[str, Any]:
    return {
        "key": case.key,
        "alias": case.alias,
        "arm": case.arm,
        "starts_on": None if case.starts_on is None else case.starts_on.isoformat(),
        "visits": [[one.row, one.visit.day.isoformat(), *one.visit[1:], one.note] for one in case.visits],
    }


def reading_from_json(told: dict[str, Any]) -> Reading:
    """Return the reading that ``reading_to_json`` made; raise TypeError, ValueError or KeyError for anything else."""
    return Reading(
        cases=tuple(_case_from_json(case) for case in told["cases"]),
        accepted=tuple(told["accepted"]),
        reported=tuple(Reported(**one) for one in told["reported"]),
        empty=tuple(told["empty"]),
        total=told["total"],
        sessions=told["sessions"],
        unused=tuple(told["unused"]),
    )


def _case_from_json(told: dict[str, Any]) -> Case:
    return Case(
        key=told["key"],
        alias=told["alias"],
        arm=told["arm"],
        starts_on=None if told["starts_on"] is None else date.fromisoformat(told["starts_on"]),
        visits=tuple(
            SheetVisit(row=row, visit=Visit(date.fromisoformat(day), tenths, session, nsaid, change), note=note)
            for row, day, tenths, session, nsaid, change, note in told["visits"]
        ),
    )


def look_to_json(look: Look) -> dict[str, Any]:
    """Return the look as plain values."""
    return asdict(look)


def look_from_json(told: dict[str, Any]) -> Look:
    """Return the look that ``look_to_json`` made; raise TypeError, ValueError or KeyError for anything else."""
    proposal = told["proposal"]
    return Look(
        kind=told["kind"],
        sheets=tuple(told["sheets"]),
        proposal=Proposal(
            mapping=proposal["mapping"],
            letters=proposal["letters"],
            week_letters=proposal["week_letters"],
            asked={key: (row, text) for key, (row, text) in proposal["asked"].items()},
            unknown={key: tuple(texts) for key, texts in proposal["unknown"].items()},
            lacking=tuple(proposal["lacking"]),
            header=tuple(proposal["header"]),
            rows=tuple((number, tuple(cells)) for number, cells in proposal["rows"]),
        ),
    )
