"""Page or part from one template, as htmx's request headers ask."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, render_template, request
from jinja2 import StrictUndefined
from jinja2_fragments.flask import render_block
from werkzeug.local import LocalProxy

from firststep.extensions import htmx

_DECIDING_HEADERS = ("HX-Request", "HX-Request-Type")


def wants_part() -> bool:
    """Tell whether htmx asks for a part of the page; boosted links and history ask for the whole."""
    g.varies = True
    return bool(htmx) and request.headers.get("HX-Request-Type") == "partial"


def render(template: str, *, block: str | None = None, **context: Any) -> str:
    """Render the whole page, or only ``block`` when htmx asks for a part of it."""
    if block and wants_part():
        return render_block(template, block, **context)
    return render_template(template, **context)


def render_part(template: str, block: str, **context: Any) -> str:
    """Render one block of a template, whoever asks."""
    return str(render_block(template, block, **context))


def init_rendering(app: Flask) -> None:
    """Make templates strict, give them the macros as ``ui``, and name the deciding headers in Vary."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    # A proxy, so that a changed template is read again while developing.
    app.jinja_env.globals["ui"] = LocalProxy(lambda: app.jinja_env.get_template("_ui.html").module)
    app.after_request(_name_deciding_headers)


def _name_deciding_headers(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.vary.update(_DECIDING_HEADERS)
    return response
