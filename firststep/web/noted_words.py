"""Sessions that practitioners noted, in the reader's words: what, by whom, and whether the patient disputes it."""

from __future__ import annotations

from flask_babel import gettext as _

from firststep.services.diary_events import Event
from firststep.web.event_words import session_kind_words


def session_words(kind: str, number: int | None) -> str:
    """Return the kind, and which one of the course it was."""
    words = session_kind_words(kind)
    return words if number is None else _("%(kind)s, number %(number)s", kind=words, number=number)


def noted_by(event: Event) -> str:
    """Say who noted a session: a name to the patient, to a practitioner only whether it was themselves."""
    if event["own"]:
        return _("noted by you")
    if event["noted_by"]:
        return _("noted by %(name)s", name=event["noted_by"])
    return _("noted by another practitioner")


def noted_words(kind: str, number: int | None, by: str, disputed: bool) -> str:
    """Return one session in a line, as the chart marks it."""
    said = _("Treatment: %(kind)s, %(by)s", kind=session_words(kind, number), by=by)
    return _("%(said)s, disputed by the patient", said=said) if disputed else said


def field_name(name: str) -> str:
    """Name what is noted of a session."""
    return {
        "day": _("Day"),
        "kind": _("Treatment"),
        "number": _("Which one of the course"),
        "gait": _("Gait"),
        "palpation_meridians": _("Palpation by meridian"),
        "palpation_regions": _("Palpation by region"),
        "techniques": _("Points or techniques used"),
        "note": _("Note"),
        "dispute": _("What the patient says"),
    }[name]


def step_words(what: str) -> str:
    """Say what happened to a noted session."""
    return {
        "noted": _("Noted"),
        "changed": _("Changed"),
        "withdrawn": _("Withdrawn"),
        "disputed": _("Disputed by the patient"),
        "dispute_ended": _("Dispute taken back"),
    }[what]
