"""Mail that is to be sent: noted here within the caller's transaction, sent by the worker."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from firststep.models import OutboxMail


def enqueue(
    session: Session,
    *,
    kind: str,
    now: datetime,
    user_id: UUID | None = None,
    address: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    dedupe_key: str | None = None,
    run_at: datetime | None = None,
) -> bool:
    """Note a mail; False when one with the same key was noted before."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row_id = uuid4()
    values = {
        "id": row_id,
        "kind": kind,
        "dedupe_key": dedupe_key or f"{kind}:{row_id}",
        "user_id": user_id,
        "address": address,
        "parameters": dict(parameters or {}),
        "state": "queued",
        "created_at": now,
        "run_at": run_at or now,
        "attempts": 0,
        # Fixed here, so that a mail sent twice after a crash can be recognised; the domain is the sender's.
        "message_id": uuid4().hex,
    }
    statement = dialect.insert(OutboxMail).values(values).on_conflict_do_nothing(index_elements=["dedupe_key"])
    # flush: the caller's rows that this one points to must be there first.
    session.flush()
    return session.execute(statement.returning(OutboxMail.id)).first() is not None
