"""One page for everything that goes wrong: what happened, and what to do."""

from __future__ import annotations

from contextlib import suppress
from math import ceil
from time import time

from flask import Flask, Response, current_app, g, make_response, request, session
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from psycopg.errors import InFailedSqlTransaction, ReadOnlySqlTransaction
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    NoResultFound,
    OperationalError,
    PendingRollbackError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from firststep.extensions import db, limiter
from firststep.web.headers import SAFE_METHODS
from firststep.web.render import render
from firststep.web.sessions import ServerSession

# What PostgreSQL says while another server takes over.
_READ_ONLY = (ReadOnlySqlTransaction, InFailedSqlTransaction)

# Parts of the names of fields whose value is shown to nobody again, not even to who typed it.
_SECRET = ("password", "code", "token")


def init_errors(app: Flask) -> None:
    """Answer every HTTP error and the database's own with a page that says what to do."""
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(CSRFError, show_csrf_error)
    app.register_error_handler(NoResultFound, show_not_found)
    app.register_error_handler(SQLAlchemyError, show_database_error)
    # Before anything else is asked of the request.
    app.before_request_funcs.setdefault(None, []).insert(0, raise_unread_session)
    if not app.testing:
        app.register_error_handler(Exception, show_fault)


def raise_unread_session() -> None:
    """Raise what kept the session from being read."""
    fault = getattr(session, "fault", None)
    if fault is not None:
        raise fault


def show_http_error(error: HTTPException) -> Response:
    """Answer with the error's status and a sentence."""
    if error.response is not None:
        return make_response(error.response)
    original = getattr(error, "original_exception", None)
    if isinstance(original, SQLAlchemyError) and is_passing(original):
        # It happened before or after the view, when the session was read or stored; Flask has logged it.
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


def show_database_error(error: SQLAlchemyError) -> Response:
    """Answer when the database is busy, full or away: nothing was saved, and a retry may work."""
    if is_passing(error):
        _log(error)
        return _busy_page()
    if current_app.testing:
        raise error
    return show_fault(error)


def is_passing(error: SQLAlchemyError) -> bool:
    """Tell whether the database is busy, full or away, and not we at fault.

    A connection that broke in the middle shows itself in several ways: by the statement that met it, by the next one
    in the same transaction, or by the pool that has none left.
    """
    if isinstance(error, DBAPIError) and (error.connection_invalidated or isinstance(error.orig, _READ_ONLY)):
        return True
    return isinstance(error, (OperationalError, InterfaceError, PendingRollbackError, PoolTimeout))


def show_fault(error: Exception) -> Response:
    """Answer for a fault of ours, without a word about the data."""
    db.session.rollback()
    _log(error)
    return _page(500)


def _busy_page() -> Response:
    _let_go_of_the_database()
    title, sentence = _texts(503)
    typed: list[tuple[str, str]] = []
    if request.method in SAFE_METHODS:
        sentence = _("This cannot be shown just now. Wait a moment, then reload the page.")
    elif typed := _typed():
        sentence = _("It could not be saved. What you typed is kept on this page: try again in a moment.")
    response = _answer(503, sentence, "errors/busy.html", title=title, typed=typed)
    response.headers["Retry-After"] = "5"
    return response


def _let_go_of_the_database() -> None:
    """Ask it for nothing more in this request: neither whose page this is, nor to store the session."""
    with suppress(SQLAlchemyError):
        db.session.rollback()
    g._login_user = AnonymousUserMixin()
    if isinstance(session, ServerSession):
        session.unsaved = True
    # The limiter would put its own time to wait in the place of ours.
    limiter.context.view_rate_limit = None


def _typed() -> list[tuple[str, str]]:
    """Return the fields of a form for sending them again, or none where one of them should stand in no page."""
    fields = list(request.form.items(multi=True))
    if request.files or any(word in name for name, _value in fields for word in _SECRET if name != "csrf_token"):
        return []
    return fields


def _log(error: BaseException) -> None:
    from firststep.web.logs import log_fault

    log_fault(error)


def _page(code: int, sentence: str | None = None) -> Response:
    title, what_to_do = _texts(code)
    return _answer(code, sentence or what_to_do, "errors/error.html", title=title)


def _answer(code: int, sentence: str, template: str, **context: object) -> Response:
    if request.is_json or request.accept_mimetypes.best == "application/json":
        return make_response({"error": sentence}, code)
    response = make_response(render(template, block="message", code=code, sentence=sentence, **context))
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
