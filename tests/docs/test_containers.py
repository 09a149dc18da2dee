"""The containers' files: as their specifications want them, with commands and settings that exist, and no secret."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from compose_spec import PyOptions
from flask import Flask

from firststep.commands.worker_process import PATIENCE_S as OF_WORKER
from firststep.settings import ROOT, SettingsError, load_settings
from firststep.web.ending import PATIENCE_S
from tests.docs.test_operations import EXAMPLE

COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
DOCKERFILE = ROOT / "Dockerfile"
TOLD = {"SITE": "steps.example.org", "POSTGRES_PASSWORD": "canary", "TAG": "latest"}
UNITS = sorted((ROOT / "docs").glob("*.service"))


def services() -> dict[str, dict[str, Any]]:
    """Return the services as the specification's own reader has them, with the three values filled in."""
    compose = PyOptions(apply_merge=True).from_yaml(filled(COMPOSE))
    compose.validate()
    found: dict[str, dict[str, Any]] = compose.to_dict()["services"]
    return found


def filled(text: str) -> str:
    """Return the file with the values that come from `.env`."""
    return re.sub(r"\$\{(\w+)[^}]*\}", lambda found: TOLD[found[1]], text)


def ours() -> dict[str, dict[str, Any]]:
    """Return the services that run the program."""
    return {name: service for name, service in services().items() if service["image"].startswith("firststep:")}


def test_the_linter_of_dockerfiles_has_nothing_to_say() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    said = subprocess.run([linter, "--no-color", DOCKERFILE], capture_output=True, text=True)
    assert (said.returncode, said.stdout) == (0, "")


def test_the_reader_of_compose_files_refuses_what_is_not_in_the_specification() -> None:
    with pytest.raises(ValueError, match="stop_grace"):
        PyOptions(apply_merge=True).from_yaml(filled(COMPOSE.replace("stop_grace_period", "stop_grace_perio")))


def test_there_are_two_of_each_and_what_they_need() -> None:
    assert set(ours()) == {"web1", "web2", "worker1", "worker2", "migrate"}
    assert set(services()) - set(ours()) == {"postgres", "redis", "proxy"}


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in services().items() if service.get("ports")] == ["proxy"]
    for name in ("postgres", "redis"):
        assert services()[name]["networks"] == ["inner"]
    assert "inner: {internal: true}" in COMPOSE


def test_every_command_and_option_is_one_of_the_program(app: Flask) -> None:
    for name, service in ours().items():
        command: click.Command = app.cli
        words = list(service["command"])
        while isinstance(command, click.Group):
            found = command.commands.get(words[0])
            assert found, f"{name}: no command {words[0]!r}"
            command, words = found, words[1:]
        command.make_context(name, words)


def test_the_settings_are_those_of_the_program_and_start_it() -> None:
    example = dict(line.split("=", 1) for line in EXAMPLE.splitlines() if line and not line.startswith("#"))
    for service in ours().values():
        told = {**example, **service["environment"]}
        with pytest.raises(SettingsError, match="SECRET_KEY"):
            load_settings(told)
        settings = load_settings(told | {"SECRET_KEY": "s" * 48})
        assert settings.environment == "production"
        assert settings.host == TOLD["SITE"]
        assert settings.database_url == "postgresql+psycopg://firststep:canary@postgres/firststep"
        assert settings.huey_url != settings.ratelimit_storage_uri
        assert settings.proxy_hops == 1


def test_no_secret_stands_in_any_of_the_files() -> None:
    assert services()["postgres"]["environment"]["POSTGRES_PASSWORD"] == "canary"
    for text in (COMPOSE, DOCKERFILE.read_text(encoding="utf-8")):
        assert "canary" not in text
        assert not re.search(r"(?i)(SECRET_KEY|VAPID_PRIVATE_KEY|SMTP_URL|PASSWORD)(: *|=)(?!\?|\$\{)\S", text)
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {".env", "*.env", "var", ".git"} <= set(ignored)


def test_the_image_runs_as_nobody_special_and_says_whether_it_lives() -> None:
    text = DOCKERFILE.read_text(encoding="utf-8")
    last = text.rpartition("\nFROM ")[2]
    assert re.search(r"(?m)^USER [1-9]\d*$", last)
    assert "HEALTHCHECK" in last
    assert "/healthz" in last
    for name, service in ours().items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["read_only"], name


def test_what_is_stopped_is_given_the_time_that_it_takes() -> None:
    longest = PATIENCE_S + OF_WORKER
    for service in ours().values():
        assert int(service["stop_grace_period"].removesuffix("s")) > longest
    for unit in UNITS:
        (waits,) = re.findall(r"(?m)^TimeoutStopSec=(\d+)$", unit.read_text(encoding="utf-8"))
        assert int(waits) > longest


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_units_start_commands_that_exist(app: Flask, unit: Path) -> None:
    text = unit.read_text(encoding="utf-8").replace("%i", "8001")
    (line,) = re.findall(r"(?m)^ExecStart=/opt/firststep/\.venv/bin/flask --app app (.+)$", text)
    name, *words = line.split()
    app.cli.commands[name].make_context(name, words)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_understands_the_units(unit: Path, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("There is no systemd-analyze, which reads units as systemd does.")
    # The program is not installed here, and neither is its account.
    text = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(encoding="utf-8"))
    copy = tmp_path / unit.name.replace("@.", "@8001.")
    copy.write_text(text.replace("/opt/firststep", "/").replace("User=firststep", "User=root"), encoding="utf-8")
    said = subprocess.run([analyze, "verify", copy], capture_output=True, text=True)
    about_it = [line for line in said.stderr.splitlines() if copy.name in line]
    assert (said.returncode, about_it) == (0, [])
