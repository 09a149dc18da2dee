"""In which country a time zone lies."""

from __future__ import annotations

import pytest

from firststep.services.countries import country_codes, country_of, zone_country
from firststep.services.zones import zone_choices


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("Europe/Berlin", "DE"),
        ("America/New_York", "US"),
        ("US/Eastern", "US"),
        ("Asia/Kolkata", "IN"),
        ("Europe/London", "GB"),
        ("UTC", None),
        ("Etc/GMT+5", None),
        ("Europe/Atlantis", None),
        ("", None),
    ],
)
def test_a_zone_lies_in_its_country(zone: str, country: str | None) -> None:
    assert zone_country(zone) == country


def test_what_the_person_chose_counts_before_the_zone() -> None:
    assert country_of("GB", "Europe/Berlin") == "GB"
    assert country_of(None, "Europe/Berlin") == "DE"
    assert country_of(None, "UTC") is None


def test_nearly_every_zone_that_can_be_chosen_has_a_country_that_can_be_chosen() -> None:
    without = [zone for zone, _words in zone_choices() if zone_country(zone) is None]
    assert len(without) <= 3
    assert {"US", "GB", "DE", "XK"} <= country_codes()
    assert not country_codes() & {"ZZ", "EU", "UN", "EZ", "QO"}
