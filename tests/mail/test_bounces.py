"""Mails that come back: whose they are is sealed into the address they come back to; and what follows from them."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import update

from firststep.extensions import db
from firststep.jobs.read_bounces import read_bounces
from firststep.mail.bounce_folder import MOST_AT_ONCE
from firststep.mail.bounces import take_bounce
from firststep.mail.envelope import envelope_sender, find_returned
from firststep.models import MailPreference, OutboxMail, User
from firststep.services.outbox import enqueue, retry
from firststep.settings import ROOT, Settings, SettingsError, load_settings
from tests.cast import NOW, Cast
from tests.support.mails import make_letter_due, rows, send_all
from tests.support.smtp import Post, post
from tests.support.workers import environment_of

__all__ = ["post"]

# Python reads each as a mail inside a mail, and gives up.
NESTED = b"Content-Type: message/rfc822\n\n" * 1200
DATA = Path(__file__).parent.parent / "data" / "bounces"
BOUNCES = "bounces@steps.example.org"


@pytest.fixture
def taking(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return the settings of an installation that takes bounces."""
    found = replace(app.config["SETTINGS"], bounce_address=BOUNCES, mail_from="Firststep <hello@steps.example.org>")
    monkeypatch.setitem(app.config, "SETTINGS", found)
    return found


@pytest.fixture
def returned(app: Flask, cast: Cast, taking: Settings, post: Post, set_clock: Callable[..., None]) -> str:
    """Have Ana's letter sent; return the address on its envelope."""
    set_clock(NOW)
    make_letter_due(app, cast)
    app.config["CLOCK"] = lambda: rows(app)[0].run_at
    assert send_all(app, post) == Counter(sent=1)
    set_clock(NOW)
    return post.senders[0]


def report(name: str, address: str, to: str = "ana@example.com") -> bytes:
    text = (DATA / f"{name}.eml").read_text(encoding="ascii").replace("{RETURN}", address).replace("{TO}", to)
    return text.encode()


def take(app: Flask, raw: bytes, to: str = "") -> str:
    with app.app_context():
        outcome = take_bounce(db.session, app.config["SETTINGS"], raw, NOW, to=to)
        db.session.commit()
    return outcome


def suspended(app: Flask, patient: UUID) -> bool:
    with app.app_context():
        return db.session.get_one(MailPreference, patient).suspended_at is not None


@pytest.mark.parametrize("name", ["postfix_refused", "exim_refused", "exchange_refused"])
def test_a_mail_that_came_back_for_good_stops_the_letters(app: Flask, cast: Cast, returned: str, name: str) -> None:
    assert take(app, report(name, returned)) == "suspended"
    assert suspended(app, cast.ana)
    assert not suspended(app, cast.ben)
    row = rows(app)[0]
    assert row.state == "failed"
    assert str(row.last_error).startswith("bounced_5.")
    assert take(app, report(name, returned)) == "known"


def test_a_mail_that_comes_back_before_it_is_noted_as_sent_stops_the_letters(
    app: Flask, cast: Cast, taking: Settings, post: Post, set_clock: Callable[..., None]
) -> None:
    set_clock(NOW)
    make_letter_due(app, cast)
    app.config["CLOCK"] = lambda: rows(app)[0].run_at
    outcomes = []
    post.on_taken = lambda _count: outcomes.append(take(app, report("postfix_refused", post.senders[0])))
    assert send_all(app, post) == Counter(sent=1)
    assert outcomes == ["suspended"]
    assert suspended(app, cast.ana)
    assert (rows(app)[0].state, rows(app)[0].last_error) == ("failed", "bounced_5.1.1")
    assert take(app, report("postfix_refused", post.senders[0])) == "known"


@pytest.mark.parametrize("state", ["queued", "dropped", "failed"])
def test_a_mail_that_comes_back_stops_the_letters_whatever_became_of_it(
    app: Flask, cast: Cast, returned: str, post: Post, state: str
) -> None:
    with app.app_context():
        db.session.execute(update(OutboxMail).values(state=state, last_error="network_silent"))
        db.session.commit()
    assert take(app, report("postfix_refused", returned)) == "suspended"
    assert suspended(app, cast.ana)
    assert take(app, report("postfix_refused", returned)) == "known"
    assert send_all(app, post) == Counter()


@pytest.mark.parametrize(
    ("status", "stops"),
    [
        *[("5.7.1", False), ("5.3.4", False), ("5.1.8", False)],
        *[("5.6.0", False), ("5.2.2", False), ("5.2.3", False)],
        *[("5.2.1", True), ("5.4.7", True), ("5.0.0", True)],
    ],
)
def test_a_mail_that_came_back_for_the_senders_sake_does_not_stop_the_letters(
    app: Flask, cast: Cast, returned: str, status: str, stops: bool
) -> None:
    raw = report("postfix_refused", returned).replace(b"Status: 5.1.1", f"Status: {status}".encode())
    assert take(app, raw) == ("suspended" if stops else "noted")
    assert suspended(app, cast.ana) is stops
    assert rows(app)[0].last_error == f"bounced_{status}"


