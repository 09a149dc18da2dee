"""Measures and writes bench/results/<day>-<subject>.json: ``make bench``, or ``python -m bench pages``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import partial
from typing import Final

from bench import (
    beside_letters,
    beside_sheets,
    capacity,
    cohort,
    cohort_page,
    error_rates,
    letter_steps,
    letters,
    lighthouse,
    pages,
    panel,
    phone,
    progress,
)
from bench.ratio import Ratio
from bench.reports import write_report


def main(wanted: list[str]) -> int:
    """Run the named subjects, or all."""
    unknown = [name for name in wanted if name not in SUBJECTS]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(SUBJECTS)}.", file=sys.stderr)
        return 2
    for name in wanted or SUBJECTS:
        SUBJECTS[name](name)
    return 0


def _compare(ratios: Callable[[], Iterable[Ratio]], name: str) -> None:
    found = []
    for ratio in ratios():
        found.append(ratio)
        print(f"{ratio.median:6.2f} × ({ratio.least:.2f}-{ratio.most:.2f})  {ratio.name}: {ratio.tried} / {ratio.base}")
    unit = "ratio of process CPU, median of interleaved rounds"
    write_report(name, {"unit": unit, "ratios": [asdict(ratio) for ratio in found]})


#: What there is to measure; each prints and writes its figures under its name.
SUBJECTS: Final[dict[str, Callable[[str], object]]] = {
    "pages": partial(_compare, pages.ratios),
    "progress": partial(_compare, progress.ratios),
    "cohort": partial(_compare, cohort.ratios),
    "cohort_page": partial(_compare, cohort_page.ratios),
    "letter_steps": partial(_compare, letter_steps.ratios),
    "panel": panel.main,
    "phone": phone.main,
    "letters": letters.main,
    "beside_letters": beside_letters.main,
    "beside_sheets": beside_sheets.main,
    "capacity": capacity.main,
    "lighthouse": lighthouse.main,
    "error_rates": lambda _name: error_rates.main([]),
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
