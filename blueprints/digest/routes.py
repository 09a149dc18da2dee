"""Scaffold of the digest area."""

from __future__ import annotations

from flask import Blueprint

from firststep.web.policy import policy
from firststep.web.render import render

digest = Blueprint("digest", __name__)


@digest.get("/settings/mail")
@policy(GET="patient")
def preferences() -> str:
    """Show the page."""
    return render("pages/scaffold.html")
