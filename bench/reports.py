"""Writes what was measured to bench/results/<day>-<subject>.json; the newest run of a day stays."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

RESULTS: Final = Path(__file__).parent / "results"


def write_report(subject: str, figures: Mapping[str, object]) -> Path:
    """Write the figures with the day and the Python that they were measured with; return the file."""
    RESULTS.mkdir(exist_ok=True)
    day = datetime.now(UTC).date().isoformat()
    report = {"measured_on": day, "python": platform.python_version(), **figures}
    file = RESULTS / f"{day}-{subject}.json"
    file.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return file
