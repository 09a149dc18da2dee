"""What holds for each request before a view sees it: proxies, the kind of transaction, sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, Request, abort, current_app, request
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix

from firststep.database import set_writing
from firststep.settings import Settings
from firststep.web.headers import SAFE_METHODS

# Where scripts send JSON. Elsewhere forms are read, and a form made of JSON would not be one that a page can send.
_JSON_ENDPOINTS = ("diary.store_one", "diary.store_batch", "security.wan_", "reminders.subscribe")

View = TypeVar("View", bound=Callable[..., Any])

# What stands in a form beside its file.
ROOM_FOR_FORM = 64 * 1024
# Flask's own limit on form fields does not count url-encoded ones.
MOST_FIELDS = 200
# Each column and each word of a sheet is a field or two.
_MOST_CARRIED_FIELDS = 2_000


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
    app.before_request(allow_file)
    app.before_request(refuse_large_forms)
    app.before_request(refuse_unexpected_json)
    app.request_class = ChoosingRequest


def takes_file(most_bytes: int, *, carried: int = 0) -> Callable[[View], View]:
    """Let the view's form carry a file; elsewhere no body is larger than a form.

    ``carried`` bytes may stand in fields, where a page sends a file again in one of them with all that was said of it.
    """

    def mark(view: View) -> View:
        cast(Any, view).most_file_bytes = most_bytes
        cast(Any, view).most_carried_bytes = carried
        return view

    return mark


def allow_file() -> None:
    """Raise the limit of the body where the view takes a file, before anything reads the form."""
    view = current_app.view_functions.get(request.endpoint or "")
    most = getattr(view, "most_file_bytes", None)
    if most is not None and request.mimetype == "multipart/form-data":
        request.max_content_length = most + ROOM_FOR_FORM
        if carried := getattr(view, "most_carried_bytes", 0):
            request.max_form_memory_size = carried
            request.max_form_parts = _MOST_CARRIED_FIELDS


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
