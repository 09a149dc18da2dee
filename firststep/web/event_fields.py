"""Inputs of dated things: each takes what its stored field takes, and keeps what was typed when it is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from wtforms import StringField, TextAreaField

from firststep.clinical.measures import TENTHS_PER_POINT
from firststep.services.diary_events import KINDS, check_event_value
from firststep.services.diary_fields import Refused, parse_note

_DIGITS: Final = re.compile(r"[0-9]{1,6}")


def _checked(kind: str, name: str, value: object) -> Any:
    """Return the stored form; raise what a field of a form raises."""
    try:
        return check_event_value(KINDS[kind], name, value)
    except Refused as refused:
        raise ValueError(refused.sentence) from None


class CountField(StringField):
    """A whole number that a stored thing of the kind takes under the field's name."""

    def __init__(self, label: Any = None, *, kind: str, **more: Any) -> None:
        super().__init__(label, **more)
        self.kind = kind

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the number, or refuse it with its sentence."""
        self.data = None
        text = valuelist[0].strip() if valuelist else ""
        if text:
            self.data = _checked(self.kind, self.name, int(text) if _DIGITS.fullmatch(text) else text)

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return "" if self.data is None else str(self.data)


class PainField(CountField):
    """Pain from 0 to 10, stored in tenths; not answered is None."""

    def _value(self) -> str:
        if self.raw_data or self.data is None:
            return super()._value()
        return str(self.data // TENTHS_PER_POINT)


class LineField(StringField):
    """A short text that a stored thing of the kind takes under the field's name; an empty one is none."""

    def __init__(self, label: Any = None, *, kind: str, **more: Any) -> None:
        super().__init__(label, **more)
        self.kind = kind

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the text with plain line ends, or refuse it with its sentence."""
        text = valuelist[0].replace("\r\n", "\n").replace("\r", "\n").strip() if valuelist else ""
        # What was typed stays, also when it is refused.
        self.data = text or None
        if text:
            self.data = _checked(self.kind, self.name, text)


class TextField(TextAreaField, LineField):
    """A longer text of the same kind."""


class NoteField(TextAreaField):
    """A text as long as a note of the day may be; an empty one is none."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the text with plain line ends, or refuse it with its sentence."""
        text = valuelist[0] if valuelist else ""
        # What was typed stays, also when it is refused.
        self.data = text or None
        try:
            self.data = parse_note(text, self.name)
        except Refused as refused:
            raise ValueError(refused.sentence) from None

    def _value(self) -> str:
        return self.data or ""
