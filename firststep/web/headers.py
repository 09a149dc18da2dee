"""What every response says to the browser, and what every request must say about where it comes from."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": with that, a form says `Origin: null`, and a browser without Sec-Fetch-Site could send none.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def init_headers(app: Flask) -> None:
    """Check where unsafe requests come from, and set the headers of every response."""
    app.before_request(refuse_foreign_requests)
    app.after_request(set_headers)


def refuse_foreign_requests() -> None:
    """Refuse an unsafe request that another site's page sent."""
    if request.method in SAFE_METHODS or getattr(_view(), "accepts_foreign_post", False):
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site != "same-origin":
            abort(403)
        return
    origin = request.headers.get("Origin")
    if origin == "null" and _address_holds_a_token():
        # What a form on such a page says of itself; who does not know the token cannot make another send it.
        return
    if origin is not None and _host_of(origin) != request.host:
        abort(403)


def set_headers(response: Response) -> Response:
    """Set the security headers; a page of a person is kept by no cache."""
    response.headers.update(security_headers(current_app))
    if _address_holds_a_token():
        response.headers["Referrer-Policy"] = "no-referrer"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def security_headers(app: Flask) -> dict[str, str]:
    """Return the headers that every answer carries, a built file's as well."""
    transport = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
    return HEADERS | (transport if app.config["SESSION_COOKIE_SECURE"] else {})


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _address_holds_a_token() -> bool:
    return "token" in (request.view_args or {})


def _view() -> object:
    return current_app.view_functions.get(request.endpoint or "")
