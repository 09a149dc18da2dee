"""Whether the database answers."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session


def database_answers(session: Session) -> bool:
    """Tell whether a trivial statement gets its answer."""
    try:
        return bool(session.scalar(text("SELECT 1")) == 1)
    except SQLAlchemyError:
        session.rollback()
        return False
