"""The weekly letter on its whole way: due, noted, sent over SMTP, read as raw bytes."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from email import message_from_bytes, policy

from bs4 import BeautifulSoup
from flask import Flask

from firststep.extensions import db
from firststep.models import MailPreference
from firststep.services.mail_preferences import change_level, find_reader
from tests.cast import NOW, Cast
from tests.support.mails import make_letter_due, rows, send_all
from tests.support.smtp import Post, post

__all__ = ["post"]


def test_the_letter_arrives_once_with_its_headers_whole(app: Flask, cast: Cast, post: Post, set_clock) -> None:
    set_clock(NOW + timedelta(minutes=11))
    make_letter_due(app, cast)
    assert send_all(app, post) == Counter(sent=1)
    assert send_all(app, post) == Counter()
    assert post.recipients == ["ana@example.com"]
    head = post.raw[0].partition(b"\r\n\r\n")[0].split(b"\r\n")
    unsubscribe = next(line for line in head if line.startswith(b"List-Unsubscribe:"))
    assert unsubscribe.startswith(b"List-Unsubscribe: <http://localhost/mail/unsubscribe/")
    assert unsubscribe.endswith(b">")
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head
    assert b"List-Id: <weekly-summary.localhost>" in head
    assert b"Auto-Submitted: auto-generated" in head
    assert b"Date: Mon, 23 Nov 2026 06:41:00 +0000" in head
    row = rows(app)[0]
    assert f"Message-ID: <{row.message_id}@localhost>".encode() in head
    assert row.state == "sent"
    assert row.sent_at == NOW + timedelta(minutes=11)
    assert row.dedupe_key == f"weekly:{cast.ana}:2026-11-16"


def test_both_parts_say_the_same_and_little(app: Flask, cast: Cast, post: Post, set_clock) -> None:
    set_clock(NOW + timedelta(minutes=11))
    make_letter_due(app, cast)
    send_all(app, post)
    message = message_from_bytes(post.raw[0], policy=policy.default)
    assert message["Subject"] == "Your weekly summary (16-22 Nov)"
    assert message["From"] == "Firststep <hello@localhost>"
    text, html = (part.get_content().replace("\r\n", "\n") for part in message.iter_parts())
    body = text.partition("\n-- \n")[0]
    assert body == "5 of 7 days logged.\n\nLog today: http://localhost/log\n"
    page = BeautifulSoup(html, "html5lib")
    assert "5 of 7 days logged." in page.get_text()
    links = {link.get_text(strip=True): link["href"] for link in page.find_all("a")}
    assert links["Log today"] == "http://localhost/log"
    unsubscribe = message["List-Unsubscribe"].strip("<>")
    assert links["Unsubscribe"] == unsubscribe
    assert f"Unsubscribe: {unsubscribe}" in text


def test_the_address_of_the_header_works_as_a_mailbox_provider_uses_it(
    app: Flask, cast: Cast, post: Post, set_clock
) -> None:
    set_clock(NOW + timedelta(minutes=11))
    make_letter_due(app, cast)
    send_all(app, post)
    address = message_from_bytes(post.raw[0], policy=policy.default)["List-Unsubscribe"].strip("<>")
    answer = app.test_client().post(
        address.removeprefix("http://localhost"),
        data="List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
        headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example.com"},
    )
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    with app.app_context():
        wish = db.session.get_one(MailPreference, cast.ana)
        assert wish.unsubscribed_at == NOW + timedelta(minutes=11)
        assert wish.next_at is None


def test_the_letter_is_planned_for_next_week_after_that(app: Flask, cast: Cast) -> None:
    make_letter_due(app, cast)
    with app.app_context():
        wish = db.session.get_one(MailPreference, cast.ana)
        assert wish.last_week_on.isoformat() == "2026-11-16"
        wait = wish.next_at - (NOW + timedelta(days=7))
    assert abs(wait) <= timedelta(minutes=10)


def test_the_detailed_letter_arrives_with_the_picture_that_its_html_shows(
    app: Flask, cast: Cast, post: Post, set_clock
) -> None:
    set_clock(NOW + timedelta(minutes=11))
    with app.app_context():
        reader = find_reader(db.session, cast.ana)
        assert reader is not None
        change_level(db.session, reader, "detailed", NOW)
        db.session.commit()
    make_letter_due(app, cast)
    assert send_all(app, post) == Counter(sent=1)
    message = message_from_bytes(post.raw[0], policy=policy.default)
    _plain, html, png = (part for part in message.walk() if not part.is_multipart())
    assert png.get_content().startswith(b"\x89PNG")
    shown = BeautifulSoup(html.get_content(), "html5lib").img
    assert shown["src"] == f"cid:{png['Content-ID'].strip('<>')}"
    assert "Your first-step pain averaged 2.4." in shown["alt"]
