"""From an invitation to a look, and back to nothing: what each step shows and to whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from firststep.extensions import db
from firststep.mail.kinds import BUILDERS
from firststep.mail.message import Letter
from firststep.models import Consent, OutboxMail, Share, User
from firststep.services import profile
from firststep.services.consents import consent_standings
from tests import cast as people
from tests.cast import Browser, Cast

SetClock = Callable[[datetime], None]
CANARIES = (people.CANARY_NAME, people.CANARY_EMAIL, people.CANARY_NOTE)
DRUG_WORDS = ("pain", "heel", "foot", "symptom", "treat", "acupuncture", "ana", "cho")


def form(**changes: str) -> dict[str, str]:
    """Return what the invitation form sends."""
    values = {"email": "dee@example.com", "scope": "charts", "until_on": "2027-05-23", "from_day": ""}
    return values | changes


def letters(app: Flask, kind: str) -> list[Letter]:
    """Build every mail of the kind that waits, as the worker would right before sending."""
    with app.app_context():
        rows = db.session.scalars(
            select(OutboxMail).where(OutboxMail.kind == kind).order_by(OutboxMail.created_at)
        ).all()
        built = [BUILDERS[kind](db.session, row, app.config["CLOCK"]()) for row in rows]
        db.session.commit()
        return [letter for letter in built if letter is not None]


def link_in(letter: Letter) -> str:
    """Return the path of the link in the mail's text."""
    line = next(line for line in letter.text.splitlines() if "/invitation/" in line)
    return line.strip().removeprefix("http://localhost")


def only_share_with(address: str) -> Share:
    """Return the one share with this address."""
    return db.session.scalars(select(Share).where(Share.invited_email == address)).one()


def invited(app: Flask, ana: Browser, **changes: str) -> tuple[UUID, str]:
    """Let Ana invite Dr Dee, and return the share and the path of the mailed link."""
    assert ana.post("/share/new", data=form(**changes)).status_code == 303
    path = link_in(letters(app, "share_invitation")[-1])
    with app.app_context():
        return only_share_with(changes.get("email", "dee@example.com")).id, path


def state_of(app: Flask, share_id: UUID) -> str:
    """Return the share's state."""
    with app.app_context():
        return db.session.get_one(Share, share_id).state


def sees(browser: Browser, share_id: UUID) -> bool:
    """Tell whether the practitioner's browser gets the patient's page; if not, it gets nothing of the patient's."""
    listed, response = browser.get("/practice"), browser.get(f"/practice/{share_id}")
    if response.status_code == 200:
        assert people.CANARY_NAME in response.text
        assert str(share_id) in listed.text
        return True
    assert response.status_code == 404
    for canary in CANARIES:
        assert canary not in response.text
        assert canary not in listed.text
    return False


def test_who_has_no_name_is_asked_for_it_in_the_same_form(app: Flask, cast: Cast, ana: Browser) -> None:
    asked = 'name="name"'
    assert asked not in ana.get("/share/new").text
    assert ana.post("/share/new", data=form(name="Somebody else")).status_code == 303
    with app.app_context():
        account = db.session.get_one(User, cast.ana_user)
        assert account.name == people.CANARY_NAME, "a name that is there is not replaced"
        profile.save_name(account, "")
        db.session.commit()
    assert asked in ana.get("/share/new").text
    refused = ana.post("/share/new", data=form(email="no address", name=" Eve "))
    assert refused.status_code == 422
    assert 'value="Eve"' in refused.text
    assert ana.post("/share/new", data=form(email="other@example.com", name="x" * 121)).status_code == 422
    assert ana.post("/share/new", data=form(email="other@example.com", name=" Eve ")).status_code == 303
    with app.app_context():
        account = db.session.get_one(User, cast.ana_user)
        assert account.patient is not None
        assert (account.name, account.patient.alias) == ("Eve", "Eve")


def test_people_without_a_name_are_told_apart_by_the_day_since_when_they_share(
    app: Flask, cast: Cast, ana: Browser, ben: Browser, dee: Browser
) -> None:
    shares = {}
    for browser, user, day in ((ana, cast.ana_user, 3), (ben, cast.ben_user, 9)):
        share_id, path = invited(app, browser, email=f"day{day}@example.com")
        dee.post(path)
        browser.post(f"/share/{share_id}/confirm")
        shares[day] = share_id
        with app.app_context():
            profile.save_name(db.session.get_one(User, user), "")
            db.session.get_one(Share, share_id).confirmed_at = datetime(2026, 11, day, 12, tzinfo=UTC)
            db.session.commit()
    listed = dee.get("/practice").text
    for day, share_id in shares.items():
        words = f"Without a name, shares since {day} Nov 2026"
        assert words in listed
        assert words in dee.get(f"/practice/{share_id}").text


