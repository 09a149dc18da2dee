"""The calendar feed of reminders: its secret address, and the file that a calendar program fetches.

The time is a floating one (RFC 5545, 3.3.5): the alarm rings on a device, so the device's own clock counts. It is right
on every day with a change of clocks and on a journey, without a description of the zone that could grow old.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firststep.models import Patient, Reminder, User
from firststep.services.reminders import wishes_of
from firststep.services.zones import local_day

_LONGEST_LINE_BYTES = 75


def renew(session: Session, patient_id: UUID, now: datetime) -> str:
    """Return a new token of 256 random bits, of which only the hash is kept; an earlier one is dead."""
    token = secrets.token_urlsafe(32)
    wish = session.merge(wishes_of(session, patient_id))
    wish.feed_hash, wish.feed_made_at, wish.feed_read_at = _hash(token), now, None
    session.flush()
    return token


def switch_off(session: Session, patient_id: UUID) -> None:
    """Let the address lead nowhere."""
    wish = session.get(Reminder, patient_id)
    if wish is not None:
        wish.feed_hash = wish.feed_made_at = wish.feed_read_at = None
        session.flush()


def find(session: Session, token: str) -> tuple[Reminder, User] | None:
    """Return whose feed the token opens, or None."""
    found = session.execute(
        select(Reminder, User)
        .join(Patient, Patient.id == Reminder.patient_id)
        .join(User, User.id == Patient.user_id)
        .where(Reminder.feed_hash == _hash(token), Patient.diary_closed_at.is_(None), User.active)
    ).first()
    return (found[0], found[1]) if found else None


def note_read(session: Session, token: str, now: datetime) -> None:
    """Note that a calendar program fetched the feed."""
    session.execute(update(Reminder).where(Reminder.feed_hash == _hash(token)).values(feed_read_at=now))


def write(wish: Reminder, user: User, *, now: datetime, title: str, text: str, url: str) -> str:
    """Return the feed: one event each day at the person's hour, with an alarm."""
    begins = local_day(wish.feed_made_at or now, user.time_zone).strftime("%Y%m%d")
    return "".join(
        f"{_folded(line)}\r\n"
        for line in (
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Firststep//Reminders//EN",
            "CALSCALE:GREGORIAN",
            "METHOD:PUBLISH",
            f"X-WR-CALNAME:{_escaped(title)}",
            # For programs that read a floating time in a zone of their own choice.
            f"X-WR-TIMEZONE:{user.time_zone}",
            "REFRESH-INTERVAL;VALUE=DURATION:P1D",
            "X-PUBLISHED-TTL:P1D",
            "BEGIN:VEVENT",
            f"UID:{hashlib.sha256(b'reminder' + wish.patient_id.bytes).hexdigest()[:32]}@firststep",
            f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            f"DTSTART:{begins}T{wish.hour:02d}0000",
            "DURATION:PT5M",
            "RRULE:FREQ=DAILY",
            f"SUMMARY:{_escaped(text)}",
            f"URL:{url}",
            "TRANSP:TRANSPARENT",
            "CLASS:PRIVATE",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            "TRIGGER:PT0S",
            f"DESCRIPTION:{_escaped(text)}",
            "END:VALARM",
            "END:VEVENT",
            "END:VCALENDAR",
        )
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _escaped(text: str) -> str:
    for letter in ("\\", ";", ","):
        text = text.replace(letter, f"\\{letter}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> str:
    """Return the line in pieces of at most 75 bytes, none of which cuts a letter in two."""
    pieces, piece = [], ""
    for letter in line:
        if len((piece + letter).encode()) > _LONGEST_LINE_BYTES:
            pieces.append(piece)
            piece = " "
        piece += letter
    return "\r\n".join([*pieces, piece])
