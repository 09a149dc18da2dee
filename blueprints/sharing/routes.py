"""Scaffold of the sharing area."""

from __future__ import annotations

from flask import Blueprint

from firststep.web.policy import policy
from firststep.web.render import render

sharing = Blueprint("sharing", __name__)


@sharing.get("/share")
@policy(GET="patient")
def shares() -> str:
    """Show the page."""
    return render("pages/scaffold.html")
