"""A copy of the project as a later release of it, whose wire the phones of this one do not speak any more."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from firststep.settings import ROOT
from tools.node import node_environment

_PARTS = ("app.py", "blueprints", "firststep", "migrations", "static", "templates", "translations")
_CHANGED = {
    "static/js/phone/queue.js": ("WIRE_VERSION = 1;", "WIRE_VERSION = 2;"),
    "firststep/services/diary_wire.py": ("VERSIONS: Final = versions_until(VERSION)", "VERSIONS: Final = (2,)"),
}


def release(folder: Path, *, changed: Mapping[str, tuple[str, str]], added: Mapping[str, str]) -> Path:
    """Make a copy of the project, built as this one is, with texts replaced and files added; return the folder."""
    _copy(folder)
    for name, (was, becomes) in changed.items():
        _replace(folder / name, was, becomes)
    for name, text in added.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def later_release(folder: Path) -> Path:
    """Make the release in the folder, and build its browser side; return the folder."""
    _copy(folder)
    for name, (was, becomes) in _CHANGED.items():
        _replace(folder / name, was, becomes)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    subprocess.run(["node", "static/build.mjs"], cwd=folder, env=node_environment(), check=True, capture_output=True)
    return folder


def _copy(folder: Path) -> None:
    for part in _PARTS:
        source, target = ROOT / part, folder / part
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


def _replace(file: Path, was: str, becomes: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert was in text, f"{file.name} does not say {was!r}"
    file.write_text(text.replace(was, becomes), encoding="utf-8")
