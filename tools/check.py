"""Runs every check and every test, a few at a time, and closes with one summary: ``.venv/bin/python -m tools.check``.

A step that fails does not stop the others, so that one run shows everything there is to mend.
"""

from __future__ import annotations

import argparse
import os
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

from tools.checks.result import Outcome, run_step
from tools.checks.steps import Step, browser_missing, steps
from tools.checks.summary import closing_line, failed, table
from tools.shell import Failed, ending, say

# A step keeps less than one core busy, for much of it waits for a server or a browser; the longest begin first.
AT_ONCE = 1 + max(2, min(3, os.cpu_count() or 2))


def main() -> int:
    """Run the chosen steps; return 0 only if none failed."""
    chosen = _chosen()
    started = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = {pool.submit(run_step, step): step for step in chosen}
        outcomes = {running[future].name: _told(future.result()) for future in as_completed(running)}
    in_order = [outcomes[step.name] for step in chosen]
    say("")
    say(table(in_order, time.monotonic() - started))
    say(closing_line(in_order))
    return 1 if failed(in_order) else 0


def _chosen() -> list[Step]:
    parser = argparse.ArgumentParser(prog="python -m tools.check", description="Run checks and tests.")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="a group (lint, tests) or names of steps")
    only = parser.parse_args().only
    every = steps()
    if not only:
        return _without_browser(every)
    known = {step.name for step in every} | {step.group for step in every}
    unknown = sorted(set(only) - known)
    if unknown:
        raise Failed(f"There is no step {', '.join(unknown)}; the steps are {', '.join(sorted(known))}.")
    return [step for step in every if step.name in only or step.group in only]


def _without_browser(every: list[Step]) -> list[Step]:
    """Leave the browser tests out where there is no browser, except in CI, where they then fail."""
    if not browser_missing() or os.environ.get("CI"):
        return every
    say("The browser tests are left out: there is no browser. Install Chromium, or name one by BROWSER_PATH.")
    return [step for step in every if step.name != "browser"]


def _told(outcome: Outcome) -> Outcome:
    """Print what a failed step printed, and one line for any step."""
    if outcome.failed:
        say(f"\n──── {outcome.name} ────\n{outcome.output.rstrip()}\n")
    word = "failed" if outcome.failed else "passed"
    say(f"{word}  {outcome.name} ({outcome.seconds:.0f} s)")
    return outcome


if __name__ == "__main__":
    ending(main)
