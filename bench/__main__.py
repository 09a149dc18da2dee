"""Measures and writes bench/results/<day>-<subject>.json: ``make bench``, or ``python -m bench pages``."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from bench import pages, progress
from bench.ratio import Ratio

RESULTS = Path(__file__).parent / "results"
SUBJECTS: dict[str, Callable[[], Iterable[Ratio]]] = {"pages": pages.ratios, "progress": progress.ratios}


def main(wanted: list[str]) -> int:
    """Run the named subjects, or all."""
    unknown = [name for name in wanted if name not in SUBJECTS]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(SUBJECTS)}.", file=sys.stderr)
        return 2
    for name in wanted or SUBJECTS:
        found = []
        for ratio in SUBJECTS[name]():
            found.append(ratio)
            spread = f"{ratio.least:.2f}-{ratio.most:.2f}"
            print(f"{ratio.median:6.2f} × ({spread})  {ratio.name}: {ratio.tried} / {ratio.base}")
        _write(name, found)
    return 0


def _write(name: str, found: list[Ratio]) -> None:
    RESULTS.mkdir(exist_ok=True)
    day = datetime.now(UTC).date().isoformat()
    report = {
        "measured_on": day,
        "python": platform.python_version(),
        "unit": "ratio of process CPU, median of interleaved rounds",
        "ratios": [asdict(ratio) for ratio in found],
    }
    text = json.dumps(report, indent=2, ensure_ascii=False)
    (RESULTS / f"{day}-{name}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
