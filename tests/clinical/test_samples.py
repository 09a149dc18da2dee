"""The three example diaries have the outcomes that are written beside them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from firststep.clinical.as_json import outcomes_as_json
from firststep.clinical.diary import Episode
from firststep.clinical.measures import Measure
from firststep.clinical.outcomes import outcomes
from tests.clinical.diaries import DATA, read_csv

EXPECTED = json.loads((DATA / "diary_example_expected.json").read_text(encoding="utf-8"))
CASES = [(name, measure) for name, example in EXPECTED.items() for measure in example["outcomes"]]


def close(found: Any, expected: Any) -> bool:
    """Compare floats to 12 digits and everything else exactly, types included."""
    if isinstance(expected, dict):
        return list(found) == list(expected) and all(close(found[key], expected[key]) for key in expected)
    if isinstance(expected, float):
        return isinstance(found, float) and found == pytest.approx(expected, rel=1e-12, abs=1e-12)
    return type(found) is type(expected) and found == expected


@pytest.mark.parametrize(("name", "measure"), CASES)
def test_example_diaries(name: str, measure: Measure) -> None:
    course = EXPECTED[name]["episode"]
    episode = None if course is None else Episode(course["arm"], date.fromisoformat(course["start"]))
    found = outcomes_as_json(outcomes(read_csv(f"{name}.csv", episode), measure=measure))
    expected = EXPECTED[name]["outcomes"][measure]
    assert close(found, expected), f"found {json.dumps(found)}\nexpected {json.dumps(expected)}"