@pytest.mark.parametrize(
    ("name", "outcome"),
    [("postfix_late", "not_for_good"), ("postfix_expired", "not_for_good"), ("out_of_office", "no_report")],
)
def test_what_is_late_or_no_report_changes_nothing(
    app: Flask, cast: Cast, returned: str, name: str, outcome: str
) -> None:
    assert take(app, report(name, returned)) == outcome
    assert not suspended(app, cast.ana)
    assert rows(app)[0].state == "sent"


def test_a_made_up_bounce_stops_nobody(app: Flask, cast: Cast, returned: str) -> None:
    local, _, domain = returned.partition("@")
    forged = [
        local[:-1] + ("a" if local[-1] != "a" else "e"),
        local[:-17] + "a" * 17,
        "bounces+" + "a" * 42,
        "bounces",
        "x" + local,
    ]
    for one in forged:
        assert take(app, report("postfix_refused", f"{one}@{domain}")) == "not_ours", one
    assert take(app, report("postfix_refused", f"{local}@other.example.org")) == "not_ours"
    assert not suspended(app, cast.ana)


def test_the_seal_of_one_persons_mail_does_not_fit_anothers(app: Flask, cast: Cast, returned: str) -> None:
    with app.app_context():
        db.session.execute(update(OutboxMail).values(user_id=cast.ben_user))
        db.session.commit()
    assert take(app, report("postfix_refused", returned)) == "not_ours"
    assert not suspended(app, cast.ben)


def test_a_bounce_of_an_address_that_was_changed_does_not_stop_the_new_one(
    app: Flask, cast: Cast, returned: str
) -> None:
    with app.app_context():
        db.session.execute(update(User).where(User.id == cast.ana_user).values(email="new@example.com"))
        db.session.commit()
    assert take(app, report("postfix_refused", returned)) == "not_ours"
    assert not suspended(app, cast.ana)


def test_a_report_inside_the_mail_that_came_back_is_not_the_servers_word(app: Flask, cast: Cast, returned: str) -> None:
    inner = report("postfix_refused", returned).decode().replace("9B7A120091.1795419072", "inner")
    outer = report("postfix_late", returned).decode().replace("text/rfc822-headers", "message/rfc822")
    head, mail, end = outer.partition("From: Firststep <hello@steps.example.org>\n")
    assert mail
    raw = f"{head}{inner}{end}"
    assert raw.count("Action: failed") == 1
    assert take(app, raw.encode()) == "not_for_good"


def test_letters_in_capitals_and_the_address_from_the_pipe_are_understood(
    app: Flask, cast: Cast, returned: str
) -> None:
    local, _, domain = returned.partition("@")
    raw = report("postfix_refused", "postmaster@elsewhere.example")
    assert take(app, raw) == "not_ours"
    assert take(app, raw, to=f"{local.upper()}@{domain.upper()}") == "suspended"


def test_a_bounce_to_somebody_without_an_account_is_noted(app: Flask, cast: Cast, taking: Settings, post: Post) -> None:
    with app.app_context():
        enqueue(db.session, kind="account_deleted", now=NOW, address="x@y.example", parameters={"locale": "en"})
        db.session.commit()
    assert send_all(app, post) == Counter(sent=1)
    assert take(app, report("postfix_refused", post.senders[0], "x@y.example")) == "noted"
    assert rows(app)[0].last_error == "bounced_5.1.1"
    with app.app_context():
        assert len(retry(db.session, NOW)) == 1
        db.session.commit()
    assert send_all(app, post) == Counter(sent=1)
    assert (rows(app)[0].state, rows(app)[0].last_error) == ("sent", None)


@pytest.mark.parametrize(("old", "outcome"), [("old@example.com", "noted"), ("ANA@example.com", "suspended")])
def test_a_bounce_of_an_address_that_is_not_the_persons_own_does_not_stop_the_letters(
    app: Flask, cast: Cast, taking: Settings, post: Post, old: str, outcome: str
) -> None:
    with app.app_context():
        enqueue(db.session, kind="address_changed", now=NOW, user_id=cast.ana_user, address=old)
        db.session.commit()
    assert send_all(app, post) == Counter(sent=1)
    assert take(app, report("postfix_refused", post.senders[0], old)) == outcome
    assert suspended(app, cast.ana) is (outcome == "suspended")
    assert rows(app)[0].last_error == "bounced_5.1.1"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"To: \xff\r\n\r\n",
        b"Content-Type: multipart/report; boundary=\r\n\r\n--\r\n" * 50,
        NESTED,
    ],
)
def test_whatever_comes_is_read_without_a_fault(app: Flask, cast: Cast, taking: Settings, raw: bytes) -> None:
    assert take(app, raw) == "not_ours"


def test_without_a_bounce_address_the_envelope_has_the_sender_and_no_bounce_is_ours(app: Flask, cast: Cast) -> None:
    plain: Settings = app.config["SETTINGS"]
    assert envelope_sender(plain, UUID(int=1), "a@b.example") == "hello@localhost"
    assert find_returned(plain, ["bounces+" + "a" * 42 + "@localhost"]) == []


