"""The mails that the local sink kept: a page for trying the product, never registered outside demo mode."""

from __future__ import annotations

from ipaddress import ip_address

from flask import abort, current_app, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from blueprints.digest.area import digest
from firststep.mail.kept import list_kept, read_kept
from firststep.mail.sink import sink_folder
from firststep.web.policy import policy
from firststep.web.render import render

_SIGNS_OF_A_PROXY = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")


@policy(GET="public")
def dev_mails() -> ResponseReturnValue:
    """List the kept mails, newest first."""
    _only_this_machine()
    return render("digest/dev_mails.html", mails=list_kept(sink_folder(current_app.config["SETTINGS"])))


@policy(GET="public")
def dev_mail(name: str) -> ResponseReturnValue:
    """Show the text part of one kept mail, with links that work."""
    _only_this_machine()
    mail = read_kept(sink_folder(current_app.config["SETTINGS"]), name)
    if mail is None:
        abort(404)
    return render("digest/dev_mail.html", mail=mail)


@digest.record_once
def _register(state: BlueprintSetupState) -> None:
    settings = state.app.config["SETTINGS"]
    # Development is the default: who forgets to say "production" has no such page at a public address either.
    if settings.demo and settings.is_local:
        state.add_url_rule("/dev/mail", "dev_mails", dev_mails)
        state.add_url_rule("/dev/mail/<name>", "dev_mail", dev_mail)


def _only_this_machine() -> None:
    # Mails hold links that reset passwords: a demo that others can reach must not show them.
    try:
        here = ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        here = False
    if not here or any(name in request.headers for name in _SIGNS_OF_A_PROXY):
        abort(404)
