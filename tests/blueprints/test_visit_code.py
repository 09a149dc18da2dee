"""A visit code, from the patient's phone to the reader's screen and back: what each sees, how often one may guess."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from firststep.extensions import db
from firststep.models import AccessEvent, Question, Share, UserSession, VisitAccess
from firststep.services.visit_access import link_token
from firststep.web.visiting import visit_key
from tests import cast as people
from tests.blueprints.test_preview import shown
from tests.blueprints.test_trail_pages import read_pages
from tests.blueprints.test_visit_page import add_noted
from tests.cast import NOW, TODAY, Browser, Cast
from tests.support.letters import write
from tests.support.statements import counted

SetClock = Callable[[datetime], None]
PAGES = ("/visit/course", "/visit/page", "/visit/figure.json", "/visit/still")
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def visitor(app: Flask, network: str = "198.51.100.7") -> Browser:
    """Return a browser in which nobody is signed in, in a network."""
    browser = people.sign_in(app, None)
    browser.environ_base["REMOTE_ADDR"] = network
    return browser


def show(ana: Browser, scope: str = "charts", from_day: str = "") -> str:
    """Let the patient make a code, and return its digits."""
    assert ana.post("/share/visit", data={"scope": scope, "from_day": from_day}).status_code == 303
    return digits(ana)


def digits(ana: Browser) -> str:
    """Return the digits that the patient's page shows."""
    found = re.search(r"<dd>(\d{3}) (\d{3})</dd>", ana.get("/share/visit").text)
    assert found is not None
    return found[1] + found[2]


def sign(page: str) -> str:
    """Return the two digits that stand on a screen."""
    found = re.search(r"must stand</dt><dd>(\d\d)</dd>", page)
    assert found is not None
    return found[1]


def enter(reader: FlaskClient, code: str, name: str = "Dr Somebody") -> TestResponse:
    """Enter the code as the form does."""
    asked = BeautifulSoup(reader.get("/visit").text, "html.parser").select_one('input[name="once"]')
    once = str(asked["value"]) if asked else ""
    return reader.post("/visit", data={"code": code, "name": name, "once": once})


def decide(ana: Browser, step: str = "allow") -> None:
    """Let the patient tap a button of the page."""
    form = BeautifulSoup(ana.get("/share/visit").text, "html.parser").select_one(f'form[action$="/{step}"]')
    assert form is not None
    assert ana.post(str(form["action"])).status_code == 303


def opened(app: Flask, ana: Browser, **terms: str) -> Browser:
    """Go through all steps until somebody looks, and return that one's browser."""
    reader = visitor(app)
    assert enter(reader, show(ana, **terms)).status_code == 303
    decide(ana)
    return reader


def shut(reader: FlaskClient) -> bool:
    """Tell whether the reader gets nothing, on any page and in any way."""
    for path in PAGES:
        page, part = reader.get(path), reader.get(path, headers=PART)
        if page.status_code == part.status_code == 200 or page.status_code == 204:
            return False
        assert (page.status_code, page.location) == (303, "/visit")
        assert (part.status_code, part.headers["HX-Redirect"]) == (401, "/visit")
        assert people.CANARY_NAME not in page.text + part.text
    return True


def looks(app: Flask) -> list[tuple[str, str, UUID | None]]:
    """Return what was looked at, by whom."""
    with app.app_context():
        rows = db.session.scalars(select(AccessEvent).order_by(AccessEvent.seq))
        return [(row.what, row.actor_name, row.actor_user_id) for row in rows if row.what.startswith("visited_")]


def test_the_page_of_shares_says_who_looks_at_a_visit_and_ends_it(app: Flask, ana: Browser) -> None:
    reader = visitor(app)
    code = show(ana)
    assert "Dr Somebody" not in ana.get("/share").text
    enter(reader, code)
    assert "Somebody who said to be “Dr Somebody” has entered your code." in ana.get("/share").text
    decide(ana)
    page = BeautifulSoup(ana.get("/share").text, "html.parser")
    card = page.select_one("#visit")
    assert card is not None
    assert "Somebody who said to be “Dr Somebody” can look until" in card.text
    ana.post(str(card.select("form")[0]["action"]))
    assert shut(reader)
    assert BeautifulSoup(ana.get("/share").text, "html.parser").select_one("#visit") is None


