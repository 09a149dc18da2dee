"""A practitioner's list as it stands when everything that is due was computed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from firststep.services import panel, panel_rows
from tests.cast import NOW

ZONE = "Europe/Berlin"


def reader_of(practitioner_id: UUID, now: datetime = NOW) -> panel.Reader:
    """Return the practitioner as the list's services work with one."""
    return panel.Reader(practitioner_id=practitioner_id, now=now, zone_name=ZONE)


def compute_all(session: Session, now: datetime = NOW) -> int:
    """Compute every row that is due, in the running transaction; return how many there were."""
    due = panel_rows.due_rows(session, now=now, most=100_000)
    for computed in panel_rows.compute(session, due, now=now, on_fault=fail_with):
        panel_rows.store(session, computed)
    return len(due)


def fail_with(fault: Exception) -> None:
    """Let the test fail with what is wrong with a row."""
    raise fault


def listed(session: Session, practitioner_id: UUID, now: datetime = NOW, **asked: Any) -> list[panel.Line]:
    """Return the lines of one page, after everything that is due was computed."""
    compute_all(session, now)
    return list(panel.read_page(session, reader_of(practitioner_id, now), panel.Asked(**asked)).lines)
