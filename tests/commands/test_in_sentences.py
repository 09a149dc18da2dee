"""A database that is away or has no tables is one sentence for whoever calls a command."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app import create_app
from firststep.settings import Settings

NOBODY_LISTENS = "postgresql://firststep:canary-password@127.0.0.1:1/firststep"


@pytest.mark.parametrize("words", [("mail", "status"), ("user", "list"), ("db", "upgrade"), ("backup", "there.zip")])
def test_a_database_that_is_away_is_one_sentence(settings: Settings, tmp_path: Path, words: tuple[str, ...]) -> None:
    app = create_app(replace(settings, database_url=NOBODY_LISTENS, var_dir=tmp_path))
    with app.app_context():
        done = app.test_cli_runner().invoke(args=list(words))
    assert done.exit_code == 1
    assert done.output.startswith("Error: The database cannot be used: connection failed")
    assert "Connection refused" in done.output
    assert done.output.count("\n") == 1
    assert "canary" not in done.output


def test_a_database_without_tables_is_one_sentence(settings: Settings, tmp_path: Path) -> None:
    app = create_app(replace(settings, database_url=f"sqlite:///{tmp_path}/empty.db", var_dir=tmp_path))
    done = app.test_cli_runner().invoke(args=["user", "list"])
    assert (done.exit_code, done.output) == (1, "Error: The database cannot be used: no such table: user\n")