def test_each_step_from_the_invitation_to_the_look(app: Flask, ana: Browser, dee: Browser) -> None:
    share_id, path = invited(app, ana)
    assert not sees(dee, share_id)

    page = dee.get(path)
    assert page.status_code == 200
    assert not any(canary in page.text for canary in CANARIES)
    assert state_of(app, share_id) == "invited"
    assert dee.post(path).headers["Location"] == "/practice"
    assert state_of(app, share_id) == "accepted"
    assert not sees(dee, share_id)
    assert "1 invitation waits" in dee.get("/practice").text

    listed = ana.get("/share").text
    assert "Is this the right person?" in listed
    assert "Dr Dee, Acupuncturist" in listed
    assert "another address" not in listed
    assert ana.post(f"/share/{share_id}/confirm").status_code == 303
    assert sees(dee, share_id)

    assert ana.post(f"/share/{share_id}/stop").status_code == 303
    assert not sees(dee, share_id)


def test_the_mails_say_nothing_about_who_and_what(app: Flask, ana: Browser, dee: Browser) -> None:
    _share_id, path = invited(app, ana)
    dee.post(path)
    (invitation,), (accepted,) = letters(app, "share_invitation") or [None], letters(app, "share_accepted")
    assert invitation is None
    assert accepted.to == people.CANARY_EMAIL
    assert accepted.subject == "Please look at your invitation"
    assert "Dee" not in accepted.text + accepted.html


@pytest.mark.parametrize("allowed", [True, False])
def test_to_be_counted_is_a_consent_of_its_own(app: Flask, cast: Cast, ana: Browser, allowed: bool) -> None:
    more = {"cohort_use": "y"} if allowed else {}
    for address in ("dee@example.com", "other@example.com"):
        assert ana.post("/share/new", data=form(email=address, **more)).status_code == 303
    with app.app_context():
        given = [standing for standing in consent_standings(db.session, cast.ana_user).values() if standing.holds]
        kinds = db.session.scalars(select(Consent.kind).where(Consent.user_id == cast.ana_user)).all()
    assert ("cohort_use" in {standing.kind for standing in given}) is allowed
    assert kinds.count("cohort_use") == allowed


def test_the_invitation_mail_goes_to_the_address_without_a_name(app: Flask, ana: Browser) -> None:
    ana.post("/share/new", data=form())
    (letter,) = letters(app, "share_invitation")
    assert letter.to == "dee@example.com"
    assert letter.list_unsubscribe is None
    assert not any(word in letter.subject.lower().split() for word in DRUG_WORDS)
    for canary in CANARIES:
        assert canary not in letter.text + letter.html + letter.subject
    assert "on no list" in letter.text


def test_nothing_usable_is_stored(app: Flask, ana: Browser) -> None:
    _share_id, path = invited(app, ana)
    token = path.rpartition("/")[2]
    assert len(token) == 43
    with app.app_context():
        stored = [str(row.parameters) + str(row.address) for row in db.session.scalars(select(OutboxMail))]
        share = only_share_with("dee@example.com")
        assert share.invitation_hash != token
        assert len(share.invitation_hash or "") == 64
    assert not any(token in text for text in stored)


def test_a_link_works_once(app: Flask, ana: Browser, dee: Browser, cho: Browser) -> None:
    share_id, path = invited(app, ana)
    assert dee.post(path).status_code == 303
    for browser in (dee, cho):
        for response in (browser.get(path), browser.post(path)):
            assert response.status_code == 410
            assert "This invitation was used on 23 November 2026. Ask for a new one." in response.text
    with app.app_context():
        dee_user = db.session.scalars(select(User).where(User.email == "dee@example.com")).one()
        assert dee_user.practitioner is not None
        assert db.session.get_one(Share, share_id).practitioner_id == dee_user.practitioner.id


def test_a_link_ends_after_seven_days(app: Flask, ana: Browser, cast: Cast, set_clock: SetClock) -> None:
    share_id, path = invited(app, ana)
    later = people.NOW + timedelta(days=7, seconds=1)
    set_clock(later)
    dee = people.sign_in(app, cast.dee_user, at=later)
    response = dee.post(path)
    assert response.status_code == 410
    assert "This invitation ended on 30 November 2026" in response.text
    assert state_of(app, share_id) == "invited"
    assert "was not used in time" in people.sign_in(app, cast.ana_user, at=later).get("/share").text


def test_a_resend_kills_the_earlier_link_at_once(app: Flask, ana: Browser, dee: Browser) -> None:
    share_id, path = invited(app, ana)
    assert ana.post(f"/share/{share_id}/resend").status_code == 303
    assert dee.post(path).status_code == 404
    second = link_in(letters(app, "share_invitation")[-1])
    assert second != path
    assert dee.post(second).status_code == 303


def test_a_withdrawn_invitation_is_over(app: Flask, ana: Browser, dee: Browser) -> None:
    share_id, path = invited(app, ana)
    ana.post(f"/share/{share_id}/withdraw")
    response = dee.post(path)
    assert response.status_code == 410
    assert "was withdrawn on" in response.text
    assert letters(app, "share_invitation") == []


