"""The clinical core, changed in thousands of ways: do its tests notice? `make soak ONLY=relief` chooses modules.

Each change (a mutant) that no test noticed has to be explained in survivors.toml, by what was changed: a number in a
name would move with every edit. Of outcomes, label facts and published figures at least 90 % are noticed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from bench.reports import write_report
from firststep.settings import ROOT

pytestmark = pytest.mark.soak

SURVIVORS: Final = Path(__file__).with_name("survivors.toml")
LEAST_NOTICED: Final = 0.9
#: The exit codes that mutmut writes where the tests noticed a change: failed, crashed, or ran far too long. Any other
#: (passed, no test goes there, left out, stopped) counts as not noticed; None: not tried.
FAILED: Final = (1, 3)
CRASHED: Final = (-11, -9)
RAN_TOO_LONG: Final = (-24, 24, 36, 152, 255)
#: A mutant that only writes other words into a message: tests read how a message begins, not each of its words.
WORDING: Final = re.compile(r"\"XX|XX\"|'XX|XX'")


@dataclass(frozen=True)
class Mutant:
    """A change, and whether a test noticed it."""

    name: str
    exit_code: int

    @property
    def noticed(self) -> bool:
        """Whether the tests failed, crashed or never came to an end."""
        return self.exit_code in FAILED + CRASHED + RAN_TOO_LONG

    @property
    def module(self) -> str:
        """The module under firststep/clinical, such as "relief" or "nsaids.reading"."""
        return re.sub(r"\.(x_|xǁ).*", "", self.name).removeprefix("firststep.clinical.")

    @property
    def group(self) -> str:
        """The part of the core that the goal is set for."""
        return next((part for part in ("nsaids", "benchmarks") if self.module.startswith(part)), "outcomes")


def test_the_tests_of_the_core_notice_what_is_changed_in_it(tmp_path: Path) -> None:
    folder = copy_of_the_project(tmp_path / "firststep")
    only = [f"firststep.clinical.{name}*" for name in os.environ.get("ONLY", "").split()]
    run_mutmut(folder, "run", "--max-children", str(os.cpu_count() or 1), *only)
    mutants = list(read_mutants(folder))
    unnoticed = {mutant.name: difference(folder, mutant.name) for mutant in mutants if not mutant.noticed}
    explained = read_explained()
    unexplained = sorted(
        f"{name}: {was} -> {became}"
        for name, (was, became) in unnoticed.items()
        if not is_wording(was, became) and (function_of(name), was, became) not in explained
    )
    shares = write_shares(mutants, unnoticed, unexplained)
    assert mutants
    assert unexplained == []
    assert {group: share for group, share in shares.items() if share < LEAST_NOTICED} == {}


def copy_of_the_project(folder: Path) -> Path:
    """Copy what the tests of the core need, so that nothing is written into the work tree."""
    left_out = shutil.ignore_patterns(".*", "node_modules", "var", "mutants", "__pycache__", "dist", "results")
    shutil.copytree(ROOT, folder, ignore=left_out, symlinks=True)
    return folder


def run_mutmut(folder: Path, *arguments: str) -> str:
    """Run mutmut in the copy and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def read_mutants(folder: Path) -> Iterator[Mutant]:
    """Go through the mutants that were tried."""
    for file in sorted((folder / "mutants" / "firststep" / "clinical").rglob("*.meta")):
        for name, code in json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            if code is not None:
                yield Mutant(name, code)


def difference(folder: Path, name: str) -> tuple[str, str]:
    """Return the code before and after the change, each in one line."""
    lines = run_mutmut(folder, "show", name).splitlines()
    parts = [[line[1:].strip() for line in lines if line.startswith(sign) and line[:3] != sign * 3] for sign in "-+"]
    return " ".join(parts[0]), " ".join(parts[1])


def is_wording(was: str, became: str) -> bool:
    """Tell whether only the words of a message were changed."""
    return WORDING.sub('"', became).replace("'", '"') == was.replace("'", '"') and became.count("XX") == 2


def function_of(name: str) -> str:
    """Return the function that was changed, without the number of the change."""
    return name.removeprefix("firststep.clinical.").rpartition("__mutmut_")[0]


def read_explained() -> set[tuple[str, str, str]]:
    """Return (function, before, after) of each change that is explained."""
    listed = tomllib.loads(SURVIVORS.read_text(encoding="utf-8"))["survivors"]
    assert all(one["why"].strip() for one in listed)
    return {(one["function"], one["was"], one["became"]) for one in listed}


def write_shares(
    mutants: list[Mutant], unnoticed: dict[str, tuple[str, str]], unexplained: list[str]
) -> dict[str, float]:
    """Write the figures down and return the share that was noticed in each group."""
    every, noticed = Counter(m.module for m in mutants), Counter(m.module for m in mutants if m.noticed)
    groups, of_groups = Counter(m.group for m in mutants), Counter(m.group for m in mutants if m.noticed)
    shares = {group: of_groups[group] / count for group, count in sorted(groups.items())}
    wording = sum(is_wording(*change) for change in unnoticed.values())
    figures = {
        "noticed_share": {group: round(share, 4) for group, share in shares.items()},
        "mutants": len(mutants),
        "ran_too_long": sum(mutant.exit_code in RAN_TOO_LONG for mutant in mutants),
        "only_wording": wording,
        "explained": len(unnoticed) - len(unexplained) - wording,
        "unexplained": unexplained,
        "modules": {name: {"mutants": every[name], "noticed": noticed[name]} for name in sorted(every)},
    }
    write_report("mutation", figures)
    return shares
