"""Compares the CPU time of two calls so that a busy machine hits both alike."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

ROUNDS = 9


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """How many times the CPU of ``base`` the ``tried`` call takes: the median of rounds, with their range."""

    name: str
    tried: str
    base: str
    median: float
    least: float
    most: float
    base_cpu_ms: float
    rounds: int = ROUNDS


def compare(
    name: str, *, tried: tuple[str, Callable[[], object]], base: tuple[str, Callable[[], object]], calls: int
) -> Ratio:
    """Run both calls in turn, ``calls`` times a round, after one round that does not count."""
    ratios, base_ms = [], []
    for round_number in range(ROUNDS + 1):
        # Each goes first every other time, so that neither always meets the warmer caches.
        order = (tried, base) if round_number % 2 else (base, tried)
        spent_s = {label: _cpu_seconds(call, calls) for label, call in order}
        if round_number:
            ratios.append(spent_s[tried[0]] / spent_s[base[0]])
            base_ms.append(spent_s[base[0]] / calls * 1000)
    return Ratio(
        name=name,
        tried=tried[0],
        base=base[0],
        median=round(median(ratios), 3),
        least=round(min(ratios), 3),
        most=round(max(ratios), 3),
        base_cpu_ms=round(median(base_ms), 3),
    )


def _cpu_seconds(call: Callable[[], object], calls: int) -> float:
    gc.collect()
    gc.disable()
    try:
        started = time.process_time()
        for _ in range(calls):
            call()
        return time.process_time() - started
    finally:
        gc.enable()