@pytest.mark.parametrize(
    "change",
    [lambda t: t[:-1], lambda t: t.upper(), lambda t: ("b" if t[0] == "a" else "a") + t[1:], lambda t: "x" * 43],
)
def test_a_changed_token_is_an_unknown_one(
    app: Flask, ana: Browser, dee: Browser, change: Callable[[str], str]
) -> None:
    _share_id, path = invited(app, ana)
    head, _slash, token = path.rpartition("/")
    unknown = dee.get(f"{head}/{'y' * 43}")
    response = dee.get(f"{head}/{change(token)}")
    assert response.status_code == unknown.status_code == 404
    assert "There is nothing here for you to see" in response.text


def test_a_visitor_and_a_patient_can_not_accept(app: Flask, ana: Browser, ben: Browser, nobody: Browser) -> None:
    share_id, path = invited(app, ana)
    page = nobody.get(path)
    assert page.status_code == 200
    assert "/login?next=" in page.text
    assert nobody.post(path).status_code == 303
    assert "signed in with a patient" in ben.get(path).text
    assert ben.post(path).status_code == 404
    assert state_of(app, share_id) == "invited"


def test_another_account_than_the_invited_one_is_shown_to_the_patient(app: Flask, ana: Browser, dee: Browser) -> None:
    share_id, path = invited(app, ana, email="dr.who@example.com")
    dee.post(path)
    listed = ana.get("/share").text
    assert "accepted by an account with another address" in listed
    assert "dee@example.com" in listed
    ana.post(f"/share/{share_id}/withdraw")
    assert not sees(dee, share_id)


@pytest.mark.parametrize("state", ["active", "expired", "unmarked"])
def test_one_tap_renews_before_and_after_the_end(
    app: Flask, ana: Browser, cho: Browser, cast: Cast, state: str
) -> None:
    yesterday = people.TODAY - timedelta(days=1)
    with app.app_context():
        share = db.session.get_one(Share, cast.share)
        share.until_on = people.TODAY if state == "active" else yesterday
        share.state = "expired" if state == "expired" else "active"
        db.session.commit()
    assert sees(cho, cast.share) is (state == "active")
    page = ana.get("/share").text
    assert ("today is its last day" in page) is (state == "active")
    assert ("Renew" if state == "active" else "Open again") in page
    assert ana.post(f"/share/{cast.share}/renew").status_code == 303
    page = ana.get("/share").text
    assert "It lasts until 23 May 2027 now." in page
    assert "Can look" in page
    assert sees(cho, cast.share)
    last = "renewed" if state == "active" else "reopened"
    words = {"renewed": "made the share last longer", "reopened": "opened the ended share again"}
    assert words[last] in ana.get("/share/log").text


def test_a_stopped_share_is_not_renewed(app: Flask, ana: Browser, cho: Browser, cast: Cast) -> None:
    ana.post(f"/share/{cast.share}/stop")
    page = ana.get("/share").text
    assert f"/share/{cast.share}/renew" not in page
    ana.post(f"/share/{cast.share}/renew")
    assert "This share has changed meanwhile" in ana.get("/share").text
    assert state_of(app, cast.share) == "stopped"
    assert not sees(cho, cast.share)


def test_what_another_share_replaced_is_not_offered_again(app: Flask, ana: Browser, cho: Browser, cast: Cast) -> None:
    with app.app_context():
        db.session.get_one(Share, cast.share).state = "expired"
        db.session.commit()
    share_id, path = invited(app, ana, email="cho.second@example.com")
    cho.post(path)
    assert f"/share/{cast.share}/renew" in ana.get("/share").text
    ana.post(f"/share/{share_id}/confirm")
    assert f"/share/{cast.share}/renew" not in ana.get("/share").text


@pytest.mark.parametrize(
    ("days", "words"), [(0, "today is its last day"), (1, "2 days left"), (13, "14 days left"), (14, None), (180, None)]
)
def test_both_sides_read_when_a_share_ends(
    app: Flask, ana: Browser, cho: Browser, cast: Cast, days: int, words: str | None
) -> None:
    with app.app_context():
        db.session.get_one(Share, cast.share).until_on = people.TODAY + timedelta(days=days)
        db.session.commit()
    pages = [
        *(ana.get(path).text for path in ("/share", f"/share/{cast.share}/preview")),
        *(cho.get(path).text for path in ("/practice", f"/practice/{cast.share}", f"/practice/{cast.share}/visit")),
    ]
    for page in pages:
        assert ("left" in page or "last day" in page) is (words is not None)
        assert words is None or words in page


def test_confirming_ends_an_earlier_share_with_the_same_person(
    app: Flask, ana: Browser, cho: Browser, cast: Cast
) -> None:
    share_id, path = invited(app, ana, email="cho.second@example.com", scope="summary")
    cho.post(path)
    assert cho.get(f"/practice/{cast.share}").status_code == 200
    ana.post(f"/share/{share_id}/confirm")
    assert cho.get(f"/practice/{share_id}").status_code == 200
    assert cho.get(f"/practice/{cast.share}").status_code == 404
    assert state_of(app, cast.share) == "stopped"
