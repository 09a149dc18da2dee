"""Compressed responses, without helping a stranger to guess secrets by their length."""

from __future__ import annotations

import gzip

import brotli
from flask import Flask, Response, request

_KINDS = {
    "application/json",
    "application/manifest+json",
    "image/svg+xml",
    "text/csv",
    "text/html",
    "text/javascript",
    "text/plain",
}
_SMALLEST = 600


def init_compression(app: Flask) -> None:
    """Compress text of every kind with br or gzip; built files are compressed by the build."""
    app.after_request(compress)


def compress(response: Response) -> Response:
    """Compress the body when the browser can read it and no other site asked for it."""
    if response.mimetype not in _KINDS or response.direct_passthrough or response.is_streamed:
        return response
    response.vary.add("Accept-Encoding")
    # A page holds a form token and may hold what was typed; only a foreign page that makes the browser ask again
    # and again could learn the token from the lengths (BREACH), so its requests get the plain text.
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        return response
    if response.status_code < 200 or response.status_code in (204, 304) or "Content-Encoding" in response.headers:
        return response
    body = response.get_data()
    if len(body) < _SMALLEST:
        return response
    if request.accept_encodings.quality("br"):
        response.set_data(brotli.compress(body, quality=4))
        response.headers["Content-Encoding"] = "br"
    elif request.accept_encodings.quality("gzip"):
        response.set_data(gzip.compress(body, compresslevel=5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
