"""Whether the database answers, and which revision it is at."""

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


def revision_found(session: Session) -> str | None:
    """Return the revision of the tables; None when the database does not answer, or has none."""
    try:
        found: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        session.rollback()
        return None
    return found
