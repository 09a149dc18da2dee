"""Four releases, each of which replaces the one before while people write: a column comes, is used, and goes again."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from firststep.extensions import db
from firststep.models import FootDay, Patient
from firststep.settings import ROOT
from tests.factories import LONG_AGO
from tests.fleet.faults import first_day, writers_of
from tests.fleet.load import Load
from tests.support.crowd import add_crowd, add_year
from tests.support.fleet import Fleet, Program, fleet
from tests.support.releases import release

_HEAD = sorted((ROOT / "migrations").glob("[0-9]*.py"))[-1].name[:4]
_MODEL = "    average_pain: Mapped[int | None] = mapped_column()\n"
_TABLE = '''"""{about}"""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{after}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    {up}


def downgrade() -> None:
    {down}
'''
_ADD = 'op.add_column("foot_day", sa.Column("trial", sa.Integer(), nullable=True))'
_DROP = 'op.drop_column("foot_day", "trial")'
_EXPAND = {
    "migrations/9001_expand.py": _TABLE.format(about="expand", revision="9001", after=_HEAD, up=_ADD, down=_DROP)
}
_CONTRACT = {
    "migrations/9002_contract.py": _TABLE.format(about="contract", revision="9002", after="9001", up=_DROP, down=_ADD)
}
_USING = {"firststep/models/diary.py": (_MODEL, _MODEL + "    trial: Mapped[int | None] = mapped_column()\n")}


@dataclass(kw_only=True)
class UpgradeReport:
    """What came of the upgrades."""

    engine: str
    rows: int
    rate_wanted: float
    acknowledged: int = 0
    lost: int = 0
    answers: dict[str, int] = field(default_factory=dict)
    wrong_answers: list[str] = field(default_factory=list)
    broken_connections: int = 0
    longest_wait_of_an_entry_s: float = 0.0
    migration_s: dict[str, float] = field(default_factory=dict)
    restarted_over_a_later_database: bool = False


def run_upgrades(folder: Path, releases: Path, *, rate: float, people: int, **told: str) -> UpgradeReport:
    """Go from this release over one that adds a column and one that uses it no more to one that drops it."""
    adds = release(releases / "adds", changed=_USING, added=_EXPAND)
    leaves = release(releases / "leaves", changed={}, added=_EXPAND)
    drops = release(releases / "drops", changed={}, added={**_EXPAND, **_CONTRACT})
    with fleet(folder, **told) as site:
        rows = _fill(site, people)
        engine = "postgresql" if told else "sqlite"
        report = UpgradeReport(engine=engine, rows=rows, rate_wanted=rate)
        load = Load(site=site, writers=writers_of(site, 20), first_day=first_day(), rate=rate, threads=6)
        running = site.add_web()
        load.start()
        try:
            report.migration_s["expand"] = _migrate(site, adds)
            report.restarted_over_a_later_database = _restart(site, running)
            running = _replace(site, running, adds)
            running = _replace(site, running, leaves)
            report.migration_s["contract"] = _migrate(site, drops)
            _replace(site, running, drops)
        finally:
            load.stop()
        report.acknowledged, report.lost = len(load.promises), len(load.lost(site.app))
        report.answers, report.wrong_answers = dict(load.answers), load.faults[:20]
        report.broken_connections = len(load.broken_at)
        report.longest_wait_of_an_entry_s = round(load.longest_wait_s, 2)
        return report


def _fill(site: Fleet, people: int) -> int:
    """Let so many people have logged a year, and return how many rows the table has that is changed."""
    with site.app.app_context():
        first = Patient(alias="", created_at=LONG_AGO)
        db.session.add(first)
        db.session.flush()
        add_year(db.session, first.id, first_day() - timedelta(days=1))
        add_crowd(db.session, first.id, people - 1)
        db.session.commit()
        count = db.session.scalar(select(func.count()).select_from(FootDay)) or 0
        db.session.rollback()
        return count


def _migrate(site: Fleet, root: Path) -> float:
    time.sleep(2)
    began = time.monotonic()
    command = [sys.executable, "-m", "flask", "--app", "app", "db", "upgrade"]
    subprocess.run(command, cwd=root, env=site.environment, check=True, capture_output=True)
    took = time.monotonic() - began
    time.sleep(2)
    return round(took, 2)


def _replace(site: Fleet, old: Program, root: Path) -> Program:
    """Start the new one, then send nothing more to the old one, then end it."""
    new = site.add_web(root=root)
    time.sleep(2)
    site.programs.remove(old)
    time.sleep(0.5)
    assert old.stop() == 0
    return new


def _restart(site: Fleet, old: Program) -> bool:
    """Start the old release once more over the database of the new one, as a service manager would after a crash."""
    again = site.add_web(root=old.root)
    site.programs.remove(again)
    time.sleep(0.5)
    return again.stop() == 0
