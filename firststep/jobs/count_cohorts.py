"""Counts the cohorts that practitioners wait for and that are too large for a request."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from uuid import UUID

from flask import current_app

from firststep.clinical.cohort_choice import CohortChoice, Counted
from firststep.database import one_moment
from firststep.extensions import db
from firststep.services import cohort_results
from firststep.services.access import cohort_grants
from firststep.services.cohort_stamp import Stamp, cohort_stamp
from firststep.web import clock
from firststep.web.logs import log_fault


def count_cohorts(now: datetime) -> Counter[str]:
    """Count what was asked for, each in a transaction of its own, and return how many ended how."""
    outcomes: Counter[str] = Counter()
    asked = cohort_results.waiting(db.session, now=now)
    db.session.rollback()
    stopped = current_app.extensions.get("worker_stopped")
    for practitioner_id, choice in asked:
        if stopped is not None and stopped.is_set():
            break
        made_at = clock.now()
        try:
            stamp, found = _count(practitioner_id, CohortChoice.from_text(choice), made_at)
        except Exception as error:  # noqa: BLE001 - one that cannot be counted must not be tried for ever
            db.session.rollback()
            log_fault(error)
            cohort_results.give_up(db.session, practitioner_id, choice)
            outcomes["failed"] += 1
        else:
            cohort_results.store(db.session, practitioner_id, choice, stamp, found, made_at=made_at)
            outcomes["counted"] += 1
        db.session.commit()
    return outcomes


def _count(practitioner_id: UUID, choice: CohortChoice, now: datetime) -> tuple[Stamp, Counted]:
    # Not at the top of the module: only a worker that has something to count needs numpy.
    from firststep.jobs.cohort_packed import count_packed

    with one_moment(db.session):
        shares = cohort_grants(db.session, practitioner_id, now=now)
        stamp = cohort_stamp(db.session, practitioner_id, now=now)
        return stamp, count_packed(db.session, practitioner_id, shares, choice)
