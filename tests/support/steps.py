"""The step that an answer leads back from: its op's id, which the next page's button takes back."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit


def step_of(answer: Any, address: str, said: str = "saved") -> str:
    """Return the op's id of an answer that leads to the address with ?saved=…, or another word."""
    to = urlsplit(answer.location)
    assert (answer.status_code, to.path) == (303, address)
    (op_id,) = parse_qs(to.query)[said]
    return op_id
