"""A log line names the route's pattern and the outcome, and nothing of the person."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app import create_app
from firststep.extensions import alembic, db
from firststep.settings import Settings
from firststep.web.policy import policy


@pytest.mark.sqlite_only
def test_neither_path_nor_query_nor_form_reaches_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = create_app(
        Settings(
            environment="development",
            var_dir=tmp_path,
            secret_key="x" * 40,
            database_url=f"sqlite:///{tmp_path / 'log.db'}",
            huey_url=f"sqlite:///{tmp_path / 'queue.db'}",
            base_url="http://localhost",
        )
    )

    @policy(GET="public")
    def fails() -> str:
        raise RuntimeError("canary-in-message")

    app.add_url_rule("/fails", "fails", fails)
    app.extensions["policy_table"]["fails", "GET"] = "public"
    with app.app_context():
        alembic.upgrade()
    client = app.test_client()
    client.get("/login?next=/canary-path")
    typed = {"email": "canary@example.com", "password": "canary-secret"}
    client.post("/login", data=typed, headers={"Sec-Fetch-Site": "same-origin"})
    client.get("/canary-in-path")
    assert client.get("/fails").status_code == 500
    with app.app_context():
        db.engine.dispose()
    written = capsys.readouterr()
    assert "canary" not in written.out + written.err
    lines = [json.loads(line) for line in written.out.splitlines() if line.startswith("{")]
    assert {"request", "fault"} <= {line["event"] for line in lines}
    assert any(line.get("route") == "/login" and line.get("status") == 200 for line in lines)
    assert any(line.get("kind") == "RuntimeError" and line["places"] for line in lines)
