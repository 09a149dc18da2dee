"""The operator's commands for accounts."""

from __future__ import annotations

from click.testing import Result
from flask import Flask
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import Day, Episode, FootDay, Patient, Practitioner, Share, User
from firststep.services import audit
from tests.blueprints.accounts_support import enter, letters, make_account, set_up_app, visitor
from tests.cast import Cast
from tests.factories import PASSWORD


def run(app: Flask, *words: str, typed: str | None = None) -> Result:
    return app.test_cli_runner().invoke(args=["user", *words], input=typed)


def test_an_added_user_signs_in_at_once(app: Flask) -> None:
    result = run(
        app, "add", "New@Example.com", "--role", "patient", "--name", "Nora", "--zone", "Asia/Kolkata",
        "--password-stdin", typed=PASSWORD + "\n",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert result.output == "Added new@example.com as a patient.\n"
    assert enter(visitor(app), "new@example.com").location == "/home"
    with app.app_context():
        user = db.session.scalars(select(User)).one()
        assert (user.name, user.time_zone) == ("Nora", "Asia/Kolkata")
        assert db.session.scalars(select(Patient.alias)).one() == "Nora"


def test_the_password_is_asked_for_twice(app: Flask) -> None:
    words = ("add", "dr@example.com", "--role", "practitioner", "--name", "Dr No")
    assert run(app, *words, typed=f"{PASSWORD}\n{PASSWORD}\n").exit_code == 0
    with app.app_context():
        assert db.session.scalars(select(Practitioner)).one().user.email == "dr@example.com"


def test_what_cannot_be_added_says_why(app: Flask) -> None:
    make_account(app, visitor(app))
    base = ("--role", "patient", "--name", "X", "--password-stdin")
    cases = {
        ("eva@example.com", PASSWORD): "eva@example.com has an account.",
        ("no address", PASSWORD): "'no address' is not one e-mail address.",
        ("y@example.com", "short"): "Use at least 8 characters.",
        ("y@example.com", "password1"): "Too many people use this password. Choose another one.",
    }
    for (email, password), complaint in cases.items():
        result = run(app, "add", email, *base, typed=password + "\n")
        assert result.exit_code == 1
        assert complaint in result.output
    result = run(app, "add", "y@example.com", *base, "--zone", "Europe/Atlantis", typed=PASSWORD)
    assert "There is no time zone 'Europe/Atlantis'." in result.output
    with app.app_context():
        assert len(db.session.scalars(select(User)).all()) == 1


def test_the_list_tells_state_and_factor(app: Flask) -> None:
    client = visitor(app)
    email = make_account(app, client)
    enter(client, email)
    set_up_app(app, client)
    run(app, "add", "ada@example.com", "--role", "patient", "--name", "Ada", "--password-stdin", typed=PASSWORD)
    run(app, "disable", "ada@example.com")
    assert run(app, "list").output.splitlines() == [
        "ada@example.com\tpatient\t2026-11-23\tdisabled\tno second factor",
        "eva@example.com\tpatient\t2026-11-23\tconfirmed\tsecond factor",
    ]


def test_a_disabled_user_is_out_everywhere_and_gets_no_mail(app: Flask) -> None:
    client = visitor(app)
    email = make_account(app, client)
    enter(client, email)
    assert run(app, "disable", email).exit_code == 0
    assert client.get("/settings").status_code == 303
    assert enter(visitor(app), email).status_code == 422
    visitor(app).post("/reset", data={"email": email})
    assert letters(app, "reset_password") == []
    run(app, "enable", email)
    assert enter(visitor(app), email).location == "/home"


def test_a_lost_factor_is_taken_away_and_the_owner_is_told(app: Flask) -> None:
    client = visitor(app)
    email = make_account(app, client)
    enter(client, email)
    set_up_app(app, client)
    assert run(app, "reset-factor", email).exit_code == 0
    assert client.get("/settings").status_code == 303
    assert enter(visitor(app), email).location == "/home"
    (_, told) = letters(app, "factor_changed")
    assert told is not None
    assert told.to == email


def test_a_wrong_address_changes_nothing(app: Flask) -> None:
    for command in ("disable", "enable", "reset-factor"):
        result = run(app, command, "who@example.com")
        assert (result.exit_code, "who@example.com has no account." in result.output) == (1, True)


def test_a_deleted_account_leaves_nothing_but_the_sealed_record(app: Flask, cast: Cast) -> None:
    assert run(app, "delete", "ana@example.com", typed="n\n").exit_code == 1
    result = run(app, "delete", "ana@example.com", "--yes")
    assert result.exit_code == 0, result.output
    with app.app_context():
        assert db.session.get(User, cast.ana_user) is None
        for table in (Patient, Day, FootDay, Share, Episode):
            column = table.id if table is Patient else table.patient_id
            assert db.session.scalars(select(column).where(column == cast.ana)).all() == []
        assert [event.what for event in audit.read_trail(db.session, cast.ana)] == [
            "account_deleted",
            "share_stopped",
        ]
        assert db.session.get(User, cast.ben_user) is not None
    assert run(app, "delete", "cho@example.com", "--yes").exit_code == 0
    assert "has no account" in run(app, "delete", "ana@example.com", "--yes").output


def test_the_demo_shares_stand_in_the_sealed_record(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["demo"])
    assert result.exit_code == 0, result.output
    with app.app_context():
        shares = db.session.scalars(select(Share)).all()
        assert {share.scope for share in shares} == {"notes", "charts", "summary"}
        for share in shares:
            assert [event.what for event in audit.read_trail(db.session, share.patient_id)] == ["share_added"]
    assert "3 of 3 records hold" in app.test_cli_runner().invoke(args=["trail", "verify"]).output
