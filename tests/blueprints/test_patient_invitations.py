"""A practitioner invites a patient: the paper, the mail, the way through sign-up, and what each side is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select, update

from firststep.extensions import db
from firststep.models import OutboxMail, PatientInvitation, Practice, Practitioner, Share, User
from tests import cast as people
from tests.blueprints.accounts_support import SIGN_UP
from tests.blueprints.test_sharing import CANARIES, DRUG_WORDS, letters, sees
from tests.cast import Browser, Cast
from tests.factories import PASSWORD
from tests.support.statements import counted

SetClock = Callable[[datetime], None]


def terms(**changes: str) -> dict[str, str]:
    """Return what the patient's form sends."""
    return {"scope": "charts", "until_on": "2027-05-23", "from_day": "", "right_person": "y"} | changes


def hand_out(dee: Browser, meant_for: str = "RM-17") -> str:
    """Let Dr Dee make a hand-out; return the path of the link that is printed on it."""
    answer = dee.post("/practice/hand-outs", data={"meant_for": meant_for})
    assert answer.status_code == 303
    printed = dee.get(answer.location)
    assert printed.status_code == 200
    return printed_link(printed.text)


def printed_link(page: str) -> str:
    """Return the path that a hand-out shows."""
    found = re.search(r"http://localhost(/asked/[\w-]{43})<", page)
    assert found is not None
    return found[1]


def mailed_link(app: Flask) -> str:
    """Return the path of the link in the newest invitation mail."""
    line = next(line for line in letters(app, "patient_invitation")[-1].text.splitlines() if "/asked/" in line)
    return line.strip().removeprefix("http://localhost")


def newest_share(app: Flask, cast: Cast) -> UUID:
    """Return Dr Dee's share."""
    with app.app_context():
        return db.session.scalars(select(Share.id).where(Share.practitioner_id == cast.dee)).one()


def test_from_the_paper_to_the_look(app: Flask, cast: Cast, dee: Browser, ana: Browser) -> None:
    with app.app_context():
        practice = Practice(name="Foot House", created_at=people.NOW)
        db.session.add(practice)
        db.session.flush()
        values = {"credential_issuer": "NCCAOM", "credential_number": "4711", "practice_id": practice.id}
        db.session.execute(update(Practitioner).where(Practitioner.id == cast.dee).values(**values))
        db.session.commit()
    path = hand_out(dee)
    page = ana.get(path)
    text = BeautifulSoup(page.text, "html.parser").get_text(" ", strip=True)
    for said in ("Dr Dee", "Foot House", "Acupuncturist, NCCAOM 4711", "dee@example.com", "We did not check it"):
        assert said in text
    assert "RM-17" not in text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    answer = ana.post(path, data=terms())
    assert (answer.status_code, answer.location) == (303, "/share")
    assert "Dr Dee can look from now on" in ana.get("/share").text
    assert sees(dee, newest_share(app, cast))
    listed = dee.get("/practice/invitations").text
    assert "Taken up" in listed
    assert "RM-17" not in listed


def test_the_paper_says_who_what_and_until_when_and_nothing_of_whom_it_is_for(dee: Browser) -> None:
    printed = dee.get(dee.post("/practice/hand-outs", data={"meant_for": "Mrs Klee"}).location)
    page = BeautifulSoup(printed.text, "html.parser")
    assert page.select_one("svg.qr") is not None
    for unprinted in page.select(".unprinted"):
        unprinted.decompose()
    text = page.get_text(" ", strip=True)
    assert "Klee" not in text
    for said in ("Dr Dee", "Acupuncturist", "The code works once, until 30 November 2026.", "not for emergencies"):
        assert said in text
    assert len(re.findall(r"http://localhost/asked/[\w-]{43}", text)) == 1


def test_the_same_paper_can_be_printed_again(dee: Browser) -> None:
    where = dee.post("/practice/hand-outs", data={}).location
    assert printed_link(dee.get(where).text) == printed_link(dee.get(where).text)
    assert "Show the hand-out" in dee.get("/practice/invitations").text


