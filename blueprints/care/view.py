"""What the pages of noted sessions show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from firststep.models import NotedSession
from firststep.models.noted import NOTED_TEXTS
from firststep.services.noted_sessions import Step
from firststep.web import dates
from firststep.web.actors import current_account
from firststep.web.event_words import session_kind_words
from firststep.web.noted_words import field_name, session_words, step_words


@dataclass(frozen=True, kw_only=True)
class Line:
    """One noted session in words."""

    id: UUID
    day: str
    said: str
    texts: list[tuple[str, str]]
    dispute: str
    withdrawn: str


@dataclass(frozen=True, kw_only=True)
class PastStep:
    """One step of the history in words: when, what, and what stood before it."""

    when: str
    what: str
    before: list[tuple[str, str]]


def line_of(noted: NotedSession) -> Line:
    """Return one noted session in words, as its author and its patient read it."""
    texts = [(field_name(name), getattr(noted, name)) for name in NOTED_TEXTS]
    return Line(
        id=noted.id,
        day=dates.long_date(noted.day),
        said=session_words(noted.kind, noted.number),
        texts=[(name, text) for name, text in texts if text],
        dispute=noted.dispute or "",
        withdrawn=_moment(noted.withdrawn_at) if noted.withdrawn_at else "",
    )


def past_step(step: Step) -> PastStep:
    """Return one step of the history in words."""
    before = [(field_name(name), _value_words(name, value)) for name, value in step.before.items()]
    return PastStep(when=_moment(step.at), what=step_words(step.what), before=before)


def _value_words(name: str, value: Any) -> str:
    if value is None:
        return _("not recorded")
    if name == "day":
        return dates.long_date(date.fromisoformat(value))
    return session_kind_words(value) if name == "kind" else str(value)


def _moment(moment: Any) -> str:
    return dates.moment_words(moment, current_account().time_zone)