def test_from_the_code_to_the_look_and_its_end(app: Flask, ana: Browser) -> None:
    reader = visitor(app)
    code = show(ana)
    assert shut(reader)
    assert enter(reader, f"{code[:3]} {code[3:]}").location == "/visit"
    waiting, asked = reader.get("/visit").text, ana.get("/share/visit").text
    assert sign(waiting) == sign(asked)
    assert "Somebody who said to be “Dr Somebody” has entered your code." in asked
    assert people.CANARY_NAME not in waiting
    assert shut(reader)
    assert reader.get("/visit/state").status_code == 204
    decide(ana)
    assert reader.get("/visit/state").headers["HX-Redirect"] == "/visit/page"
    assert reader.get("/visit").location == "/visit/page"
    page = reader.get("/visit/page")
    assert page.status_code == 200
    assert people.CANARY_NAME in page.text
    assert "60 minutes left" in page.text
    assert reader.get("/visit/course").status_code == 200
    assert reader.get("/visit/figure.json").status_code == 200
    assert reader.get("/visit/still").status_code == 204
    assert looks(app) == [("visited_charts", "Dr Somebody", None)] * 2
    decide(ana, "end")
    assert shut(reader)
    assert "The person ended the look." in reader.get("/visit").text
    assert "Ended. Nobody sees anything." in ana.get("/share/visit").text
    (rows,) = read_pages(ana, "/share/log")
    assert [row.rpartition(" 23 Nov")[0] for row in reversed(rows)] == [
        "You made a visit code",
        "Somebody who said to be “Dr Somebody” entered the visit code",
        "You allowed a look at the visit",
        *["Somebody who said to be “Dr Somebody” looked at the charts at a visit"] * 2,
        "You ended the look at the visit, or took the code back",
    ]
    assert "looked at the charts at a visit" in ana.get("/share").text


def test_the_link_of_the_qr_code_does_the_same(app: Flask, ana: Browser) -> None:
    show(ana)
    link = link_of(app)
    reader = visitor(app)
    page = reader.get(link)
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert link not in page.text
    assert reader.post(link, data={"name": "Dr Somebody", "once": "one"}).location == "/visit"
    assert sign(reader.get("/visit").text) == sign(ana.get("/share/visit").text)
    decide(ana)
    assert not shut(reader)
    answer = visitor(app).get(link)
    assert answer.status_code == 410
    assert "This code was used before" in answer.text


def link_of(app: Flask) -> str:
    """Return the path that the QR code of the newest visit holds."""
    with app.test_request_context():
        newest = db.session.scalars(select(VisitAccess.id).order_by(VisitAccess.made_at.desc())).first()
        assert newest is not None
        return f"/visit/code/{link_token(visit_key(), newest)}"


@pytest.mark.parametrize(
    ("scope", "days", "notes"), [("summary", False, False), ("charts", True, False), ("notes", True, True)]
)
def test_each_scope_shows_what_it_says_in_every_form(
    app: Flask, ana: Browser, cast: Cast, scope: str, days: bool, notes: bool
) -> None:
    with app.app_context():
        add_noted(db.session, cast)
        db.session.execute(update(Question).values(text="canary-question"))
        db.session.commit()
    reader = opened(app, ana, scope=scope)
    course, page = reader.get("/visit/course").text, reader.get("/visit/page").text
    figure = reader.get("/visit/figure.json")
    assert (people.CANARY_NOTE in course) is notes
    assert ("canary-question" in course) is notes
    assert ("canary-question" in page) is notes
    assert ("A long walk" in course) is notes
    assert ("visit__part" in page) is True
    assert ("<svg" in page.partition("visit__columns")[2]) is days
    assert ("/visit/figure.json" in course) is days
    assert figure.status_code == (200 if days else 404)
    assert people.CANARY_EMAIL not in course + page + figure.text
    assert {what for what, _name, _user in looks(app)} == {f"visited_{scope}"}


def test_days_before_the_first_are_neither_shown_nor_counted(app: Flask, ana: Browser) -> None:
    from_day = (TODAY - timedelta(days=20)).isoformat()
    reader = opened(app, ana, from_day=from_day)
    assert "Only entries from 3 Nov 2026 on are shared" in reader.get("/visit/course").text
    # The preview's are those of the practitioner's page: tests/blueprints/test_preview.py.
    drawn = reader.get("/visit/figure.json").json
    assert drawn == ana.get(f"/share/preview/figure.json?scope=charts&from_day={from_day}").json
    assert drawn != ana.get("/share/preview/figure.json?scope=charts").json