@pytest.mark.parametrize("address", ["ana@example.com", "nobody.here@example.com", "cho@example.com"])
def test_the_answer_says_nothing_about_accounts(app: Flask, dee: Browser, address: str) -> None:
    answer = dee.post("/practice/invitations", data={"email": address})
    assert (answer.status_code, answer.location) == (303, "/practice/invitations")
    page = dee.get("/practice/invitations").text
    assert f"An invitation goes to {address}." in page
    rest = re.sub(r'"csrf[-_]token" (content|value)="[^"]*"', "", page.replace(address, ""))
    assert rest.count("Works until") == 1
    assert not any(word in rest for word in (people.CANARY_NAME, "Dr Cho"))
    (letter,) = letters(app, "patient_invitation")
    assert letter.to == address


def test_the_mail_names_nobody_and_nothing(app: Flask, dee: Browser) -> None:
    dee.post("/practice/invitations", data={"email": "ana@example.com"})
    (letter,) = letters(app, "patient_invitation")
    assert not any(word in letter.subject.lower().split() for word in DRUG_WORDS)
    for canary in (*CANARIES[::2], "Dee", "dee@example.com", "heel", "pain", "foot"):
        assert canary.lower() not in (letter.subject + letter.text).lower()
    assert "on no list" in letter.text
    assert letter.list_unsubscribe is None


REFUSED = [
    ({"email": "no address"}, "Enter one e-mail address"),
    ({"email": ""}, "Enter one e-mail address"),
    ({"email": "a@example.com\r\nBcc: b@example.com"}, "Enter one e-mail address"),
    ({"email": "DEE@example.com"}, "This is your own address"),
]


@pytest.mark.parametrize(("sent", "sentence"), REFUSED)
def test_a_refused_address_sends_nothing(app: Flask, dee: Browser, sent: dict[str, str], sentence: str) -> None:
    answer = dee.post("/practice/invitations", data=sent)
    assert answer.status_code == 422
    assert sentence in answer.text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(OutboxMail)) == 0
        assert db.session.scalar(select(func.count()).select_from(PatientInvitation)) == 0


@pytest.mark.parametrize("meant_for", ["x" * 61, "a\nb", "a\x00b", "a\u202eb"])
def test_a_label_that_cannot_be_kept_is_refused(dee: Browser, meant_for: str) -> None:
    assert dee.post("/practice/hand-outs", data={"meant_for": meant_for}).status_code == 422


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"right_person": ""}, "Please say that this is the person who treats you."),
        ({"scope": ""}, "Choose what they may see."),
        ({"scope": "everything"}, "Not a valid choice."),
        ({"until_on": "2026-11-22"}, "Choose a day from 23 November 2026"),
        ({"until_on": "2099-01-01"}, "Choose a day from 23 November 2026"),
        ({"from_day": "2026-11-24"}, "That day has not come yet."),
    ],
)
def test_a_refused_answer_opens_nothing(
    app: Flask, cast: Cast, dee: Browser, ana: Browser, changes: dict[str, str], sentence: str
) -> None:
    path = hand_out(dee)
    answer = ana.post(path, data={name: value for name, value in terms(**changes).items() if value})
    assert answer.status_code == 422
    assert sentence in answer.text
    with app.app_context():
        assert db.session.scalars(select(Share.id)).all() == [cast.share]
    assert ana.post(path, data=terms()).status_code == 303


def test_a_link_works_once_whoever_comes_next(dee: Browser, ana: Browser, ben: Browser, nobody: Browser) -> None:
    path = hand_out(dee)
    assert ana.post(path, data=terms()).status_code == 303
    for browser in (ben, ana):
        for answer in (browser.get(path), browser.post(path, data=terms())):
            assert answer.status_code == 410
            assert "This invitation was used on 23 November 2026. Ask for a new one." in answer.text
            assert people.CANARY_NAME not in (answer.text if browser is ben else "")
    assert nobody.get(path).status_code == 410


@pytest.mark.parametrize("how", ["withdrawn", "too late", "account closed"])
def test_each_end_has_its_sentence(app: Flask, cast: Cast, dee: Browser, set_clock: SetClock, how: str) -> None:
    path, later = hand_out(dee), people.NOW
    if how == "withdrawn":
        listed = BeautifulSoup(dee.get("/practice/invitations").text, "html.parser")
        form = listed.select_one('form[action$="/withdraw"]')
        assert form is not None
        dee.post(str(form["action"]))
        assert "The invitation is withdrawn" in dee.get("/practice/invitations").text
    elif how == "too late":
        later = people.NOW + timedelta(days=7, seconds=1)
        set_clock(later)
    else:
        with app.app_context():
            db.session.execute(update(User).where(User.id == cast.dee_user).values(active=False))
            db.session.commit()
    ana = people.sign_in(app, cast.ana_user, at=later)
    for answer in (ana.get(path), ana.post(path, data=terms())):
        assert answer.status_code == 410
        assert ("This invitation ended on" if how == "too late" else "This invitation was withdrawn on") in answer.text
        assert "Dr Dee" not in answer.text


