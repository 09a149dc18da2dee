"""People handled one after the other: whatever is wrong with the data of one, the others get their turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from firststep.extensions import db
from firststep.web.logs import log_fault

T = TypeVar("T")


def handle_one(handle: Callable[[], T], put_off: Callable[[], None], *, failed: T) -> T:
    """Return what was made of one person, and commit; one who cannot be handled is put off, and told in the log.

    A fault of the database is nobody's fault, and goes on to the caller.
    """
    try:
        result = handle()
    except DBAPIError:
        raise
    except Exception as error:  # noqa: BLE001 - in the order of waiting, the same one would be first in every round
        db.session.rollback()
        log_fault(error)
        put_off()
        result = failed
    db.session.commit()
    # One person's rows must not pile up under the next one's.
    db.session.expunge_all()
    return result
