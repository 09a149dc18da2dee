"""Starts the browser that the machine has."""

from __future__ import annotations

import os
from typing import Any

from playwright.sync_api import Browser, Playwright

from tools.browser import find_browser


def options() -> dict[str, Any]:
    """Return how Chromium is started here; Playwright says how to install one where there is none."""
    # Chromium's sandbox does not start for root; the only pages it opens here are our own.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    # The small shared memory of a container would make pages crash.
    arguments.append("--disable-dev-shm-usage")
    return {"executable_path": find_browser(), "args": arguments}


def launch(playwright: Playwright) -> Browser:
    """Return a running Chromium."""
    return playwright.chromium.launch(**options())
