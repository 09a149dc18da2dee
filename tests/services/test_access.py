"""Who may see whom, and what: asked anew each time, in the patient's own calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from firststep.extensions import db
from firststep.models import Patient, Practitioner, Share, User
from firststep.models.sharing import SCOPES, SHARE_STATES
from firststep.services import access
from tests import factories
from tests.cast import CANARY_NOTE, NOW, TODAY, Cast
from tests.support.statements import counted


def share_with(session: Session, cast: Cast, **values: object) -> Share:
    """Change Ana's share with Dr Cho, and return it."""
    share = session.get_one(Share, cast.share)
    for name, value in values.items():
        setattr(share, name, value)
    session.commit()
    return share


def is_open(session: Session, cast: Cast, now: datetime = NOW) -> bool:
    """Tell whether Dr Cho may look."""
    alone = access.is_open(session, cast.cho, cast.share, now=now)
    # Asked for among others it is the same.
    assert set(access.grants(session, cast.cho, [cast.share, uuid4()], now=now)) == ({cast.share} if alone else set())
    return alone


def test_an_active_share_is_granted_to_its_practitioner_only(session: Session, cast: Cast) -> None:
    grant = access.granted(session, cast.cho, cast.share, now=NOW)
    assert (grant.patient_id, grant.scope, grant.today) == (cast.ana, "charts", TODAY)
    for practitioner, share in ((cast.dee, cast.share), (cast.cho, uuid4()), (uuid4(), cast.share)):
        with pytest.raises(NoResultFound):
            access.granted(session, practitioner, share, now=NOW)
        assert access.grants(session, practitioner, [share], now=NOW) == {}
    assert access.grants(session, cast.cho, [cast.share], now=NOW) == {cast.share: grant}
    assert access.grants(session, cast.cho, [], now=NOW) == {}


@pytest.mark.parametrize("state", SHARE_STATES)
def test_only_an_active_share_opens_anything(session: Session, cast: Cast, state: str) -> None:
    share_with(session, cast, state=state)
    assert is_open(session, cast) == (state == "active")
    assert bool(access.shared_patients(session, cast.cho, now=NOW)) == (state == "active")


@pytest.mark.parametrize(
    ("zone", "last_moment"),
    [
        ("Europe/Berlin", datetime(2026, 11, 23, 22, 59, 59, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2026, 11, 23, 9, 59, 59, tzinfo=UTC)),
        ("Pacific/Pago_Pago", datetime(2026, 11, 24, 10, 59, 59, tzinfo=UTC)),
    ],
)
def test_the_last_day_ends_where_the_patient_lives(
    session: Session, cast: Cast, zone: str, last_moment: datetime
) -> None:
    session.get_one(User, cast.ana_user).time_zone = zone
    share_with(session, cast, until_on=TODAY)
    assert is_open(session, cast, last_moment)
    assert len(access.shared_patients(session, cast.cho, now=last_moment)) == 1
    after = last_moment + timedelta(seconds=1)
    assert not is_open(session, cast, after)
    assert access.shared_patients(session, cast.cho, now=after) == []


def test_a_share_without_a_last_day_stays_open(session: Session, cast: Cast) -> None:
    share_with(session, cast, until_on=None)
    assert is_open(session, cast, NOW + timedelta(days=4000))


def test_a_closed_diary_is_open_to_nobody(session: Session, cast: Cast) -> None:
    session.get_one(Patient, cast.ana).diary_closed_at = NOW
    session.commit()
    assert not is_open(session, cast)
    assert access.shared_patients(session, cast.cho, now=NOW) == []


def test_what_a_disabled_person_shared_is_closed_until_the_account_is_enabled(session: Session, cast: Cast) -> None:
    ana = session.get_one(User, cast.ana_user)
    for active in (False, True):
        ana.active = active
        session.commit()
        assert is_open(session, cast) == active
        assert len(access.shared_patients(session, cast.cho, now=NOW)) == active


