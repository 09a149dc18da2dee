"""Brings a practitioner's list up to date in the request that shows it: so many rows, and the worker does the rest."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from firststep.database import set_writing
from firststep.extensions import db
from firststep.services import panel_rows
from firststep.web import clock
from firststep.web.logs import log_fault

#: A few people who wrote since the worker's last round; a whole practice at once is the worker's.
MOST_IN_REQUEST: Final = 10


def bring_up_to_date(practitioner_id: UUID) -> None:
    """Compute what is due of this list, up to a bound, and commit it.

    Beside the note of a look it is what a GET writes, and only when something is due: the reading transaction is given
    up for it, as there. What was computed is shown by whoever asks the list next.
    """
    now = clock.now()
    due = panel_rows.due_rows(db.session, now=now, most=MOST_IN_REQUEST, practitioner_id=practitioner_id)
    if not due:
        return
    computed = panel_rows.compute(db.session, due, now=now, on_fault=log_fault)
    db.session.rollback()
    set_writing(True)
    try:
        for one in computed:
            panel_rows.store(db.session, one)
            db.session.commit()
    finally:
        db.session.rollback()
        set_writing(False)
