"""The TLS proxy with the very file of the containers, before two real web processes that are replaced one by one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from firststep.settings import ROOT
from tests.fleet.faults import first_day, writers_of
from tests.fleet.load import Load
from tests.support.databases import new_postgresql_database
from tests.support.fleet import Fleet, Visitor, fleet
from tests.support.servers import free_port

pytestmark = pytest.mark.sqlite_only

CADDY = Path(sys.executable).with_name("caddy")
RATE = 20.0


@dataclass
class Proxied:
    """A site behind the proxy."""

    site: Fleet
    port: int


@contextmanager
def caddy(folder: Path, port: int, webs: list[int]) -> Iterator[None]:
    """Run the proxy with our file; nothing of it leaves the folder or asks for a certificate elsewhere."""
    main = folder / "Caddyfile"
    options = f"admin off\n\tskip_install_trust\n\tauto_https disable_redirects\n\thttp_port {free_port()}"
    main.write_text(f"{{\n\t{options}\n}}\nimport {ROOT / 'docs' / 'Caddyfile'}\n", encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "SITE": f"localhost:{port}",
        "WEBS": " ".join(f"127.0.0.1:{web}" for web in webs),
    }
    with (folder / "caddy.log").open("wb") as log:
        command = [CADDY, "run", "--config", main, "--adapter", "caddyfile"]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[Proxied]:
    """Return a site with two web processes behind the proxy."""
    port = free_port()
    told = {"DATABASE_URL": new_postgresql_database(), "BASE_URL": f"https://localhost:{port}", "PROXY_HOPS": "1"}
    with fleet(tmp_path, **told) as site:
        webs = [site.add_web().port, site.add_web().port]
        with caddy(tmp_path, port, webs):
            end = time.monotonic() + 20
            while not answers(port):
                assert time.monotonic() < end, (tmp_path / "caddy.log").read_text(encoding="utf-8")[-2000:]
                time.sleep(0.1)
            yield Proxied(site, port)


def answers(port: int) -> bool:
    """Tell whether the site answers through the proxy."""
    try:
        return Visitor(tls=True).ask(port, "GET", "/readyz").status == 200
    except OSError:
        return False


def test_pages_come_through_with_the_headers_of_the_program(proxied: Proxied) -> None:
    answer = Visitor(tls=True).ask(proxied.port, "GET", "/")
    assert answer.status == 200
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert Visitor(tls=True).ask(proxied.port, "GET", "/metrics").status == 404


@pytest.mark.soak
def test_replacing_the_servers_one_by_one_fails_no_request(proxied: Proxied) -> None:
    load = Load(
        site=proxied.site,
        writers=writers_of(proxied.site, 10),
        first_day=first_day(),
        rate=RATE,
        threads=4,
        port=lambda: proxied.port,
    )
    load.start()
    try:
        for web in proxied.site.webs:
            time.sleep(1)
            assert web.stop() == 0
            web.start()
            web.wait_until_ready()
            # The proxy asks every two seconds who is ready.
            time.sleep(3)
    finally:
        load.stop()
    assert set(load.answers) == {"200"}
    assert len(load.promises) > 5 * RATE
    assert load.lost(proxied.site.app) == []
