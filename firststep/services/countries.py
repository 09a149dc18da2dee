"""Countries by their ISO 3166 codes: which exist, and in which one a time zone lies."""

from __future__ import annotations

import re
from functools import lru_cache

from babel import Locale
from babel.core import get_global

_CODE = re.compile(r"[A-Z]{2}")
# Codes of Unicode that are no countries: the European and United Nations, Outlying Oceania, pseudo-locales, unknown.
_NO_COUNTRIES = ("EU", "EZ", "UN", "QO", "XA", "XB", "ZZ")


@lru_cache(maxsize=1)
def country_codes() -> frozenset[str]:
    """Return the codes that a person may choose."""
    known = map(str, Locale("en").territories)
    return frozenset(code for code in known if _CODE.fullmatch(code) and code not in _NO_COUNTRIES)


def zone_country(zone_name: str) -> str | None:
    """Return the country in which a time zone lies; None where it lies in none or in several, such as UTC."""
    zone = get_global("zone_aliases").get(zone_name, zone_name)
    territories = get_global("zone_territories")
    code: str | None = territories.get(zone_name, territories.get(zone))
    return code if code in country_codes() else None


def country_of(chosen: str | None, zone_name: str) -> str | None:
    """Return the country that the person chose, or the one of the time zone."""
    return chosen or zone_country(zone_name)
