"""Where the pages about one person lead, which depends on who reads them; what they show depends on the grant alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal
from uuid import UUID

from flask import url_for

Address = Callable[..., str]


@dataclass(frozen=True, kw_only=True)
class Places:
    """The addresses of the pages, of the chart's data, of what keeps an open page honest, and of the way back.

    ``kind`` says for whom: a practitioner with a share, the patient who looks at what one sees, or the reader at a
    visit. ``until`` is how long that one still reads; otherwise the grant says it.
    """

    kind: Literal["practice", "preview", "visit"]
    page: Address
    figure: Address
    visit: str
    sessions: str
    still: str
    back: str
    until: str = ""
    #: Where all that is shown is taken along as a file; only who has a share can.
    take: str = ""


def of_practice(share_id: UUID) -> Places:
    """Return the places of the practitioner who reads through a share."""
    return Places(
        kind="practice",
        page=partial(url_for, "practice.patient", share_id=share_id),
        figure=partial(url_for, "practice.figure", share_id=share_id),
        visit=url_for("practice.visit", share_id=share_id),
        sessions=url_for("care.sessions", share_id=share_id),
        still=url_for("practice.still", share_id=share_id),
        take=url_for("extracts.of_one", share_id=share_id),
        back=url_for("practice.patients"),
    )
