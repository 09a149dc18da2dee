"""What the local sink kept is read as it was sent, with the picture that travels in it."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest
from flask import Flask

from firststep.mail.delivery import sender_of
from firststep.mail.kept import list_kept, read_kept
from firststep.mail.message import to_bytes
from tests.cast import NOW, Cast
from tests.support.letters import write

NAME = "20261123T063000.000000-0a1b2c3d.eml"


@pytest.mark.parametrize("detailed", [False, True])
def test_a_kept_letter_comes_back_with_its_text_and_its_picture(
    app: Flask, cast: Cast, tmp_path: Path, detailed: bool
) -> None:
    letter = write(app, cast, "weekly_summary", detailed=detailed)
    (tmp_path / NAME).write_bytes(to_bytes(letter, sender=sender_of(app), message_id="abc", now=NOW))
    kept = read_kept(tmp_path, NAME)
    assert kept is not None
    assert (kept.to, kept.subject) == (letter.to, letter.subject)
    assert kept.text.split() == letter.text.split()
    png = [] if letter.picture is None else [letter.picture.png]
    assert kept.pictures == [f"data:image/png;base64,{b64encode(one).decode()}" for one in png]
    assert len(png) == detailed
    assert list_kept(tmp_path) == [kept]
