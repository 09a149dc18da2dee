"""What a touch of an explored chart says, in Plotly's way of writing it.

Plotly breaks no line, and cuts off what is wider than the chart: on a phone that was the day and half of the words. It
also finds what stands a few pixels beside what was touched, which on a long chart are days or months: what has one day
of its own therefore says it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from textwrap import wrap
from typing import Final

#: So many letters fit beside their key on the narrowest phone.
LINE_LETTERS: Final = 40
BREAK: Final = "<br>"
_NOT_IN_WORDS: Final = "\0"
#: On which day something stands.
DAY: Final = "%{x|%-d %b}"
DATE: Final = "%{x|%-d %b %Y}"


@lru_cache(maxsize=1024)
def in_lines(text: str, behind: str = "") -> str:
    """Break a text between words so that each line fits on a phone, the last with what is written behind it."""
    # As a part of the last word, which goes to the next line with it.
    end = _NOT_IN_WORDS * len(_shown(behind))
    return BREAK.join(wrap(text + end, LINE_LETTERS, break_long_words=False, break_on_hyphens=False)).rstrip(end)


def named(name: str, value: str = "%{y}") -> str:
    """Write what a touch says of a trace: its name and the value."""
    return f"{in_lines(name, f': {value}')}: {value}<extra></extra>"


def _shown(template: str) -> str:
    """Return a template as long as what Plotly makes of it at the most."""
    for code, longest in ((DATE, "30 Sep 2026"), (DAY, "30 Sep")):
        template = template.replace(code, longest)
    return re.sub(r"%\{[^}]*\}", "10.0", template)
