"""One page for everything that goes wrong: what happened, and what to do."""

from __future__ import annotations

from math import ceil
from time import time

from flask import Flask, Response, make_response, request
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import NoResultFound, OperationalError
from werkzeug.exceptions import HTTPException

from firststep.extensions import db, limiter
from firststep.web.render import render


def init_errors(app: Flask) -> None:
    """Answer every HTTP error and the database's own with a page that says what to do."""
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(CSRFError, show_csrf_error)
    app.register_error_handler(NoResultFound, show_not_found)
    app.register_error_handler(OperationalError, show_busy)
    if not app.testing:
        app.register_error_handler(Exception, show_fault)


def show_http_error(error: HTTPException) -> Response:
    """Answer with the error's status and a sentence."""
    if error.response is not None:
        return make_response(error.response)
    if isinstance(getattr(error, "original_exception", None), OperationalError):
        # It happened after the view, when the session was stored; Flask has logged it.
        return _busy_page()
    code = error.code or 500
    response = _page(code)
    if code == 405 and (valid := getattr(error, "valid_methods", None)):
        response.headers["Allow"] = ", ".join(sorted(valid))
    for name, value in error.get_headers():
        if name.casefold() == "retry-after":
            response.headers[name] = value
    return response


def show_csrf_error(_error: CSRFError) -> Response:
    """Answer a form whose token is missing or old."""
    return _page(400, _("This form is too old or came from another page. Reload the page and try again."))


def show_not_found(_error: NoResultFound) -> Response:
    """Answer for a row that is not there, or not the caller's: the two look the same."""
    return _page(404)


def show_busy(error: OperationalError) -> Response:
    """Answer when the database is busy, full or away: nothing was saved, and a retry may work."""
    _log(error)
    return _busy_page()


def show_fault(error: Exception) -> Response:
    """Answer for a fault of ours, without a word about the data."""
    db.session.rollback()
    _log(error)
    return _page(500)


def _busy_page() -> Response:
    db.session.rollback()
    response = _page(503)
    response.headers["Retry-After"] = "5"
    return response


def _log(error: BaseException) -> None:
    from firststep.web.logs import log_fault

    log_fault(error)


def _page(code: int, sentence: str | None = None) -> Response:
    title, what_to_do = _texts(code)
    sentence = sentence or what_to_do
    if request.is_json or request.accept_mimetypes.best == "application/json":
        return make_response({"error": sentence}, code)
    response = make_response(render("errors/error.html", block="message", code=code, title=title, sentence=sentence))
    response.status_code = code
    return response


def _wait() -> str:
    """Say how long; the limiter counts by the clock of the machine."""
    limit = limiter.current_limit
    minutes = max(1, ceil((limit.reset_at - time()) / 60)) if limit else 15
    return ngettext("Wait %(num)d minute, then try again.", "Wait %(num)d minutes, then try again.", minutes)


def _texts(code: int) -> tuple[str, str]:
    texts = {
        400: (
            _("This could not be read"),
            _("Something in the request was not understood. Reload the page and try again."),
        ),
        403: (_("Not from here"), _("This request came from another page. Reload and try again.")),
        404: (
            _("Not found"),
            _("There is nothing here for you to see. The address may be wrong, or access has ended."),
        ),
        405: (_("Not possible here"), _("This address cannot be used in this way. Go back and try again.")),
        410: (_("No longer valid"), _("This link was used before or is too old. Ask for a new one.")),
        413: (_("Too much at once"), _("Too much data in one form.")),
        415: (_("Wrong kind of data"), _("This kind of data cannot be read here.")),
        429: (_("Too many tries"), _wait()),
        503: (
            _("Not available just now"),
            _("It could not be saved. What you typed is still in the form; try again in a moment."),
        ),
    }
    return texts.get(code, (_("Something went wrong"), _("The fault is ours and was noted. Try again in a moment.")))
