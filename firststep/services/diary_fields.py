"""The fields of the diary: what each may hold, how it is read from text, and the sentence when it cannot be."""

from __future__ import annotations

import re
from datetime import date
from typing import Final, TypeAlias

from flask_babel import gettext as _

from firststep.clinical.measures import MOST_STRETCH_MINUTES

Value: TypeAlias = int | bool | str | list[str] | None

FOOT_FIELDS: Final = ("first_step_pain", "average_pain")
DAY_FIELDS: Final = ("stretch_done", "stretch_minutes", "nsaid_taken", "note", "tags")

FIRST_DAY: Final = date(2000, 1, 2)
MOST_NOTE: Final = 2000
MOST_TAGS: Final = 20
MOST_TAG: Final = 40

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PAIN = re.compile(r"[0-9]{1,2}")
_PAIN_DECIMAL = re.compile(r"([0-9]{1,2})(?:\.([0-9]))?")
_COUNT = re.compile(r"[0-9]{1,6}")
# NUL, which no database takes; a lone surrogate; and what a lone surrogate becomes in a form (U+FFFD).
_UNSTORABLE = re.compile("[\x00\ud800-\udfff\ufffd]")


class Refused(ValueError):
    """A value that is not taken; ``sentence`` is shown at the field."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


def parse_day(text: object, *, latest: date | None = None, field: str = "day") -> date:
    """Return the date of strict ISO text; refuse what is no date, before 2000, or after ``latest``."""
    if not isinstance(text, str) or len(text) != 10 or not _DAY.fullmatch(text):
        raise Refused(field, _("Choose a date."))
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused(field, _("Choose a date.")) from None
    if day < FIRST_DAY:
        raise Refused(field, _("Choose a date after 1 January 2000."))
    if latest is not None and day > latest:
        raise Refused(field, _("That day has not come yet."))
    return day


def parse_pain(text: str, field: str) -> int | None:
    """Return the tenths of a whole number from 0 to 10, or None for empty text."""
    if not text:
        return None
    if len(text) > 2 or not _PAIN.fullmatch(text) or int(text) > 10:
        raise Refused(field, _("Pain is a whole number from 0 to 10."))
    return int(text) * 10


def parse_pain_decimal(text: str, field: str) -> int | None:
    """Return the tenths of a number from 0 to 10 with at most one decimal, as imports may hold it."""
    if not text:
        return None
    match = _PAIN_DECIMAL.fullmatch(text) if len(text) <= 4 else None
    tenths = int(match[1]) * 10 + int(match[2] or 0) if match else 101
    if tenths > 100:
        raise Refused(field, _("Pain is a number from 0 to 10 with at most one decimal."))
    return tenths


def parse_choice(text: str, field: str, *, yes: str = "yes", no: str = "no") -> bool | None:
    """Return True, False, or None for empty text (no answer)."""
    if text not in (yes, no, ""):
        raise Refused(field, _("Choose one of the answers."))
    return None if text == "" else text == yes


def parse_minutes(text: str, field: str = "stretch_minutes") -> int | None:
    """Return whole minutes, or None for empty text."""
    return _parse_count(text, field, 0, MOST_STRETCH_MINUTES, _("Minutes are a whole number from 0 to 600."))


def parse_dose_mg(text: str, field: str = "dose_mg") -> int | None:
    """Return whole milligrams, or None for empty text."""
    return _parse_count(text, field, 1, 10000, _("A dose is a whole number of milligrams from 1 to 10,000."))


def _parse_count(text: str, field: str, low: int, high: int, sentence: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if len(text) > 6 or not _COUNT.fullmatch(text) or not low <= int(text) <= high:
        raise Refused(field, sentence)
    return int(text)


def parse_note(text: str, field: str = "note") -> str | None:
    """Return the text with plain line ends, or None when there is nothing in it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        return None
    check_storable(text, field)
    if len(text) > MOST_NOTE:
        raise Refused(
            field,
            _(
                "Notes can have up to %(most)s characters; this one has %(length)s.",
                most=f"{MOST_NOTE:,}",
                length=f"{len(text):,}",
            ),
        )
    return text


def check_storable(text: str, field: str) -> str:
    """Return the text; refuse characters that a database does not take."""
    if _UNSTORABLE.search(text):
        raise Refused(field, _("This text has a character that cannot be stored."))
    return text


def check_value(field: str, value: object) -> Value:
    """Return the stored form of a value from the wire (pain in points there, in tenths here)."""
    if value is None:
        return None
    if field in FOOT_FIELDS:
        return 10 * _whole(value, field, 0, 10, _("Pain is a whole number from 0 to 10."))
    if field == "stretch_minutes":
        return _whole(value, field, 0, MOST_STRETCH_MINUTES, _("Minutes are a whole number from 0 to 600."))
    if field in ("stretch_done", "nsaid_taken"):
        if not isinstance(value, bool):
            raise Refused(field, _("Choose one of the answers."))
        return value
    if field == "note":
        if not isinstance(value, str):
            raise Refused(field, _("A note is a text."))
        return parse_note(value)
    if field == "tags":
        return _check_tags(value)
    raise Refused("set", _("This field is not known."))


def _whole(value: object, field: str, low: int, high: int, sentence: str) -> int:
    # A bool is an int for Python, and 6.0 is equal to 6: neither is what was asked for.
    if type(value) is not int or not low <= value <= high:
        raise Refused(field, sentence)
    return value


def _check_tags(value: object) -> list[str] | None:
    sentence = _("Up to 20 words of up to 40 characters each.")
    if not isinstance(value, list) or len(value) > MOST_TAGS:
        raise Refused("tags", sentence)
    tags: list[str] = []
    for tag in value:
        if not isinstance(tag, str) or not tag.strip() or len(tag) > MOST_TAG:
            raise Refused("tags", sentence)
        tags.append(check_storable(tag.strip(), "tags"))
    return tags or None
