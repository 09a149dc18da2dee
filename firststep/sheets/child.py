"""Reads one file in a process of its own with limits: ``python -m firststep.sheets.child``.

Standard input is one line of JSON, the order, and then the bytes of the file; standard output is the answer as JSON.
A file that makes this process die costs nothing but this process.
"""

from __future__ import annotations

import json
import resource
import sys
from contextlib import suppress
from datetime import date
from typing import Any, Final

from firststep.sheets.problems import MOST_BYTES, SheetProblem

MEMORY_BYTES: Final = 512 * 1024 * 1024
CPU_SECONDS: Final = 10


def main() -> None:
    """Take the limits, then one order, and answer it."""
    _limit()
    order = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        answer: dict[str, Any] = {"answer": _obey(order, data)}
    except SheetProblem as problem:
        answer = {"problem": problem.code, "details": problem.details}
    json.dump(answer, sys.stdout)


def _limit() -> None:
    limits = [
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        # Nothing is written to disk: output goes into a pipe.
        (resource.RLIMIT_FSIZE, 0),
    ]
    for what, most in limits:
        # Not every system has each; the parent's clock is the last limit.
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def _obey(order: dict[str, Any], data: bytes) -> dict[str, Any]:
    # Imported under the limits, and only here: the parent knows the wire without the reader of workbooks.
    from firststep.sheets.mapping import mapping_from_json
    from firststep.sheets.proposal import Chosen, propose
    from firststep.sheets.read import read_sheet
    from firststep.sheets.wire import Look, look_to_json, reading_to_json
    from firststep.sheets.workbooks import open_workbook

    if order["do"] == "read":
        mapping = mapping_from_json(order["mapping"])
        grid = open_workbook(data).grid(mapping.sheet)
        return reading_to_json(read_sheet(grid, mapping, today=date.fromisoformat(order["today"])))
    book = open_workbook(data)
    sheet = order["sheet"] or next(iter(book.names), None)
    proposal = propose(book.grid(sheet), sheet, Chosen(**order["chosen"]))
    return look_to_json(Look(kind=book.kind, sheets=book.names, proposal=proposal))


if __name__ == "__main__":
    main()
