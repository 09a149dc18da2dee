"""The declarative base: constraint names, moments in UTC, and small helpers for checks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Dialect, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator


class Base(DeclarativeBase):
    """The base of every table; each constraint gets a name, so that migrations can find it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python on both databases, refused when it has no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the moment in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs a time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the stored moment with its zone."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Tenths(TypeDecorator[float]):
    """A number with at most one decimal, stored as a whole number of tenths; a whole one comes back as an int."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Return the tenths."""
        return None if value is None else round(value * 10)

    def process_result_value(self, value: Any, dialect: Dialect) -> float | None:  # noqa: ARG002
        """Return the number."""
        if value is None:
            return None
        return int(value) // 10 if value % 10 == 0 else value / 10


#: A number that the database counts up for each row. 64 bits: ten million people take two billion steps in weeks.
#: SQLite's own number of a row has them, and is one only under the name of an INTEGER.
COUNTED: Final = BigInteger().with_variant(Integer, "sqlite")


def one_of(column: str, values: Iterable[str], *, name: str | None = None) -> CheckConstraint:
    """Return a named check that the column holds one of the words."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=name or column)


def between(column: str, low: int, high: int) -> CheckConstraint:
    """Return a named check that the column is null or within the range."""
    return CheckConstraint(f"{column} BETWEEN {low} AND {high}", name=f"{column}_range")
