"""Takes the pictures of the README from a fresh site with demo data: ``python -m tools.screenshots``.

Unlike the other tools it needs the packages for development, and a browser.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tools.browser import find_browser
from tools.shell import ROOT, Failed, ending, output_of, run, say

TARGET = ROOT / "docs" / "screenshots"
LARGEST_BYTES = 150_000
PHONE = ViewportSize(width=360, height=780)
DESK = ViewportSize(width=900, height=900)
FLASK = [sys.executable, "-m", "flask", "--app", "app"]


def main() -> None:
    """Write the three pictures into docs/screenshots/."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="firststep-screenshots-") as folder, _site(Path(folder)) as site:
        address, told = site
        with sync_playwright() as playwright:
            options = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = playwright.chromium.launch(executable_path=find_browser(), args=options)
            _patient(browser, address, told)
            _practitioner(browser, address, told)
            browser.close()


def _patient(browser: Browser, address: str, told: str) -> None:
    page = browser.new_page(viewport=PHONE, device_scale_factor=1.5)
    _sign_in(page, address, "ana@demo.example", told)
    # A day by its date: after midnight the page without one asks which day is meant.
    page.goto(f"{address}/log/{_yesterday()}")
    _take(page, "log")
    page.goto(f"{address}/progress")
    _show_year(page)
    _take(page, "progress")
    page.close()


def _yesterday() -> str:
    """Return the last day of the demo people's year, where they live."""
    return str(datetime.now(ZoneInfo("Europe/Berlin")).date() - timedelta(days=1))


def _practitioner(browser: Browser, address: str, told: str) -> None:
    page = browser.new_page(viewport=DESK, color_scheme="dark")
    _sign_in(page, address, "cho@demo.example", told)
    secret = re.search(r"secret: ([A-Z2-7-]+)", told)
    if not secret:
        raise Failed(f"`demo` printed no second factor:\n{told}")
    page.get_by_label("code", exact=False).first.fill(code_of(secret[1], time.time()))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(f"{address}/practice")
    page.locator("main a[href^='/practice/']").first.click()
    _show_year(page)
    _take(page, "practice")
    page.close()


def _show_year(page: Page) -> None:
    """Show the whole course, from the baseline through the published window."""
    page.get_by_role("link", name="1 year").click()
    page.wait_for_load_state("networkidle")


def _sign_in(page: Page, address: str, email: str, told: str) -> None:
    password = re.search(r"(?m)^Password of all: (\S+)$", told)
    if not password:
        raise Failed(f"`demo` printed no password:\n{told}")
    page.goto(f"{address}/login")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(password[1])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: not url.endswith("/login"))


def _take(page: Page, name: str) -> None:
    file = TARGET / f"{name}.png"
    page.screenshot(path=file, animations="disabled")
    size = file.stat().st_size
    say(f"{file.relative_to(ROOT)}: {size // 1000} KB")
    if size > LARGEST_BYTES:
        raise Failed(f"{file.name} is larger than {LARGEST_BYTES // 1000} KB.")


@contextmanager
def _site(folder: Path) -> Iterator[tuple[str, str]]:
    """Serve a fresh database with demo data; yield its address and what `demo` printed."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    address = f"http://localhost:{port}"
    env = {**os.environ, "VAR_DIR": str(folder), "BASE_URL": address, "PORT": str(port)}
    run("Making the tables", [*FLASK, "db", "upgrade"], env)
    told = output_of([*FLASK, "demo"], env)
    server = subprocess.Popen([*FLASK, "serve"], cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    try:
        _wait_for(address, server)
        yield address, told
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            urlopen(f"{address}/healthz", timeout=5).close()
        except (URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise Failed("The site for the pictures did not start.")


def code_of(secret: str, moment_s: float) -> str:
    """Return the six digits that an authenticator app shows at this moment (RFC 6238, SHA-1, 30 s)."""
    letters = secret.replace("-", "")
    key = base64.b32decode(letters + "=" * (-len(letters) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(moment_s) // 30), hashlib.sha1)
    at = digest[-1] & 0x0F
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


if __name__ == "__main__":
    ending(main)
