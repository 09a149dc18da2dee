"""The blueprint of the account area."""

from __future__ import annotations

from flask import Blueprint

accounts = Blueprint("accounts", __name__)
