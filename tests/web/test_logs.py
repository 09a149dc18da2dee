"""A log line names the route's pattern and the outcome, and nothing of the person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, session
from sqlalchemy import text

from app import create_app
from firststep.extensions import alembic, db
from firststep.settings import Settings
from firststep.web.policy import policy


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Flask]:
    """Return an application as it runs outside tests, with views that fail."""
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

    @policy(GET="public")
    def cannot_keep_its_session(token: str) -> str:
        db.session.execute(text("ALTER TABLE user_session RENAME TO gone"))
        db.session.commit()
        session["kept"] = f"canary {token}"
        return "never sent"

    app.add_url_rule("/fails", "fails", fails)
    app.add_url_rule("/fails/<token>", "fails_late", cannot_keep_its_session)
    app.extensions["policy_table"]["fails", "GET"] = "public"
    app.extensions["policy_table"]["fails_late", "GET"] = "public"
    with app.app_context():
        alembic.upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.mark.sqlite_only
def test_a_fault_after_the_view_is_logged_without_path_or_values(
    site: Flask, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    answer = site.test_client().get("/fails/canary-token?q=canary")
    assert answer.status_code == 503
    assert "Traceback" not in answer.get_data(as_text=True)
    written = capsys.readouterr()
    assert "canary" not in written.out + written.err + caplog.text
    assert "/fails/<token>" in written.out


@pytest.mark.sqlite_only
def test_neither_path_nor_query_nor_form_reaches_the_log(site: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    client = site.test_client()
    client.get("/login?next=/canary-path")
    typed = {"email": "canary@example.com", "password": "canary-secret"}
    client.post("/login", data=typed, headers={"Sec-Fetch-Site": "same-origin"})
    client.get("/canary-in-path")
    assert client.get("/fails").status_code == 500
    written = capsys.readouterr()
    assert "canary" not in written.out + written.err
    lines = [json.loads(line) for line in written.out.splitlines() if line.startswith("{")]
    assert {"request", "fault"} <= {line["event"] for line in lines}
    assert any(line.get("route") == "/login" and line.get("status") == 200 for line in lines)
    assert any(line.get("kind") == "RuntimeError" and line["places"] for line in lines)