def test_the_pages_are_the_practitioners(app: Flask, ana: Browser, cho: Browser, cast: Cast) -> None:
    with app.app_context():
        db.session.execute(update(Share).where(Share.id == cast.share).values(until_on=None))
        db.session.commit()
    reader = opened(app, ana)
    for theirs, at_visit in (("", "course"), ("/visit", "page")):
        expected = cho.get(f"/practice/{cast.share}{theirs}").text.replace("Until it is stopped", "60 minutes left")
        page = BeautifulSoup(reader.get(f"/visit/{at_visit}").text, "html.parser")
        leave = page.select_one('main form[action="/visit/leave"]')
        assert leave is not None
        leave.find_parent("div").decompose()  # type: ignore[union-attr]
        assert shown(str(page)) == shown(str(BeautifulSoup(expected, "html.parser")))


def test_the_look_ends_after_sixty_minutes(app: Flask, ana: Browser, set_clock: SetClock) -> None:
    reader = opened(app, ana)
    set_clock(NOW + timedelta(minutes=59, seconds=59))
    assert not shut(reader)
    set_clock(NOW + timedelta(minutes=60))
    assert shut(reader)
    assert "The time is over." in reader.get("/visit").text


def test_the_reader_leaves(app: Flask, ana: Browser) -> None:
    reader = opened(app, ana)
    held = reader.get_cookie("visit")
    assert held is not None
    assert reader.post("/visit/leave").location == "/visit"
    assert reader.get_cookie("visit") is None
    reader.set_cookie("visit", held.value)
    assert shut(reader)
    assert "They ended the look." in ana.get("/share/visit").text


def test_what_the_browser_holds_is_out_of_reach_of_scripts_and_other_sites(app: Flask, ana: Browser) -> None:
    answer = enter(visitor(app), show(ana))
    (cookie,) = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("visit=")]
    for attribute in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=3900"):
        assert attribute in cookie


@pytest.mark.parametrize("secure", [True, False])
def test_over_https_the_cookie_is_bound_to_the_host(app: Flask, ana: Browser, secure: bool) -> None:
    code = show(ana)
    app.config["SESSION_COOKIE_SECURE"] = secure
    try:
        answer = enter(visitor(app), code)
    finally:
        app.config["SESSION_COOKIE_SECURE"] = False
    cookies = [line for line in answer.headers.getlist("Set-Cookie") if "visit=" in line]
    assert [(line.startswith("__Host-visit="), "Secure" in line) for line in cookies] == [(secure, secure)]


def test_a_cookie_that_was_planted_before_is_worth_nothing(app: Flask, ana: Browser) -> None:
    reader, thief = visitor(app), visitor(app)
    for browser in (reader, thief):
        browser.set_cookie("visit", "planted")
    enter(reader, show(ana))
    decide(ana)
    assert not shut(reader)
    assert shut(thief)


def test_a_second_reader_kills_the_code_and_all_three_are_told(app: Flask, ana: Browser) -> None:
    reader, other = visitor(app), visitor(app)
    code = show(ana)
    enter(reader, code)
    answer = enter(other, code, name="Dr Other")
    assert answer.status_code == 422
    assert "Two devices entered the code" in ana.get("/share/visit").text
    assert "Two devices entered this code" in reader.get("/visit").text
    assert "Two devices entered this code" in reader.get("/visit/state").text
    assert shut(reader)
    assert shut(other)
    assert "ended the visit code, which two devices had entered" in ana.get("/share/log").text


def test_the_same_form_sent_twice_asks_once(app: Flask, ana: Browser) -> None:
    reader = visitor(app)
    sent = {"code": show(ana), "name": "Dr Somebody", "once": "one form"}
    assert [reader.post("/visit", data=sent).status_code for _time in range(2)] == [303, 303]
    decide(ana)
    assert not shut(reader)


def test_another_code_of_another_patient_ends_the_look_at_the_first(app: Flask, ana: Browser, ben: Browser) -> None:
    reader = opened(app, ana)
    # What a browser holds is one person's diary.
    assert reader.post("/visit", data={"code": show(ben), "name": "Dr Somebody", "once": "two"}).status_code == 303
    assert shut(reader)
    assert "They ended the look." in ana.get("/share/visit").text
    decide(ben)
    assert people.CANARY_NAME not in reader.get("/visit/page").text


