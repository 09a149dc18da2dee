"""Reads a practice's file in a limited child process, and says in one sentence why a file is not read."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, Final

import structlog
from flask_babel import gettext as _

from firststep.settings import ROOT
from firststep.sheets.mapping import mapping_from_json
from firststep.sheets.packing import check_file
from firststep.sheets.problems import ProblemCode, SheetProblem, known_code
from firststep.sheets.proposal import Chosen
from firststep.sheets.reading import Reading
from firststep.sheets.wire import Look, look_from_json, reading_from_json

log = structlog.get_logger("firststep")

WALL_SECONDS: Final = 15
# Each takes up to half a gigabyte; whoever comes third waits a moment.
_AT_ONCE: Final = threading.BoundedSemaphore(2)
_PATIENCE_SECONDS: Final = 20
# A compressed megabyte of notes is read into no more than this.
_LONGEST_ANSWER_BYTES: Final = 64_000_000

_STATUS: Final[Mapping[ProblemCode, int]] = {
    "too_big": 413,
    "unpacked_too_big": 413,
    "too_many_parts": 413,
    "packed_too_tightly": 413,
    "not_a_spreadsheet": 415,
    "busy": 503,
}


class SheetRefused(Exception):
    """Nothing of the file is used; the message is one sentence, ``status`` the HTTP status that goes with it."""

    def __init__(self, problem: SheetProblem) -> None:
        super().__init__(_sentence(problem))
        self.code = problem.code
        self.status = _STATUS.get(problem.code, 422)


def read_file(data: bytes, mapping: Mapping[str, Any], *, today: date) -> Reading:
    """Return what the file says by the mapping (a decoded MAP.json); raise SheetRefused with a sentence.

    ``today`` is the practice's day: later days are reported. At most 15 seconds and, in the child, 512 MB.
    """
    try:
        mapping_from_json(mapping)
        return reading_from_json(_ask({"do": "read", "mapping": mapping, "today": today.isoformat()}, data))
    except SheetProblem as problem:
        raise SheetRefused(problem) from None


def look_into_file(data: bytes, sheet: str | None = None, chosen: Chosen | None = None) -> Look:
    """Return the sheets of the file and a proposal for one, the first unless named; raise SheetRefused.

    What was ``chosen`` of that sheet stands in the proposal.
    """
    try:
        return look_from_json(_ask({"do": "look", "sheet": sheet, "chosen": asdict(chosen or Chosen())}, data))
    except SheetProblem as problem:
        raise SheetRefused(problem) from None


def _ask(order: Mapping[str, Any], data: bytes) -> dict[str, Any]:
    """Let a child answer the order; raise SheetProblem for a file that is refused or that ends the child."""
    check_file(data)
    if not _AT_ONCE.acquire(timeout=_PATIENCE_SECONDS):
        raise SheetProblem("busy")
    try:
        answer = _run_child(json.dumps(order).encode() + b"\n" + data)
    finally:
        _AT_ONCE.release()
    if "problem" in answer:
        raise SheetProblem(known_code(answer["problem"]), **answer["details"])
    found: dict[str, Any] = answer["answer"]
    return found


def _run_child(order: bytes) -> dict[str, Any]:
    # A fresh interpreter and no fork of a server full of threads; none of the server's secrets in its environment.
    command = [sys.executable, "-E", "-s", "-X", "utf8", "-m", "firststep.sheets.child"]
    try:
        done = subprocess.run(  # noqa: S603 - the command is ours, the file is only its input
            command,
            input=order,
            stdout=subprocess.PIPE,
            # What it complains of may quote the file.
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={},
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        log.warning("sheet_child_ended", reason="wall")
        raise SheetProblem("too_slow") from None
    if done.returncode or len(done.stdout) > _LONGEST_ANSWER_BYTES:
        log.warning("sheet_child_ended", reason=done.returncode)
        raise SheetProblem("too_slow" if done.returncode == -signal.SIGXCPU else "unreadable")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _sentence(problem: SheetProblem) -> str:
    sentences = {
        "too_big": _("This file has %(megabytes)s MB; %(most)s MB is the limit."),
        "not_a_spreadsheet": _("This is not a spreadsheet (.xlsx, .xls, .ods or .csv)."),
        "password": _("This file has a password. Remove it and try again."),
        "unreadable": _("This file could not be read."),
        "bad_line": _("Line %(line)s of this file could not be read."),
        "unpacked_too_big": _("Unpacked this file has %(megabytes)s MB; %(most)s MB is the limit."),
        "too_many_parts": _("This file has more than %(most)s parts; save the one sheet in a file of its own."),
        "packed_too_tightly": _("Unpacked this file has more than %(most)s times its size; it is not read."),
        "too_many_rows": _("Up to %(most)s rows; this sheet has more."),
        "too_many_columns": _("Up to %(most)s columns; this sheet has more."),
        "too_slow": _("Reading this file takes too long; save the one sheet in a file of its own."),
        "busy": _("Other files are being read at this moment. Try again in a minute."),
        "no_such_sheet": _("This file has no sheet called %(name)s."),
        "no_header": _("The sheet ends before row %(row)s, where the header should be."),
        "no_such_column": _("The sheet has no column called %(name)s."),
        "column_twice": _("The column %(name)s is named twice; name columns by their letters."),
        "bad_mapping": _("The mapping cannot be used: look at %(where)s."),
    }
    return sentences[problem.code] % _details(problem.details)


def _details(details: Mapping[str, str | int]) -> dict[str, str]:
    return {name: f"{value:,}" if isinstance(value, int) else value for name, value in details.items()}
