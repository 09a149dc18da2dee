"""Compiles requirements/*.in into pins with hashes, for every platform and for Python 3.11 on."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.python import DEV_PINS, RUN_PINS
from tools.shell import ROOT, ending, run

INPUTS = ROOT / "requirements"


def main() -> None:
    """Compile the four lists; the second keeps the versions of the first. ``--upgrade`` takes newer ones."""
    upgrade = [argument for argument in sys.argv[1:] if argument == "--upgrade"]
    compile_pins(INPUTS / "run.in", RUN_PINS, *upgrade)
    compile_pins(INPUTS / "dev.in", DEV_PINS, "--constraints", str(RUN_PINS.relative_to(ROOT)), *upgrade)
    compile_pins(INPUTS / "node.in", INPUTS / "node.txt", *upgrade)
    compile_pins(INPUTS / "fuzz.in", INPUTS / "fuzz.txt", *upgrade)


def compile_pins(source: Path, target: Path, *options: str) -> None:
    """Compile one list; what is pinned stays unless the input asks for something else."""
    fixed = ["--universal", "--python-version=3.11", "--generate-hashes", "--no-annotate"]
    fixed += ["--no-emit-index-url", "--no-emit-find-links"]
    command = [sys.executable, "-m", "uv", "pip", "compile", *fixed, "--quiet", "--custom-compile-command", "make pins"]
    paths = [str(source.relative_to(ROOT)), "--output-file", str(target.relative_to(ROOT))]
    run(f"Compiling {source.relative_to(ROOT)}", [*command, *options, *paths])


if __name__ == "__main__":
    ending(main)
