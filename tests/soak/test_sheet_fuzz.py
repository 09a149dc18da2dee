"""Many changed spreadsheets: each is read or refused. `make soak ROUNDS=200000` chooses the number of executions.

The reader of workbooks is a library in another language: where one of its panics or a request for too much memory
ends the process, the limited child would have ended, and the run goes on with another seed. Anything else that is
raised fails the test and leaves its input behind.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from bench.reports import write_report
from firststep.settings import ROOT
from tests.sheets.tables import HEADER, row
from tests.sheets.test_formats import text_of
from tests.soak.sheet_parts import PARTS
from tests.support.sheets import ods, xls, xlsx

pytestmark = pytest.mark.soak

EXECUTIONS: Final = 200_000
MOST_MEMORY_MB: Final = 1_024
MOST_DEATHS: Final = 150
ROWS: Final = [
    HEADER,
    row("RM-１７", "3.3.2025", Start="1.3.2025", No="#4", VAS="6,5", Pills="no"),
    row("P2", VAS="5-6"),
]
RAISED: Final = "Uncaught Python exception"


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64" or sys.version_info >= (3, 14),
    reason="atheris has wheels for Linux on x86-64 and Python up to 3.13",
)
def test_a_changed_spreadsheet_is_read_or_refused(tmp_path: Path) -> None:
    wanted = int(os.environ.get("ROUNDS") or EXECUTIONS)
    packages, corpus = install(tmp_path / "packages"), write_seeds(tmp_path)
    counts: Counter[str] = Counter()
    died = 0
    started = time.monotonic()
    while counts["executions"] < wanted:
        code = run_fuzz(tmp_path, packages, corpus, runs=wanted - counts["executions"], seed=1 + died)
        counts.update(json.loads((tmp_path / "counts.json").read_text()))
        log = (tmp_path / "log.txt").read_text(errors="replace")
        assert RAISED not in log, log[log.index(RAISED) :][:4_000]
        died += code != 0
        assert died < MOST_DEATHS, log[-4_000:]
    figures = {**counts, "process_died": died, "seconds": round(time.monotonic() - started)}
    write_report("sheet_fuzz", figures)
    assert counts["read"] > 0
    assert counts["refused"] > 0


def install(folder: Path) -> Path:
    """Install the fuzzer beside everything else, so that nobody needs it who does not run this."""
    pins = ROOT / "requirements" / "fuzz.txt"
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--require-hashes", "--target", str(folder)]
    subprocess.run([*command, "--python", sys.executable, "-r", str(pins)], check=True)
    return folder


def write_seeds(folder: Path) -> Path:
    """Write the files whose parts are changed, and inputs to begin with; return the folder of these."""
    workbook, table = xlsx(ROWS), ods(ROWS)
    (folder / "seed.xlsx").write_bytes(workbook)
    (folder / "seed.ods").write_bytes(table)
    corpus = folder / "corpus"
    corpus.mkdir()
    raw = [xls(ROWS), workbook, table, xlsx([["a", date(2025, 3, 3)]])]
    raw += [text_of(ROWS, delimiter).encode(code) for delimiter in ";\t," for code in ("utf-8-sig", "utf-16")]
    for number, data in enumerate(raw):
        (corpus / f"raw-{number}").write_bytes(b"\x00" + data)
    for number, (seed, part) in enumerate(PARTS, start=1):
        with zipfile.ZipFile(folder / seed) as archive:
            (corpus / f"part-{number}").write_bytes(bytes([number]) + archive.read(part))
    return corpus


def run_fuzz(folder: Path, packages: Path, corpus: Path, *, runs: int, seed: int) -> int:
    """Run until the number of executions, a failure or the death of the process; return its exit code."""
    options = [f"-runs={runs}", f"-seed={seed}", "-max_len=16384", "-timeout=15", f"-rss_limit_mb={MOST_MEMORY_MB}"]
    options += [f"-artifact_prefix={folder}/", str(corpus)]
    command = [sys.executable, "-m", "tests.soak.sheet_fuzz", str(folder), *options]
    (folder / "counts.json").write_text("{}")
    with (folder / "log.txt").open("wb") as log:
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(packages)}, stdout=log, stderr=log, check=False
        )
    return done.returncode
