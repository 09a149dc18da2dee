"""Scaffold of the pages area."""

from __future__ import annotations

from flask import Blueprint

from firststep.web.policy import policy
from firststep.web.render import render

pages = Blueprint("pages", __name__)


@pages.get("/")
@policy(GET="public")
def home() -> str:
    """Show the page."""
    return render("pages/scaffold.html")
