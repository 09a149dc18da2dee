"""Why a whole file or its mapping cannot be used, as a code; the sentence for people is made elsewhere."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, cast, get_args

#: The size and shape of what is read: a practice's log, not an archive.
MOST_BYTES: Final = 5_000_000
MOST_UNPACKED_BYTES: Final = 20_000_000
MOST_PARTS: Final = 200
MOST_RATIO: Final = 100
MOST_ROWS: Final = 5_000
MOST_COLUMNS: Final = 60
#: A header stands near the top; below it the rows are counted.
LAST_HEADER_ROW: Final = 100

ProblemCode: TypeAlias = Literal[
    "too_big",
    "not_a_spreadsheet",
    "password",
    "unreadable",
    "bad_line",
    "unpacked_too_big",
    "too_many_parts",
    "packed_too_tightly",
    "too_many_rows",
    "too_many_columns",
    "too_slow",
    "busy",
    "no_such_sheet",
    "no_header",
    "no_such_column",
    "column_twice",
    "bad_mapping",
]
_CODES: Final = frozenset(get_args(ProblemCode))


class SheetProblem(Exception):
    """Nothing of the file is read; ``code`` says why, ``details`` holds what its sentence names."""

    def __init__(self, code: ProblemCode, **details: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


def known_code(text: object) -> ProblemCode:
    """Return the code that a text is, or "unreadable" for any other."""
    return cast(ProblemCode, text) if text in _CODES else "unreadable"
