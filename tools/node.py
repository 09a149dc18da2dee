"""Finds Node 20 or newer; where there is none, takes it from PyPI into an environment of its own."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from tools.python import make_environment, pip_install
from tools.shell import ROOT, output_of, with_path
from tools.stamps import Stamp

OLDEST = 20
# Apart from .venv, where its `node` would shadow the system's.
OWN = ROOT / ".node-venv"
PINS = ROOT / "requirements" / "node.txt"


def node_environment() -> dict[str, str]:
    """Return an environment whose PATH leads to node and npm; install them where they are missing."""
    if _major("node") >= OLDEST and shutil.which("npm"):
        return dict(os.environ)
    stamp = Stamp(OWN / ".installed", [PINS])
    if not stamp.fresh():
        make_environment(OWN)
        pip_install(OWN, PINS, f"Installing Node from PyPI, because no Node {OLDEST} or newer was found")
        stamp.set()
    return with_path(OWN / "bin")


def _major(program: str) -> int:
    found = shutil.which(program)
    version = re.match(r"v(\d+)\.", output_of([Path(found), "--version"])) if found else None
    return int(version[1]) if version else 0
