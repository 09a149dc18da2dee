"""Keeps a number and what it counts on one line, whatever the width of the screen."""

from __future__ import annotations

import re
from typing import Final

from flask import Flask

# "7-day", "0-10", "95 %": a browser may break a line after the hyphen and at the space.
_HYPHEN: Final = re.compile(r"(?<=[0-9])-(?=\w)")
_BEFORE_PERCENT: Final = re.compile(r"(?<=[0-9]) (?=%)")
NO_BREAK_HYPHEN: Final = "\N{NON-BREAKING HYPHEN}"
NO_BREAK_SPACE: Final = "\N{NO-BREAK SPACE}"


def unbroken(text: str) -> str:
    """Write hyphens after numbers and spaces before percent signs so that no line breaks there."""
    return _BEFORE_PERCENT.sub(NO_BREAK_SPACE, _HYPHEN.sub(NO_BREAK_HYPHEN, text))


def init_typography(app: Flask) -> None:
    """Give templates the filter ``unbroken``, for sentences to be read; not for what is searched or compared."""
    app.jinja_env.filters["unbroken"] = unbroken
