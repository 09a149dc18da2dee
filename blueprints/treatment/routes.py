"""Scaffold of the treatment area."""

from __future__ import annotations

from flask import Blueprint

from firststep.web.policy import policy
from firststep.web.render import render

treatment = Blueprint("treatment", __name__)


@treatment.get("/start")
@policy(GET="patient")
def start() -> str:
    """Show the page."""
    return render("pages/scaffold.html")
