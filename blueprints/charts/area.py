"""The area of a person's own charts."""

from __future__ import annotations

from flask import Blueprint

charts = Blueprint("charts", __name__)
