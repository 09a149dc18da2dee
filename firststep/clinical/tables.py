"""Reads the tables of data files into dataclasses, and refuses a wrong value with the file, the field and the reason.

What a field may hold is read from its annotation, so that a shape says it once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Shape = TypeVar("Shape", bound=DataclassInstance)

#: What a field's type is called in the annotations, and what TOML must hold for it.
_TYPES: Final[Mapping[str, tuple[type, str]]] = {
    "str": (str, "a text"),
    "int": (int, "a whole number"),
    "Decimal": (Decimal, "a number"),
    "bool": (bool, "true or false"),
    "date": (date, "a date"),
    "tuple[str, ...]": (list, "a list of texts"),
    "tuple[Decimal, ...]": (list, "a list of numbers"),
}


class FileRefused(ValueError):
    """A data file that cannot be trusted: which file, which field, and why."""

    def __init__(self, file: str, field: str, reason: str) -> None:
        super().__init__(f"{file}: {field}: {reason}")
        self.file = file
        self.field = field
        self.reason = reason


class TextFile(Protocol):
    """A file with a name and text: a path, or a file of an installed package."""

    @property
    def name(self) -> str:
        """Return the name without its folder."""

    def read_text(self, encoding: str) -> str:
        """Return the whole text."""


def read_toml(file: TextFile) -> dict[str, Any]:
    """Return what the file holds; a number is read as it is written: 19.8 stays 19.8."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileRefused(file.name, "file", str(error)) from None


def read_table(
    shape: type[Shape],
    table: Mapping[str, Any],
    *,
    file: str,
    where: str = "",
    choices: Mapping[str, tuple[str, ...]],
    given: Mapping[str, object] | None = None,
) -> Shape:
    """Return the table as its shape: each field of its type, none unknown and none that must be there missing.

    ``choices`` are the words that a field may be; ``given`` are fields that do not stand in the table. A field of
    the type "… | None" may be missing, and so may one with a default.
    """
    found: dict[str, Any] = dict(given or {})
    known = {field.name: field for field in fields(shape)}
    for name in table:
        if name not in known or name in found:
            raise FileRefused(file, where + name, "is no field of this table")
    for name, field in known.items():
        if name in found:
            continue
        if name in table:
            found[name] = _value(table[name], str(field.type), choices.get(name), file, where + name)
        elif field.default is MISSING:
            if "None" not in str(field.type):
                raise FileRefused(file, where + name, "is missing")
            found[name] = None
    return shape(**found)


def _value(value: object, annotation: str, words: tuple[str, ...] | None, file: str, field: str) -> object:
    if words is not None:
        if value not in words:
            raise FileRefused(file, field, f"{value!r} is none of {', '.join(words)}")
        return value
    annotation = annotation.removesuffix(" | None")
    kind, called = _TYPES[annotation]
    if kind is Decimal and type(value) is int:
        value = Decimal(value)
    # A bool is an int for Python, and a moment is a date: neither is what the field asks for.
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)) or isinstance(value, datetime):
        raise FileRefused(file, field, f"{value!r} is not {called}")
    if isinstance(value, Decimal) and not value.is_finite():
        raise FileRefused(file, field, f"{value} is not a number")
    if isinstance(value, str) and not value.strip():
        raise FileRefused(file, field, "is empty")
    if isinstance(value, list):
        good = _is_amount if annotation == "tuple[Decimal, ...]" else _is_text
        if not all(good(item) for item in value):
            raise FileRefused(file, field, f"is not {called}")
        return tuple(value)
    return value


def _is_text(item: object) -> bool:
    return isinstance(item, str) and bool(item.strip())


def _is_amount(item: object) -> bool:
    return type(item) is int or (isinstance(item, Decimal) and item.is_finite())
