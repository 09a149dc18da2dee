"""Every kind of mail as it goes over the wire: headers whole, plain part first, nothing that a server would mend."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from flask import Flask

from firststep.mail.message import Letter, parse_sender, to_bytes
from firststep.services.outbox import LIST_KINDS
from tests.cast import NOW, Cast
from tests.support.letters import EVERY_KIND, write

# In production addresses are longer: what fits by chance here would be folded there.
BASE_URL = "https://a-rather-long-name-of-a-practice.firststep.example.org"
SENDER = parse_sender("Firststep <hello@mail.firststep.example.org>")
ONCE = ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type")
OF_LISTS = ("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post")

every_mail = pytest.mark.parametrize(
    ("kind", "detailed"), [*((kind, False) for kind in EVERY_KIND), ("weekly_summary", True)]
)


@pytest.fixture(autouse=True)
def public(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program be known to the public under a long name."""
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], base_url=BASE_URL))


def sent(app: Flask, cast: Cast, kind: str, *, detailed: bool) -> tuple[Letter, bytes]:
    letter = write(app, cast, kind, detailed=detailed)
    return letter, to_bytes(letter, sender=SENDER, message_id="0123456789abcdef" * 2, now=NOW)


def parts_of(message: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in message.walk()]


@every_mail
def test_lines_end_as_smtp_wants_and_are_never_too_long(app: Flask, cast: Cast, kind: str, detailed: bool) -> None:
    _letter, raw = sent(app, cast, kind, detailed=detailed)
    assert raw.isascii()
    assert b"\0" not in raw
    assert re.search(rb"\r(?!\n)|(?<!\r)\n", raw) is None
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    message = message_from_bytes(raw, policy=policy.default)
    bodies = [str(part.get_payload()) for part in message.walk() if not part.is_multipart()]
    assert max(len(line) for body in bodies for line in body.splitlines()) <= 76


@every_mail
def test_each_header_is_there_once_in_one_piece(app: Flask, cast: Cast, kind: str, detailed: bool) -> None:
    letter, raw = sent(app, cast, kind, detailed=detailed)
    lines = raw.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    names = [line.partition(":")[0] for line in lines]
    wanted = {*ONCE, *(OF_LISTS if kind in LIST_KINDS else ())}
    # No line begins with a space: nothing was folded, and so nothing was cut into encoded pieces.
    assert sorted(set(names) - {"X-Access-Record"}) == sorted(wanted)
    assert len(names) == len(set(names))
    assert not any("=?" in line for line in lines)
    assert f"Message-ID: <{'0123456789abcdef' * 2}@mail.firststep.example.org>" in lines
    assert "Auto-Submitted: auto-generated" in lines
    assert f"Subject: {letter.subject}" in lines
    if kind in LIST_KINDS:
        assert letter.list_unsubscribe is not None
        assert letter.list_unsubscribe.startswith(f"{BASE_URL}/mail/unsubscribe/")
        assert f"List-Unsubscribe: <{letter.list_unsubscribe}>" in lines
        assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
        assert f"List-Id: <{letter.kind.replace('_', '-')}.mail.firststep.example.org>" in lines


@every_mail
def test_the_plain_part_comes_first_and_both_come_back_whole(app: Flask, cast: Cast, kind: str, detailed: bool) -> None:
    letter, raw = sent(app, cast, kind, detailed=detailed)
    message = message_from_bytes(raw, policy=policy.default)
    picture = ["multipart/related", "text/html", "image/png"]
    assert parts_of(message) == ["multipart/alternative", "text/plain", *(picture if detailed else ["text/html"])]
    assert (letter.picture is not None) is detailed
    contents = {
        part.get_content_type(): part.get_content() for part in message.walk() if part.get_content_maintype() == "text"
    }
    assert contents["text/plain"].replace("\r\n", "\n").strip() == letter.text.strip()
    assert contents["text/html"].replace("\r\n", "\n").strip() == letter.html.strip()
    assert BASE_URL in contents["text/plain"]
