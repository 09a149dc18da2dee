"""Requests that a page makes by itself: they must not keep a session alive that nobody uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request

View = TypeVar("View", bound=Callable[..., Any])


def passive(view: View) -> View:
    """Mark a view that open pages ask again and again."""
    view.__dict__["is_passive"] = True
    return view


def is_passive_request() -> bool:
    """Tell whether this request was made by a page and not by a person."""
    return bool(getattr(current_app.view_functions.get(request.endpoint or ""), "is_passive", False))
