"""Where each person stands in a practitioner's list: kept, so that a page of the list costs the same for any number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Connection,
    ForeignKey,
    Index,
    String,
    delete,
    event,
    insert,
    inspect,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from firststep.models.account import User
from firststep.models.base import Base, Moment, between, one_of
from firststep.models.people import Patient, Practitioner
from firststep.models.sharing import Share

#: In the order of the list; the medicine of each is in clinical/triage.py.
REASONS = ("silent", "worse", "nsaid", "unchanged", "on_track", "new")
#: After the reasons: not found yet, put off by the practitioner, and nothing to be seen.
UNKNOWN, SNOOZED, HIDDEN = range(len(REASONS), len(REASONS) + 3)
#: The moment of what is due whatever the clock says.
AT_ONCE: Final = datetime(1970, 1, 1, tzinfo=UTC)
MOST_NOTE = 200


class Triage(Base):
    """One open share in its practitioner's list: nothing here is shown unless the share still allows it.

    ``place`` orders the list: the number of the reason, or one of those after. ``outlook`` holds the reason of each
    coming day, and the terms of the share that it was found through. From ``due_at`` on nothing of the row is true any
    more, until it is computed again; null is "until something is written". ``revision`` counts what was written
    meanwhile, so that no old figure hides a new entry.
    """

    __tablename__ = "triage"
    __table_args__ = (
        one_of("reason", REASONS),
        one_of("snoozed_reason", REASONS),
        between("place", 0, HIDDEN),
        CheckConstraint(f"length(snooze_note) <= {MOST_NOTE}", name="snooze_note_length"),
        Index("ix_triage_practitioner_id_place_name_key_share_id", "practitioner_id", "place", "name_key", "share_id"),
        Index("ix_triage_practitioner_id_due_at", "practitioner_id", "due_at"),
        Index("ix_triage_due_at", "due_at"),
        Index("ix_triage_patient_id", "patient_id"),
    )

    share_id: Mapped[UUID] = mapped_column(ForeignKey("share.id", ondelete="CASCADE"), primary_key=True)
    practitioner_id: Mapped[UUID] = mapped_column(ForeignKey("practitioner.id", ondelete="CASCADE"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    place: Mapped[int] = mapped_column(default=UNKNOWN)
    # The name in the form in which names are compared and found; in PostgreSQL by code points, as in SQLite.
    name_key: Mapped[str] = mapped_column(
        String(120).with_variant(String(120, collation="C"), "postgresql"), default=""
    )
    reason: Mapped[str | None] = mapped_column(String(12))
    # The day on which the person came to stand under this reason.
    since: Mapped[date | None] = mapped_column()
    last_entry_on: Mapped[date | None] = mapped_column()
    outlook: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    due_at: Mapped[datetime | None] = mapped_column(Moment, default=AT_ONCE)
    revision: Mapped[int] = mapped_column(default=0)
    # The last day on which the practitioner wants it out of the way, for which reason, and their words for why.
    snoozed_until: Mapped[date | None] = mapped_column()
    snoozed_reason: Mapped[str | None] = mapped_column(String(12))
    snooze_note: Mapped[str | None] = mapped_column(String(MOST_NOTE))


_DUE: Final[dict[str, Any]] = {"due_at": AT_ONCE, "revision": Triage.revision + 1}


def due_again(*of_rows: Any) -> Any:
    """Return the statement after which nothing of these rows is shown until they are computed again."""
    return update(Triage).where(*of_rows).values(_DUE).execution_options(synchronize_session=False)


# What follows keeps the rows beside what they are of, whoever writes it: a share that opens has its row in the same
# transaction, and one that ended has none. What is entered into a diary marks the rows by itself (services/panel.py).


def _changed(row: object, *names: str) -> bool:
    attributes = inspect(row, raiseerr=True).attrs
    return any(attributes[name].history.has_changes() for name in names)


def _share_was_written(_mapper: Mapper[Any], connection: Connection, share: Share) -> None:
    own = Triage.share_id == share.id
    if not _changed(share, "state", "practitioner_id", "scope", "from_day", "until_on", "confirmed_at"):
        return
    if share.state != "active" or share.practitioner_id is None:
        connection.execute(delete(Triage).where(own))
    elif not connection.execute(due_again(own)).rowcount:
        _wait_for_entries(connection, share.patient_id)
        of_share = {"share_id": share.id, "practitioner_id": share.practitioner_id, "patient_id": share.patient_id}
        connection.execute(insert(Triage).values(of_share))


def _wait_for_entries(connection: Connection, patient_id: UUID) -> None:
    """Let entries that are being stored be there, and later ones wait: each then finds this row and marks it.

    SQLite's writing transaction is alone anyway. Whoever opens a share holds the lock of the trail already, which is
    always taken before this one.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update(key_share=True))


def _user_was_written(_mapper: Mapper[Any], connection: Connection, user: User) -> None:
    if _changed(user, "name", "time_zone", "active"):
        of_patient = Triage.patient_id.in_(select(Patient.id).where(Patient.user_id == user.id))
        of_practitioner = Triage.practitioner_id.in_(select(Practitioner.id).where(Practitioner.user_id == user.id))
        # Of the practitioner's own zone only the end of what was put off depends.
        connection.execute(due_again(or_(of_patient, of_practitioner & Triage.snoozed_until.is_not(None))))


def _patient_was_written(_mapper: Mapper[Any], connection: Connection, patient: Patient) -> None:
    if _changed(patient, "alias", "diary_closed_at", "user_id"):
        connection.execute(due_again(Triage.patient_id == patient.id))


def _practitioner_was_written(_mapper: Mapper[Any], connection: Connection, practitioner: Practitioner) -> None:
    if _changed(practitioner, "practice_id", "triage_thresholds"):
        connection.execute(due_again(Triage.practitioner_id == practitioner.id))


_AFTER: Final[tuple[tuple[type[Base], str, Callable[..., None]], ...]] = (
    (Share, "after_insert", _share_was_written),
    (Share, "after_update", _share_was_written),
    (User, "after_update", _user_was_written),
    (Patient, "after_update", _patient_was_written),
    (Practitioner, "after_update", _practitioner_was_written),
)
for _model, _moment, _follow in _AFTER:
    event.listen(_model, _moment, _follow)
