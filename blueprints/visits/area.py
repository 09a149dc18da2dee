"""The blueprint of what is prepared for a visit, apart from its views so that two files can add to it."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, make_response, redirect, url_for

from firststep.web import clock
from firststep.web.actors import current_account

visits = Blueprint("visits", __name__)

#: The pages to which a step leads back, by the word that its form carries; the log's is that of the day.
_BACK: Final = {
    "progress": "charts.progress",
    "questions": "visits.questions",
    "events": "events.overview",
    "plans": "stretching.plans",
}


def today() -> date:
    """Return the calendar date that the signed-in person sees."""
    return clock.local_day(clock.now(), current_account().time_zone)


def back_address(page: str | None, **said: Any) -> str:
    """Return the address of the page that the form named, or else of the questions."""
    if page == "log":
        return url_for("diary.past_day", day=today().isoformat(), **said)
    return url_for(_BACK.get(page or "", "visits.questions"), **said)


def back_to(page: str | None, **said: Any) -> Response:
    """Lead back to the page that the form named, which says what was done."""
    return make_response(redirect(back_address(page, **said), 303))
