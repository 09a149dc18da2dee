"""What care a patient has and since when: the first questions, and courses of care."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from firststep.models import Episode, Patient
from firststep.services import panel_marks
from firststep.services.diary_ops import lock_diary


def begin(session: Session, patient: Patient, *, feet: str, onset_on: date | None) -> None:
    """Store which foot hurts and since when, if the person said."""
    patient.feet = feet
    patient.onset_on = onset_on
    session.flush()


def list_episodes(session: Session, patient_id: UUID) -> list[Episode]:
    """Return the courses of care, the one that started last first."""
    return list(
        session.scalars(
            select(Episode).where(Episode.patient_id == patient_id).order_by(Episode.starts_on.desc(), Episode.id)
        )
    )


def get_episode(session: Session, patient_id: UUID, episode_id: UUID, *, to_change: bool = False) -> Episode:
    """Return the patient's course of care; raise NoResultFound when it is not there or not the patient's."""
    statement = select(Episode).where(Episode.id == episode_id, Episode.patient_id == patient_id)
    return session.scalars(statement.with_for_update() if to_change else statement).one()


def add_episode(
    session: Session, patient_id: UUID, *, arm: str, starts_on: date, ends_on: date | None = None
) -> Episode:
    """Add a course of care; one of the same kind and start, as a second tap sends it, is not added again."""
    lock_diary(session, patient_id)
    known = session.scalars(
        select(Episode).where(Episode.patient_id == patient_id, Episode.arm == arm, Episode.starts_on == starts_on)
    ).first()
    if known is not None:
        return known
    episode = Episode(patient_id=patient_id, arm=arm, starts_on=starts_on, ends_on=ends_on)
    session.add(episode)
    session.flush()
    panel_marks.mark(session, patient_id)
    return episode


def change_episode(session: Session, episode: Episode, *, arm: str, starts_on: date, ends_on: date | None) -> None:
    """Replace what is stored about a course of care."""
    episode.arm = arm
    episode.starts_on = starts_on
    episode.ends_on = ends_on
    session.flush()
    panel_marks.mark(session, episode.patient_id)


def delete_episode(session: Session, episode: Episode) -> None:
    """Delete a course of care; diary entries stay."""
    session.delete(episode)
    session.flush()
    panel_marks.mark(session, episode.patient_id)
