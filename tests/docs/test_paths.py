"""Every file that the documentation names is there, so that "to change X, touch Y" leads somewhere."""

from __future__ import annotations

import re
from fnmatch import fnmatch

import pytest

from firststep.settings import ROOT

PAGES = sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
# Names may leave out the package, as the map in ARCHITECTURE.md does: `clinical/means.py`.
FOLDERS = (ROOT, ROOT / "firststep", ROOT / "docs")
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)#\s]+)")
_PATH = re.compile(r"[\w.<>*-]+(/[\w.<>*{},-]*)+|[\w<>*-]+\.(py|md|toml|html|yaml|json|txt|service|example)|Makefile")
# What commands make and git does not keep, with the folders that may hold nothing else.
MADE = [line.strip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines() if line.strip()]
# Below a folder that a setting names.
_OF_A_SETTING = re.compile(r"[A-Z]+_[A-Z]+/")


def named_paths(page: str) -> set[str]:
    """Return the files and folders that the page names in code marks, and those that it links to."""
    text = (ROOT / page).read_text(encoding="utf-8")
    words = {word for code in _CODE.findall(text) for word in code.split() if _PATH.fullmatch(word)}
    links = {link for link in _LINK.findall(text) if "://" not in link}
    return {word.rstrip("/") for word in words | links if not _OF_A_SETTING.match(word)}


def is_there(name: str) -> bool:
    """Tell whether such a file or folder exists; <area> stands for any name."""
    pattern = re.sub(r"<[^>]*>", "*", name)
    if any(fnmatch(pattern, made) or fnmatch(pattern, f"{made}/*") or made.startswith(f"{pattern}/") for made in MADE):
        return True
    choices = re.search(r"\{([^}]*)\}", pattern)
    parts = choices[1].split(",") if choices else [""]
    patterns = [pattern.replace(choices[0], part) if choices else pattern for part in parts]
    return all(any(any(folder.glob(one)) for folder in FOLDERS) for one in patterns)


@pytest.mark.parametrize("page", PAGES)
def test_every_named_file_is_there(page: str) -> None:
    assert sorted(name for name in named_paths(page) if not is_there(name)) == []


def test_the_finder_finds() -> None:
    assert len(named_paths("ARCHITECTURE.md")) > 30
    assert is_there("clinical/means.py")
    assert is_there("blueprints/<area>/routes.py")
    assert is_there("static/dist/manifest.json")
    assert not is_there("templates/diary/today.html")
    assert not is_there("firststep/{clinical,nowhere}")


def test_decisions_are_dated() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").partition("**Decisions**")[2]
    decisions = [line for line in text.splitlines() if line.startswith("- ")]
    assert len(decisions) > 5
    assert all(re.match(r"- 20[0-9]{2}-[01][0-9]: ", line) for line in decisions)
