"""Names, instructions and sources of stretching plans are collected from their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from firststep.clinical.stretching import load_presets
from tools.messages import collect

pytestmark = pytest.mark.sqlite_only


def test_every_text_of_a_preset_is_collected(tmp_path: Path) -> None:
    collected = collect(tmp_path / "messages.pot")
    texts = [text for one in load_presets() for text in (one.name, one.how, one.source, *one.remarks)]
    texts += [one.schedule_note for one in load_presets() if one.schedule_note]
    assert len(texts) > 30
    assert [text for text in texts if text not in collected] == []
