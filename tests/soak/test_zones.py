"""Every zone of the database, 60 days around each change from 2020 to 2030: phone and server see the same day.

`make soak ONLY=Europe/Berlin` chooses zones.
"""

from __future__ import annotations

import os
from dataclasses import asdict

import pytest

from bench.reports import write_report
from firststep.services.zones import zone_names
from tests.sync.zones import SERVER_DATA, compare, phone_clock

pytestmark = pytest.mark.soak

#: On each side of a change.
DAYS = 30


def test_phone_and_server_see_the_same_day_in_every_zone() -> None:
    only = zone_names().intersection(os.environ.get("ONLY", "").split())
    chosen = sorted(only or zone_names())
    with phone_clock() as phone:
        found = compare(chosen, phone, days=DAYS)
    write_report("zones", asdict(found))
    assert found.wrong == []
    assert found.zones == len(chosen)
    # Another time is shown only where the phone has other data; which zones and years that are stands in the report.
    assert found.other_data == {} or found.phone_data != SERVER_DATA