def test_who_is_no_patient_is_told_so(dee: Browser, cho: Browser) -> None:
    path = hand_out(dee)
    page = cho.get(path)
    assert "This invitation is for a patient" in page.text
    assert cho.post(path, data=terms()).status_code == 404


def test_another_persons_mail_can_be_taken_up_and_shows_nothing_of_theirs(
    app: Flask, cast: Cast, dee: Browser, ben: Browser
) -> None:
    dee.post("/practice/invitations", data={"email": people.CANARY_EMAIL})
    path = mailed_link(app)
    assert people.CANARY_EMAIL not in ben.get(path).text
    assert ben.post(path, data=terms()).status_code == 303
    with app.app_context():
        share = db.session.get_one(Share, newest_share(app, cast))
        assert share.patient_id == cast.ben
    # Whose mail it was is not kept.
    dee.get("/practice/invitations")
    assert people.CANARY_EMAIL not in dee.get("/practice/invitations").text


def test_who_has_no_account_keeps_the_invitation_through_the_sign_up(
    app: Flask, cast: Cast, dee: Browser, nobody: Browser
) -> None:
    path = hand_out(dee)
    token = path.rpartition("/")[2]
    page = nobody.get(path)
    assert "Create an account" in page.text
    assert not any(canary in page.text for canary in CANARIES)
    assert token not in str(nobody.get_cookie(app.config["SESSION_COOKIE_NAME"]))
    asked = BeautifulSoup(nobody.get("/sign-up").text, "html.parser")
    chosen = asked.select_one('input[name="role"][checked]')
    assert chosen is not None
    assert chosen["value"] == "patient"
    assert nobody.post("/sign-up", data=SIGN_UP).status_code == 303
    with app.app_context():
        confirmed = people.NOW.replace(tzinfo=None)
        db.session.execute(update(User).where(User.email == "eva@example.com").values(confirmed_at=confirmed))
        db.session.commit()
    signed_in = nobody.post("/login", data={"email": SIGN_UP["email"], "password": PASSWORD})
    assert signed_in.status_code in (302, 303)
    led = nobody.get("/home")
    assert (led.status_code, led.location) == (303, path)
    # Not again and again: the page of shares says that it waits.
    assert nobody.get("/home").location != path
    assert path in nobody.get("/share").text
    assert nobody.post(path, data=terms()).status_code == 303
    assert path not in nobody.get("/share").text
    assert db_share_is_of(app, cast, SIGN_UP["email"])


def db_share_is_of(app: Flask, cast: Cast, email: str) -> bool:
    """Tell whether Dr Dee's share is that of the patient with the address."""
    with app.app_context():
        share = db.session.get_one(Share, newest_share(app, cast))
        return bool(share.patient.user and share.patient.user.email == email)


def test_too_many_are_refused_with_when_there_is_room_again(dee: Browser) -> None:
    for _number in range(3):
        assert dee.post("/practice/invitations", data={"email": "eve@example.com"}).status_code == 303
    answer = dee.post("/practice/invitations", data={"email": "eve@example.com"})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) == 7 * 24 * 3600
    assert "This address was sent enough invitations" in answer.text
    for _number in range(60):
        assert dee.post("/practice/hand-outs", data={}).status_code == 303
    answer = dee.post("/practice/hand-outs", data={})
    assert answer.status_code == 429
    assert "You have made enough hand-outs for one day" in answer.text


def test_the_list_costs_the_same_however_long_it_is(app: Flask, dee: Browser) -> None:
    hand_out(dee)
    with counted(app) as one:
        dee.get("/practice/invitations")
    for _number in range(20):
        dee.post("/practice/hand-outs", data={})
    with counted(app) as many:
        dee.get("/practice/invitations")
    assert len(one.texts) == len(many.texts)
