"""A data file that is refused stops the start with its sentence, not a page that shows it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from firststep.settings import ROOT

WRONG = [
    ("benchmarks/radford_2007.toml", "radford_2007.toml: "),
    ("nsaids/drugs/ibuprofen.toml", "ibuprofen.toml: "),
    ("stretching/presets/calf_intermittent.toml", "calf_intermittent.toml: "),
]


@pytest.mark.parametrize(("name", "said"), WRONG, ids=["a figure", "a drug", "a preset"])
def test_the_program_does_not_start_with_a_file_that_is_refused(tmp_path: Path, name: str, said: str) -> None:
    for part in ("firststep", "blueprints"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", tmp_path)
    file = tmp_path / "firststep" / "clinical" / name
    file.write_text('strange = "a field that nobody knows"\n' + file.read_text(encoding="utf-8"), encoding="utf-8")
    start = subprocess.run(
        [sys.executable, "-c", "from app import create_app; create_app()"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "VAR_DIR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert start.returncode == 1
    assert start.stderr.startswith(f"Firststep does not start: {said}")
    assert start.stderr.count("\n") == 1
