"""Reads the benchmark files and refuses a wrong number with the file, the field and the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from firststep.clinical.benchmarks.checks import impossible, impossible_source
from firststep.clinical.benchmarks.shapes import (
    BENCHMARK_ARMS,
    BENCHMARK_MEASURES,
    CONFIDENCES,
    GRADES,
    KINDS,
    SUBJECTS,
    Benchmark,
    Benchmarks,
    Source,
)
from firststep.clinical.tables import FileRefused, TextFile, read_table, read_toml

_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "subject": SUBJECTS,
    "arm": BENCHMARK_ARMS,
    "measure": BENCHMARK_MEASURES,
    "kind": KINDS,
    "grade": GRADES,
    "confidence": CONFIDENCES,
}
#: A benchmark file that cannot be trusted: which file, which field, and why.
BenchmarkRefused = FileRefused


def read_benchmarks(files: Iterable[TextFile]) -> Benchmarks:
    """Return the sources and figures of the files; raise BenchmarkRefused for the first thing that is wrong."""
    sources: list[Source] = []
    rows: list[Benchmark] = []
    file_of: dict[str, str] = {}
    seen: set[str] = set()
    for file in sorted(files, key=lambda one: one.name):
        source, own = _read_file(file)
        for name in (source.id, *(row.id for row in own)):
            if name in seen:
                raise BenchmarkRefused(file.name, "id", f"{name} is there twice")
            seen.add(name)
        sources.append(source)
        file_of[source.id] = file.name
        rows += own
    _check_neighbours(sources, file_of)
    return Benchmarks(tuple(sources), tuple(rows))


def _check_neighbours(sources: list[Source], file_of: Mapping[str, str]) -> None:
    """Refuse a source whose neighbour is missing or does not name it: both are shown, or neither."""
    beside = {source.id: source.beside for source in sources}
    for source in sources:
        for other in source.beside:
            if source.id not in beside.get(other, ()) or other == source.id:
                reason = f"{other} does not name {source.id}" if other in beside else f"there is no {other}"
                raise BenchmarkRefused(file_of[source.id], "beside", reason)


def _read_file(file: TextFile) -> tuple[Source, list[Benchmark]]:
    content = read_toml(file)
    tables = content.pop("rows", [])
    source = read_table(Source, content, file=file.name, choices=_CHOICES)
    wrong = impossible_source(source)
    if wrong is not None:
        raise BenchmarkRefused(file.name, wrong.field, wrong.reason)
    if not tables:
        raise BenchmarkRefused(file.name, "rows", "there is none")
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise BenchmarkRefused(file.name, "rows", "is not a list of tables")
    return source, [_read_row(table, source, file.name) for table in tables]


def _read_row(table: dict[str, Any], source: Source, file: str) -> Benchmark:
    where = f"{table.get('id', 'a row without id')}."
    own = {"grade": source.grade, **table}
    row = read_table(Benchmark, own, file=file, where=where, choices=_CHOICES, given={"source": source})
    wrong = impossible(row)
    if wrong is not None:
        raise BenchmarkRefused(file, where + wrong.field, wrong.reason)
    return row
