"""Closed by default: an endpoint without a policy stops the start."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from firststep.web.policy import PolicyMissing, init_policies, policy


def _app_with(view: Callable[[], str], **options: object) -> Flask:
    app = Flask("small", static_folder=None)
    app.add_url_rule("/x", "x", view, **options)
    return app


def test_a_view_without_a_policy_stops_the_start() -> None:
    with pytest.raises(PolicyMissing, match=r"Say who may GET /x \(x\): add @policy\(GET=…\)"):
        init_policies(_app_with(lambda: "x"))


def test_a_method_without_a_policy_stops_the_start() -> None:
    view = policy(GET="public")(lambda: "x")
    with pytest.raises(PolicyMissing, match="Say who may POST /x"):
        init_policies(_app_with(view, methods=["GET", "POST"]))


def test_a_policy_that_does_not_exist_stops_the_start() -> None:
    view = policy(GET="everybody")(lambda: "x")  # type: ignore[arg-type]
    with pytest.raises(PolicyMissing):
        init_policies(_app_with(view))


def test_the_whole_site_has_a_policy_per_endpoint_and_method(app: Flask) -> None:
    table = app.extensions["policy_table"]
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            assert (rule.endpoint, method) in table
