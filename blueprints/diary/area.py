"""The diary's blueprint, apart from its views so that two files can add to it."""

from __future__ import annotations

from flask import Blueprint

diary = Blueprint("diary", __name__)
