"""Finds a Chromium for the browser tests, and installs one where there is none."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tools.python import PYTHON
from tools.shell import Failed, output_of, run

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLACES = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)


def find_browser() -> Path | None:
    """Return the browser that BROWSER_PATH names, else one of the system, else Playwright's own."""
    named = os.environ.get("BROWSER_PATH")
    if named:
        return Path(named)
    found = [Path(path) for path in map(shutil.which, NAMES) if path]
    found += [path for path in PLACES if path.exists()]
    return found[0] if found else _playwrights_own()


def install_browser() -> Path | None:
    """Return a browser, installed if need be; None where neither way works."""
    found = find_browser()
    if found:
        return found
    for way in (_from_debian, _from_playwright):
        try:
            way()
        except Failed:
            continue
        found = find_browser()
        if found:
            return found
    return None


def _from_debian() -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Failed("Only the administrator of a Debian system installs packages.")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run("Reading the list of system packages", ["apt-get", "update", "-q"], env)
    packages = ["chromium", "fonts-liberation"]
    run("Installing Chromium", ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages], env)


def _from_playwright() -> None:
    run("Installing Playwright's Chromium", [PYTHON, "-m", "playwright", "install", "chromium"])


def _playwrights_own() -> Path | None:
    program = (
        "from playwright.sync_api import sync_playwright as start\n"
        "with start() as playwright: print(playwright.chromium.executable_path)"
    )
    path = output_of([PYTHON, "-c", program])
    return Path(path) if path and Path(path).exists() else None
