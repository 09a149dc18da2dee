"""A server that is killed with -9 under a page loses no tap and stores none twice, wherever in the request it dies."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.kills import Rounds
from tests.support.applications import migrated
from tests.support.dying_server import POINTS
from tests.support.server_process import ServerProcess

pytestmark = pytest.mark.browser

_WAYS = ("taps", "taps", "comes back", "taps", "phone's own page", "taps")
_TWICE = (False, False, False, True, False, False)


def test_no_tap_is_lost_or_doubled_when_the_server_is_killed(tmp_path: Path, chromium: Browser) -> None:
    server = ServerProcess(tmp_path)
    with migrated(server.settings) as app:
        try:
            server.start()
            rounds = Rounds(app, server, chromium)
            for point, way, twice in zip(POINTS, _WAYS, _TWICE, strict=True):
                rounds.run(point, way, twice=twice)
            rounds.close()
        finally:
            server.kill()
    assert rounds.report.faults() == []
    assert rounds.report.stored > len(POINTS)
