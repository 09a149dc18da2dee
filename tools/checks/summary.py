"""The closing summary: one line per step, and the totals in the last."""

from __future__ import annotations

from collections.abc import Sequence

from tools.checks.result import Outcome


def table(outcomes: Sequence[Outcome], took_s: float) -> str:
    """Return one line per step and one for the whole run."""
    width = max(len(outcome.name) for outcome in outcomes)
    lines = [f"{'step':<{width}}  result  passed  failed  skipped  seconds"]
    for outcome in outcomes:
        word = "FAILED" if outcome.failed else "ok"
        counts = f"{outcome.passed_count:>6}  {outcome.failed_count:>6}  {outcome.skipped_count:>7}"
        lines.append(f"{outcome.name:<{width}}  {word:<6}  {counts}  {outcome.seconds:>7.1f}")
    lines.append(f"{'all':<{width}}  {'':<6}  {'':>6}  {'':>6}  {'':>7}  {took_s:>7.1f}")
    return "\n".join(lines)


def closing_line(outcomes: Sequence[Outcome]) -> str:
    """Return the totals, naming what failed."""
    passed = sum(outcome.passed_count for outcome in outcomes)
    lost = sum(outcome.failed_count for outcome in outcomes)
    skipped = sum(outcome.skipped_count for outcome in outcomes)
    names = [outcome.name for outcome in outcomes if outcome.failed]
    line = f"{passed} passed, {lost} failed" + (f", {skipped} skipped" if skipped else "")
    return f"{line} (in {', '.join(names)})" if names else line


def failed(outcomes: Sequence[Outcome]) -> bool:
    """Tell whether any step failed."""
    return any(outcome.failed for outcome in outcomes)
