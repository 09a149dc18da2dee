"""Scaffold of the accounts area."""

from __future__ import annotations

from flask import Blueprint

from firststep.web.policy import policy
from firststep.web.render import render

accounts = Blueprint("accounts", __name__)


@accounts.get("/settings")
@policy(GET="signed_in")
def settings() -> str:
    """Show the page."""
    return render("pages/scaffold.html")


@accounts.get("/settings/factor")
@policy(GET="half")
def factor() -> str:
    """Show the page."""
    return render("pages/scaffold.html")
