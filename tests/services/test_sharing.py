"""The steps of a share: which follow which, who may take them, and how many invitations there may be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from firststep.extensions import db
from firststep.jobs.expire_shares import expire_shares
from firststep.models import OutboxMail, Patient, Practitioner, Share, User
from firststep.services import audit, sharing
from firststep.services.audit import Actor
from firststep.services.invitations import InvitationOver, TooManyInvitations, make_link_token
from firststep.services.sharing import Terms
from tests.cast import NOW, TODAY, Cast

KEY = audit.sealing_key("only-for-tests")
TERMS = Terms(scope="charts", until_on=TODAY + timedelta(days=30))
STEPS: dict[str, tuple[str, ...]] = {
    "resend": ("invited",),
    "confirm": ("accepted", "active"),
    "withdraw": ("invited", "accepted", "withdrawn"),
    "stop": ("active", "stopped", "expired"),
    "renew": ("active", "expired"),
}


def actor(cast: Cast, now: datetime = NOW) -> Actor:
    """Return Ana, who acts now."""
    return Actor(user_id=cast.ana_user, name="Ana", now=now, key=KEY)


def step(name: str) -> Callable[..., Share]:
    """Return the function that takes the step."""
    if name == "renew":
        return lambda *words: sharing.renew(*words, today=TODAY)
    found: Callable[..., Share] = getattr(sharing, name)
    return found


def events(session: Session, patient_id: UUID) -> list[str]:
    """Return what stands in the trail, the oldest first."""
    return [event.what for event in reversed(audit.read_trail(session, patient_id))]


def token_of(session: Session, share: Share, now: datetime = NOW) -> str:
    """Return a token as the mail would carry it."""
    token = make_link_token(session, share.id, now=now)
    assert token is not None
    return token


@pytest.mark.parametrize("state", ["invited", "accepted", "active", "stopped", "expired", "withdrawn"])
@pytest.mark.parametrize("name", STEPS)
def test_each_step_is_possible_from_its_states_only(session: Session, cast: Cast, name: str, state: str) -> None:
    share = session.get_one(Share, cast.share)
    share.state = state
    session.commit()
    if state in STEPS[name]:
        step(name)(session, actor(cast), cast.ana, cast.share)
    else:
        with pytest.raises(sharing.WrongStep) as wrong:
            step(name)(session, actor(cast), cast.ana, cast.share)
        assert wrong.value.state == state
        assert share.state == state
        assert events(session, cast.ana) == []


@pytest.mark.parametrize("name", STEPS)
def test_nobody_takes_a_step_of_another_patients_share(session: Session, cast: Cast, name: str) -> None:
    for state in STEPS[name]:
        session.get_one(Share, cast.share).state = state
        session.commit()
        with pytest.raises(NoResultFound):
            step(name)(session, actor(cast), cast.ben, cast.share)
        assert session.get_one(Share, cast.share).state == state


def test_the_whole_course_stands_in_the_trail(session: Session, cast: Cast) -> None:
    share = sharing.invite(session, actor(cast), cast.ana, "dee@example.com", TERMS)
    dee = Actor(user_id=cast.dee_user, name="Dr Dee", now=NOW, key=KEY)
    sharing.accept(session, dee, cast.dee, token_of(session, share))
    sharing.confirm(session, actor(cast), cast.ana, share.id)
    sharing.stop(session, actor(cast), cast.ana, share.id)
    session.commit()
    assert events(session, cast.ana) == ["share_invited", "share_accepted", "share_confirmed", "share_stopped"]
    assert audit.verify(session, cast.ana, key=KEY).count == 4


def test_of_two_who_hold_the_link_the_first_gets_it(session: Session, cast: Cast) -> None:
    share = sharing.invite(session, actor(cast), cast.ana, "dee@example.com", TERMS)
    token = token_of(session, share)
    sharing.accept(session, actor(cast), cast.cho, token)
    with pytest.raises(InvitationOver) as over:
        sharing.accept(session, actor(cast), cast.dee, token)
    assert (over.value.reason, over.value.at) == ("used", NOW)
    assert share.practitioner_id == cast.cho


def test_a_link_counts_its_seven_days_from_the_mail(session: Session, cast: Cast) -> None:
    share = sharing.invite(session, actor(cast), cast.ana, "dee@example.com", TERMS)
    token = token_of(session, share, NOW + timedelta(hours=10))
    almost = NOW + timedelta(days=7, hours=10)
    with pytest.raises(InvitationOver):
        sharing.accept(session, actor(cast, almost + timedelta(seconds=1)), cast.dee, token)
    assert sharing.accept(session, actor(cast, almost), cast.dee, token).state == "accepted"


@pytest.mark.parametrize("state", ["accepted", "active", "stopped", "expired", "withdrawn"])
def test_no_link_is_made_when_nobody_is_invited_any_more(session: Session, cast: Cast, state: str) -> None:
    session.get_one(Share, cast.share).state = state
    session.commit()
    assert make_link_token(session, cast.share, now=NOW) is None
    assert make_link_token(session, UUID(int=0), now=NOW) is None


def test_an_address_gets_three_invitations_a_week_from_everybody_together(session: Session, cast: Cast) -> None:
    ben = Actor(user_id=cast.ben_user, name="Ben", now=NOW, key=KEY)
    share = sharing.invite(session, actor(cast), cast.ana, "dee@example.com", TERMS)
    sharing.resend(session, actor(cast), cast.ana, share.id)
    sharing.invite(session, ben, cast.ben, "dee@example.com", TERMS)
    session.commit()
    for take in (
        lambda: sharing.invite(session, actor(cast), cast.ana, "dee@example.com", TERMS),
        lambda: sharing.resend(session, actor(cast), cast.ana, share.id),
    ):
        with pytest.raises(TooManyInvitations) as too_many:
            take()
        assert (too_many.value.which, too_many.value.free_at) == ("address", NOW + timedelta(days=7))
        session.rollback()
    assert len(session.scalars(select(OutboxMail.id)).all()) == 3
    later = actor(cast, NOW + timedelta(days=7, seconds=1))
    assert sharing.invite(session, later, cast.ana, "dee@example.com", TERMS).state == "invited"


def test_a_patient_sends_twenty_invitations_a_day(session: Session, cast: Cast) -> None:
    for number in range(20):
        sharing.invite(session, actor(cast), cast.ana, f"dr{number}@example.com", TERMS)
    with pytest.raises(TooManyInvitations) as too_many:
        sharing.invite(session, actor(cast), cast.ana, "one.more@example.com", TERMS)
    assert too_many.value.which == "patient"
    later = actor(cast, NOW + timedelta(days=1, seconds=1))
    assert sharing.invite(session, later, cast.ana, "one.more@example.com", TERMS)


def test_stop_all_ends_shares_and_invitations(session: Session, cast: Cast) -> None:
    invited = sharing.invite(session, actor(cast), cast.ana, "dee@example.com", TERMS)
    assert sharing.stop_all(session, actor(cast), cast.ana) == 2
    assert (invited.state, session.get_one(Share, cast.share).state) == ("withdrawn", "stopped")
    assert sharing.stop_all(session, actor(cast), cast.ana) == 0


@pytest.mark.parametrize(
    ("zone", "over_from"),
    [
        ("Europe/Berlin", datetime(2026, 11, 23, 23, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2026, 11, 23, 10, tzinfo=UTC)),
        ("Pacific/Pago_Pago", datetime(2026, 11, 24, 11, tzinfo=UTC)),
    ],
)
def test_the_job_marks_a_share_when_its_last_day_is_over(
    session: Session, cast: Cast, zone: str, over_from: datetime
) -> None:
    session.get_one(User, cast.ana_user).time_zone = zone
    session.get_one(Share, cast.share).until_on = TODAY
    session.commit()
    assert expire_shares(over_from - timedelta(seconds=1)) == 0
    assert expire_shares(over_from) == 1
    assert expire_shares(over_from) == 0
    assert session.get_one(Share, cast.share, populate_existing=True).state == "expired"
    assert events(session, cast.ana) == ["share_expired"]


def test_renewing_lengthens_and_never_shortens(session: Session, cast: Cast) -> None:
    share = session.get_one(Share, cast.share)
    for until_on, expected in ((TODAY, date(2027, 5, 23)), (date(2028, 1, 1), date(2028, 1, 1)), (None, None)):
        share.until_on = until_on
        session.commit()
        assert sharing.renew(session, actor(cast), cast.ana, cast.share, today=TODAY).until_on == expected
    assert events(session, cast.ana) == ["share_renewed"]


@pytest.mark.parametrize("marked", [True, False], ids=["marked by the job", "not marked yet"])
def test_what_ended_by_itself_opens_again_to_the_same_person(session: Session, cast: Cast, marked: bool) -> None:
    share = session.get_one(Share, cast.share)
    share.until_on, share.confirmed_at = TODAY - timedelta(days=1), NOW - timedelta(days=200)
    if marked:
        share.state, share.ended_at = "expired", NOW
    session.commit()
    renewed = sharing.renew(session, actor(cast), cast.ana, cast.share, today=TODAY)
    assert (renewed.state, renewed.until_on, renewed.ended_at) == ("active", date(2027, 5, 23), None)
    assert (renewed.practitioner_id, renewed.scope) == (cast.cho, "charts")
    assert renewed.confirmed_at == NOW - timedelta(days=200)
    assert events(session, cast.ana) == ["share_reopened"]


def test_what_another_took_the_place_of_does_not_open_again(session: Session, cast: Cast) -> None:
    ana, cho = session.get_one(Patient, cast.ana), session.get_one(Practitioner, cast.cho)
    old = session.get_one(Share, cast.share)
    old.state = "expired"
    newer = sharing.add_active(session, actor(cast), ana, cho, TERMS)
    with pytest.raises(sharing.WrongStep):
        sharing.renew(session, actor(cast), cast.ana, old.id, today=TODAY)
    assert newer.until_on is not None
    # Once that is over too, the person can be let in again.
    after = newer.until_on + timedelta(days=1)
    assert sharing.renew(session, actor(cast), cast.ana, old.id, today=after).state == "active"


def test_an_added_share_takes_the_place_of_the_earlier_one(session: Session, cast: Cast) -> None:
    ana, cho = session.get_one(Patient, cast.ana), session.get_one(Practitioner, cast.cho)
    added = sharing.add_active(session, actor(cast), ana, cho, TERMS)
    assert added.state == "active"
    assert session.get_one(Share, cast.share).state == "stopped"


@settings(max_examples=60, deadline=None)
@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2190, 1, 1)))
def test_half_a_year_from_any_day_is_six_months_later(today: date) -> None:
    until = sharing.default_until(today)
    assert (until.year * 12 + until.month) - (today.year * 12 + today.month) == 6
    assert until.day == today.day or (until.day < today.day and (until + timedelta(days=1)).day == 1)


def test_two_accepts_at_once_make_one_acceptance(app: Flask, cast: Cast) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with app.app_context():
        share = sharing.invite(db.session, actor(cast), cast.ana, "dee@example.com", TERMS)
        token = token_of(db.session, share)
        db.session.commit()

    def accept(practitioner_id: UUID) -> Any:
        with app.app_context():
            try:
                sharing.accept(db.session, actor(cast), practitioner_id, token)
            except InvitationOver as over:
                return over.reason
            db.session.commit()
            return "accepted"

    with ThreadPoolExecutor(max_workers=4) as pool:
        answers = list(pool.map(accept, [cast.cho, cast.dee] * 4))
    assert sorted(answers) == ["accepted"] + ["used"] * 7
