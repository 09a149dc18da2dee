"""What the operator sees of mails that wait or were given up, and how they are tried again."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from uuid import uuid4

from click.testing import Result
from flask import Flask
from sqlalchemy import select, update

from firststep.extensions import db
from firststep.models import DigestPreference, MailPreference, OutboxMail, Patient, Practitioner
from firststep.services.mail_preferences import suspend_address
from tests.cast import NOW, Cast
from tests.support.mails import make_account_mails, rows, send_all
from tests.support.smtp import Post, post

__all__ = ["post"]


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["mail", *words])


def give_up_two(app: Flask, office: Post) -> list[str]:
    """Have two of three mails given up, one at once and one after two days; return the addresses."""
    addresses = make_account_mails(app, 3)
    office.on_recipient[addresses[0]] = ["550 no such user"]
    office.on_recipient[addresses[1]] = ["450 later"] * 9
    assert send_all(app, office, lanes=1) == Counter(sent=1, failed=1, put_off=1)
    with app.app_context():
        tried = update(OutboxMail).where(OutboxMail.last_error == "recipient_450")
        db.session.execute(tried.values(attempts=50))
        db.session.commit()
    app.config["CLOCK"] = lambda: NOW + timedelta(days=2)
    assert send_all(app, office, lanes=1) == Counter(failed=1)
    return addresses


def test_what_was_given_up_is_listed_with_its_reason(app: Flask, cast: Cast, post: Post) -> None:
    give_up_two(app, post)
    shown = run(app, "status").output
    failed = [row for row in rows(app) if row.state == "failed"]
    assert "queued 0  leased 0  sent 1  failed 2  dropped 0" in shown
    assert "the address was refused (550): 1" in shown
    lines = {line.split()[0]: line for line in shown.splitlines() if "password_changed" in line}
    assert set(lines) == {str(row.id) for row in failed}
    assert any(
        "the address was refused (550)  after 1 try, since 2026-11-23 06:30 UTC" in one for one in lines.values()
    )
    assert any("(450)  after 51 tries, since 2026-11-25 06:30 UTC" in one for one in lines.values())
    assert ["(450)" in line for line in lines.values()] == [True, False], "the newest first"
    assert "@" not in shown


def test_whose_address_refused_mail_is_counted_and_not_named(app: Flask, cast: Cast) -> None:
    assert "no summaries" not in run(app, "status").output
    for user_id, said in ((cast.ana_user, "1 person gets no summaries"), (cast.cho_user, "2 people get no summaries")):
        with app.app_context():
            for patient in db.session.scalars(select(Patient).where(Patient.user_id == user_id)):
                db.session.merge(MailPreference(patient_id=patient.id))
            for practitioner in db.session.scalars(select(Practitioner).where(Practitioner.user_id == user_id)):
                db.session.merge(DigestPreference(practitioner_id=practitioner.id))
            db.session.flush()
            suspend_address(db.session, user_id, NOW)
            db.session.commit()
        assert f"{said}, because their address refused mail for good." in run(app, "status").output
    assert json.loads(run(app, "status", "--json").output)["suspended_addresses"] == 2


def test_what_is_about_the_sender_is_said_to_be(app: Flask, cast: Cast, post: Post) -> None:
    for address in make_account_mails(app, 2):
        post.on_recipient[address] = ["554 5.7.1 Relay access denied"]
    assert send_all(app, post) == Counter(put_off=2)
    assert "we were refused as the sender, not the address: see SMTP_URL and `mail check` (554): 2" in (
        run(app, "status").output
    )


def test_the_list_has_an_end_and_json_has_the_same(app: Flask, cast: Cast, post: Post) -> None:
    for address in make_account_mails(app, 53):
        post.on_recipient[address] = ["550 no such user"]
    send_all(app, post)
    assert "and 3 more" in run(app, "status").output
    shown = json.loads(run(app, "status", "--json").output)
    assert (shown["states"]["failed"], len(shown["given_up"])) == (53, 50)
    assert shown["given_up"][0] | {"id": "x"} == {
        "id": "x",
        "kind": "password_changed",
        "reason": "recipient_550",
        "attempts": 1,
        "since": "2026-11-23T06:30:00+00:00",
    }


def test_one_mail_is_tried_again_from_the_start(app: Flask, cast: Cast, post: Post) -> None:
    addresses = give_up_two(app, post)
    later = next(row for row in rows(app) if row.last_error == "recipient_450")
    result = run(app, "retry", str(later.id))
    assert (result.exit_code, result.output) == (0, "1 mail is tried again.\n")
    assert send_all(app, post) == Counter(put_off=1)
    again = next(row for row in rows(app) if row.id == later.id)
    assert (again.state, again.attempts) == ("queued", 1)
    del post.on_recipient[addresses[1]]
    app.config["CLOCK"] = lambda: again.run_at + timedelta(minutes=1)
    assert send_all(app, post) == Counter(sent=1)
    assert Counter(row.last_error for row in rows(app)) == Counter({None: 2, "recipient_550": 1})


def test_all_are_tried_again(app: Flask, cast: Cast, post: Post) -> None:
    give_up_two(app, post)
    post.on_recipient.clear()
    assert run(app, "retry", "--all").output == "2 mails are tried again.\n"
    assert send_all(app, post) == Counter(sent=2)
    assert "Given up" not in run(app, "status").output


def test_only_what_was_given_up_can_be_tried_again(app: Flask, cast: Cast, post: Post) -> None:
    make_account_mails(app, 1)
    send_all(app, post)
    for unknown in (rows(app)[0].id, uuid4()):
        result = run(app, "retry", str(unknown))
        assert (result.exit_code, str(unknown) in result.output) == (1, True)
    assert rows(app)[0].state == "sent"
    assert run(app, "retry").exit_code == 2
    assert run(app, "retry", "--all", str(rows(app)[0].id)).exit_code == 2
