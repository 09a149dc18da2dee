"""Who may call what: one declared policy per endpoint and method, checked with the form token before any view runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Literal, TypeVar, cast, get_args

from flask import Flask, Response, abort, current_app, redirect, request, session, url_for
from flask_login import current_user

from firststep.extensions import csrf
from firststep.web import clock
from firststep.web.render import wants_part
from firststep.web.visiting import visit_is_open

Policy = Literal["public", "signed_in", "patient", "practitioner", "half", "password", "token", "visit"]
View = TypeVar("View", bound=Callable[..., Any])

# A practitioner's second factor counts for one working day.
FACTOR_LIFE = timedelta(hours=12)

_AUTOMATIC_METHODS = {"HEAD", "OPTIONS"}


class PolicyMissing(Exception):
    """An endpoint was registered without saying who may use it."""


def policy(**by_method: Policy) -> Callable[[View], View]:
    """Declare who may call the view, per method: ``@policy(GET="patient", POST="patient")``."""

    def mark(view: View) -> View:
        cast(Any, view).policy = dict(by_method)
        return view

    return mark


def declare(app: Flask, endpoint: str, **by_method: Policy) -> None:
    """Declare the policy of an endpoint that is not ours, such as one of Flask-Security."""
    app.extensions.setdefault("policies", {})[endpoint] = dict(by_method)


def init_policies(app: Flask) -> None:
    """Collect the declarations, refuse to start when one is missing, and check every request."""
    table: dict[tuple[str, str], Policy] = {}
    for rule in app.url_map.iter_rules():
        declared = app.extensions.get("policies", {}).get(rule.endpoint) or getattr(
            app.view_functions[rule.endpoint], "policy", {}
        )
        for method in (rule.methods or set()) - _AUTOMATIC_METHODS:
            if declared.get(method) not in get_args(Policy):
                raise PolicyMissing(f"Say who may {method} {rule.rule} ({rule.endpoint}): add @policy({method}=…).")
            table[rule.endpoint, method] = declared[method]
    app.extensions["policy_table"] = table
    app.before_request(check_policy)
    # Not by the extension itself, which would come first and call the form of an ended session a foreign one.
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.before_request(check_form_token)


def check_policy() -> Response | None:
    """Answer instead of the view when the caller may not use it."""
    if request.endpoint is None:
        return None
    table = cast("dict[tuple[str, str], Policy]", current_app.extensions["policy_table"])
    method = "GET" if request.method in _AUTOMATIC_METHODS else request.method
    wanted = table.get((request.endpoint, method))
    if wanted is None:
        return None if request.method in _AUTOMATIC_METHODS else abort(405)
    return _answer(wanted)


def check_form_token() -> None:
    """Refuse an unsafe request without its session's form token; whose session ended was sent to sign in before."""
    csrf.protect(apply_exemptions=True)


def _answer(wanted: Policy) -> Response | None:
    if wanted in ("public", "token"):
        return None
    if wanted == "visit":
        # No account opens it, and it opens nothing else.
        return None if visit_is_open() else _send_to(url_for("sharing.enter_visit"))
    if wanted == "half":
        return None if current_user.is_authenticated or session.get("tf_user_id") else to_sign_in()
    if not current_user.is_authenticated:
        return to_sign_in()
    if wanted == "password":
        # Where a factor is set up or proven: a practitioner without one must get there.
        return None
    if current_user.role == "practitioner" and not factor_is_fresh():
        return to_factor()
    if wanted != "signed_in" and current_user.role != wanted:
        abort(404)
    if wanted == "patient" and current_user.patient.diary_closed_at is not None:
        return _send_to(url_for("accounts.consents"))
    return None


# What the phone's own script asks for: it is told with a status, and not led to a page.
_FOR_SCRIPTS = ("diary.sync_session", "diary.kept_days", "diary.store_one", "diary.store_batch")


def factor_is_fresh() -> bool:
    """Tell whether this session proved a second factor within the last hours."""
    checked_at = getattr(session, "factor_checked_at", None)
    return bool(checked_at and clock.now() - checked_at <= FACTOR_LIFE)


def to_sign_in() -> Response:
    """Send the caller to the sign-in page, in the way that the caller understands."""
    target = request.full_path.rstrip("?") if request.method == "GET" and not wants_part() else None
    return _send_to(url_for("security.login", next=target))


def to_factor() -> Response:
    """Send a practitioner who has not proven a second factor to where that is done."""
    return _send_to(url_for("accounts.factor"))


def _send_to(address: str) -> Response:
    if request.headers.get("HX-Request"):
        # A redirect would be followed by fetch, and the sign-in page swapped into the part.
        return Response(status=401, headers={"HX-Redirect": address})
    if request.is_json or request.accept_mimetypes.best == "application/json" or request.endpoint in _FOR_SCRIPTS:
        return Response('{"status": "signed_out"}', status=401, mimetype="application/json")
    return cast(Response, redirect(address, 303))
