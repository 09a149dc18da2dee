"""Remembers what a step was done from, so that it is done again only when that has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from tools.shell import ROOT


def fingerprint(paths: Iterable[Path]) -> str:
    """Return a hash of the names and contents of these files, and of all files in these folders."""
    digest = hashlib.sha256()
    for path in paths:
        files = sorted(child for child in path.rglob("*") if child.is_file()) if path.is_dir() else [path]
        for file in files:
            digest.update(f"{file.relative_to(ROOT)}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


class Stamp:
    """A file that holds the fingerprint of what a step was done from; it lives in what the step makes."""

    def __init__(self, file: Path, sources: Iterable[Path], *, text: str = "") -> None:
        self._file = file
        self._wanted = f"{fingerprint(sources)} {text}".strip()

    def fresh(self) -> bool:
        """Tell whether the step was done from just these sources."""
        try:
            return self._file.read_text(encoding="utf-8") == self._wanted
        except OSError:
            return False

    def set(self) -> None:
        """Remember that the step is done."""
        self._file.write_text(self._wanted, encoding="utf-8")
