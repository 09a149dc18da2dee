"""The area that its modules add their views to."""

from __future__ import annotations

from flask import Blueprint

care = Blueprint("care", __name__)
