"""The closing summary counts what happened, and nothing that failed, hung or never ran passes for good."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from tools.checks.result import Outcome, read_report, run_step
from tools.checks.steps import Step
from tools.checks.summary import closing_line, failed, table

REPORT = """<?xml version="1.0"?><testsuites><testsuite>
<testcase name="a"/><testcase name="b"><failure>no</failure></testcase>
<testcase name="c"><error>no</error></testcase><testcase name="d"><skipped/></testcase><testcase name="e"/>
</testsuite></testsuites>"""


def step(program: str, *, report: Path | None = None, limit_s: int = 20) -> Step:
    command = [sys.executable, "-c", program]
    return Step(name="it", group="tests", command=command, env=dict(os.environ), report=report, limit_s=limit_s)


def outcome(name: str, passed: int, lost: int, *, exit_code: int = 0) -> Outcome:
    return Outcome(
        name=name, exit_code=exit_code, seconds=1.25, output="", passed_count=passed, failed_count=lost, skipped_count=0
    )


def test_tests_are_counted_from_the_report(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT, encoding="utf-8")
    assert read_report(report) == (2, 2, 1)


@pytest.mark.parametrize("text", [None, "", "<testsuites><testcase"])
def test_a_report_that_is_missing_or_cut_off_counts_nothing(tmp_path: Path, text: str | None) -> None:
    report = tmp_path / "report.xml"
    if text is not None:
        report.write_text(text, encoding="utf-8")
    assert read_report(report) == (0, 0, 0)


def test_a_check_passes_by_its_exit_code() -> None:
    good, bad = run_step(step("print('fine')")), run_step(step("import sys; print('broken'); sys.exit(3)"))
    assert (good.passed_count, good.failed_count, good.failed) == (1, 0, False)
    assert (bad.passed_count, bad.failed_count, bad.failed) == (0, 1, True)
    assert "broken" in bad.output


def test_a_step_in_which_no_test_ran_fails(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    result = run_step(step(f"open({str(report)!r}, 'w').write('<testsuites/>')", report=report))
    assert result.failed
    assert "No test ran" in result.output


def test_a_run_that_breaks_after_its_tests_fails(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    program = f"open({str(report)!r}, 'w').write('<x><testcase/></x>'); raise SystemExit(1)"
    result = run_step(step(program, report=report))
    assert (result.passed_count, result.failed_count) == (1, 1)


def test_a_hanging_step_is_ended_with_all_it_started() -> None:
    program = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)"
    )
    result = run_step(step(program, limit_s=1))
    assert result.failed
    assert "Stopped after 1 s" in result.output
    end = time.monotonic() + 10
    while _runs(int(result.output.split()[0])):
        assert time.monotonic() < end, "what it started still runs"
        time.sleep(0.05)


def test_a_program_that_is_missing_is_a_failure_and_no_traceback() -> None:
    missing = Step(name="it", group="lint", command=["/nowhere/tool"], env={})
    result = run_step(missing)
    assert result.failed
    assert "cannot be started" in result.output


def test_the_last_line_has_the_totals_and_names_what_failed() -> None:
    outcomes = [outcome("sqlite", 40, 0), outcome("browser", 5, 2, exit_code=1)]
    assert closing_line(outcomes) == "45 passed, 2 failed (in browser)"
    assert failed(outcomes)
    assert closing_line(outcomes[:1]) == "40 passed, 0 failed"
    assert not failed(outcomes[:1])


def test_the_table_has_a_line_for_each_step() -> None:
    lines = table([outcome("sqlite", 40, 0), outcome("browser", 5, 2)], 9.5).splitlines()
    assert [line.split()[:2] for line in lines[1:3]] == [["sqlite", "ok"], ["browser", "FAILED"]]
    assert lines[-1].split() == ["all", "9.5"]


def _runs(pid: int) -> bool:
    """Tell whether the process is alive; one that nobody has waited for yet is not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
