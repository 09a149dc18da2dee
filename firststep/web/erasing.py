"""What follows the commit of a deletion: the id goes into the ledger's file, and the log of the database is emptied."""

from __future__ import annotations

from typing import cast

from flask import current_app

from firststep.database import truncate_log
from firststep.extensions import db
from firststep.services.deletion_ledger import noted, write_through
from firststep.settings import Settings


def finish_erasure() -> bool:
    """Do what a transaction cannot; the hourly purge does it again, for a log that somebody was reading just then."""
    settings = cast(Settings, current_app.config["SETTINGS"])
    write_through(settings.deletion_ledger, noted(db.session))
    db.session.rollback()
    return truncate_log(db.engine)
