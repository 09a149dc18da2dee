"""What holds for each request before a view sees it: proxies, the kind of transaction, sizes."""

from __future__ import annotations

from typing import Any

from flask import Flask, Request, abort, request
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix

from firststep.database import set_writing
from firststep.settings import Settings
from firststep.web.headers import SAFE_METHODS

# Where scripts send JSON. Elsewhere forms are read, and a form made of JSON would not be one that a page can send.
_JSON_ENDPOINTS = ("diary.store_one", "diary.store_batch", "security.wan_", "reminders.subscribe")

# Flask's own limit on form fields does not count url-encoded ones.
MOST_FIELDS = 200


class ChoosingRequest(Request):
    """A request that chooses its kind of transaction before even the session is read."""

    def __init__(self, environ: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(environ, *args, **kwargs)
        set_writing(self.method not in SAFE_METHODS)

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """Return the body's JSON; one that is nested too deep is as unreadable as any other that is broken."""
        try:
            return super().get_json(force=force, silent=silent, cache=cache)
        except RecursionError:
            if silent:
                return None
            raise BadRequest from None


def init_requests(app: Flask, settings: Settings) -> None:
    """Trust as many proxies as there are, and prepare each request."""
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    app.before_request(refuse_large_forms)
    app.before_request(refuse_unexpected_json)
    app.request_class = ChoosingRequest


def refuse_large_forms() -> None:
    """Answer 413 to a form with too many fields."""
    if request.mimetype == "application/x-www-form-urlencoded" and len(request.form) > MOST_FIELDS:
        abort(413)


def refuse_unexpected_json() -> None:
    """Answer 415 to JSON where a form is expected, and 400 where a passkey's answer is no object."""
    if not request.is_json or request.endpoint is None:
        return
    if not request.endpoint.startswith(_JSON_ENDPOINTS):
        abort(415)
    if request.blueprint == "security" and not isinstance(request.get_json(silent=True), dict):
        abort(400)
