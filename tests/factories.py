"""Makes rows for tests; each function adds and flushes, the caller commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from firststep.models import (
    Consent,
    Day,
    Episode,
    FootDay,
    ImportBatch,
    ImportedCase,
    ImportedCourse,
    MailPreference,
    NotedSession,
    NotedSessionChange,
    Patient,
    Practice,
    Practitioner,
    Share,
    User,
    Visit,
)
from firststep.services.consents import kinds_at_sign_up

LONG_AGO = datetime(2026, 1, 1, 8, tzinfo=UTC)
PASSWORD = "correct horse battery staple"


def make_user(session: Session, email: str, role: str, *, name: str = "", zone: str = "Europe/Berlin") -> User:
    """Add a confirmed user with the consents of sign-up."""
    user = User(
        email=email,
        name=name or email.partition("@")[0].title(),
        role=role,
        active=True,
        fs_uniquifier=uuid4().hex,
        fs_webauthn_user_handle=uuid4().hex,
        confirmed_at=LONG_AGO.replace(tzinfo=None),
        created_at=LONG_AGO,
        time_zone=zone,
    )
    session.add(user)
    session.flush()
    for kind in kinds_at_sign_up(role):
        session.add(Consent(user_id=user.id, kind=kind, text_version="2026-11", given_at=LONG_AGO))
    session.flush()
    return user


def make_patient(
    session: Session, email: str, *, name: str = "", feet: str = "right", zone: str = "Europe/Berlin"
) -> Patient:
    """Add a patient with an account."""
    user = make_user(session, email, "patient", name=name, zone=zone)
    patient = Patient(user_id=user.id, alias=user.name, feet=feet, created_at=LONG_AGO)
    session.add(patient)
    session.flush()
    session.add(MailPreference(patient_id=patient.id))
    session.flush()
    return patient


def make_practitioner(session: Session, email: str, *, name: str = "") -> Practitioner:
    """Add a practitioner with an account and a second factor set up."""
    user = make_user(session, email, "practitioner", name=name)
    user.tf_primary_method = "authenticator"
    practitioner = Practitioner(user_id=user.id, profession="Acupuncturist", created_at=LONG_AGO)
    session.add(practitioner)
    session.flush()
    return practitioner


def make_practice(session: Session, owner: Practitioner, *members: Practitioner, name: str = "Practice") -> Practice:
    """Add a practice of these people."""
    practice = Practice(name=name, time_zone="Europe/Berlin", created_at=LONG_AGO)
    session.add(practice)
    session.flush()
    for one, role in ((owner, "owner"), *((member, "member") for member in members)):
        one.practice_id, one.practice_role = practice.id, role
    session.flush()
    return practice


def make_share(
    session: Session,
    patient: Patient,
    practitioner: Practitioner | None,
    *,
    state: str = "active",
    scope: str = "charts",
    until_on: date | None = None,
) -> Share:
    """Add a share in the given state."""
    share = Share(
        patient_id=patient.id,
        practitioner_id=practitioner.id if practitioner else None,
        invited_email=practitioner.user.email if practitioner else "invited@example.com",
        scope=scope,
        state=state,
        until_on=until_on,
        invited_at=LONG_AGO,
        accepted_at=LONG_AGO + timedelta(hours=1) if practitioner else None,
        confirmed_at=LONG_AGO + timedelta(hours=2) if state == "active" else None,
    )
    session.add(share)
    session.flush()
    return share


def make_episode(session: Session, patient: Patient, arm: str, starts_on: date, ends_on: date | None = None) -> Episode:
    """Add a course of care."""
    episode = Episode(patient_id=patient.id, arm=arm, starts_on=starts_on, ends_on=ends_on)
    session.add(episode)
    session.flush()
    return episode


def make_diary(
    session: Session,
    patient: Patient,
    first_day: date,
    first_step_pain: Mapping[int, int | None] | list[int | None],
    *,
    foot: str = "right",
    note: str | None = None,
) -> None:
    """Add one day per value from ``first_day`` on; values are pain of 0-10, None leaves the day out."""
    for offset, value in enumerate(first_step_pain):
        if value is None:
            continue
        day = first_day + timedelta(days=offset)
        session.add(
            FootDay(
                patient_id=patient.id,
                day=day,
                foot=foot,
                first_step_pain=value * 10,
                average_pain=max(value - 1, 0) * 10,
            )
        )
        session.add(Day(patient_id=patient.id, day=day, stretch_done=True, nsaid_taken=value > 5, note=note))
    session.flush()


def take_over(session: Session, patient: Patient, case: UUID) -> None:
    """Let the patient have taken the case over."""
    for table in (Visit, ImportedCourse, ImportedCase):
        session.execute(update(table).where(table.patient_id == case).values(patient_id=patient.id))
    taken = ImportedCase.patient_id == patient.id
    session.execute(update(ImportedCase).where(taken).values(claimed_at=LONG_AGO))
    session.execute(delete(Patient).where(Patient.id == case))
    session.expire_all()


def make_noted_session(
    session: Session, patient: Patient, practitioner: Practitioner, day: date, **values: Any
) -> UUID:
    """Add a session that the practitioner noted, with the first step of its history, and return its id."""
    noted = NotedSession(
        patient_id=patient.id,
        practitioner_id=practitioner.id,
        noted_by=practitioner.user.name,
        day=day,
        noted_at=LONG_AGO,
        disputed_at=LONG_AGO if values.get("dispute") else None,
        **{"kind": "acupuncture", **values},
    )
    session.add(noted)
    session.flush()
    of_it = {"patient_id": patient.id, "session_id": noted.id, "at": LONG_AGO}
    session.add(NotedSessionChange(what="noted", **of_it))
    if noted.dispute:
        session.add(NotedSessionChange(what="disputed", before='{"dispute": null}', **of_it))
    session.flush()
    return noted.id


def make_sheet(session: Session, practitioner: Practitioner, *, alias: str = "RM-17", note: str | None = None) -> UUID:
    """Add a batch with one case that has two visits, and return the case."""
    batch = ImportBatch(
        practitioner_id=practitioner.id,
        file_sha256="0" * 64,
        mapping={},
        sessions="numbered",
        rows=2,
        rows_accepted=2,
        rows_rejected=0,
        rows_empty=0,
        visits_added=2,
        imported_at=LONG_AGO,
    )
    case = Patient(alias=alias, created_at=LONG_AGO)
    session.add_all((batch, case))
    session.flush()
    of_batch = {"patient_id": case.id, "batch_id": batch.id}
    session.add(ImportedCase(patient_id=case.id, practitioner_id=practitioner.id, alias_key=alias.casefold()))
    session.add(ImportedCourse(arm="acupuncture", starts_on=date(2025, 3, 3), **of_batch))
    for number, pain in ((1, 80), (2, 60)):
        day = date(2025, 3, 3) + timedelta(weeks=number)
        session.add(Visit(day=day, pain=pain, session=number, note=note, sheet_row=number + 1, **of_batch))
    session.flush()
    return case.id
