"""Built files: names with a content hash, served for good."""

from __future__ import annotations

from flask import Flask


def init_assets(app: Flask) -> None:
    """Give templates ``asset`` and serve the built files."""
    app.jinja_env.globals.setdefault("asset", lambda name: f"/static/dist/{name}")
