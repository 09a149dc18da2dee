"""Makes the virtual environment and installs the hashed pins into it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tools.shell import ROOT, Failed, run
from tools.stamps import Stamp

OLDEST = (3, 11)
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUN_PINS = ROOT / "requirements.txt"
DEV_PINS = ROOT / "requirements-dev.txt"


def require_python() -> None:
    """Stop with one sentence when this Python is too old."""
    if sys.version_info < OLDEST:
        raise Failed(
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}; "
            "name a newer one: make run PYTHON=python3.12"
        )


def install_to_run() -> None:
    """Install what the product needs; nothing is done when it is there."""
    if not (PYTHON.exists() and _stamp(RUN_PINS).fresh()):
        make_environment(VENV)
        pip_install(VENV, RUN_PINS, "Installing the Python packages")
        _stamp(RUN_PINS).set()


def install_to_develop() -> None:
    """Install what the tests and tools need on top; it holds everything that the product needs."""
    if not (PYTHON.exists() and _stamp(DEV_PINS).fresh()):
        make_environment(VENV)
        pip_install(VENV, DEV_PINS, "Installing the Python packages for development")
        _stamp(DEV_PINS).set()
        _stamp(RUN_PINS).set()


def make_environment(folder: Path) -> None:
    """Make a virtual environment unless one with this Python is there."""
    if (folder / "bin" / "python").exists() and (folder / "bin" / "pip").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    try:
        run(f"Making the virtual environment {folder.name}", [sys.executable, "-m", "venv", folder])
    except Failed as failed:
        raise Failed(
            f"{failed}\nOn Debian and Ubuntu the missing part comes with: apt-get install python3-venv"
        ) from None


def pip_install(folder: Path, pins: Path, doing: str) -> None:
    """Install exactly these pins, each checked against its hash."""
    pip: list[str | Path] = [
        folder / "bin" / "python",
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--no-input",
        "--quiet",
    ]
    run(doing, [*pip, "install", "--require-hashes", "--requirement", pins])


def _stamp(pins: Path) -> Stamp:
    return Stamp(VENV / f".installed-{pins.stem}", [pins])
