"""Which checks and tests there are, and the command of each."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.browser import find_browser
from tools.node import node_environment
from tools.python import VENV
from tools.shell import ROOT

REPORTS = ROOT / ".reports"
# These ask no database anything, so a second engine has nothing to add.
WITHOUT_DATABASE = ("tests/clinical", "tests/figures", "tests/browser", "tests/tools")
# Steps of their own, so that no suite goes on alone after the others ended: what starts programs of ours or asks for
# every sentence on SQLite, and mail with what wakes it on PostgreSQL.
APART_ON_SQLITE = ("tests/commands", "tests/fleet", "tests/language", "tests/sync")
APART_ON_POSTGRESQL = ("tests/jobs", "tests/mail")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One line of the summary."""

    name: str
    group: str
    command: Sequence[str]
    env: Mapping[str, str]
    #: JUnit file from which passed and failed tests are counted; without one the step counts as one check.
    report: Path | None = None
    #: Long enough for a busy machine, on which a suite takes three times as long: it is for tests that never end.
    limit_s: int = 4500


def steps() -> list[Step]:
    """Return every step, the longest first."""
    REPORTS.mkdir(exist_ok=True)
    for old in REPORTS.glob("*.xml"):
        old.unlink()
    return [*_python_tests(), *_lint(), *_javascript()]


def browser_missing() -> bool:
    """Tell whether no browser can be found on this machine."""
    return find_browser() is None


def _python_tests() -> list[Step]:
    on_sqlite = "not soak and not browser"
    on_postgresql = f"{on_sqlite} and not sqlite_only"
    others = _without(*WITHOUT_DATABASE, *APART_ON_POSTGRESQL)
    return [
        _pytest("postgresql", on_postgresql, *others, TEST_DATABASE="postgresql"),
        _pytest("sqlite", on_sqlite, *_without(*APART_ON_SQLITE)),
        _pytest("browser", "browser and not soak"),
        _pytest("sqlite apart", on_sqlite, *APART_ON_SQLITE),
        _pytest("postgresql apart", on_postgresql, *APART_ON_POSTGRESQL, TEST_DATABASE="postgresql"),
    ]


def _without(*paths: str) -> list[str]:
    return [f"--ignore={path}" for path in paths]


def _pytest(name: str, marked: str, *options: str, **env: str) -> Step:
    file = name.replace(" ", "-")
    report = REPORTS / f"{file}.xml"
    # A folder of its own: two runs that begin in the same moment would otherwise tidy up each other's.
    folder = REPORTS / f"tmp-{file}"
    command = [_tool("python"), "-m", "pytest", "-q", "--tb=short", "-m", marked, f"--junitxml={report}"]
    command += [f"--basetemp={folder}", "-p", "no:cacheprovider", "--durations=5", *options]
    return Step(name=name, group="tests", command=command, env={**_keeping_bytecode(), **env}, report=report)


def _keeping_bytecode() -> dict[str, str]:
    """Return the environment without a wish to keep no compiled modules: tests start many programs of ours."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _lint() -> list[Step]:
    commands = {
        "types": ["mypy"],
        "lint": ["ruff", "check"],
        "format": ["ruff", "format", "--check"],
        "imports": ["lint-imports", "--no-logo"],
        "templates": ["djlint", "--lint", "--quiet", "templates"],
    }
    return [
        Step(name=name, group="lint", command=[_tool(command[0]), *command[1:]], env=dict(os.environ))
        for name, command in commands.items()
    ]


def _javascript() -> list[Step]:
    env = node_environment()
    npm = shutil.which("npm", path=env["PATH"]) or "npm"
    node = shutil.which("node", path=env["PATH"]) or "node"
    report = REPORTS / "javascript.xml"
    found = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "js").glob("**/*.test.*js"))
    reporters = ["--test-reporter=spec", "--test-reporter-destination=stdout"]
    reporters += ["--test-reporter=junit", f"--test-reporter-destination={report}"]
    return [
        Step(name="javascript types", group="lint", command=[npm, "run", "--silent", "check"], env=env),
        Step(name="javascript", group="tests", command=[node, "--test", *reporters, *found], env=env, report=report),
    ]


def _tool(name: str) -> str:
    return str(VENV / "bin" / name)
