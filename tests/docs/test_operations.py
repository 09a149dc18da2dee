"""The operator's page names every setting, no other, and only commands that exist."""

from __future__ import annotations

import re
from dataclasses import fields

import click
import pytest
from flask import Flask

from firststep.settings import ROOT, Settings, SettingsError, load_settings
from firststep.web.server import LARGEST_BODY_BYTES

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "docs" / "firststep.env.example").read_text(encoding="utf-8")

# Read by load_settings, though it is no field: it is part of the default of BASE_URL.
NO_FIELD = {"PORT"}


def test_every_setting_has_its_row_and_no_row_is_left_over() -> None:
    rows = set(re.findall(r"(?m)^\| `([A-Z_]+)` \|", PAGE))
    assert rows == {field.name.upper() for field in fields(Settings)} | NO_FIELD


def test_every_command_of_the_page_exists(app: Flask) -> None:
    named = re.findall(r"(?m)flask --app app ([a-z][a-z -]*[a-z])", PAGE)
    assert {"backup", "restore", "user list"} <= {line.strip() for line in named}
    for line in named:
        command: click.Command | None = None
        group: click.Group = app.cli
        for word in line.split():
            command = group.commands.get(word)
            assert command, f"no command {line!r}"
            if not isinstance(command, click.Group):
                break
            group = command


def test_every_command_names_its_program_so_that_it_is_found_from_any_folder() -> None:
    # systemd-run looks for the program from where it is called, not in --working-directory.
    programs = re.findall(r"(\S*)\.venv/bin/flask", PAGE)
    assert len(programs) == 3
    assert set(programs) == {"/opt/firststep/"}


def test_the_proxy_takes_all_that_the_server_takes() -> None:
    assert f"    client_max_body_size {LARGEST_BODY_BYTES // 1024**2}m;\n" in PAGE


def test_the_example_starts_once_the_secret_is_filled_in() -> None:
    values = dict(line.split("=", 1) for line in EXAMPLE.splitlines() if line and not line.startswith("#"))
    with pytest.raises(SettingsError, match="SECRET_KEY"):
        load_settings(values)
    assert load_settings(values | {"SECRET_KEY": "s" * 48}).secure
