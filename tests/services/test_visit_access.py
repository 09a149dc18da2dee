"""A look at one visit: which step follows which, what each clock allows, and that a code admits one reader."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from firststep.extensions import db
from firststep.jobs.purge import purge
from firststep.models import Patient, User, VisitAccess
from firststep.services import access, audit, sharing
from firststep.services import visit_access as service
from firststep.services.audit import Actor
from firststep.services.visit_access import CodeOver, Entry, TooManyCodes, VisitOver, WrongCode
from tests.cast import NOW, Cast
from tests.services.test_sharing import KEY as SEAL
from tests.services.test_sharing import actor, events

KEY = service.visit_key("only-for-tests")
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
SOMEBODY = Actor(user_id=None, name="Dr Somebody", now=NOW, key=SEAL)


def shown(session: Session, cast: Cast, now: datetime = NOW, patient: str = "ana", scope: str = "charts") -> UUID:
    """Let the patient show a code, and return the visit."""
    who = Actor(user_id=getattr(cast, f"{patient}_user"), name="", now=now, key=SEAL)
    visit = service.show_code(session, who, getattr(cast, patient), scope, None, key=KEY)
    session.commit()
    return visit.id


def enter(session: Session, visit_id: UUID, now: datetime = NOW, once: str = "form", who: Actor = SOMEBODY) -> str:
    """Enter the visit's digits, and return what the reader's browser holds."""
    try:
        code = service.code_of(KEY, visit_id)
        return service.enter_code(session, replace(who, now=now), Entry(device="", once=once), code, key=KEY)[1]
    finally:
        session.commit()


def scan(session: Session, visit_id: UUID, now: datetime = NOW, once: str = "form", who: Actor = SOMEBODY) -> str:
    """Open the visit's link, and return what the reader's browser holds."""
    try:
        token = service.link_token(KEY, visit_id)
        return service.enter_link(session, replace(who, now=now), Entry(device="", once=once), token, key=KEY)[1]
    finally:
        session.commit()


WAYS: list[Callable[..., str]] = [enter, scan]


def opened(session: Session, cast: Cast, now: datetime = NOW, who: Actor = SOMEBODY) -> tuple[UUID, str]:
    """Go through all steps until the reader may look."""
    visit_id = shown(session, cast, now)
    token = enter(session, visit_id, now, who=who)
    service.allow(session, actor(cast, now), cast.ana, visit_id)
    session.commit()
    return visit_id, token


def visit_of(session: Session, visit_id: UUID) -> VisitAccess:
    """Return the visit as the database has it."""
    return session.get_one(VisitAccess, visit_id, populate_existing=True)


def sees(session: Session, visit_id: UUID, now: datetime = NOW) -> bool:
    """Tell whether the reader is granted anything."""
    try:
        access.granted_at_visit(session, visit_id, now=now)
    except NoResultFound:
        return False
    return True


def test_nothing_that_is_stored_tells_the_code_or_the_link(session: Session, cast: Cast) -> None:
    visit_id = shown(session, cast)
    code, link = service.code_of(KEY, visit_id), service.link_token(KEY, visit_id)
    assert (len(code), code.isdecimal(), len(link)) == (6, True, 43)
    token = enter(session, visit_id)
    stored = str(vars(visit_of(session, visit_id)))
    assert not any(secret in stored for secret in (link, token))
    assert service.code_of(service.visit_key("another installation"), visit_id) != code
    with pytest.raises(WrongCode):
        service.enter_code(session, SOMEBODY, Entry(device="", once=""), code, key=service.visit_key("another"))


@pytest.mark.parametrize("way", WAYS)
def test_the_whole_course_stands_in_the_trail(session: Session, cast: Cast, way: Callable[..., str]) -> None:
    visit_id = shown(session, cast)
    token = way(session, visit_id)
    assert not sees(session, visit_id)
    service.allow(session, actor(cast), cast.ana, visit_id)
    session.commit()
    grant = access.granted_at_visit(session, visit_id, now=NOW)
    assert (grant.patient_id, grant.scope, grant.from_day) == (cast.ana, "charts", None)
    held = service.of_reader(session, token, None)
    assert held is not None
    service.leave(session, SOMEBODY, held)
    session.commit()
    assert not sees(session, visit_id)
    assert events(session, cast.ana) == ["visit_shown", "visit_asked", "visit_allowed", "visit_left"]
    assert audit.verify(session, cast.ana, key=SEAL).count == 4
    assert [row.actor_name for row in audit.read_trail(session, cast.ana)] == ["Dr Somebody", "Ana", "Dr Somebody", ""]


# state -> what each step does then: the next state, or that it is refused.
STEPS: dict[str, dict[str, str]] = {
    "shown": {"enter": "asked", "scan": "asked", "allow": "late", "end": "stopped", "leave": "shown"},
    "asked": {"enter": "twice", "scan": "twice", "allow": "open", "end": "refused", "leave": "left"},
    "open": {"enter": "wrong", "scan": "used", "allow": "open", "end": "stopped", "leave": "left"},
    "ended": {"enter": "wrong", "scan": "used", "allow": "late", "end": "ended", "leave": "ended"},
}


@pytest.mark.parametrize(("state", "step"), [(state, step) for state, steps in STEPS.items() for step in steps])
def test_each_step_is_possible_from_its_states_only(session: Session, cast: Cast, state: str, step: str) -> None:
    visit_id = shown(session, cast)
    if state != "shown":
        enter(session, visit_id, once="the first reader")
    if state == "open":
        service.allow(session, actor(cast), cast.ana, visit_id)
    elif state == "ended":
        service.end(session, actor(cast), cast.ana, visit_id)
    session.commit()
    assert taken(session, cast, visit_id, step) == STEPS[state][step]
    assert sees(session, visit_id) is (STEPS[state][step] == "open" or (state == "open" and step in ("enter", "scan")))


def taken(session: Session, cast: Cast, visit_id: UUID, step: str) -> str:
    """Take the step as another reader or as Ana; return the state after it, how it ended, or how it was refused."""
    before = visit_of(session, visit_id).state
    try:
        if step in ("enter", "scan"):
            {"enter": enter, "scan": scan}[step](session, visit_id, once="a second reader")
        elif step == "allow":
            service.allow(session, actor(cast), cast.ana, visit_id)
        elif step == "end":
            service.end(session, actor(cast), cast.ana, visit_id)
        else:
            service.leave(session, SOMEBODY, visit_of(session, visit_id))
    except VisitOver:
        return "late"
    except (WrongCode, CodeOver) as refused:
        after = visit_of(session, visit_id)
        if after.ended_by == "twice":
            return "twice"
        return refused.reason if isinstance(refused, CodeOver) else "wrong"
    after = visit_of(session, visit_id)
    return str(after.ended_by) if after.state == "ended" != before else after.state


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("after", "works"),
    [
        (-SECOND, False),
        (timedelta(), True),
        (15 * MINUTE, True),
        (15 * MINUTE + SECOND, False),
        (timedelta(days=400), False),
    ],
)
def test_a_code_can_be_entered_for_fifteen_minutes(
    session: Session, cast: Cast, way: Callable[..., str], after: timedelta, works: bool
) -> None:
    visit_id = shown(session, cast)
    if works:
        assert way(session, visit_id, NOW + after)
    else:
        with pytest.raises((WrongCode, CodeOver)):
            way(session, visit_id, NOW + after)
        assert visit_of(session, visit_id).state == "shown"


@pytest.mark.parametrize(
    ("after", "works"), [(-SECOND, False), (timedelta(), True), (5 * MINUTE, True), (5 * MINUTE + SECOND, False)]
)
def test_the_patient_has_five_minutes_to_allow_however_late_it_was_entered(
    session: Session, cast: Cast, after: timedelta, works: bool
) -> None:
    visit_id = shown(session, cast)
    entered = NOW + 15 * MINUTE
    enter(session, visit_id, entered)
    if works:
        assert service.allow(session, actor(cast, entered + after), cast.ana, visit_id).state == "open"
    else:
        with pytest.raises(VisitOver):
            service.allow(session, actor(cast, entered + after), cast.ana, visit_id)
        # Nor does a reader who comes then find it: it is over, and not shared by two.
        with pytest.raises(WrongCode):
            enter(session, visit_id, entered + 5 * MINUTE + SECOND, once="late")
        assert visit_of(session, visit_id).ended_by is None


@pytest.mark.parametrize(
    ("after", "open_"),
    [
        (-SECOND, False),
        (timedelta(), True),
        (60 * MINUTE - SECOND, True),
        (60 * MINUTE, False),
        (timedelta(days=9), False),
    ],
)
def test_a_look_lasts_sixty_minutes_and_a_clock_set_back_opens_nothing(
    session: Session, cast: Cast, after: timedelta, open_: bool
) -> None:
    visit_id, _token = opened(session, cast)
    assert sees(session, visit_id, NOW + after) is open_


@pytest.mark.parametrize("second", WAYS)
@pytest.mark.parametrize("first", WAYS)
def test_a_second_reader_kills_the_code_for_both(
    session: Session, cast: Cast, first: Callable[..., str], second: Callable[..., str]
) -> None:
    visit_id = shown(session, cast)
    first(session, visit_id, once="one")
    with pytest.raises((WrongCode, CodeOver)):
        second(session, visit_id, once="another")
    with pytest.raises(VisitOver):
        service.allow(session, actor(cast), cast.ana, visit_id)
    with pytest.raises(CodeOver) as over:
        scan(session, visit_id, once="a third")
    assert over.value.reason == "twice"
    assert events(session, cast.ana) == ["visit_shown", "visit_asked", "visit_twice"]


@pytest.mark.parametrize("way", WAYS)
def test_the_same_form_sent_twice_is_one_reader(session: Session, cast: Cast, way: Callable[..., str]) -> None:
    visit_id = shown(session, cast)
    assert way(session, visit_id, once="one") == way(session, visit_id, once="one")
    assert service.allow(session, actor(cast), cast.ana, visit_id).state == "open"
    assert events(session, cast.ana).count("visit_asked") == 1


def test_what_a_browser_holds_cannot_be_chosen(session: Session, cast: Cast) -> None:
    visit_id = shown(session, cast)
    token = enter(session, visit_id, once="planted")
    assert token != "planted"
    assert service.of_reader(session, "planted", None) is None
    assert service.of_reader(session, token.lower(), None) is None
    assert service.of_reader(session, "\ud800", None) is None
    assert service.of_reader(session, token, None) is not None


def test_it_is_bound_to_who_was_signed_in(session: Session, cast: Cast) -> None:
    cho = Actor(user_id=cast.cho_user, name="Dr Cho", now=NOW, key=SEAL)
    _visit_id, token = opened(session, cast, who=cho)
    assert service.of_reader(session, token, cast.cho_user) is not None
    for other in (None, cast.dee_user, cast.ana_user):
        assert service.of_reader(session, token, other) is None


@pytest.mark.parametrize("close", ["diary", "account"])
def test_of_a_closed_diary_or_account_nothing_is_seen(session: Session, cast: Cast, close: str) -> None:
    visit_id, token = opened(session, cast)
    later = shown(session, cast, patient="ben")
    for patient, user in ((cast.ana, cast.ana_user), (cast.ben, cast.ben_user)):
        if close == "diary":
            session.get_one(Patient, patient).diary_closed_at = NOW
        else:
            session.get_one(User, user).active = False
    session.commit()
    assert not sees(session, visit_id)
    assert service.of_reader(session, token, None) is None
    with pytest.raises(WrongCode):
        enter(session, later)
    with pytest.raises(NoResultFound):
        scan(session, later)


def test_stop_all_ends_a_look_too(session: Session, cast: Cast) -> None:
    visit_id, _token = opened(session, cast)
    assert sharing.stop_all(session, actor(cast), cast.ana) == 2
    assert not sees(session, visit_id)
    assert sharing.stop_all(session, actor(cast), cast.ana) == 0


def test_another_code_takes_the_place_of_what_there_is(session: Session, cast: Cast) -> None:
    visit_id, _token = opened(session, cast)
    second = shown(session, cast)
    assert not sees(session, visit_id)
    third = shown(session, cast)
    with pytest.raises(WrongCode):
        enter(session, second)
    assert enter(session, third)


def test_nobody_takes_a_step_of_another_patients_visit(session: Session, cast: Cast) -> None:
    visit_id = shown(session, cast)
    enter(session, visit_id)
    ben = Actor(user_id=cast.ben_user, name="", now=NOW, key=SEAL)
    for step in (service.allow, service.end):
        for visit in (visit_id, uuid4()):
            with pytest.raises(NoResultFound):
                step(session, ben, cast.ben, visit)
    assert visit_of(session, visit_id).state == "asked"


def test_thirty_codes_a_day(session: Session, cast: Cast) -> None:
    for _number in range(30):
        shown(session, cast)
    with pytest.raises(TooManyCodes) as too_many:
        shown(session, cast)
    assert too_many.value.free_at == NOW + timedelta(days=1)
    assert shown(session, cast, NOW + timedelta(days=1, seconds=1))
    assert shown(session, cast, patient="ben")


def twins() -> tuple[UUID, UUID]:
    """Return two ids whose six digits are the same."""
    by_code: dict[str, UUID] = {}
    for number in range(100_000):
        one = UUID(int=number)
        other = by_code.setdefault(service.code_of(KEY, one), one)
        if other != one:
            return other, one
    raise AssertionError("a hundred thousand ids have a hundred thousand codes")


@pytest.mark.parametrize(("state", "free"), [("shown", False), ("asked", False), ("open", True), ("over", True)])
def test_two_patients_never_show_the_same_digits(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch, state: str, free: bool
) -> None:
    first, same = twins()
    drawn = iter([first, same, uuid4()])
    monkeypatch.setattr(service, "uuid4", lambda: next(drawn))
    assert shown(session, cast) == first
    if state in ("asked", "open"):
        enter(session, first)
    if state == "open":
        service.allow(session, actor(cast), cast.ana, first)
    now = NOW + 15 * MINUTE + SECOND if state == "over" else NOW
    second = shown(session, cast, now, patient="ben")
    assert (second == same) is free
    assert enter(session, second, now)
    assert visit_of(session, second).state == "asked"


def test_old_visits_are_forgotten_after_thirty_days(session: Session, cast: Cast) -> None:
    visit_id, _token = opened(session, cast)
    assert purge(NOW + timedelta(days=30))["visits"] == 0
    assert purge(NOW + timedelta(days=30, seconds=1))["visits"] == 1
    assert session.scalars(select(VisitAccess.id).where(VisitAccess.id == visit_id)).all() == []


def test_of_many_who_enter_it_at_once_nobody_gets_in(app: Flask, cast: Cast) -> None:
    with app.app_context():
        visit_id = shown(db.session, cast)

    def ask(number: int) -> Any:
        with app.app_context():
            try:
                return enter(db.session, visit_id, once=f"reader {number}") and "asks"
            except WrongCode:
                return "wrong"

    with ThreadPoolExecutor(max_workers=4) as pool:
        answers = list(pool.map(ask, range(8)))
    assert sorted(answers) == ["asks"] + ["wrong"] * 7
    with app.app_context():
        assert visit_of(db.session, visit_id).ended_by == "twice"
        assert audit.verify(db.session, cast.ana, key=SEAL).count == 3


def test_who_leaves_takes_the_look_along(session: Session, cast: Cast) -> None:
    cho = Actor(user_id=cast.cho_user, name="Dr Cho", now=NOW, key=SEAL)
    visit_id, token = opened(session, cast, who=cho)
    session.execute(update(User).where(User.id == cast.cho_user).values(active=False))
    session.commit()
    # Their session is over with the account; what they held opens nothing to anybody else.
    assert service.of_reader(session, token, None) is None
    session.execute(delete(User).where(User.id == cast.cho_user))
    session.commit()
    assert session.scalars(select(VisitAccess.id).where(VisitAccess.id == visit_id)).all() == []
