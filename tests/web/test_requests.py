"""What every request meets before a view sees it, whoever sends it."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.cast import Browser

_ID = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 40_000, b"9" * 5_000, b'"\\ud800"', b"\xff", b"[]", b"null"]
)
@pytest.mark.parametrize("who", ["nobody", "ana", "cho"])
def test_no_json_makes_a_door_fail(app: Flask, request: pytest.FixtureRequest, who: str, body: bytes) -> None:
    browser: Browser = request.getfixturevalue(who)
    for rule in app.url_map.iter_rules():
        for method in {"POST", "PUT"} & (rule.methods or set()):
            path = rule.rule
            for name in rule.arguments:
                path = path.replace(next(part for part in path.split("/") if part.endswith(f"{name}>")), _ID)
            if path == "/logout":
                continue
            answer = browser.open(path, method=method, data=body, content_type="application/json")
            assert answer.status_code < 500, f"{method} {path}"
