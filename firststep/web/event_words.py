"""Dated things of a diary in the reader's words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from babel.numbers import format_decimal
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from firststep.services.diary_doses import product_words
from firststep.services.diary_events import Event
from firststep.web.dates import long_date
from firststep.web.plan_words import plan_name

_SESSIONS: Final = {"acupuncture": _l("Acupuncture"), "physical_therapy": _l("Physical therapy"), "both": _l("Both")}
_RATINGS: Final = {
    1: _l("Very much improved"),
    2: _l("Much improved"),
    3: _l("Minimally improved"),
    4: _l("No change"),
    5: _l("Minimally worse"),
    6: _l("Much worse"),
    7: _l("Very much worse"),
}


def event_name(kind: str) -> str:
    """Name a kind of dated thing."""
    return {
        "dose": _("Dose"),
        "treatment_session": _("Treatment"),
        "flare": _("Flare-up"),
        "pause": _("Pause"),
        "plan": _("Stretching plan"),
        "pgic": _("Your rating of the change"),
        "question": _("Question for the visit"),
    }[kind]


def event_words(event: Event) -> str:
    """Say in a few words what was noted."""
    return _WORDS[event.kind](event)


def session_kind_words(kind: str) -> str:
    """Name a kind of treatment."""
    return str(_SESSIONS[kind])


def pause_reason_words(reason: str | None) -> str:
    """Name the reason of a pause."""
    names = {"ill": _("Ill"), "injured": _("Injured"), "travel": _("Travelling"), "other": _("Other")}
    return names.get(reason or "other", _("Other"))


def pgic_words(rating: int) -> str:
    """Name a rating of the whole change, 1 to 7."""
    return str(_RATINGS[rating])


def _dose(event: Event) -> str:
    name = product_words(event["product"])
    if not event["dose_mg"]:
        return name
    return _("%(name)s, %(dose)s mg", name=name, dose=format_decimal(event["dose_mg"], locale=get_locale()))


def _session(event: Event) -> str:
    kind = session_kind_words(event["kind"])
    return _("%(kind)s, number %(number)s", kind=kind, number=event["number"]) if event["number"] else kind


def _flare(event: Event) -> str:
    if not event["confirmed"]:
        return _("no flare-up")
    parts = [event["trigger"] or ""]
    if event["worst_pain"] is not None:
        worst = format_decimal(Decimal(event["worst_pain"]) / 10, locale=get_locale())
        parts.append(_("worst pain %(pain)s of 10", pain=worst))
    parts.append(_until(_("settled on %(day)s"), event["settled_on"]))
    return ", ".join(part for part in parts if part) or _("yes")


def _pause(event: Event) -> str:
    parts = [pause_reason_words(event["reason"]), _until(_("until %(day)s"), event["ends_on"])]
    return ", ".join(part for part in parts if part)


def _plan(event: Event) -> str:
    sets = ngettext("%(num)d set a day", "%(num)d sets a day", event["sets_per_day"])
    parts = [plan_name(event["preset"], event["name"]), sets, _until(_("until %(day)s"), event["ends_on"])]
    return ", ".join(part for part in parts if part)


def _pgic(event: Event) -> str:
    return _("%(rating)s (week %(week)s)", rating=pgic_words(event["rating"]), week=event["week"])


def _question(event: Event) -> str:
    text: str = event["text"]
    return _("%(text)s (done)", text=text) if event["settled_on"] else text


def _until(sentence: str, day: date | None) -> str:
    return sentence % {"day": long_date(day)} if day else ""


_WORDS = {
    "dose": _dose,
    "treatment_session": _session,
    "flare": _flare,
    "pause": _pause,
    "plan": _plan,
    "pgic": _pgic,
    "question": _question,
}
