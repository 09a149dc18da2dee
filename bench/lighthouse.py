"""What Lighthouse says of the log, the progress and the sign-in page on its slow phone, served by the real server.

Its packages are larger than all that the site needs, so they have a list of their own, bench/node/, and are installed
by this alone.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.live import Live, serving_a_patient
from bench.reports import write_report
from tools.browser import find_browser
from tools.node import node_environment
from tools.shell import Failed, run
from tools.stamps import Stamp

ROUNDS: Final = 5
#: Address, and whether the patient is signed in.
PAGES: Final = {"/log": True, "/progress": True, "/login": False}
#: Out of 100, for the median.
GOALS: Final = {"performance": 95, "accessibility": 100, "best-practices": 100}
MEASURES: Final = (
    "first-contentful-paint",
    "largest-contentful-paint",
    "total-blocking-time",
    "cumulative-layout-shift",
    "speed-index",
    "total-byte-weight",
)
_NODE: Final = Path(__file__).parent / "node"
# Nothing of the browser's own may be measured, and it has nothing to look for outside.
_FLAGS: Final = (
    "--headless=new",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
)


@dataclass(frozen=True, kw_only=True)
class Scores:
    """The medians of one page: scores out of 100, what they are made of, and the audits that one run failed."""

    page: str
    scores: dict[str, float]
    each: dict[str, list[float]]
    measures: dict[str, float]
    benchmark_index: float
    failed: list[str]
    rounds: int = ROUNDS


def main(name: str) -> None:
    """Measure, print and write."""
    _install()
    reports: dict[str, list[dict[str, Any]]] = {page: [] for page in PAGES}
    with serving_a_patient() as live, tempfile.TemporaryDirectory(prefix="firststep-lighthouse-") as folder:
        # In turn, so that a busy minute hits all pages alike.
        for number in range(ROUNDS):
            for page in PAGES:
                reports[page].append(_report(live, page, Path(folder) / f"{number}.json"))
    found = [_scores(page, of_page) for page, of_page in reports.items()]
    for one in found:
        print(one.page, *(f"{key} {score:.0f} (goal {GOALS[key]})" for key, score in one.scores.items()), sep="  ")
        print("  ", *(f"{key} {value:.3g}" for key, value in one.measures.items()), sep="  ")
        for audit in one.failed:
            print(f"    {audit}")
    version = reports["/log"][0]["lighthouseVersion"]
    told = {"unit": "Lighthouse's scores out of 100, mobile, medians", "lighthouse": version, "load": os.getloadavg()}
    write_report(name, {**told, "goals": GOALS, "pages": [asdict(one) for one in found]})


def _install() -> None:
    stamp = Stamp(_NODE / "node_modules" / ".installed", [_NODE / "package.json", _NODE / "package-lock.json"])
    if not stamp.fresh():
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        run("Installing Lighthouse", ["npm", "ci", "--prefix", _NODE, *options], node_environment())
        stamp.set()


def _report(live: Live, page: str, file: Path) -> dict[str, Any]:
    browser = find_browser()
    if browser is None:
        raise Failed("There is no Chromium; `make test` installs one.")
    flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    command: list[str | Path] = [_NODE / "node_modules" / ".bin" / "lighthouse", live.address + page, "--quiet"]
    command += ["--output=json", f"--output-path={file}", f"--only-categories={','.join(GOALS)}"]
    command += [f"--chrome-flags={' '.join(flags)}", "--no-enable-error-reporting"]
    if PAGES[page]:
        command.append(f"--extra-headers={json.dumps({'Cookie': '='.join(live.cookie)})}")
    run(f"Lighthouse on {page}", command, {**node_environment(), "CHROME_PATH": str(browser)})
    report: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    # A cookie that is not taken would show the sign-in page, and measure it well.
    if report["finalDisplayedUrl"] != live.address + page or report.get("runtimeError"):
        raise Failed(f"{page} was not measured: {report['finalDisplayedUrl']} {report.get('runtimeError')}")
    return report


def _scores(page: str, reports: list[dict[str, Any]]) -> Scores:
    each = {key: [100 * report["categories"][key]["score"] for report in reports] for key in GOALS}
    values = {key: [report["audits"][key]["numericValue"] for report in reports] for key in MEASURES}
    return Scores(
        page=page,
        scores={key: median(scores) for key, scores in each.items()},
        each=each,
        measures={key: round(median(numbers), 4) for key, numbers in values.items()},
        benchmark_index=median(report["environment"]["benchmarkIndex"] for report in reports),
        failed=sorted({audit for report in reports for audit in _failed(report)}),
    )


def _failed(report: dict[str, Any]) -> Iterator[str]:
    """Go through the audits that take something from a score; those of performance move with the machine."""
    for key in ("accessibility", "best-practices"):
        for part in report["categories"][key]["auditRefs"]:
            audit = report["audits"][part["id"]]
            if part["weight"] and audit["score"] is not None and audit["score"] < 1:
                yield f"{key}: {audit['title']}"
