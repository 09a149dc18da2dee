"""A step is done again when one of its sources has changed, and only then."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import stamps


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that stands for the checkout."""
    monkeypatch.setattr(stamps, "ROOT", tmp_path)
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "a.css").write_text("a {}", encoding="utf-8")
    (tmp_path / "lock.json").write_text("{}", encoding="utf-8")
    return tmp_path


def stamp_of(folder: Path) -> stamps.Stamp:
    return stamps.Stamp(folder / "stamp", [folder / "sources", folder / "lock.json"])


def test_a_step_is_not_done_until_it_says_so(folder: Path) -> None:
    assert not stamp_of(folder).fresh()
    stamp_of(folder).set()
    assert stamp_of(folder).fresh()


@pytest.mark.parametrize("change", ["edit", "add", "rename", "remove"])
def test_any_change_of_a_source_asks_for_the_step_again(folder: Path, change: str) -> None:
    stamp_of(folder).set()
    file = folder / "sources" / "a.css"
    if change == "edit":
        file.write_text("b {}", encoding="utf-8")
    elif change == "add":
        (folder / "sources" / "b.css").write_text("", encoding="utf-8")
    elif change == "rename":
        file.rename(folder / "sources" / "c.css")
    else:
        file.unlink()
    assert not stamp_of(folder).fresh()


def test_a_touched_file_with_the_same_content_asks_for_nothing(folder: Path) -> None:
    stamp_of(folder).set()
    (folder / "lock.json").write_text("{}", encoding="utf-8")
    assert stamp_of(folder).fresh()
