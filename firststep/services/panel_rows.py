"""Computes the rows of practitioners' lists that are due, a bounded number at a time: first read, then written.

Between the two nobody is kept from writing. Whatever was entered meanwhile raised the row's revision, so that a figure
without it is not stored, and the row stays due.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any, Final
from unicodedata import normalize
from uuid import UUID

from sqlalchemy import Select, insert, select, update
from sqlalchemy.exc import DBAPIError, NoResultFound
from sqlalchemy.orm import Session

from firststep.clinical.previsit import Flag, Thresholds
from firststep.clinical.triage import Reason, outlook
from firststep.models import Practice, Practitioner, Share, Triage, User
from firststep.models.triage import HIDDEN, REASONS, SNOOZED, UNKNOWN
from firststep.services import access, panel_names
from firststep.services.access import Grant
from firststep.services.thresholds import read_thresholds
from firststep.services.zones import local_day, zone

_DAY: Final = timedelta(days=1)
_TRIED_AGAIN_AFTER: Final = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Computed:
    """What a row says from now on, if nothing was entered since ``revision``."""

    share_id: UUID
    revision: int
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class _Due:
    row: Triage
    thresholds: Thresholds
    zone_name: str


def add_missing(session: Session) -> int:
    """Add the rows of open shares that have none, as after an old backup was restored; return how many."""
    without = (
        select(Share.id, Share.practitioner_id, Share.patient_id)
        .outerjoin(Triage, Triage.share_id == Share.id)
        .where(Share.state == "active", Share.practitioner_id.is_not(None), Triage.share_id.is_(None))
    )
    names = ("share_id", "practitioner_id", "patient_id")
    rows = [dict(zip(names, row, strict=True)) for row in session.execute(without)]
    if rows:
        session.execute(insert(Triage), rows)
    return len(rows)


def due_rows(session: Session, *, now: datetime, most: int, practitioner_id: UUID | None = None) -> Sequence[Any]:
    """Return up to so many rows that are due, of one practitioner or of all, with what else they are computed from."""
    return session.execute(_due_rows(now, practitioner_id).limit(most)).all()


def compute(
    session: Session, due: Sequence[Any], *, now: datetime, on_fault: Callable[[Exception], None]
) -> list[Computed]:
    """Compute rows that ``due_rows`` found; it writes nothing.

    A row of which a figure cannot be made is told to ``on_fault`` and left alone for a while: the others go on.
    """
    computed = []
    for row, practitioner, practice, zone_name in due:
        try:
            one = _Due(row=row, thresholds=read_thresholds(practice, practitioner), zone_name=zone_name)
            computed.append(_computed(session, one, now))
        except DBAPIError:
            # The database is away or gave the transaction up: nothing is wrong with the row.
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one person's data, the list is for all
            on_fault(error)
            computed.append(Computed(share_id=row.share_id, revision=row.revision, values=_not_found(now)))
    return computed


def store(session: Session, computed: Computed) -> None:
    """Store what was computed, unless the row's revision is another by now.

    The caller commits after each: who holds several rows could wait for somebody who waits for one of them.
    """
    unchanged = (Triage.share_id == computed.share_id, Triage.revision == computed.revision)
    statement = update(Triage).where(*unchanged).values(computed.values).returning(*panel_names.SOURCE)
    row = session.execute(statement.execution_options(synchronize_session=False)).one_or_none()
    if row is not None:
        panel_names.keep(session, row)


def _due_rows(now: datetime, practitioner_id: UUID | None) -> Select[Triage, Practitioner, Practice, str]:
    statement = (
        select(Triage, Practitioner, Practice, User.time_zone)
        .join(Practitioner, Practitioner.id == Triage.practitioner_id)
        .join(User, User.id == Practitioner.user_id)
        .outerjoin(Practice, Practice.id == Practitioner.practice_id)
        .where(Triage.due_at <= now)
        .order_by(Triage.due_at)
        .execution_options(populate_existing=True)
    )
    return statement if practitioner_id is None else statement.where(Triage.practitioner_id == practitioner_id)


def _computed(session: Session, due: _Due, now: datetime) -> Computed:
    row = due.row
    try:
        grant = access.granted(session, row.practitioner_id, row.share_id, now=now)
    except NoResultFound:
        values = _nothing_to_see()
    else:
        values = _values(session, due, grant, now)
    return Computed(share_id=row.share_id, revision=row.revision, values=values)


def _not_found(now: datetime) -> dict[str, Any]:
    """Return the values of a row that cannot be computed: it says nothing, and is tried again later."""
    return {**dict.fromkeys(("reason", "since", "outlook")), "place": UNKNOWN, "due_at": now + _TRIED_AGAIN_AFTER}


def _nothing_to_see() -> dict[str, Any]:
    """Return the values of a row whose share shows nothing: it has no place in the list until that changes."""
    nothing = dict.fromkeys(("reason", "since", "last_entry_on", "outlook", "due_at"))
    return {**nothing, "place": HIDDEN, "name_key": ""}


def _values(session: Session, due: _Due, grant: Grant, now: datetime) -> dict[str, Any]:
    watched, begun_before = access.read_watched(session, grant)
    ahead = outlook(watched, grant.today, due.thresholds)
    kind = ahead[grant.today].kind
    snooze = _snooze(due, kind, now)
    return {
        "place": SNOOZED if snooze else REASONS.index(kind),
        "name_key": name_key(grant.patient_name),
        "reason": kind,
        "since": due.row.since if due.row.reason == kind else grant.today,
        "last_entry_on": watched.diary.last_answered_day,
        "outlook": {
            "of": _terms(grant),
            "days": [_as_json(day, reason, begun_before) for day, reason in ahead.items()],
        },
        "due_at": _due_at(ahead, grant, snooze, due.zone_name),
        **({} if snooze else dict.fromkeys(("snoozed_until", "snoozed_reason", "snooze_note"))),
    }


def _snooze(due: _Due, kind: str, now: datetime) -> date | None:
    """Return the day until which the row is put off: no longer than that, and for the one reason only."""
    row = due.row
    if row.snoozed_until is None or row.snoozed_reason != kind:
        return None
    return row.snoozed_until if local_day(now, due.zone_name) <= row.snoozed_until else None


def _due_at(ahead: Mapping[date, Reason], grant: Grant, snoozed_until: date | None, zone_name: str) -> datetime | None:
    """Return the moment from which on the row would say something untrue; None where there is none."""
    ends = []
    changes = _day_of_change(ahead)
    if changes is not None:
        ends.append(_begins(changes, grant.time_zone))
    if grant.until_on is not None:
        ends.append(_begins(grant.until_on + _DAY, grant.time_zone))
    if snoozed_until is not None:
        ends.append(_begins(snoozed_until + _DAY, zone_name))
    return min(ends, default=None)


def _day_of_change(ahead: Mapping[date, Reason]) -> date | None:
    days = list(ahead)
    first = ahead[days[0]].kind
    changed = next((day for day in days if ahead[day].kind != first), None)
    if changed is None and first != "silent":
        return days[-1] + _DAY
    return changed


def _begins(day: date, zone_name: str) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone(zone_name)).astimezone(UTC)


def name_key(name: str) -> str:
    """Return the form in which names are ordered and found, whatever their letters' case and width."""
    return " ".join(normalize("NFKC", name).casefold().split())[:120]


