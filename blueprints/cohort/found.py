"""The figures for a choice: counted in the request where that is quick, else by the worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import request

from firststep.clinical.cohort_choice import CohortChoice, Counted, counted
from firststep.database import one_moment
from firststep.extensions import db
from firststep.services import cohort_results
from firststep.services.cohort_stamp import cohort_stamp
from firststep.services.cohorts import cohort_people
from firststep.web import clock
from firststep.web.actors import current_practitioner

#: So many people take about a tenth of a second; more are counted by the worker (bench/results).
MOST_AT_ONCE: Final = 100


@dataclass(frozen=True, kw_only=True)
class Found:
    """The figures, or None where the worker has to count them first; ``made_at`` is when it did."""

    counted: Counted | None
    made_at: datetime | None = None
    is_asked: bool = False
    people: int = 0


def find_counted(choice: CohortChoice) -> Found:
    """Return the figures of the signed-in practitioner's people as they are at this moment.

    A page that waits says since when in ``since``: what was counted after that moment answers it.
    """
    practitioner_id, now, since = current_practitioner().id, clock.now(), _since()
    with one_moment(db.session):
        stamp = cohort_stamp(db.session, practitioner_id, now=now)
        if stamp.people <= MOST_AT_ONCE:
            return Found(counted=counted(cohort_people(db.session, practitioner_id, now=now), choice))
        kept = cohort_results.find(db.session, practitioner_id, choice, stamp, now=now, since=since)
        return Found(counted=kept.counted, made_at=kept.made_at, is_asked=kept.is_asked, people=stamp.people)


def _since() -> datetime | None:
    try:
        moment = datetime.fromisoformat(request.args.get("since", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
