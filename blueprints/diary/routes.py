"""Scaffold of the diary area."""

from __future__ import annotations

from flask import Blueprint

from firststep.web.policy import policy
from firststep.web.render import render

diary = Blueprint("diary", __name__)


@diary.get("/log")
@policy(GET="patient")
def today() -> str:
    """Show the page."""
    return render("pages/scaffold.html")
