"""Sessions live on the server: they end when they are ended, and change their id when the person changes."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Response
from sqlalchemy import select, update

from firststep.extensions import db
from firststep.models import UserSession
from firststep.web.sessions import ServerSession
from tests.cast import NOW, Browser, Cast, sign_in


def test_a_signed_in_patient_sees_the_log_and_nobody_does_not(ana: Browser, nobody: Browser) -> None:
    assert ana.get("/log").status_code == 200
    answer = nobody.get("/log")
    assert answer.status_code == 303
    assert answer.location == "/login?next=/log"


def test_a_revoked_session_ends_at_once(app: Flask, ana: Browser, cast: Cast) -> None:
    with app.app_context():
        db.session.execute(update(UserSession).values(revoked_at=NOW))
        db.session.commit()
    assert ana.get("/log").status_code == 303


def test_the_database_holds_no_usable_cookie(app: Flask, ana: Browser) -> None:
    cookie = ana.get_cookie("session")
    assert cookie is not None
    with app.app_context():
        stored = db.session.scalars(select(UserSession.token_hash)).one()
    assert stored not in cookie.value


def test_a_practitioner_session_rests_at_most_half_an_hour(app: Flask, cast: Cast, set_clock) -> None:
    client = sign_in(app, cast.cho_user)
    set_clock(NOW + timedelta(minutes=29))
    assert client.get("/practice").status_code == 200
    set_clock(NOW + timedelta(minutes=58))
    assert client.get("/practice").status_code == 200
    set_clock(NOW + timedelta(minutes=89))
    assert client.get("/practice").status_code == 303


def test_an_anonymous_visit_writes_no_row(app: Flask, nobody: Browser) -> None:
    assert nobody.get("/login").status_code == 200
    with app.app_context():
        assert db.session.scalars(select(UserSession)).all() == []


def test_a_tampered_cookie_is_nobody(app: Flask, ana: Browser) -> None:
    cookie = ana.get_cookie("session")
    assert cookie is not None
    ana.set_cookie("session", cookie.value[:-2] + "xx")
    assert ana.get("/log").status_code == 303


def test_a_request_that_was_under_way_does_not_undo_the_sign_out(app: Flask, ana: Browser) -> None:
    cookie = ana.get_cookie("session")
    assert cookie is not None
    with app.test_request_context(headers={"Cookie": f"session={cookie.value}"}) as under_way:
        session = under_way.session
        assert isinstance(session, ServerSession)
        ana.post("/logout")
        session.mark_factor(NOW)
        answer = Response()
        app.session_interface.save_session(app, session, answer)
    assert "Set-Cookie" not in answer.headers
    with app.app_context():
        assert db.session.scalars(select(UserSession)).all() == []


def test_two_renewals_at_once_leave_one_session(app: Flask, ana: Browser) -> None:
    cookie = ana.get_cookie("session")
    assert cookie is not None
    headers = {"Cookie": f"session={cookie.value}"}
    answers = [Response(), Response()]
    with app.test_request_context(headers=headers) as one, app.test_request_context(headers=headers) as other:
        for context, answer in zip((one, other), answers, strict=True):
            assert isinstance(context.session, ServerSession)
            context.session.rotate()
            app.session_interface.save_session(app, context.session, answer)
    assert ["Set-Cookie" in answer.headers for answer in answers] == [True, False]
    with app.app_context():
        assert len(db.session.scalars(select(UserSession)).all()) == 1
