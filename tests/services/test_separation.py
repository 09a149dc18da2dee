"""Two people with the same days, drugs and readers: what one stores changes nothing of what is read about the other."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from firststep.clinical.week import week_of
from firststep.extensions import db
from firststep.models import Base, Day, FootDay, MailPreference, Patient, Practitioner, Share, User
from firststep.services import (
    access,
    accounts,
    audit,
    bringing_back,
    cohorts,
    consents,
    diary_entry,
    diary_history,
    diary_reading,
    digest,
    erasure,
    mail_preferences,
    sessions,
    share_lists,
    sharing,
    sheet_imports,
    trajectories,
    treatment,
)
from firststep.services.diary_events import KINDS, Event, EventChange, read_events
from firststep.services.diary_fields import Refused
from firststep.services.diary_ops import Op, apply_op
from firststep.services.export import Owner, write_export
from firststep.services.export_reading import read_export
from tests import factories
from tests.cast import NOW, TODAY, Cast, sign_in
from tests.support.lists import listed
from tests.support.tables import fingerprint_of_person

DAY = TODAY - timedelta(days=3)
EARLIER = TODAY - timedelta(days=90)
WEEK = week_of(TODAY - timedelta(days=7))
ZONE = "Europe/Berlin"


def grant_of(session: Session, cast: Cast) -> access.Grant:
    """Return what Dr Cho may see of Ana."""
    return access.granted(session, cast.cho, cast.share, now=NOW)


def weekly(session: Session, cast: Cast, *, detailed: bool) -> digest.Digest:
    """Return what Ana's weekly letter says."""
    return digest.make_digest(session, cast.ana, WEEK, zone_name=ZONE, detailed=detailed)


def longest(_own_device: bool) -> tuple[timedelta, timedelta]:
    """Let every session live."""
    return timedelta(days=30), timedelta(days=180)


def export_of(session: Session, patient_id: UUID) -> bytes:
    """Return the zip that somebody takes along, without its page."""
    file = io.BytesIO()
    write_export(session, Owner(patient_id=patient_id, time_zone=ZONE), file, now=NOW, pages=())
    return file.getvalue()


def export_parts(session: Session, patient_id: UUID) -> dict[str, bytes]:
    """Return what is in it, but for the spreadsheet, which holds the moment of its making."""
    with zipfile.ZipFile(io.BytesIO(export_of(session, patient_id))) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith(".xlsx")}


# Everything that is read about Ana by her id, by her account's, or through her share.
READS: dict[str, Callable[[Session, Cast], Any]] = {
    "logged days": lambda s, c: diary_reading.read_logged_days(s, c.ana, first=EARLIER, last=TODAY),
    "diary": lambda s, c: diary_reading.read_diary(s, c.ana),
    "course": lambda s, c: trajectories.read_course(s, c.ana),
    "entry": lambda s, c: diary_entry.read_entry(s, c.ana, DAY),
    "doses": lambda s, c: read_events(s, c.ana, tuple(KINDS), first=DAY, last=DAY),
    "history": lambda s, c: diary_history.read_history(s, c.ana, DAY),
    "episodes": lambda s, c: treatment.list_episodes(s, c.ana),
    "shares": lambda s, c: share_lists.list_shares(s, c.ana, today=TODAY, now=NOW),
    "readable by Dr Cho": lambda s, c: listed(s, c.cho),
    "notes for Dr Cho": lambda s, c: access.read_shared_notes(s, grant_of(s, c)),
    "course for Dr Cho": lambda s, c: access.read_shared_course(s, grant_of(s, c)),
    "cases of Dr Cho's sheets": lambda s, c: cohorts.imported_series(s, c.cho),
    "batches of Dr Cho": lambda s, c: sheet_imports.list_batches(s, c.cho),
    "mappings of Dr Cho": lambda s, c: sheet_imports.remembered_mappings(s, c.cho),
    "cohort of Dr Cho": lambda s, c: list(cohorts.cohort_people(s, c.cho, now=NOW)),
    "trail": lambda s, c: audit.read_trail(s, c.ana),
    "head of the trail": lambda s, c: audit.trail_head(s, c.ana),
    "consents": lambda s, c: consents.consent_standings(s, c.ana_user),
    "sessions": lambda s, c: sessions.living_sessions(s, c.ana_user, NOW, life=longest),
    "discreet letter": lambda s, c: weekly(s, c, detailed=False),
    "detailed letter": lambda s, c: weekly(s, c, detailed=True),
    "export": lambda s, c: export_parts(s, c.ana),
    "reader of the letter": lambda s, c: mail_preferences.find_reader_of_user(s, c.ana_user),
}


