"""What a person states about themselves: name, zone, week, language, foot, profession."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy.orm import Session

from firststep.models import Practitioner, User
from firststep.services import monday_counts, reminders
from firststep.services.mail_preferences import replan


@dataclass(frozen=True, kw_only=True)
class Profile:
    """The settings of one person; None leaves what belongs to the other role.

    ``country`` is an ISO 3166 code, or empty: the one in which the time zone lies.
    """

    name: str
    time_zone: str
    week_starts_on: int
    locale: str
    feet: str | None = None
    onset_on: date | Literal["as it is"] | None = "as it is"
    country: str | None = None


def save_name(user: User, name: str) -> None:
    """Store the name, also where those with whom a patient shares read it."""
    user.name = name
    if user.patient is not None:
        user.patient.alias = name


def save_profile(session: Session, user: User, profile: Profile, now: datetime) -> None:
    """Store the profile; a change of zone moves the weekly letter, and no entry: each belongs to its day."""
    save_name(user, profile.name)
    user.time_zone = profile.time_zone
    user.week_starts_on = profile.week_starts_on
    user.locale = profile.locale
    if user.patient is not None:
        if profile.feet is not None:
            user.patient.feet = profile.feet
        if profile.onset_on != "as it is":
            user.patient.onset_on = profile.onset_on
        if profile.country is not None:
            user.patient.country = profile.country or None
        session.flush()
        replan(session, user.patient.id, now)
        reminders.replan(session, user.patient.id, now)
    if user.practitioner is not None:
        session.flush()
        monday_counts.replan(session, user.practitioner.id, now)
    session.flush()


def state_profession(practitioner: Practitioner, *, profession: str, issuer: str, number: str) -> None:
    """Store what a practitioner states about profession and credential; nobody checks it."""
    practitioner.profession = profession
    practitioner.credential_issuer = issuer
    practitioner.credential_number = number
