"""Countries in the reader's language, and where the reader's labels come from."""

from __future__ import annotations

from flask_babel import get_locale
from flask_babel import gettext as _

from firststep.models import User
from firststep.services.countries import country_codes, country_of


def country_name(code: str) -> str:
    """Name a country in the reader's language; its code where that language has no name for it."""
    locale = get_locale()
    return str(locale.territories.get(code, code)) if locale else code


def label_country_name(code: str | None) -> str:
    """Name the country of the drug labels, or say that there is none."""
    return country_name(code) if code else _("not set")


def country_choices() -> list[tuple[str, str]]:
    """Return (code, name) of every country, by name."""
    return sorted(((code, country_name(code)) for code in country_codes()), key=lambda pair: pair[1].casefold())


def country_of_account(account: User) -> str | None:
    """Return the country of the person's drug labels."""
    return country_of(account.patient.country if account.patient else None, account.time_zone)
