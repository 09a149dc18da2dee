"""The bytes of a mail: headers whole, nothing injected, lines that every server takes."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from firststep.mail.message import Letter, Picture, parse_sender, to_bytes
from tests.cast import NOW

SENDER = parse_sender("Firststep <hello@mail.example.org>")
LETTER = Letter(
    to="ana@example.com",
    subject="Your weekly summary (16-22 Nov)",
    text="5 of 7 days logged – ünïcode.\n" + "long " * 400,
    html="<p>" + "ä" * 2000 + "</p>",
    kind="weekly_summary",
    list_unsubscribe="https://firststep.example.org/mail/unsubscribe/" + "x" * 180,
)

PICTURE = Picture(
    content_id="abc@mail.example.org", name="chart.png", png=bytes(range(256)) * 200, width_px=344, alt="What it shows"
)


def raw(letter: Letter = LETTER) -> bytes:
    return to_bytes(letter, sender=SENDER, message_id="abc123", now=NOW)


def test_a_long_unsubscribe_address_stays_in_one_piece() -> None:
    line = f"List-Unsubscribe: <{LETTER.list_unsubscribe}>\r\n".encode()
    assert line in raw()


def test_every_line_is_short_enough_and_plain_ascii() -> None:
    lines = raw().split(b"\r\n")
    assert max(len(line) for line in lines) <= 998
    assert raw().isascii()
    assert b"\n" not in raw().replace(b"\r\n", b"")


@pytest.mark.parametrize("picture", [None, PICTURE])
def test_the_lines_of_a_body_are_no_longer_than_they_may_be(picture: Picture | None) -> None:
    message = message_from_bytes(raw(replace(LETTER, picture=picture)), policy=policy.default)
    bodies = [part for part in message.walk() if not part.is_multipart()]
    encodings = [part["Content-Transfer-Encoding"] for part in bodies]
    assert encodings == ["quoted-printable", "quoted-printable", *(["base64"] if picture else [])]
    assert max(len(line) for part in bodies for line in part.get_payload().splitlines()) <= 76


def test_the_parts_come_back_as_they_were() -> None:
    message = message_from_bytes(raw(), policy=policy.default)
    text, html = (part.get_content().replace("\r\n", "\n") for part in message.iter_parts())
    assert text.strip() == LETTER.text.strip()
    assert html.strip() == LETTER.html
    assert message["Message-ID"] == "<abc123@mail.example.org>"
    assert message["List-Id"] == "<weekly-summary.mail.example.org>"


def test_a_picture_belongs_to_the_html_part_and_the_plain_part_stays_first() -> None:
    message = message_from_bytes(raw(replace(LETTER, picture=PICTURE)), policy=policy.default)
    plain, related = message.iter_parts()
    assert (message.get_content_type(), plain.get_content_type()) == ("multipart/alternative", "text/plain")
    assert related.get_content_type() == "multipart/related"
    assert related.get_param("type") == "text/html"
    html, png = related.iter_parts()
    assert html.get_content_type() == "text/html"
    assert html.get_content().strip() == LETTER.html
    assert (png.get_content_type(), png["Content-ID"]) == ("image/png", "<abc@mail.example.org>")
    # Inline, so that nobody is shown an attachment beside the letter.
    assert png.get_content_disposition() == "inline"
    assert png.get_content() == PICTURE.png
    assert list(message.iter_attachments()) == []


def test_account_mail_carries_no_list_headers() -> None:
    head = raw(replace(LETTER, list_unsubscribe=None, kind="reset_password"))
    assert b"List-" not in head
    assert b"Auto-Submitted: auto-generated\r\n" in head


@pytest.mark.parametrize("field", ["to", "subject"])
def test_a_line_break_in_a_header_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        raw(replace(LETTER, **{field: "a@example.com\r\nBcc: everybody@example.com"}))
