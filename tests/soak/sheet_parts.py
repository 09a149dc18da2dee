"""Which parts of which files the fuzzer of sheets changes; the first byte of an input names one, 0 is a whole file."""

from __future__ import annotations

from typing import Final

PARTS: Final = (
    ("seed.xlsx", "xl/worksheets/sheet1.xml"),
    ("seed.xlsx", "xl/sharedStrings.xml"),
    ("seed.xlsx", "xl/workbook.xml"),
    ("seed.ods", "content.xml"),
)
