"""The account area: each file of this package adds the routes of one subject."""

from __future__ import annotations

from blueprints.accounts import address, consents, factor, password, reach, sessions, settings, sign_up, texts
from blueprints.accounts.area import accounts

__all__ = ["accounts", "address", "consents", "factor", "password", "reach", "sessions", "settings", "sign_up", "texts"]
