"""Scaffold of the practice area."""

from __future__ import annotations

from flask import Blueprint

from firststep.web.policy import policy
from firststep.web.render import render

practice = Blueprint("practice", __name__)


@practice.get("/practice")
@policy(GET="practitioner")
def patients() -> str:
    """Show the page."""
    return render("pages/scaffold.html")
