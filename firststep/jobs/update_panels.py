"""Computes the rows of practitioners' lists that are due: what was entered, and who came into another day."""

from __future__ import annotations

from datetime import datetime

from flask import current_app

from firststep.database import reading_only
from firststep.extensions import db
from firststep.services import panel_names, panel_rows
from firststep.web.logs import log_fault

# Bounded, so that mail never waits for a long round; the next round goes on.
MOST_AT_ONCE = 500
_PORTION = 50


def update_panels(now: datetime) -> int:
    """Compute what is due in portions; return how many rows it was."""
    done = 0
    stopped = current_app.extensions.get("worker_stopped")
    while done < MOST_AT_ONCE and not (stopped is not None and stopped.is_set()):
        portion = _compute(now)
        for one in portion:
            panel_rows.store(db.session, one)
            db.session.commit()
        done += len(portion)
        if len(portion) < _PORTION:
            break
    return done


def add_missing_rows(_now: datetime) -> int:
    """Give open shares that have no row theirs, and rows what they are found by; return how many there were."""
    added = panel_rows.add_missing(db.session)
    db.session.commit()
    strays = panel_names.astray(db.session, most=MOST_AT_ONCE)
    db.session.commit()
    for share_id in strays:
        panel_names.mend(db.session, share_id)
        db.session.commit()
    return added + len(strays)


def _compute(now: datetime) -> list[panel_rows.Computed]:
    # Nobody is kept from writing while whole diaries are read.
    with reading_only():
        try:
            due = panel_rows.due_rows(db.session, now=now, most=_PORTION)
            return panel_rows.compute(db.session, due, now=now, on_fault=log_fault)
        finally:
            db.session.rollback()
            db.session.expunge_all()
