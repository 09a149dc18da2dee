"""The terms and the page on data, for everybody."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from blueprints.accounts.area import accounts
from firststep.services.consents import TEXT_VERSION
from firststep.web.policy import policy
from firststep.web.render import render


@accounts.get("/terms")
@policy(GET="public")
def terms() -> ResponseReturnValue:
    """Show the terms of use."""
    return render("accounts/terms.html", version=TEXT_VERSION, own_tab=_own_tab())


@accounts.get("/privacy")
@policy(GET="public")
def privacy() -> ResponseReturnValue:
    """Show how data is handled."""
    return render("accounts/privacy.html", version=TEXT_VERSION, own_tab=_own_tab())


def _own_tab() -> bool:
    """Tell whether the sign-up form opened the page beside itself, so that what was typed there stays."""
    return request.args.get("tab") == "new"
