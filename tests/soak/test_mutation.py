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
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from firststep.settings import ROOT

pytestmark = pytest.mark.soak

SURVIVORS: Final = Path(__file__).with_name("survivors.toml")
LEAST_NOTICED: Final = 0.9
#: What mutmut writes for a mutant: the exit code of the tests. 33: no test goes there. None: not tried.
UNNOTICED: Final = (0, 33)
#: A mutant that only writes other words into a message: tests read how a message begins, not each of its words.
WORDING: Final = re.compile(r"\"XX|XX\"|'XX|XX'")


@dataclass(frozen=True)
class Mutant:
    """A change, and whether a test noticed it."""

    name: str
    noticed: bool

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
    shares = write_report(mutants, unnoticed, unexplained)
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
                yield Mutant(name, code not in UNNOTICED)


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


def write_report(
    mutants: list[Mutant], unnoticed: dict[str, tuple[str, str]], unexplained: list[str]
) -> dict[str, float]:
    """Write the figures to bench/results/ and return the share that was noticed in each group."""
    every, noticed = Counter(m.module for m in mutants), Counter(m.module for m in mutants if m.noticed)
    groups, of_groups = Counter(m.group for m in mutants), Counter(m.group for m in mutants if m.noticed)
    shares = {group: of_groups[group] / count for group, count in sorted(groups.items())}
    now = datetime.now(UTC)
    report = {
        "at": now.isoformat(),
        "noticed_share": {group: round(share, 4) for group, share in shares.items()},
        "modules": {name: {"mutants": every[name], "noticed": noticed[name]} for name in sorted(every)},
        "only_wording": sum(is_wording(*change) for change in unnoticed.values()),
        "explained": len(unnoticed) - len(unexplained) - sum(is_wording(*change) for change in unnoticed.values()),
        "unexplained": unexplained,
    }
    folder = ROOT / "bench" / "results"
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report, indent=2) + "\n"
    (folder / f"mutation-{now:%Y-%m-%d-%H%M}.json").write_text(text, encoding="utf-8")
    return shares
