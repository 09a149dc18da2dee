"""One thing that was looked at, what was seen, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# "look": it may be all right, only the operator knows; "unknown": it could not be looked at from here.
Verdict = Literal["good", "mend", "look", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What an operator reads about one subject."""

    subject: str
    verdict: Verdict
    seen: str
    todo: str = ""