def plain(value: Any) -> Any:
    """Return rows as their columns, so that two readings can be compared."""
    if isinstance(value, Base):
        return {column.name: getattr(value, column.name) for column in value.__table__.columns}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return (
        {name: plain(one) for name, one in vars(value).items()} if isinstance(value, mail_preferences.Reader) else value
    )


def live(app: Flask, patient_id: UUID, practitioner_id: UUID, name: str) -> Op:
    """Store something of this person in every table of which something is read; return the op on the common day."""
    with app.app_context():
        session = db.session
        patient = session.get_one(Patient, patient_id)
        practitioner = session.get_one(Practitioner, practitioner_id)
        # Some days in common, and further ones by the length of the name.
        for offset in range(60, 60 + 4 * len(name)):
            key = {"patient_id": patient_id, "day": TODAY - timedelta(days=offset)}
            session.add(FootDay(foot="left", first_step_pain=40, first_step_recalled=True, **key))
            session.add(Day(note=f"{name} wrote", stretch_done=False, nsaid_taken=True, **key))
        op = answer(session, patient_id, name)
        factories.make_episode(session, patient, "combined", TODAY - timedelta(days=len(name) * 10))
        share = factories.make_share(session, patient, practitioner, scope="notes")
        share.cohort_use = True
        factories.make_sheet(session, practitioner, alias=f"case beside {name}", note=f"about {name}")
        look = audit.Actor(user_id=practitioner.user_id, name=f"who looked at {name}", now=NOW, key=b"k" * 32)
        audit.record(session, look, patient_id, "viewed_notes", share_id=share.id)
        looked_last_week = audit.Actor(
            user_id=practitioner.user_id, name="common", now=NOW - timedelta(days=4), key=b"k" * 32
        )
        audit.record(session, looked_last_week, patient_id, "viewed_notes", share_id=share.id)
        assert patient.user_id is not None
        consents.give_consent(session, patient.user_id, "detailed_mail", NOW - timedelta(minutes=len(name)))
        session.commit()
        user_id = patient.user_id
    sign_in(app, user_id)
    return op


def events_of(patient_id: UUID) -> list[Event]:
    """Return every dated thing of the common day."""
    return read_events(db.session, patient_id, tuple(KINDS), first=DAY, last=DAY)


def answer(session: Session, patient_id: UUID, name: str) -> Op:
    """Store one op on the common day, with a dose, and another on a day that the cast leaves out."""
    dose = EventChange(kind="dose", id=uuid4(), values={"product": f"drug of {name}", "dose_mg": 400, "form": "oral"})
    values = {"": {"note": f"{name} wrote"}, "right": {"first_step_pain": 10 * len(name)}}
    op = Op(id=uuid4(), day=DAY, sets=values, event=dose, entered_at=NOW, zone=ZONE)
    apply_op(session, patient_id, op, now=NOW)
    return op


@pytest.fixture
def two(app: Flask, cast: Cast) -> Cast:
    """Return the cast after Ana stored something in every table, and shares notes with Dr Cho."""
    live(app, cast.ana, cast.cho, "Ana")
    with app.app_context():
        db.session.get_one(Share, cast.share).scope = "notes"
        db.session.commit()
    return cast


def test_what_another_stores_changes_nothing_of_what_is_read(app: Flask, two: Cast) -> None:
    def read_all() -> dict[str, Any]:
        with app.app_context():
            return {name: plain(read(db.session, two)) for name, read in READS.items()}

    before = read_all()
    assert [name for name, found in before.items() if not found] == []
    live(app, two.ben, two.dee, "Benny")
    after = read_all()
    assert [name for name in READS if after[name] != before[name]] == []


