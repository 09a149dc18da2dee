"""Everything that is kept of one patient, as tables of plain values: what the export writes in each of its forms.

Pain is in points of 0 to 10, days are ISO dates, moments ISO with their offset; None is "not recorded".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import Executable, Row, select
from sqlalchemy.orm import Session

from firststep.clinical.measures import DAY_ITEMS, FEET, FOOT_ITEMS
from firststep.models import (
    AccessEvent,
    Consent,
    Day,
    DiaryChange,
    Episode,
    FootDay,
    ImportBatch,
    ImportedCase,
    ImportedCourse,
    MailPreference,
    NotedSession,
    NotedSessionChange,
    Patient,
    Practitioner,
    Reminder,
    RemovedVisit,
    Share,
    Triage,
    User,
    UserSession,
    Visit,
    VisitAccess,
)
from firststep.models.noted import NOTED_TEXTS
from firststep.services.diary_events import KINDS
from firststep.services.diary_fields import DAY_FIELDS, FOOT_FIELDS
from firststep.services.diary_import import COLUMNS as DIARY_COLUMNS
from firststep.services.diary_wire import points
from firststep.services.table_files import Plain

Record: TypeAlias = dict[str, Plain]

#: The kinds of dated things, by the name of their table here.
EVENT_TABLES: Final = {
    "doses": "dose",
    "treatments": "treatment_session",
    "flares": "flare",
    "pauses": "pause",
    "plans": "plan",
    "ratings": "pgic",
    "questions": "question",
}
_MARKS: Final = ("first_step_entered_at", "first_step_recalled")
_ROWS_AT_ONCE: Final = 500


@dataclass(frozen=True, kw_only=True)
class Table:
    """One kind of thing: its columns, and how its rows are read, in one statement."""

    name: str
    columns: tuple[str, ...]
    read: Callable[[Session, UUID], Iterator[Record]]


def tables() -> tuple[Table, ...]:
    """Return every table of an export, in its order."""
    return (
        Table(name="account", columns=_ACCOUNT, read=_account),
        Table(name="days", columns=("day", *DAY_FIELDS), read=_days),
        Table(name="pain", columns=("day", "foot", *FOOT_FIELDS, *_MARKS), read=_pain),
        *(_event_table(name, key) for name, key in EVENT_TABLES.items()),
        Table(name="courses_of_care", columns=("arm", "starts_on", "ends_on"), read=_care),
        Table(name="practitioner_sessions", columns=_NOTED, read=_noted),
        Table(name="practitioner_session_changes", columns=_NOTED_CHANGES, read=_noted_changes),
        Table(name="imported_courses", columns=_IMPORTED_COURSES, read=_imported_courses),
        Table(name="imported_visits", columns=_IMPORTED_VISITS, read=_imported_visits),
        Table(name="removed_visits", columns=_REMOVED_VISITS, read=_removed_visits),
        Table(name="changes", columns=_CHANGES, read=_changes),
        Table(name="consents", columns=_CONSENTS, read=_consents),
        Table(name="shares", columns=_SHARES, read=_shares),
        Table(name="visits", columns=_VISITS, read=_visits),
        Table(name="access_log", columns=_ACCESS, read=_access),
        Table(name="devices", columns=_DEVICES, read=_devices),
    )


def read_diary_rows(session: Session, patient_id: UUID) -> Iterator[Record]:
    """Go through the diary as `diary import` reads it: one row per day and foot, with what belongs to the day on each.

    A day without any pain has one row, which names the right foot because each row must name one.
    """
    statement = (
        select(FootDay.foot, *(getattr(FootDay, name) for name in FOOT_FIELDS), *_columns(Day, "day", *DAY_FIELDS))
        .select_from(Day)
        .outerjoin(FootDay, (FootDay.patient_id == Day.patient_id) & (FootDay.day == Day.day))
        .where(Day.patient_id == patient_id)
    )
    without_day = (
        select(FootDay.foot, *(getattr(FootDay, name) for name in FOOT_FIELDS), FootDay.day)
        .outerjoin(Day, (FootDay.patient_id == Day.patient_id) & (FootDay.day == Day.day))
        .where(FootDay.patient_id == patient_id, Day.day.is_(None))
    )
    found = [*_rows(session, statement), *_rows(session, without_day)]
    for row in sorted(found, key=lambda row: (row.day, row.foot or "")):
        record = _diary_record(row._mapping)
        if any(value is not None for name, value in record.items() if name not in ("day", "foot")):
            yield record


def read_amended(session: Session, patient_id: UUID) -> frozenset[tuple[str, str, str]]:
    """Return (day, foot, field) of each pain that replaced an earlier one."""
    statement = (
        select(DiaryChange.day, DiaryChange.foot, DiaryChange.field)
        .where(
            DiaryChange.patient_id == patient_id,
            DiaryChange.field.in_(FOOT_FIELDS),
            DiaryChange.old_value.is_not(None),
        )
        .distinct()
    )
    return frozenset((row.day.isoformat(), row.foot, row.field) for row in _rows(session, statement))


def _diary_record(found: Any) -> Record:
    record: Record = {"day": found["day"].isoformat(), "foot": found["foot"] or FEET[0]}
    for item in (*FOOT_ITEMS, *DAY_ITEMS):
        if item.csv_column is None:
            continue
        value = found.get(item.key)
        if item.kind == "pain":
            value = points(value)
        elif item.kind == "yes_no" and value is not None:
            value = item.csv_words[0] if value else item.csv_words[1]
        record[item.csv_column] = value
    return {name: record[name] for name in DIARY_COLUMNS}


def _event_table(name: str, key: str) -> Table:
    kind = KINDS[key]
    names = ("id", "day", *kind.fields)

    def read(session: Session, patient_id: UUID) -> Iterator[Record]:
        table = kind.table
        columns = table.__mapper__.columns
        statement = select(*(columns[field].label(field) for field in names)).where(table.patient_id == patient_id)
        for row in _rows(session, statement.order_by(table.day, table.id)):
            record = _record(row)
            if "worst_pain" in record:
                record["worst_pain"] = points(row.worst_pain)
            yield record

    return Table(name=name, columns=names, read=read)


def _days(session: Session, patient_id: UUID) -> Iterator[Record]:
    statement = select(*_columns(Day, "day", *DAY_FIELDS)).where(Day.patient_id == patient_id).order_by(Day.day)
    for row in _rows(session, statement):
        record = _record(row)
        # Of a day whose answers were all taken back nothing is recorded.
        if any(record[name] is not None for name in DAY_FIELDS):
            yield record


def _pain(session: Session, patient_id: UUID) -> Iterator[Record]:
    statement = select(*_columns(FootDay, "day", "foot", *FOOT_FIELDS, *_MARKS)).where(FootDay.patient_id == patient_id)
    for row in _rows(session, statement.order_by(FootDay.day, FootDay.foot)):
        if any(row._mapping[name] is not None for name in FOOT_FIELDS):
            yield _record(row) | {name: points(row._mapping[name]) for name in FOOT_FIELDS}


def _care(session: Session, patient_id: UUID) -> Iterator[Record]:
    statement = select(Episode.arm, Episode.starts_on, Episode.ends_on).where(Episode.patient_id == patient_id)
    return map(_record, _rows(session, statement.order_by(Episode.starts_on, Episode.id)))


_NOTED: Final = (
    *("id", "day", "kind", "number", "noted_by", *NOTED_TEXTS),
    *("noted_at", "withdrawn_at", "disputed_at", "dispute"),
)


def _noted(session: Session, patient_id: UUID) -> Iterator[Record]:
    statement = select(*_columns(NotedSession, *_NOTED)).where(NotedSession.patient_id == patient_id)
    return map(_record, _rows(session, statement.order_by(NotedSession.day, NotedSession.id)))


# "before" is JSON: what the step replaced.
_NOTED_CHANGES: Final = ("seq", "session_id", "at", "what", "before")


def _noted_changes(session: Session, patient_id: UUID) -> Iterator[Record]:
    statement = select(*_columns(NotedSessionChange, *_NOTED_CHANGES))
    statement = statement.where(NotedSessionChange.patient_id == patient_id)
    return map(_record, _rows(session, statement.order_by(NotedSessionChange.seq)))


_IMPORTED_COURSES: Final = ("practitioner", "alias_key", "claimed_at", "arm", "starts_on")


def _imported_courses(session: Session, patient_id: UUID) -> Iterator[Record]:
    statement = (
        select(
            User.name.label("practitioner"),
            *_columns(ImportedCase, "alias_key", "claimed_at"),
            *_columns(ImportedCourse, "arm", "starts_on"),
        )
        .select_from(ImportedCourse)
        .join(ImportBatch, ImportBatch.id == ImportedCourse.batch_id)
        .outerjoin(Practitioner, Practitioner.id == ImportBatch.practitioner_id)
        .outerjoin(User, User.id == Practitioner.user_id)
        .outerjoin(
            ImportedCase,
            (ImportedCase.patient_id == ImportedCourse.patient_id) & (ImportedCase.practitioner_id == Practitioner.id),
        )
        .where(ImportedCourse.patient_id == patient_id)
    )
    return map(_record, _rows(session, statement.order_by(ImportBatch.imported_at, ImportBatch.id)))


_OF_VISIT: Final = ("day", "pain", "session", "nsaid", "change", "note", "sheet_row")
_IMPORTED_VISITS: Final = (*_OF_VISIT, "practitioner")


def _imported_visits(session: Session, patient_id: UUID) -> Iterator[Record]:
    statement = (
        select(*_columns(Visit, *_OF_VISIT), User.name.label("practitioner"))
        .join(ImportBatch, ImportBatch.id == Visit.batch_id)
        .outerjoin(Practitioner, Practitioner.id == ImportBatch.practitioner_id)
        .outerjoin(User, User.id == Practitioner.user_id)
        .where(Visit.patient_id == patient_id)
    )
    for row in _rows(session, statement.order_by(Visit.day, Visit.id)):
        yield _record(row) | {"pain": points(row.pain)}


_REMOVED_VISITS: Final = ("day", "removed_at", "practitioner")


def _removed_visits(session: Session, patient_id: UUID) -> Iterator[Record]:
    statement = (
        select(*_columns(RemovedVisit, "day", "removed_at"), User.name.label("practitioner"))
        .join(Practitioner, Practitioner.id == RemovedVisit.practitioner_id)
        .join(User, User.id == Practitioner.user_id)
        .where(RemovedVisit.patient_id == patient_id)
    )
    return map(_record, _rows(session, statement.order_by(RemovedVisit.day, RemovedVisit.id)))


_CHANGES: Final = (
    *("seq", "op_id", "day", "foot", "field", "event_id", "old_value", "new_value"),
    *("entered_at", "stored_at", "zone", "recalled", "source", "undoes_op_id", "device_id"),
)


def _changes(session: Session, patient_id: UUID) -> Iterator[Record]:
    statement = select(*_columns(DiaryChange, *_CHANGES)).where(DiaryChange.patient_id == patient_id)
    for row in _rows(session, statement.order_by(DiaryChange.seq)):
        record = _record(row)
        record["foot"] = record["foot"] or None
        if row.field in FOOT_FIELDS:
            # Of pain the history keeps tenths.
            for name in ("old_value", "new_value"):
                text = row._mapping[name]
                record[name] = None if text is None else f"{points(int(text)):g}"
        yield record


_ACCOUNT: Final = (
    *("email", "name", "created_at", "confirmed_at", "locale", "time_zone", "week_starts_on", "feet", "onset_on"),
    *(
        "birth_year",
        "country",
        "left_empty_until",
        "diary_closed_at",
        "weekly_mail",
        "weekly_rhythm",
        "weekly_level",
        "weekly_weekday",
        "weekly_hour",
    ),
    *("weekly_minute", "weekly_paused_at", "weekly_unsubscribed_at", "reminder_by_mail", "reminder_hour"),
    *("reminder_repeats",),
)


def _account(session: Session, patient_id: UUID) -> Iterator[Record]:
    of_user = ("email", "name", "created_at", "confirmed_at", "locale", "time_zone", "week_starts_on")
    wish = {
        name: getattr(MailPreference, name) for name in ("rhythm", "level", "weekday", "hour", "minute", "paused_at")
    }
    statement = (
        select(
            *_columns(User, *of_user),
            *_columns(Patient, "feet", "onset_on", "birth_year", "country", "left_empty_until", "diary_closed_at"),
            MailPreference.weekly.label("weekly_mail"),
            MailPreference.unsubscribed_at.label("weekly_unsubscribed_at"),
            *(column.label(f"weekly_{name}") for name, column in wish.items()),
            *(getattr(Reminder, name).label(f"reminder_{name}") for name in ("by_mail", "hour", "repeats")),
        )
        .select_from(Patient)
        .join(User, User.id == Patient.user_id)
        .outerjoin(MailPreference, MailPreference.patient_id == Patient.id)
        .outerjoin(Reminder, Reminder.patient_id == Patient.id)
        .where(Patient.id == patient_id)
    )
    for row in _rows(session, statement):
        record = _record(row)
        yield {name: record[name] for name in _ACCOUNT}


_CONSENTS: Final = ("kind", "text_version", "given_at", "withdrawn_at")


def _consents(session: Session, patient_id: UUID) -> Iterator[Record]:
    statement = (
        select(*_columns(Consent, *_CONSENTS))
        .join(Patient, Patient.user_id == Consent.user_id)
        .where(Patient.id == patient_id)
        .order_by(Consent.id)
    )
    return map(_record, _rows(session, statement))


_SHARES: Final = (
    *("id", "invited_email", "practitioner", "state", "scope", "from_day", "until_on", "cohort_use"),
    *("invited_at", "accepted_at", "confirmed_at", "ended_at", "list_reason", "snoozed_until", "snooze_note"),
)
# Of the practitioner's list: under which reason the person stands in it, and until when and why they were put off.
_OF_THE_LIST: Final = ("list_reason", "snoozed_until", "snooze_note")


def _shares(session: Session, patient_id: UUID) -> Iterator[Record]:
    own = [name for name in _SHARES if name not in ("practitioner", *_OF_THE_LIST)]
    of_list = (Triage.reason.label("list_reason"), *_columns(Triage, "snoozed_until", "snooze_note"))
    statement = (
        select(*_columns(Share, *own), User.name.label("practitioner"), *of_list)
        .outerjoin(Triage, Triage.share_id == Share.id)
        .outerjoin(Practitioner, Practitioner.id == Share.practitioner_id)
        .outerjoin(User, User.id == Practitioner.user_id)
        .where(Share.patient_id == patient_id)
        .order_by(Share.invited_at, Share.id)
    )
    for row in _rows(session, statement):
        record = _record(row)
        yield {name: record[name] for name in _SHARES}


_VISITS: Final = (
    *("scope", "from_day", "state", "made_at", "code_expires_at", "reader_name", "reader_device", "sign"),
    *("asked_at", "allowed_at", "ends_at", "ended_at", "ended_by"),
)


def _visits(session: Session, patient_id: UUID) -> Iterator[Record]:
    statement = select(*_columns(VisitAccess, *_VISITS)).where(VisitAccess.patient_id == patient_id)
    return map(_record, _rows(session, statement.order_by(VisitAccess.made_at, VisitAccess.id)))


# "actor" says who acted; "actor_name" is the name as it is sealed, which is empty where the person or the operator did.
_ACCESS: Final = ("seq", "at", "actor", "what", "share_id", "actor_name", "previous_hash", "hash")


def _access(session: Session, patient_id: UUID) -> Iterator[Record]:
    own = [name for name in _ACCESS if name != "actor"]
    statement = (
        select(*_columns(AccessEvent, *own, "actor_user_id"), Patient.user_id)
        .join(Patient, Patient.id == AccessEvent.patient_id)
        .where(AccessEvent.patient_id == patient_id)
        .order_by(AccessEvent.seq)
    )
    for row in _rows(session, statement):
        record = _record(row)
        if row.actor_user_id is None:
            # Somebody without an account, at a visit, has said a name.
            record["actor"] = row.actor_name or "operator"
        else:
            record["actor"] = "self" if row.actor_user_id == row.user_id else row.actor_name
        yield {name: record[name] for name in _ACCESS}


_DEVICES: Final = ("label", "own_device", "created_at", "last_seen_at")


def _devices(session: Session, patient_id: UUID) -> Iterator[Record]:
    statement = (
        select(*_columns(UserSession, *_DEVICES))
        .join(Patient, Patient.user_id == UserSession.user_id)
        .where(Patient.id == patient_id)
        .order_by(UserSession.created_at)
    )
    return map(_record, _rows(session, statement))


def _columns(table: Any, *names: str) -> list[Any]:
    return [getattr(table, name).label(name) for name in names]


def _rows(session: Session, statement: Executable) -> Iterator[Row[Any]]:
    return iter(session.execute(statement.execution_options(yield_per=_ROWS_AT_ONCE)))


def _record(row: Row[Any]) -> Record:
    return {str(name): _plain(value) for name, value in row._mapping.items()}


def _plain(value: Any) -> Plain:
    if isinstance(value, datetime) and value.tzinfo is None:
        # The one moment that Flask-Security keeps without a zone is in UTC.
        value = value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
