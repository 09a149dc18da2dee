"""Published figures to stand beside a person's own course: one file per source, checked when they are read."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from firststep.clinical.benchmarks.reading import BenchmarkRefused, read_benchmarks
from firststep.clinical.benchmarks.shapes import Benchmark, Benchmarks, Source

__all__ = ["Benchmark", "BenchmarkRefused", "Benchmarks", "Source", "load_benchmarks", "read_benchmarks"]


@cache
def load_benchmarks() -> Benchmarks:
    """Return the figures of every source; raises BenchmarkRefused where a file cannot be trusted."""
    folder = files("firststep.clinical.benchmarks")
    return read_benchmarks(file for file in folder.iterdir() if file.name.endswith(".toml"))
