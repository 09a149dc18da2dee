"""What the templates of treatments, flare-ups and pauses are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid4

from flask_babel import gettext as _

from firststep.models import NotedSession
from firststep.services.diary_events import HIGHEST_NUMBER, KINDS, MOST_TEXT, Event
from firststep.services.diary_fields import FIRST_DAY, count_sentence
from firststep.web.dates import long_date
from firststep.web.event_words import event_words
from firststep.web.flare_words import flare_line
from firststep.web.noted_words import session_words

#: How many of a kind are listed at once; the others stand behind one tap.
MOST_LISTED: Final = 4


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing in words; ``ends`` is what the button says that lets it end today, empty when it is over."""

    id: UUID
    head: str
    said: str
    note: str
    ends: str
    op_id: UUID


@dataclass(frozen=True, kw_only=True)
class NotedLine:
    """One session that a practitioner noted, in words."""

    id: UUID
    day: str
    said: str
    by: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Listed:
    """The things of one kind, the newest first, with the words of their part of the page."""

    kind: str
    title: str
    none: str
    add: str
    lines: list[Line]
    earlier: list[Line]


def overview_context(events: list[Event], noted: list[NotedSession], today: date) -> dict[str, Any]:
    """Return the three lists, and what practitioners noted."""
    shown = [event for event in events if event.kind != "flare" or event["confirmed"]]
    return {
        "lists": [_listed(kind, [one for one in shown if one.kind == kind], today) for kind in _texts()],
        "noted": [_noted_line(one) for one in noted],
    }


def _noted_line(noted: NotedSession) -> NotedLine:
    note = _("You dispute it") if noted.disputed_at else ""
    return NotedLine(
        id=noted.id,
        day=long_date(noted.day),
        said=session_words(noted.kind, noted.number),
        by=_("noted by %(name)s", name=noted.noted_by),
        note=_("Withdrawn") if noted.withdrawn_at else note,
    )


def _texts() -> dict[str, tuple[str, str]]:
    """Return the title and what an empty list says, of each kind."""
    return {
        "treatment_session": (_("Treatments"), _("None noted yet. Those that you note stand on your chart.")),
        "flare": (
            _("Flare-ups"),
            _("None noted yet. A flare-up is a spell that is clearly worse than the weeks before."),
        ),
        "pause": (_("Pauses"), _("None noted yet. On the days of a pause no stretching counts as missed.")),
    }


def _listed(kind: str, events: list[Event], today: date) -> Listed:
    title, none, add = *_texts()[kind], adding(kind)
    lines = [_line(event, today) for event in events]
    return Listed(kind=kind, title=title, none=none, add=add, lines=lines[:MOST_LISTED], earlier=lines[MOST_LISTED:])


def _line(event: Event, today: date) -> Line:
    ends = KINDS[event.kind].ends
    goes_on = bool(ends) and (event[ends] is None or event[ends] > today)
    words = {"flare": _("Settled today"), "pause": _("End today")}
    return Line(
        id=event.id,
        head=_head(event),
        said=flare_line(event, today) if event.kind == "flare" else event_words(event),
        note=event["note"] or "",
        ends=words[event.kind] if goes_on else "",
        op_id=uuid4(),
    )


def _head(event: Event) -> str:
    if event.kind == "treatment_session":
        return long_date(event.day)
    return _("From %(first)s", first=long_date(event.day))


def adding(kind: str) -> str:
    """Say what noting one of a kind is called."""
    return {
        "treatment_session": _("Note a treatment"),
        "flare": _("Note a flare-up"),
        "pause": _("Note a pause"),
    }[kind]


def form_title(kind: str, *, new: bool) -> str:
    """Return the title of the form of a kind."""
    changing = {
        "treatment_session": _("Change the treatment"),
        "flare": _("Change the flare-up"),
        "pause": _("Change the pause"),
    }
    return adding(kind) if new else changing[kind]


def limits() -> dict[str, Any]:
    """Return what a form tells the phone of its inputs, with the sentences about them."""
    return {
        "first_day": FIRST_DAY.isoformat(),
        "most": MOST_TEXT,
        "highest": HIGHEST_NUMBER,
        "number_wanted": count_sentence(1, HIGHEST_NUMBER),
    }


def known_values(event: Event) -> dict[str, Any]:
    """Return what stands, as the form takes it."""
    choices = {name: event[name] or "" for name in ("foot", "reason")}
    return {"day": event.day, **event.values, **choices}


def triggers() -> list[str]:
    """Return what a person may pick instead of typing."""
    return [_("A long walk"), _("A run"), _("Long standing"), _("New shoes"), _("Walking barefoot"), _("Travel")]
