"""Starts the browser that the machine has."""

from __future__ import annotations

import os

from playwright.sync_api import Browser, Playwright

from tools.browser import find_browser


def launch(playwright: Playwright) -> Browser:
    """Return a running Chromium; Playwright says how to install one where there is none."""
    path = find_browser()
    # Chromium's sandbox does not start for root; the only pages it opens here are our own.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    # The small shared memory of a container would make pages crash.
    options.append("--disable-dev-shm-usage")
    return playwright.chromium.launch(executable_path=path, args=options)