def test_what_a_patient_without_an_account_shares_is_open(session: Session, cast: Cast) -> None:
    session.get_one(Patient, cast.ana).user_id = None
    session.commit()
    assert is_open(session, cast)


def test_a_stop_in_another_session_counts_at_once(app: Flask, session: Session, cast: Cast) -> None:
    share = session.get_one(Share, cast.share)
    assert share.state == "active"
    session.commit()
    with app.app_context():
        db.session.get_one(Share, cast.share).state = "stopped"
        db.session.commit()
    assert not is_open(session, cast)


def test_days_before_the_first_shared_one_are_not_read(session: Session, cast: Cast) -> None:
    first = TODAY - timedelta(days=14)
    share_with(session, cast, from_day=first, scope="notes")
    grant = access.granted(session, cast.cho, cast.share, now=NOW)
    course = access.read_shared_course(session, grant)
    assert min(course.diary.answered_days) >= first
    assert min(note.day for note in access.read_shared_notes(session, grant)) >= first
    share_with(session, cast, from_day=None)
    everything = access.read_shared_course(session, access.granted(session, cast.cho, cast.share, now=NOW))
    assert len(everything.diary.answered_days) > len(course.diary.answered_days)


@pytest.mark.parametrize("scope", SCOPES)
def test_notes_are_read_only_where_the_scope_has_them(session: Session, cast: Cast, scope: str) -> None:
    share_with(session, cast, scope=scope)
    grant = access.granted(session, cast.cho, cast.share, now=NOW)
    notes = access.read_shared_notes(session, grant)
    assert {note.text for note in notes} == ({CANARY_NOTE} if scope == "notes" else set())
    assert grant.shows_charts == (scope != "summary")
    assert access.is_open(session, cast.cho, cast.share, now=NOW, charts=True) == (scope != "summary")


def test_the_last_entry_in_the_list_is_one_that_is_shared(session: Session, cast: Cast) -> None:
    (line,) = access.shared_patients(session, cast.cho, now=NOW)
    assert line.last_entry_on == date(2026, 11, 15)
    share_with(session, cast, from_day=TODAY)
    (line,) = access.shared_patients(session, cast.cho, now=NOW)
    assert line.last_entry_on is None


def test_waiting_tells_when_and_nothing_else(session: Session, cast: Cast) -> None:
    share_with(session, cast, state="accepted", accepted_at=NOW)
    assert access.waiting_since(session, cast.cho) == [NOW]
    assert access.waiting_since(session, cast.dee) == []


@pytest.mark.parametrize("people", [10, 1000])
def test_the_list_is_one_statement_for_any_number(app: Flask, session: Session, cast: Cast, people: int) -> None:
    cho = session.get_one(Practitioner, cast.cho)
    patients = [Patient(alias=f"Case {number}", created_at=NOW) for number in range(people)]
    session.add_all(patients)
    session.flush()
    session.add_all(
        Share(
            patient_id=patient.id, practitioner_id=cho.id, invited_email="cho@example.com", scope="charts",
            state="active", invited_at=NOW,
        )
        for patient in patients
    )  # fmt: skip
    factories.make_diary(session, patients[3], date(2026, 11, 1), [5, 4])
    session.commit()
    with counted(app) as statements:
        lines = access.shared_patients(session, cast.cho, now=NOW)
    assert len(statements.texts) == 1
    assert len(lines) == people + 1
    by_name = {line.name: line.last_entry_on for line in lines}
    assert by_name["Case 3"] == date(2026, 11, 2)
    assert by_name["Case 4"] is None
    assert [line.name.casefold() for line in lines] == sorted(line.name.casefold() for line in lines)


def test_an_unknown_share_id_is_like_no_share(session: Session, cast: Cast) -> None:
    assert not access.is_open(session, cast.cho, UUID(int=0), now=NOW)
