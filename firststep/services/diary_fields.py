"""The fields of the diary: what each may hold, how it is read from text, and the sentence when it cannot be."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Final, TypeAlias
from uuid import UUID

from flask_babel import gettext as _

from firststep.clinical.measures import DAY_ITEMS, FOOT_ITEMS, ITEM_OF, DailyItem

Value: TypeAlias = int | bool | str | list[str] | None

FOOT_FIELDS: Final = tuple(item.key for item in FOOT_ITEMS)
DAY_FIELDS: Final = tuple(item.key for item in DAY_ITEMS)
# What makes a day a logged one: an answer. A note or a tag alone is none.
DAY_ANSWERS: Final = tuple(item.key for item in DAY_ITEMS if item.kind not in ("text", "tags"))

FIRST_DAY: Final = date(2000, 1, 2)
MOST_NOTE: Final = 2000
MOST_DOSE_MG: Final = 10_000
MOST_TAGS: Final = 20
MOST_TAG: Final = 40

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PAIN = re.compile(r"[0-9]{1,2}")
_PAIN_DECIMAL = re.compile(r"([0-9]{1,2})(?:\.([0-9]))?")
_COUNT = re.compile(r"[0-9]{1,6}")
_AMOUNT = re.compile(r"[0-9]{1,6}([.,][0-9])?")
# A phone's clock may be wrong by decades; outside these years no moment has a date in every time zone.
_YEARS: Final = range(1900, 3000)
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


def parse_uuid(value: object, field: str) -> UUID:
    """Return the UUID of its canonical text."""
    if isinstance(value, str) and len(value) == 36:
        try:
            found = UUID(value)
        except ValueError:
            pass
        else:
            if str(found) == value.lower():
                return found
    raise Refused(field, _("This is not an id."))


def parse_moment(value: object, field: str) -> datetime | None:
    """Return the moment of ISO text with an offset, or None."""
    if value is None:
        return None
    if isinstance(value, str) and 16 <= len(value) <= 40:
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is not None and moment.year in _YEARS:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise Refused(field, _("This is not a moment with its time zone."))


def parse_input(item: DailyItem, text: str, field: str) -> Value:
    """Return what stands in the item's input of a form, or None for empty text; ``field`` is the input's name."""
    if item.kind == "pain":
        return parse_pain(text, field)
    return _parse_text(item, text, field, words=("yes", "no"))


def parse_cell(item: DailyItem, text: str) -> Value:
    """Return what stands in the item's cell of a diary file, or None for an empty one."""
    field = item.csv_column or item.key
    if item.kind == "pain":
        return parse_pain_decimal(text, field)
    return _parse_text(item, text, field, words=item.csv_words)


def _parse_text(item: DailyItem, text: str, field: str, *, words: tuple[str, str]) -> Value:
    if item.kind == "yes_no":
        return parse_choice(text, field, yes=words[0], no=words[1])
    if item.kind == "count":
        return _parse_count(text, field, *_bounds(item))
    if item.kind == "tags":
        return _check_tags(text.split(",") if text.strip() else [])
    return parse_note(text, field)


def _bounds(item: DailyItem) -> tuple[int, int]:
    if item.lowest is None or item.highest is None:
        raise ValueError(f"{item.key} is a count without bounds")
    return item.lowest, item.highest


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


def parse_dose_mg(text: str, field: str = "dose_mg") -> float | None:
    """Return milligrams with at most one decimal, after a point or a comma; None for empty text."""
    text = text.strip()
    if not text:
        return None
    if len(text) > 8 or not _AMOUNT.fullmatch(text):
        raise Refused(field, _amount_sentence())
    return check_amount(float(text.replace(",", ".")), field)


def check_amount(value: object, field: str) -> float:
    """Return milligrams with at most one decimal, a whole number as an int."""
    if type(value) not in (int, float) or not isinstance(value, int | float) or not 0.1 <= value <= MOST_DOSE_MG:
        raise Refused(field, _amount_sentence())
    tenths = round(value * 10)
    if tenths / 10 != value:
        raise Refused(field, _amount_sentence())
    return tenths // 10 if tenths % 10 == 0 else tenths / 10


def _amount_sentence() -> str:
    return _("This is a number from 0.1 to %(high)s, with at most one decimal.", high=f"{MOST_DOSE_MG:,}")


def _parse_count(text: str, field: str, low: int, high: int) -> int | None:
    text = text.strip()
    if not text:
        return None
    if len(text) > 6 or not _COUNT.fullmatch(text) or not low <= int(text) <= high:
        raise Refused(field, count_sentence(low, high))
    return int(text)


def count_sentence(low: int, high: int) -> str:
    """Say at a field which numbers it takes."""
    return _("This is a whole number from %(low)s to %(high)s.", low=f"{low:,}", high=f"{high:,}")


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
    item = ITEM_OF.get(field)
    if item is None:
        raise Refused("set", _("This field is not known."))
    if value is None:
        return None
    if item.kind == "pain":
        return 10 * check_count(value, field, 0, 10, _("Pain is a whole number from 0 to 10."))
    if item.kind == "count":
        return check_count(value, field, *_bounds(item))
    if item.kind == "yes_no":
        return check_flag(value, field)
    if item.kind == "tags":
        return _check_tags(value)
    if not isinstance(value, str):
        raise Refused(field, _("A note is a text."))
    return parse_note(value, field)


def check_flag(value: object, field: str) -> bool:
    """Return true or false as the wire has it."""
    if not isinstance(value, bool):
        raise Refused(field, _("Choose one of the answers."))
    return value


def check_count(value: object, field: str, low: int, high: int, sentence: str = "") -> int:
    """Return a whole number within bounds as the wire has it."""
    # A bool is an int for Python, and 6.0 is equal to 6: neither is what was asked for.
    if type(value) is not int or not low <= value <= high:
        raise Refused(field, sentence or count_sentence(low, high))
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
