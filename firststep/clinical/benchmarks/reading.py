"""Reads the benchmark files and refuses a wrong number with the file, the field and the reason."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Protocol

from firststep.clinical.benchmarks.checks import impossible
from firststep.clinical.benchmarks.shapes import (
    BENCHMARK_ARMS,
    BENCHMARK_MEASURES,
    CONFIDENCES,
    GRADES,
    KINDS,
    Benchmark,
    Benchmarks,
    Source,
)

_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "arm": BENCHMARK_ARMS,
    "measure": BENCHMARK_MEASURES,
    "kind": KINDS,
    "grade": GRADES,
    "confidence": CONFIDENCES,
}
#: What a field's type is called in the annotations, and what TOML must hold for it.
_TYPES: Final[Mapping[str, tuple[type, str]]] = {
    "str": (str, "a text"),
    "int": (int, "a whole number"),
    "Decimal": (Decimal, "a number"),
    "bool": (bool, "true or false"),
    "date": (date, "a date"),
    "tuple[str, ...]": (list, "a list of texts"),
}


class BenchmarkRefused(ValueError):
    """A benchmark file that cannot be trusted: which file, which field, and why."""

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


def read_benchmarks(files: Iterable[TextFile]) -> Benchmarks:
    """Return the sources and figures of the files; raise BenchmarkRefused for the first thing that is wrong."""
    sources: list[Source] = []
    rows: list[Benchmark] = []
    seen: set[str] = set()
    for file in sorted(files, key=lambda one: one.name):
        source, own = _read_file(file)
        for name in (source.id, *(row.id for row in own)):
            if name in seen:
                raise BenchmarkRefused(file.name, "id", f"{name} is there twice")
            seen.add(name)
        sources.append(source)
        rows += own
    return Benchmarks(tuple(sources), tuple(rows))


def _read_file(file: TextFile) -> tuple[Source, list[Benchmark]]:
    try:
        # A number is read as it is written: 19.8 stays 19.8.
        content = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BenchmarkRefused(file.name, "file", str(error)) from None
    tables = content.pop("rows", [])
    source = Source(**_values(Source, content, file.name, ""))
    if not isinstance(tables, list) or not tables:
        raise BenchmarkRefused(file.name, "rows", "there is none")
    return source, [_read_row(table, source, file.name) for table in tables]


def _read_row(table: dict[str, Any], source: Source, file: str) -> Benchmark:
    where = f"{table.get('id', 'a row without id')}."
    values = _values(Benchmark, {"grade": source.grade, **table}, file, where, given={"source": source})
    row = Benchmark(**values)
    wrong = impossible(row)
    if wrong is not None:
        raise BenchmarkRefused(file, where + wrong.field, wrong.reason)
    return row


def _values(
    shape: type[Source] | type[Benchmark],
    table: Mapping[str, Any],
    file: str,
    where: str,
    given: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """Return the fields of a shape from a table, each of its type, none unknown and none that must be missing."""
    found: dict[str, Any] = dict(given or {})
    known = {field.name: field for field in fields(shape)}
    for name in table:
        if name not in known or name in found:
            raise BenchmarkRefused(file, where + name, "is no field of this table")
    for name, field in known.items():
        if name in found:
            continue
        if name in table:
            found[name] = _value(table[name], name, str(field.type), file, where)
        elif "None" in str(field.type):
            found[name] = None
        elif field.default is MISSING:
            raise BenchmarkRefused(file, where + name, "is missing")
    return found


def _value(value: object, name: str, annotation: str, file: str, where: str) -> object:
    choices = _CHOICES.get(name)
    if choices is not None:
        if value not in choices:
            raise BenchmarkRefused(file, where + name, f"{value!r} is none of {', '.join(choices)}")
        return value
    kind, called = _TYPES[annotation.removesuffix(" | None")]
    if kind is Decimal and type(value) is int:
        value = Decimal(value)
    # A bool is an int for Python, and a moment is a date: neither is what the field asks for.
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)) or isinstance(value, datetime):
        raise BenchmarkRefused(file, where + name, f"{value!r} is not {called}")
    if isinstance(value, Decimal) and not value.is_finite():
        raise BenchmarkRefused(file, where + name, f"{value} is not a number")
    if isinstance(value, str) and not value.strip():
        raise BenchmarkRefused(file, where + name, "is empty")
    if isinstance(value, list):
        if not all(isinstance(item, str) and item.strip() for item in value):
            raise BenchmarkRefused(file, where + name, "is not a list of texts")
        return tuple(value)
    return value