def test_a_wrong_a_used_and_an_old_code_are_told_the_same(app: Flask, ana: Browser, set_clock: SetClock) -> None:
    reader = visitor(app)
    used = show(ana)
    enter(visitor(app), used)
    decide(ana)
    texts = [without_tokens(enter(reader, used))]
    old = show(ana)
    set_clock(NOW + timedelta(minutes=16))
    texts.append(without_tokens(enter(reader, old)))
    wrong = f"{(int(old) + 1) % 1_000_000:06d}"
    texts.append(without_tokens(enter(reader, wrong)))
    assert len({re.sub(r"\b\d{6}\b", "", text) for text in texts}) == 1
    assert "This code is not right, was used, or is over." in texts[0]


def without_tokens(answer: TestResponse) -> str:
    """Return the page without what differs from form to form."""
    assert answer.status_code == 422
    return re.sub(r'(name="(?:csrf[-_]token|once)" (?:content|value))="[^"]*"', r"\1", answer.text)


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "٣٣٣٣٣٣", "12345x", "1e5000", "-12345", "1" * 5000, "12\x00345", "１２３４５６"]
)
def test_what_is_no_code_is_refused(app: Flask, code: str) -> None:
    answer = enter(visitor(app), code)
    assert answer.status_code == 422
    assert "The code has six digits." in answer.text


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Enter your name"),
        ("   ", "Enter your name"),
        ("x" * 121, "Use at most 120 letters."),
        ("a\nb", "a character that cannot be stored"),
        ("a\u202eb", "a character that cannot be stored"),
    ],
)
def test_who_says_no_name_that_can_be_read_asks_nobody(app: Flask, ana: Browser, name: str, sentence: str) -> None:
    code = show(ana)
    answer = enter(visitor(app), code, name=name)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert digits(ana) == code


def test_guessing_stops_after_ten_from_one_network(app: Flask, ana: Browser) -> None:
    code = show(ana)
    guesser = visitor(app)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _guess in range(10):
        assert enter(guesser, wrong).status_code == 422
    answer = enter(guesser, code)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    # Not by another browser either, and the reader in the practice is not disturbed.
    assert enter(visitor(app), code).status_code == 429
    assert enter(visitor(app, "203.0.113.9"), code).status_code == 303


def test_guessing_stops_after_two_hundred_from_everywhere(app: Flask, ana: Browser) -> None:
    code = show(ana)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for number in range(20):
        guesser = visitor(app, f"198.51.100.{number}")
        for _guess in range(10):
            guesser.post("/visit", data={"code": wrong, "name": "x"})
    reader = visitor(app, "203.0.113.9")
    assert enter(reader, code).status_code == 429
    # The QR code cannot be guessed, so it goes on.
    assert reader.post(link_of(app), data={"name": "Dr Somebody", "once": "one"}).status_code == 303


def test_a_code_that_was_guessed_shows_nothing_without_the_patients_tap(app: Flask, ana: Browser) -> None:
    guesser = visitor(app)
    enter(guesser, show(ana))
    assert shut(guesser)
    decide(ana, "end")
    assert shut(guesser)
    assert "The person did not allow it." in guesser.get("/visit").text
    assert "Refused. Nobody saw anything." in ana.get("/share/visit").text


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("ana", "A patient is signed in here. Enter the code on the device of whoever treats you."),
        ("ben", "A patient is signed in here."),
        ("factorless", "First show that it is you, with your second factor."),
    ],
)
def test_who_cannot_read_at_a_visit_in_this_browser_is_told_why(
    app: Flask, ana: Browser, cast: Cast, who: str, sentence: str
) -> None:
    code = show(ana)
    users = {"ana": cast.ana_user, "ben": cast.ben_user, "factorless": cast.cho_user}
    browser = people.sign_in(app, users[who], factor=who != "factorless")
    assert sentence in browser.get("/visit").text
    answer = browser.post("/visit", data={"code": code, "name": "Dr Somebody"})
    assert answer.status_code == 422
    assert browser.post(link_of(app), data={"name": "Dr Somebody"}).status_code == 422
    # Nobody asked, and the code still works where it should.
    assert digits(ana) == code