# Everything that is changed for Ana by her id or her account's, and could reach another's rows.
WRITES: dict[str, Callable[[Session, Cast], object]] = {
    "withdraw health data": lambda s, c: consents.withdraw_health_data(s, ana_acts(c), s.get_one(User, c.ana_user)),
    "withdraw a consent": lambda s, c: consents.withdraw_consent(s, c.ana_user, "detailed_mail", NOW),
    "withdraw cohort use": lambda s, c: consents.withdraw_cohort_use(s, ana_acts(c), s.get_one(User, c.ana_user)),
    "take factors away": lambda s, c: accounts.remove_factors(s, s.get_one(User, c.ana_user), NOW),
    "disable": lambda s, c: accounts.disable_account(s, s.get_one(User, c.ana_user)),
    "end other sessions": lambda s, c: sessions.end_other_sessions(s, c.ana_user, keep=uuid4()),
    "unsubscribe": lambda s, c: mail_preferences.unsubscribe(s, c.ana, NOW),
    "suspend the address": lambda s, c: mail_preferences.suspend_address(s, c.ana_user, NOW),
    "empty the diary": lambda s, c: erasure.erase_diary(s, ana_acts(c), s.get_one(User, c.ana_user)),
    "delete the account": lambda s, c: erasure.erase_account(s, ana_acts(c), s.get_one(User, c.ana_user)),
    "bring an export of another back": lambda s, c: bringing_back.store(
        s, c.ana, read_export(export_of(s, c.ben)), now=NOW, zone=ZONE
    ),
    "stop all shares": lambda s, c: sharing.stop_all(s, ana_acts(c), c.ana),
}


def ana_acts(cast: Cast) -> audit.Actor:
    """Return Ana as the trail names her."""
    return audit.Actor(user_id=cast.ana_user, name="Ana", now=NOW, key=b"k" * 32)


@pytest.mark.parametrize("write", WRITES)
def test_what_one_changes_reaches_nothing_of_another(app: Flask, two: Cast, write: str) -> None:
    live(app, two.ben, two.cho, "Benny")
    with app.app_context():
        for patient_id in (two.ana, two.ben):
            db.session.get_one(MailPreference, patient_id).next_at = NOW
        db.session.commit()
    own = {"patient_id": two.ana, "user_id": two.ana_user}
    others = {"patient_id": two.ben, "user_id": two.ben_user}
    before = fingerprint_of_person(app, **own), fingerprint_of_person(app, **others)
    with app.app_context():
        WRITES[write](db.session, two)
        db.session.commit()
    assert fingerprint_of_person(app, **own) != before[0]
    assert fingerprint_of_person(app, **others) == before[1]


def test_undo_sees_no_later_change_of_another(app: Flask, two: Cast) -> None:
    with app.app_context():
        anas = answer(db.session, two.ana, "Ana again")
        answer(db.session, two.ben, "Benny")
        diary_history.undo_op(db.session, two.ana, anas.id, undo_id=uuid4(), now=NOW, zone=ZONE)
        db.session.commit()
        assert diary_entry.read_entry(db.session, two.ana, DAY).value("", "note") == "Ana wrote"
        assert diary_entry.read_entry(db.session, two.ben, DAY).value("", "note") == "Benny wrote"


@pytest.mark.parametrize("removed", [False, True], ids=["changed", "removed"])
def test_another_learns_nothing_of_a_dose_by_naming_it(app: Flask, two: Cast, removed: bool) -> None:
    with app.app_context():
        (dose,) = events_of(two.ana)
        change = EventChange(kind="dose", id=dose.id, values={} if removed else {"dose_mg": 1}, removed=removed)
        op = Op(id=uuid4(), day=DAY, sets={}, event=change, entered_at=NOW, zone=ZONE)
        with suppress(Refused):
            apply_op(db.session, two.ben, op, now=NOW)
            db.session.commit()
        db.session.rollback()
        seen = f"{diary_history.read_history(db.session, two.ben, DAY)}{events_of(two.ben)}"
        assert "drug of Ana" not in seen
        assert events_of(two.ana) == [dose]
