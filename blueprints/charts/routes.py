"""Scaffold of the charts area."""

from __future__ import annotations

from flask import Blueprint

from firststep.web.policy import policy
from firststep.web.render import render

charts = Blueprint("charts", __name__)


@charts.get("/progress")
@policy(GET="patient")
def progress() -> str:
    """Show the page."""
    return render("pages/scaffold.html")
