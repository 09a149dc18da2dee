"""A practice from its beginning to its end: who joins, what members share, and what they never see of each other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select, update

from firststep.extensions import db
from firststep.mail.kinds import BUILDERS
from firststep.models import OutboxMail, Practice, PracticeInvitation, Practitioner, User
from firststep.services import erasure
from firststep.services.accounts import find_by_id
from firststep.web.trail import operator
from tests import factories
from tests.cast import NOW, Browser, Cast, sign_in

SetClock = Callable[[datetime], None]
PRACTICE = {"name": "Heel House", "time_zone": "Europe/Berlin"}
WEEK = timedelta(days=7)


def role_of(app: Flask, practitioner: UUID) -> tuple[str | None, str | None]:
    """Return the name of the practice and the role in it."""
    with app.app_context():
        one = db.session.get_one(Practitioner, practitioner)
        return (one.practice.name if one.practice else None), one.practice_role


def begun(cho: Browser) -> None:
    """Let Dr Cho begin a practice."""
    assert cho.post("/practice/team", data=PRACTICE).status_code == 303


def invited(app: Flask, cho: Browser, address: str = "dee@example.com") -> str:
    """Let Dr Cho invite somebody, and return the path of the link in the newest mail."""
    assert cho.post("/practice/team/invite", data={"email": address}).status_code == 303
    return newest_link(app, address)


def newest_link(app: Flask, address: str) -> str:
    """Build the newest invitation to the address as the worker would, and return the path of its link."""
    with app.app_context():
        mails = select(OutboxMail).where(OutboxMail.kind == "practice_invitation", OutboxMail.address == address)
        row = db.session.scalars(mails.order_by(OutboxMail.created_at.desc())).first()
        letter = BUILDERS["practice_invitation"](db.session, row, app.config["CLOCK"]())
        db.session.commit()
    assert letter is not None
    for word in ("Heel House", "Cho", address):
        assert word not in letter.subject + letter.text + letter.html
    line = next(line for line in letter.text.splitlines() if "/practice-invitation/" in line)
    return line.strip().removeprefix("http://localhost")


def invitation_ids(app: Flask) -> list[UUID]:
    """Return every invitation, the oldest first."""
    with app.app_context():
        return list(db.session.scalars(select(PracticeInvitation.id).order_by(PracticeInvitation.invited_at)))


@pytest.fixture
def shared(app: Flask, cho: Browser, dee: Browser) -> None:
    """Let Dr Cho and Dr Dee be in one practice."""
    begun(cho)
    assert dee.post(invited(app, cho)).status_code == 303


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        ({"name": ""}, "Enter the name of the practice."),
        ({"name": " "}, "Enter the name of the practice."),
        ({"name": "x" * 121}, "Use at most 120 letters."),
        ({"name": "a\nb"}, "This text has a character that cannot be stored."),
        ({"time_zone": ""}, "Choose your time zone."),
        ({"time_zone": "Moon/Base"}, "Not a valid choice."),
    ],
)
def test_a_practice_has_a_name_and_a_zone(
    app: Flask, cho: Browser, cast: Cast, sent: dict[str, str], complaint: str
) -> None:
    for begins in (True, False):
        path = "/practice/team" if begins else "/practice/team/settings"
        answer = cho.post(path, data=PRACTICE | sent)
        assert (answer.status_code, complaint in BeautifulSoup(answer.text, "html.parser").get_text()) == (422, True)
        assert role_of(app, cast.cho)[0] == (None if begins else "Heel House")
        if begins:
            begun(cho)


def test_a_practice_is_begun_once_and_changed_by_its_owner(app: Flask, cho: Browser, dee: Browser, cast: Cast) -> None:
    begun(cho)
    assert role_of(app, cast.cho) == ("Heel House", "owner")
    assert cho.post("/practice/team", data=PRACTICE | {"name": "Another"}).status_code == 303
    assert "You belong to a practice already." in cho.get("/practice/team").text
    assert cho.post("/practice/team/settings", data=PRACTICE | {"name": "Sole House"}).status_code == 303
    assert role_of(app, cast.cho) == ("Sole House", "owner")
    dee.post(invited(app, cho))
    assert dee.post("/practice/team/settings", data=PRACTICE).status_code == 404
    assert role_of(app, cast.dee) == ("Sole House", "member")


def test_the_invited_colleague_sees_the_practice_and_joins(app: Flask, cho: Browser, dee: Browser, cast: Cast) -> None:
    begun(cho)
    path = invited(app, cho)
    assert "dee@example.com" in cho.get("/practice/team").text
    assert "An invitation to a practice waits" in dee.get("/practice/team").text
    assert "Heel House" in dee.get(path).text
    assert role_of(app, cast.dee) == (None, None)
    assert dee.post(path).headers["Location"] == "/practice/team"
    assert role_of(app, cast.dee) == ("Heel House", "member")
    members = BeautifulSoup(dee.get("/practice/team").text, "html.parser").select("#members li")
    assert members[0].get_text(" ", strip=True).split(" cho@")[0] == "Dr Cho Owner · Acupuncturist"
    for browser in (cho, dee, sign_in(app, None)):
        over = browser.get(path)
        assert (over.status_code, "This invitation was used on 23 November 2026" in over.text) == (410, True)
    assert dee.post(path).status_code == 410


def test_a_link_is_of_no_use_to_another_account(
    app: Flask, cho: Browser, dee: Browser, ana: Browser, cast: Cast
) -> None:
    begun(cho)
    path = invited(app, cho, "somebody@example.com")
    factorless = sign_in(app, cast.dee_user, factor=False)
    for browser in (dee, ana, factorless, sign_in(app, None)):
        answer = browser.get(path)
        assert (answer.status_code, "Heel House" in answer.text, "somebody@" in answer.text) == (200, False, False)
    assert dee.post(path).headers["Location"] == path
    assert ana.post(path).status_code == 404
    assert role_of(app, cast.dee) == (None, None)
    for wrong in (path[:-1], path + "x", path.upper(), path.rpartition("/")[0] + "/" + "y" * 43):
        assert dee.get(wrong).status_code == 404, wrong


def test_an_invitation_dies_when_withdrawn_superseded_or_old(
    app: Flask, cho: Browser, dee: Browser, cast: Cast, set_clock: SetClock
) -> None:
    begun(cho)
    first = invited(app, cho)
    set_clock(NOW + timedelta(minutes=1))
    second = invited(app, cho)
    assert "withdrawn" in dee.get(first).text
    (_first, second_id) = invitation_ids(app)
    assert cho.post(f"/practice/team/invitations/{second_id}/withdraw").status_code == 303
    for path in (first, second):
        assert (dee.get(path).status_code, dee.post(path).status_code) == (410, 410)
    set_clock(NOW + timedelta(minutes=2))
    third = invited(app, cho)
    set_clock(NOW + timedelta(minutes=2) + WEEK)
    at_the_end = sign_in(app, cast.dee_user, at=NOW + WEEK)
    assert at_the_end.get(third).status_code == 200
    set_clock(NOW + timedelta(minutes=2, seconds=1) + WEEK)
    assert "ended on 30 November 2026" in at_the_end.get(third).text
    assert at_the_end.post(third).status_code == 410
    assert role_of(app, cast.dee) == (None, None)


def test_a_mail_that_was_not_sent_before_it_was_withdrawn_is_not_sent(app: Flask, cho: Browser) -> None:
    begun(cho)
    cho.post("/practice/team/invite", data={"email": "dee@example.com"})
    (only,) = invitation_ids(app)
    cho.post(f"/practice/team/invitations/{only}/withdraw")
    with app.app_context():
        row = db.session.scalars(select(OutboxMail).where(OutboxMail.kind == "practice_invitation")).one()
        assert BUILDERS["practice_invitation"](db.session, row, NOW) is None


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("", "Enter one e-mail address"),
        ("nobody", "Enter one e-mail address"),
        ("a@x.com,b@x.com", "Enter one e-mail address"),
        ("CHO@example.com", "belongs to the practice already"),
    ],
)
def test_an_address_that_cannot_be_invited_is_refused(app: Flask, cho: Browser, address: str, complaint: str) -> None:
    begun(cho)
    answer = cho.post("/practice/team/invite", data={"email": address})
    assert (answer.status_code, complaint in answer.text) == (422, True)
    assert invitation_ids(app) == []


def test_nobody_is_sent_more_than_a_few(app: Flask, cho: Browser, set_clock: SetClock) -> None:
    begun(cho)
    for number in range(3):
        set_clock(NOW + timedelta(minutes=number))
        invited(app, cho)
    refused = cho.post("/practice/team/invite", data={"email": "dee@example.com"})
    assert (refused.status_code, "was sent enough invitations" in refused.text) == (429, True)
    assert int(refused.headers["Retry-After"]) == WEEK.total_seconds() - 120
    for number in range(17):
        assert cho.post("/practice/team/invite", data={"email": f"x{number}@example.com"}).status_code == 303
    refused = cho.post("/practice/team/invite", data={"email": "last@example.com"})
    assert (refused.status_code, "enough invitations for one day" in refused.text) == (429, True)
    assert len(invitation_ids(app)) == 20


@pytest.mark.usefixtures("shared")
def test_who_belongs_to_a_practice_joins_no_other(app: Flask, dee: Browser, cast: Cast, set_clock: SetClock) -> None:
    with app.app_context():
        eve = factories.make_practitioner(db.session, "eve@example.com", name="Dr Eve")
        factories.make_practice(db.session, eve, name="Other House")
        eve_user = eve.user_id
        db.session.commit()
    set_clock(NOW + timedelta(minutes=1))
    path = invited(app, sign_in(app, eve_user))
    page = dee.get(path)
    assert "You belong to a practice already" in page.text
    assert not BeautifulSoup(page.text, "html.parser").select("main form")
    dee.post(path)
    assert role_of(app, cast.dee) == ("Heel House", "member")
    assert dee.post("/practice/team/leave").status_code == 303
    assert dee.post(path).status_code == 303
    assert role_of(app, cast.dee) == ("Other House", "member")


@pytest.mark.usefixtures("shared")
def test_an_owner_hands_over_and_only_then_leaves(app: Flask, cho: Browser, dee: Browser, cast: Cast) -> None:
    assert cho.post("/practice/team/leave").status_code == 303
    assert "Hand the practice over first" in cho.get("/practice/team").text
    assert role_of(app, cast.cho) == ("Heel House", "owner")
    # A member hands nothing over, and an owner not to themselves or to a stranger.
    for browser, member in ((dee, cast.dee), (dee, cast.cho), (cho, cast.cho), (cho, uuid4())):
        assert browser.post(f"/practice/team/members/{member}/hand-over").status_code == 404
    assert cho.post(f"/practice/team/members/{cast.dee}/hand-over").status_code == 303
    assert (role_of(app, cast.cho)[1], role_of(app, cast.dee)[1]) == ("member", "owner")
    assert cho.post(f"/practice/team/members/{cast.dee}/remove").status_code == 404
    assert cho.post("/practice/team/leave").status_code == 303
    assert role_of(app, cast.cho) == (None, None)
    assert dee.post("/practice/team/leave").status_code == 303
    with app.app_context():
        assert db.session.scalars(select(Practice)).all() == []


@pytest.mark.usefixtures("shared")
def test_an_owner_takes_a_member_out(app: Flask, cho: Browser, dee: Browser, cast: Cast) -> None:
    assert dee.post(f"/practice/team/members/{cast.cho}/remove").status_code == 404
    assert cho.post(f"/practice/team/members/{cast.cho}/remove").status_code == 404
    assert cho.post(f"/practice/team/members/{cast.dee}/remove").status_code == 303
    assert (role_of(app, cast.cho)[1], role_of(app, cast.dee)) == ("owner", (None, None))
    assert "Heel House" not in dee.get("/practice/team").text


@pytest.mark.usefixtures("shared")
def test_a_colleague_finds_nothing_of_the_others_patients_and_sheets(
    app: Flask, cho: Browser, dee: Browser, cast: Cast
) -> None:
    with app.app_context():
        factories.make_sheet(db.session, db.session.get_one(Practitioner, cast.cho), alias="RM-17")
        db.session.commit()
        batch = db.session.get_one(Practitioner, cast.cho).practice_id
    listed = BeautifulSoup(cho.get("/practice/sheets").text, "html.parser").select("form[action$=undo]")
    (undo,) = (str(one["action"]) for one in listed)
    for path in (f"/practice/{cast.share}", f"/practice/{cast.share}/visit", f"/practice/{cast.share}/figure.json"):
        assert (cho.get(path).status_code, dee.get(path).status_code) == (200, 404), path
    assert dee.post(undo).status_code == 404
    for path in ("/practice", "/practice/sheets"):
        assert not {"Ana Canary", "RM-17", undo} & set(dee.get(path).text.split('"')), path
    assert batch is not None
    assert cho.post(undo).status_code == 303


def test_an_account_that_goes_leaves_the_practice_to_who_is_there_longest(
    app: Flask, cho: Browser, dee: Browser, cast: Cast
) -> None:
    begun(cho)
    dee.post(invited(app, cho))
    invited(app, cho, "late@example.com")
    with app.app_context():
        eve = factories.make_practitioner(db.session, "eve@example.com", name="Dr Eve")
        eve.practice_id, eve.practice_role = db.session.get_one(Practitioner, cast.cho).practice_id, "member"
        # Dr Dee's account is the older one.
        db.session.execute(update(Practitioner).where(Practitioner.id == eve.id).values(created_at=NOW))
        eve_id, eve_user = eve.id, eve.user_id
        db.session.commit()
    erase(app, cast.cho_user)
    assert (role_of(app, cast.dee), role_of(app, eve_id)) == (("Heel House", "owner"), ("Heel House", "member"))
    erase(app, eve_user)
    erase(app, cast.dee_user)
    with app.app_context():
        assert db.session.scalars(select(Practice)).all() == db.session.scalars(select(PracticeInvitation)).all() == []
        addresses = db.session.scalars(select(OutboxMail.address).where(OutboxMail.kind == "practice_invitation"))
        assert addresses.all() == []


def erase(app: Flask, user_id: UUID) -> None:
    """Delete an account as the operator does."""
    with app.app_context():
        user = find_by_id(db.session, user_id)
        assert isinstance(user, User)
        erasure.erase_account(db.session, operator(), user)
        db.session.commit()
