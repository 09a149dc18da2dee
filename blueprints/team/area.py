"""The area that its modules add their views to."""

from __future__ import annotations

from flask import Blueprint

team = Blueprint("team", __name__)
