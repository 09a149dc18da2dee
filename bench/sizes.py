"""What so many patients need: stated arithmetic over the figures that ``python -m bench capacity`` measured.

``python -m bench.sizes`` prints the tables of docs/capacity.md; a test holds that the page says the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from bench.reports import RESULTS

SIZES: Final = (1_000, 100_000, 10_000_000)

#: What one patient's day asks of the server, and for the practitioner who looks at the chart once a week.
#: Assumed, not measured.
REQUESTS_A_DAY: Final[Mapping[str, float]] = {
    "the log": 1.0,
    "the kept days": 1.0,
    "one entry": 3.2,
    "progress, 90 days": 0.3,
    "a patient's chart": 1 / 7,
    "list of 100 patients": 0.05,
    "sign-in": 1 / 30,
}
#: Assumed: the busiest hour has a fifth of the day's requests, its busiest minutes twice the hour's mean, and a core is
#: planned to be busy for half of the time.
BUSIEST_HOUR: Final = 0.2
BUSIEST_MINUTES: Final = 2.0
BUSY: Final = 0.5
#: Assumed: one letter a week each, four of five in one and the same hour, as when all live in one time zone.
LETTERS_IN_ONE_HOUR: Final = 0.8
#: One letter takes four answers of the SMTP server on its connection (sender, recipient, data, end), of 50 ms each; a
#: worker has four connections.
ANSWER_S: Final = 0.05
ANSWERS: Final = 4
LANES: Final = 4


@dataclass(frozen=True, kw_only=True)
class Need:
    """What so many patients need at the busiest moment, and in a year."""

    patients: int
    requests_a_second: float
    web_cores: float
    database_cores: float
    entries_a_second: float
    letters_an_hour: float
    letter_cores: float
    letter_workers: int
    gigabytes_a_year: float
    rows_a_year: float
    log_gigabytes_a_day: float


def newest() -> dict[str, Any]:
    """Return the newest figures."""
    found: dict[str, Any] = json.loads(max(RESULTS.glob("*-capacity.json")).read_text(encoding="utf-8"))
    return found


def need(figures: Mapping[str, Any], patients: int) -> Need:
    """Compute what so many patients need, all of whom log each day, with PostgreSQL."""
    measured, year = figures["postgresql"]["request_cpu_ms"], figures["postgresql"]["year"]
    per_second = patients * BUSIEST_HOUR * BUSIEST_MINUTES / 3600
    web = sum(count * measured[kind]["web"] for kind, count in REQUESTS_A_DAY.items()) / 1000
    database = sum(count * measured[kind]["database"] for kind, count in REQUESTS_A_DAY.items()) / 1000
    letters = patients * LETTERS_IN_ONE_HOUR
    by_answers = letters / 3600 * ANSWERS * ANSWER_S / LANES
    by_cpu = letters / 3600 * figures["letter_cpu_ms"]["detailed"] / 1000
    return Need(
        patients=patients,
        requests_a_second=per_second * sum(REQUESTS_A_DAY.values()),
        web_cores=per_second * web / BUSY,
        database_cores=per_second * database / BUSY,
        entries_a_second=per_second * REQUESTS_A_DAY["one entry"],
        letters_an_hour=letters,
        letter_cores=by_cpu / BUSY,
        letter_workers=ceil(max(by_answers, by_cpu) / BUSY),
        gigabytes_a_year=patients * year["bytes"] / 1e9,
        rows_a_year=patients * sum(year["rows"].values()),
        log_gigabytes_a_day=patients * year["log_bytes_an_entry"] * year["entries"] / 365 / 1e9,
    )


def measured_table(figures: Mapping[str, Any]) -> str:
    """Return the cost of each kind of request."""
    rows = [
        [kind, f"{sqlite['web']:.1f}", f"{postgresql['web']:.1f}", f"{postgresql['database']:.1f}", _often(kind)]
        for kind, sqlite, postgresql in (
            (kind, figures["sqlite"]["request_cpu_ms"][kind], figures["postgresql"]["request_cpu_ms"][kind])
            for kind in REQUESTS_A_DAY
        )
    ]
    heads = ["request", "SQLite: web", "PostgreSQL: web", "PostgreSQL: database", "assumed a day"]
    return _table(heads, rows)


def year_table(figures: Mapping[str, Any]) -> str:
    """Return the rows of a patient's year, and its bytes on both databases."""
    sqlite, postgresql = figures["sqlite"]["year"], figures["postgresql"]["year"]
    rows = [
        [f"rows in `{name}`", f"{count:,}", f"{sqlite['rows'][name]:,}"] for name, count in postgresql["rows"].items()
    ]
    rows += [["bytes, with indexes", f"{postgresql['bytes']:,}", f"{sqlite['bytes']:,}"]]
    rows += [["bytes of write-ahead log for one entry", f"{postgresql['log_bytes_an_entry']:,}", "not counted"]]
    return _table([f"a year of {postgresql['entries']:,} entries", "PostgreSQL", "SQLite"], rows)


def needs_table(figures: Mapping[str, Any]) -> str:
    """Return what each number of patients needs."""
    needs = [need(figures, patients) for patients in SIZES]
    lines = {
        "requests a second at the busiest moment": [_short(one.requests_a_second) for one in needs],
        "of them entries": [_short(one.entries_a_second) for one in needs],
        "cores for web processes": [_short(one.web_cores) for one in needs],
        "web processes": [_whole(ceil(one.web_cores)) for one in needs],
        "cores for PostgreSQL": [_short(one.database_cores) for one in needs],
        "letters in the fullest hour": [f"{one.letters_an_hour:,.0f}" for one in needs],
        "cores for letters in that hour": [_short(one.letter_cores) for one in needs],
        "workers in that hour": [_whole(one.letter_workers) for one in needs],
        "GB of tables a year": [_short(one.gigabytes_a_year) for one in needs],
        "million rows a year": [_short(one.rows_a_year / 1e6) for one in needs],
        "GB of write-ahead log a day": [_short(one.log_gigabytes_a_day) for one in needs],
    }
    return _table(
        ["", *(f"{patients:,} patients" for patients in SIZES)], [[name, *row] for name, row in lines.items()]
    )


def _often(kind: str) -> str:
    return f"{REQUESTS_A_DAY[kind]:.2g}"


def _whole(number: int) -> str:
    """Return a number of processes, at least one; many are as rough as the cores that they use."""
    return _short(max(1, number)) if number >= 100 else f"{max(1, number)}"


def _short(value: float) -> str:
    """Return two significant digits: the assumptions are no better."""
    if value >= 100:
        digits = len(str(int(value))) - 2
        return f"{round(value, -digits):,.0f}"
    return f"{value:.2g}" if value < 10 else f"{value:.0f}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


if __name__ == "__main__":
    found = newest()
    print("\n\n".join((measured_table(found), year_table(found), needs_table(found))))