def _as_json(day: date, reason: Reason, begun_before: frozenset[date]) -> dict[str, Any]:
    flag = reason.flag
    found = {"day": day.isoformat(), "kind": reason.kind, "days": reason.days, "mean": _text(reason.mean)}
    if flag is None:
        return found
    # Of one that began before what is shared, nobody can say how long it has lasted.
    at_least = flag.kind == "flare" and day - timedelta(days=flag.days - 1) in begun_before
    return {**found, "rule": flag.kind, "now": _text(flag.now), "before": _text(flag.before), "at_least": at_least}


def _text(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def _terms(grant: Grant) -> list[str | None]:
    """Return what of a grant decides what is read of the diary."""
    return [grant.scope, None if grant.from_day is None else grant.from_day.isoformat()]


def reason_on(outlook: Mapping[str, Any], grant: Grant) -> tuple[Reason, bool] | None:
    """Return today's reason, and whether its days are "at least so many"; None where the row does not say it.

    What was found through a share with other terms is not shown. The first day of silence is the last of a row: the
    days since are counted on from it.
    """
    if outlook["of"] != _terms(grant):
        return None
    stored, day = outlook["days"], grant.today
    found = next((one for one in stored if one["day"] == day.isoformat()), None)
    if found is not None:
        return _reason(found, 0), found.get("at_least", False)
    last = stored[-1] if stored else None
    if last is None or last["kind"] != "silent":
        return None
    more = (day - date.fromisoformat(last["day"])).days
    return (_reason(last, more), False) if more > 0 else None


def _reason(stored: Mapping[str, Any], more: int) -> Reason:
    days = None if stored["days"] is None else stored["days"] + more
    now, before, mean = (_fraction(stored.get(name)) for name in ("now", "before", "mean"))
    flag = Flag(kind=stored["rule"], days=days or 0, now=now, before=before) if "rule" in stored else None
    return Reason(kind=stored["kind"], flag=flag, days=days, mean=None if more else mean)


def _fraction(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)
