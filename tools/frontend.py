"""Builds the browser side into static/dist/."""

from __future__ import annotations

from tools.node import node_environment
from tools.python import PYTHON
from tools.shell import ROOT, run
from tools.stamps import Stamp

STATIC = ROOT / "static"
MODULES = ROOT / "node_modules"
LOCK = [ROOT / "package.json", ROOT / "package-lock.json"]
MADE = [STATIC / "dist" / name for name in ("manifest.json", "icons.json", "drugs.json")]
DRUG_FILES = ROOT / "firststep" / "clinical" / "nsaids"


def install_modules() -> None:
    """Install what package-lock.json names; no script of a package is run."""
    stamp = Stamp(MODULES / ".installed", LOCK)
    if not stamp.fresh():
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        run("Installing the JavaScript packages", command, node_environment())
        stamp.set()


def build() -> None:
    """Build scripts, styles and icons; nothing is done when their sources are those of the last build."""
    sources = [path for path in sorted(STATIC.iterdir()) if path.name not in ("dist", "__pycache__")]
    stamp = Stamp(MODULES / ".built", [*LOCK, *sources, *sorted(DRUG_FILES.rglob("*.toml"))])
    if stamp.fresh() and all(path.exists() for path in MADE):
        return
    install_modules()
    run("Writing the drugs for the browser", [PYTHON, "-m", "tools.drug_data"])
    run("Building the browser side", ["node", "static/build.mjs"], node_environment())
    run("Drawing the icons", [PYTHON, "static/icons.py"])
    stamp.set()
