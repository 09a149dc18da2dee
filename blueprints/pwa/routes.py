"""What makes the site installable: the manifest, the service worker, and the shell for no connection."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from flask import Blueprint, Response, current_app, json
from flask_babel import gettext as _

from firststep.web import shell
from firststep.web.assets import DIST, BuildMissing
from firststep.web.language import language_tag
from firststep.web.policy import policy

pwa = Blueprint("pwa", __name__)

#: Where sw.js expects the pages to keep and their versions, see static/js/sw.js.
SHELL_PAGES = "@shell-pages@"


@pwa.get("/manifest.webmanifest")
@policy(GET="public")
def manifest() -> Response:
    """Describe the app to the browser that installs it; the name says nothing about a condition."""
    response = Response(json.dumps(_manifest()), mimetype="application/manifest+json")
    response.headers["Cache-Control"] = "public, max-age=3600"
    # Its few words are in the reader's language.
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def _manifest() -> dict[str, object]:
    return {
        "id": "/",
        "name": "Firststep",
        "short_name": "Firststep",
        "description": _("A daily log, and charts of it."),
        "lang": language_tag(),
        "dir": "ltr",
        "start_url": "/log",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f3f6f7",
        "theme_color": "#0b5563",
        "categories": ["health", "medical"],
        "icons": [
            _icon("icon.svg", "any", kind="image/svg+xml"),
            _icon("icon-192.png", "192x192"),
            _icon("icon-512.png", "512x512"),
            _icon("icon-maskable-512.png", "512x512", purpose="maskable"),
        ],
        "shortcuts": [
            {"name": _("Log today"), "url": "/log", "icons": [_icon("icon-192.png", "192x192")]},
            {"name": _("My progress"), "url": "/progress", "icons": [_icon("icon-192.png", "192x192")]},
        ],
    }


def _icon(name: str, sizes: str, *, kind: str = "image/png", purpose: str = "any") -> dict[str, str]:
    return {"src": current_app.extensions["assets"].asset(name), "sizes": sizes, "type": kind, "purpose": purpose}


@pwa.get("/sw.js")
@policy(GET="public")
def service_worker() -> Response:
    """Serve the service worker from the root, or with SW_KILL=1 the one that takes itself away."""
    script = _built("sw_kill.js") if current_app.config["SETTINGS"].sw_kill else _service_worker()
    response = Response(script, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Service-Worker-Allowed"] = "/"
    return response


def _service_worker() -> str:
    pages = " ".join(f"{path}={version}" for path, version in shell.versions().items())
    return _built("sw.js").replace(SHELL_PAGES, pages)


def _built(name: str) -> str:
    path = DIST / name
    try:
        return _read(str(path), path.stat().st_mtime_ns)
    except FileNotFoundError as error:
        raise BuildMissing(f"{path} is missing, the browser side is not built: run `make build`.") from error


@cache
def _read(path: str, _changed_ns: int) -> str:
    return Path(path).read_text(encoding="utf-8")


@pwa.get(shell.OFFLINE)
@policy(GET="public")
def offline() -> Response:
    """Serve what is shown without a connection."""
    return shell.serve(shell.OFFLINE)


@shell.kept_on_the_phone(shell.OFFLINE)
def _offline() -> str:
    return shell.render_for_everybody("pwa/offline.html")