def test_the_folder_is_read_and_reports_do_not_stay_in_it(
    app: Flask, cast: Cast, returned: str, taking: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = tmp_path / "new"
    new.mkdir()
    (new / "1.host").write_bytes(report("out_of_office", returned))
    (new / "2.host").write_bytes(report("postfix_refused", returned))
    (new / "3.host").write_bytes(b"From: somebody\r\n\r\nHello")
    (new / "link").symlink_to("/etc/passwd")
    monkeypatch.setitem(app.config, "SETTINGS", replace(taking, bounce_maildir=tmp_path))
    with app.app_context():
        assert read_bounces(NOW) == Counter(suspended=1, no_report=1, not_ours=1)
        assert read_bounces(NOW) == Counter()
    assert suspended(app, cast.ana)
    assert sorted(file.name for file in tmp_path.rglob("*.host*")) == ["1.host:2,S", "3.host:2,S"]


def test_a_message_that_cannot_be_read_holds_up_no_other(
    app: Flask, cast: Cast, returned: str, taking: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, read = tmp_path / "new", tmp_path / "cur"
    new.mkdir()
    (new / "1.host").write_bytes(NESTED)
    (new / "2.host").write_bytes(b"Hello")
    (new / "3.host").write_bytes(report("postfix_refused", returned))
    # Where the second one would go once it is read, something stands in its way, also in that of a mighty user.
    (read / "2.host:2,S" / "full").mkdir(parents=True)
    monkeypatch.setitem(app.config, "SETTINGS", replace(taking, bounce_maildir=tmp_path))
    with app.app_context():
        assert read_bounces(NOW) == Counter(suspended=1, not_ours=2)
    assert suspended(app, cast.ana)
    assert [file.name for file in new.iterdir()] == ["2.host"]


def test_however_many_cannot_be_put_away_the_later_ones_are_read(
    app: Flask, cast: Cast, returned: str, taking: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, read = tmp_path / "new", tmp_path / "cur"
    new.mkdir()
    stuck = [f"1.{number:03}" for number in range(MOST_AT_ONCE + 1)]
    for name in stuck:
        (new / name).write_bytes(b"Hello")
        (read / f"{name}:2,S" / "full").mkdir(parents=True)
    (new / "2.host").write_bytes(report("postfix_refused", returned))
    monkeypatch.setitem(app.config, "SETTINGS", replace(taking, bounce_maildir=tmp_path))
    with app.app_context():
        assert read_bounces(NOW)["suspended"] == 1
    assert suspended(app, cast.ana)
    assert sorted(file.name for file in new.iterdir()) == stuck


def pipe(taking: Settings, raw: bytes, *words: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command as a mail server does, with the message on standard input."""
    command = [sys.executable, "-m", "flask", "--app", "app", "mail", "bounce", *words]
    environment = environment_of(taking) | {"BOUNCE_ADDRESS": BOUNCES} | more
    return subprocess.run(command, cwd=ROOT, env=environment, input=raw, capture_output=True, check=False)


def test_the_pipe_of_a_mail_server_ends_well_and_says_what_it_did(
    app: Flask, cast: Cast, returned: str, taking: Settings
) -> None:
    big = report("postfix_refused", returned) + b"x" * 3_000_000
    done = pipe(taking, big)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"refused it for good" in done.stdout
    assert b"ana@" not in done.stdout
    assert suspended(app, cast.ana)
    for other in (b"Hello", NESTED):
        ignored = pipe(taking, other)
        assert (ignored.returncode, ignored.stderr) == (0, b"")
        assert b"nothing to do" in ignored.stdout


def test_the_server_keeps_the_message_while_the_database_is_away(taking: Settings, tmp_path: Path) -> None:
    raw = report("postfix_refused", envelope_sender(taking, UUID(int=1), "a@b.example"))
    away = pipe(taking, raw, DATABASE_URL=f"sqlite:///{tmp_path / 'nothing' / 'here.db'}")
    assert away.returncode == 75, away.stderr


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"BOUNCE_ADDRESS": "nobody"}, "BOUNCE_ADDRESS is no address"),
        ({"BOUNCE_ADDRESS": "b+c@example.org"}, "BOUNCE_ADDRESS is no address"),
        ({"BOUNCE_ADDRESS": "b" * 22 + "@example.org"}, "BOUNCE_ADDRESS is no address"),
        ({"BOUNCE_MAILDIR": "/var/mail"}, "BOUNCE_ADDRESS is not"),
        ({"BOUNCE_ADDRESS": BOUNCES, "BOUNCE_MAILDIR": "/nowhere"}, "is no Maildir"),
    ],
)
def test_settings_that_cannot_work_are_refused(tmp_path: Path, more: dict[str, str], wrong: str) -> None:
    with pytest.raises(SettingsError, match=wrong):
        load_settings({"VAR_DIR": str(tmp_path)} | more)
