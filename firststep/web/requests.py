"""What holds for each request before a view sees it: proxies, the kind of transaction, sizes."""

from __future__ import annotations

from typing import Any

from flask import Flask, Request, abort, request
from werkzeug.middleware.proxy_fix import ProxyFix

from firststep.database import set_writing
from firststep.settings import Settings
from firststep.web.headers import SAFE_METHODS

# Flask's own limit on form fields does not count url-encoded ones.
MOST_FIELDS = 200


class ChoosingRequest(Request):
    """A request that chooses its kind of transaction before even the session is read."""

    def __init__(self, environ: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(environ, *args, **kwargs)
        set_writing(self.method not in SAFE_METHODS)


def init_requests(app: Flask, settings: Settings) -> None:
    """Trust as many proxies as there are, and prepare each request."""
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    app.before_request(refuse_large_forms)
    app.request_class = ChoosingRequest


def refuse_large_forms() -> None:
    """Answer 413 to a form with too many fields."""
    if request.mimetype == "application/x-www-form-urlencoded" and len(request.form) > MOST_FIELDS:
        abort(413)
