"""By which letters the people of a practitioner's list are found, in the order of the list."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from firststep.models.base import Base

#: Of a longer word no more is compared.
LONGEST_BEGINNING = 120
# In PostgreSQL by code points, as in SQLite: these are compared, and read in the order of the list's own index.
_TEXT = String(LONGEST_BEGINNING).with_variant(String(LONGEST_BEGINNING, collation="C"), "postgresql")


class NameBeginning(Base):
    """One beginning of one word of a name in a list: "a", "an" and "ana" are three rows.

    So that whoever types "a" gets a page of the list as cheaply as whoever types a whole name, the index is asked for
    one value and has its rows in the order of the list. For that ``practitioner_id``, ``place`` and ``name_key`` are
    those of the list's row, which a row here goes with.
    """

    __tablename__ = "name_beginning"
    __table_args__ = (
        # With all its columns the name would be longer than PostgreSQL takes.
        Index("ix_name_beginning_in_order", "practitioner_id", "beginning", "place", "name_key", "share_id"),
        {"sqlite_with_rowid": False},
    )

    share_id: Mapped[UUID] = mapped_column(ForeignKey("triage.share_id", ondelete="CASCADE"), primary_key=True)
    beginning: Mapped[str] = mapped_column(_TEXT, primary_key=True)
    practitioner_id: Mapped[UUID] = mapped_column()
    place: Mapped[int] = mapped_column()
    name_key: Mapped[str] = mapped_column(_TEXT)
