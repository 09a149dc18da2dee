"""Pages that are the same for everybody, which the phone keeps so that they open without a connection."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from flask import Response

from firststep.web.render import render

#: Renders the page; it must not read the session, the person or a form token.
Draw: TypeAlias = Callable[[], str]

OFFLINE: Final = "/offline"
#: What the service worker shows for the log and for the progress page when there is no connection.
OFFLINE_LOG: Final = "/offline/log"
OFFLINE_PROGRESS: Final = "/offline/progress"
#: And for treatments, flare-ups and pauses, with the form of each kind.
OFFLINE_EVENTS: Final = "/offline/events"
#: The log for somebody without an account; it lives on the phone with and without a connection.
TRY: Final = "/try"
WHEN_TO_SEE_SOMEONE: Final = "/when-to-see-someone"
_PAGES: dict[str, Draw] = {}


def kept_on_the_phone(path: str) -> Callable[[Draw], Draw]:
    """Register the page that is served at the path; each version of it is fetched once by the service worker."""

    def register(draw: Draw) -> Draw:
        _PAGES[path] = draw
        return draw

    return register


def serve(path: str) -> Response:
    """Answer with the page, which the browser may keep but asks about again."""
    response = Response(_PAGES[path](), mimetype="text/html")
    response.headers["Cache-Control"] = "no-cache"
    return response


def versions() -> dict[str, str]:
    """Return each path and a hash of the page as it is served: a changed sentence, frame or asset is another one."""
    return {path: hashlib.sha256(draw().encode()).hexdigest()[:10] for path, draw in sorted(_PAGES.items())}


def paths() -> frozenset[str]:
    """Return where the kept pages are served."""
    return frozenset(_PAGES)


def render_for_everybody(template: str, **context: Any) -> str:
    """Render a template that extends `_everybody.html`: nothing of the person who is signed in gets in."""
    return render(template, **{"viewer": None, "nav_items": [], "phone_user": "", **context})