def test_a_practitioner_who_is_signed_in_is_named_by_the_account(
    app: Flask, ana: Browser, dee: Browser, cast: Cast
) -> None:
    assert enter(dee, show(ana), name="The Queen").status_code == 303
    asked = ana.get("/share/visit").text
    assert "Dr Dee, who is signed in has entered your code." in asked
    assert "Queen" not in asked
    decide(ana)
    assert dee.get("/visit/page").status_code == 200
    assert looks(app) == [("visited_charts", "Dr Dee", cast.dee_user)]
    # The visit gives nothing of a share.
    assert people.CANARY_NAME not in dee.get("/practice").text
    held = dee.get_cookie("visit")
    assert held is not None
    with app.app_context():
        db.session.execute(update(UserSession).values(revoked_at=NOW))
        db.session.commit()
    assert shut(dee)
    other = visitor(app)
    other.set_cookie("visit", held.value)
    assert shut(other)


def test_an_open_page_of_the_patient_is_told_what_changes(app: Flask, ana: Browser) -> None:
    code = show(ana)
    marks = [mark_of(ana)]
    assert ana.get(f"/share/visit/state?seen={marks[0]}").status_code == 204
    reader = visitor(app)
    enter(reader, code)
    part = ana.get(f"/share/visit/state?seen={marks[0]}")
    assert part.status_code == 200
    assert "May they look?" in part.text
    assert "<html" not in part.text
    decide(ana)
    reader.post("/visit/leave")
    assert "They ended the look." in ana.get("/share/visit/state?seen=open").text


def mark_of(ana: Browser) -> str:
    """Return the word by which the page asks whether something changed."""
    found = re.search(r"state\?seen=([\w-]+)", ana.get("/share/visit").text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "Choose what they may see."),
        ({"scope": "everything"}, "Not a valid choice."),
        ({"scope": "notes", "from_day": "2026-11-24"}, "That day has not come yet."),
        ({"scope": "notes", "from_day": "20261101"}, "Choose a date."),
    ],
)
def test_a_wrong_wish_makes_no_code(app: Flask, ana: Browser, sent: dict[str, str], sentence: str) -> None:
    answer = ana.post("/share/visit", data=sent)
    assert answer.status_code == 422
    assert sentence in answer.text
    with app.app_context():
        assert db.session.scalars(select(VisitAccess.id)).all() == []


def test_thirty_codes_a_day_are_enough(ana: Browser) -> None:
    for _number in range(30):
        show(ana)
    answer = ana.post("/share/visit", data={"scope": "charts"})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) == 24 * 3600


def test_a_code_is_shown_though_the_clock_was_set_back_since_the_one_before(ana: Browser, set_clock: SetClock) -> None:
    before = show(ana)
    set_clock(NOW - timedelta(minutes=5))
    assert show(ana) != before


def test_to_allow_too_late_is_said(app: Flask, ana: Browser, cast: Cast, set_clock: SetClock) -> None:
    reader = visitor(app)
    enter(reader, show(ana))
    with app.app_context():
        visit_id = db.session.scalars(select(VisitAccess.id)).one()
    set_clock(NOW + timedelta(minutes=5, seconds=1))
    assert ana.post(f"/share/visit/{visit_id}/allow").status_code == 303
    assert "That took too long, or they gave up." in ana.get("/share/visit").text
    assert shut(reader)


def test_the_weekly_letter_says_that_the_name_was_only_said(
    app: Flask, cast: Cast, ana: Browser, set_clock: SetClock
) -> None:
    set_clock(NOW - timedelta(days=3))
    assert opened(app, ana).get("/visit/page").status_code == 200
    letter = write(app, cast, "weekly_summary", detailed=True)
    assert "Viewed by: Somebody who said to be “Dr Somebody”, 1 time; nobody else." in letter.text


def test_a_look_at_a_visit_costs_what_a_look_through_a_share_does(
    app: Flask, ana: Browser, cho: Browser, cast: Cast
) -> None:
    reader = opened(app, ana)
    with counted(app) as share:
        cho.get(f"/practice/{cast.share}")
    with counted(app) as visit:
        reader.get("/visit/course")
    # Asked once more by the policy, before anything else.
    assert len(visit.own) <= len(share.own) + 2
