"""How much is tried: properties that hold for whatever is generated, and how many examples of them a run makes."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from hypothesis import settings

import tests.clinical

FEWEST_PROPERTIES, FEWEST_EXAMPLES = 40, 12_000


def examples() -> Iterator[int]:
    """Go through the properties of the clinical core with the number of examples of each."""
    for found in pkgutil.iter_modules(tests.clinical.__path__):
        module = importlib.import_module(f"tests.clinical.{found.name}")
        for name, test in vars(module).items():
            if name.startswith("test_") and getattr(test, "is_hypothesis_test", False):
                own = getattr(test, "_hypothesis_internal_use_settings", None) or settings.default
                yield own.max_examples


def test_a_run_tries_many_properties_on_many_examples() -> None:
    counted = list(examples())
    assert len(counted) >= FEWEST_PROPERTIES
    assert sum(counted) >= FEWEST_EXAMPLES
