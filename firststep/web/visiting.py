"""The reader at a visit: a cookie of its own, which opens one person's pages for an hour and nothing else.

It is bound to who was signed in when the code was entered, if anybody: with a sign-out or another account it opens
nothing. The value is made by the server for each code, so that one planted before is worth nothing.
"""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request
from flask_login import current_user

from firststep.extensions import db
from firststep.models import VisitAccess
from firststep.services import visit_access
from firststep.services.visit_access import ASK_LIFE, VISIT_LIFE
from firststep.services.visit_access import visit_key as derived_key
from firststep.web import clock


def visit_key() -> bytes:
    """Return the key from which this installation makes the codes of visits."""
    return derived_key(str(current_app.secret_key))


def held_visit() -> VisitAccess | None:
    """Return the visit that this browser holds, in whatever state; asked anew in every request."""
    token = request.cookies.get(_cookie_name(), "")
    if not token:
        return None
    user_id = current_user.id if current_user.is_authenticated else None
    return visit_access.of_reader(db.session, token, user_id)


def visit_is_open() -> bool:
    """Tell whether this browser may look at the visit that it holds."""
    visit = held_visit()
    return visit is not None and visit_access.is_open(visit, clock.now())


def hold_visit(response: Response, token: str) -> Response:
    """Let the browser hold a visit as long as it can last."""
    longest = int((ASK_LIFE + VISIT_LIFE).total_seconds())
    response.set_cookie(_cookie_name(), token, max_age=longest, **_attributes())
    return response


def drop_visit(response: Response) -> Response:
    """Let the browser hold no visit."""
    response.delete_cookie(_cookie_name(), **_attributes())
    return response


def _attributes() -> dict[str, Any]:
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    return {"path": "/", "secure": secure, "httponly": True, "samesite": "Strict"}


def _cookie_name() -> str:
    return "__Host-visit" if current_app.config["SESSION_COOKIE_SECURE"] else "visit"
