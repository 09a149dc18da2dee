"""Cells that no spreadsheet runs, and back again exactly."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from firststep.services.csv_cells import guarded, unguarded

RISKY = "=+-@\t\r\n＝＋－＠"
texts = st.text(max_size=20) | st.text(alphabet=f"'{RISKY}a", max_size=6)


@given(texts)
@example("'=1+1")
@example("''=1")
@example("")
def test_what_was_guarded_comes_back_exactly(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in set(RISKY)


@pytest.mark.parametrize("text", ["'t was so", "it's", "a=b", "5-6", "”"])
def test_other_words_stay_as_they_are(text: str) -> None:
    assert guarded(text) == unguarded(text) == text
