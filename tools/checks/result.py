"""Runs one step and says what it gave."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tools.checks.steps import Step
from tools.shell import ROOT


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one step gave: counts, time, and its output."""

    name: str
    exit_code: int
    seconds: float
    output: str
    passed_count: int
    failed_count: int
    skipped_count: int = 0

    @property
    def failed(self) -> bool:
        """Tell whether anything in the step failed."""
        return bool(self.exit_code or self.failed_count)


def run_step(step: Step) -> Outcome:
    """Run the step's command to its end, or to its time limit."""
    started = time.monotonic()
    exit_code, output = _run(step)
    passed, failed, skipped = _counts(step, exit_code)
    if not (exit_code or passed or skipped) and failed:
        output += "\nNo test ran."
    return Outcome(
        name=step.name,
        exit_code=exit_code,
        seconds=time.monotonic() - started,
        output=output,
        passed_count=passed,
        failed_count=failed,
        skipped_count=skipped,
    )


def _run(step: Step) -> tuple[int, str]:
    try:
        process = subprocess.Popen(
            step.command,
            cwd=ROOT,
            env=dict(step.env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        return 127, f"{step.command[0]} cannot be started: {error.strerror}"
    try:
        output, _ = process.communicate(timeout=step.limit_s)
    except subprocess.TimeoutExpired:
        # The whole group: a hanging test has servers and browsers of its own.
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        return 124, f"{output}\nStopped after {step.limit_s} s."
    return process.returncode, output


def _counts(step: Step, exit_code: int) -> tuple[int, int, int]:
    """Return passed, failed and skipped; a step that failed, or in which no test ran, counts one failure at least."""
    if step.report is None:
        return (0, 1, 0) if exit_code else (1, 0, 0)
    passed, failed, skipped = read_report(step.report)
    if not failed and (exit_code or not passed):
        failed = 1
    return passed, failed, skipped


def read_report(report: Path) -> tuple[int, int, int]:
    """Return passed, failed and skipped tests of a JUnit file; zeros where the program died before writing it."""
    try:
        root = ElementTree.parse(report).getroot()
    except (OSError, ElementTree.ParseError):
        return 0, 0, 0
    passed = failed = skipped = 0
    for case in root.iter("testcase"):
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error"}:
            failed += 1
        elif "skipped" in kinds:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped
