"""The shape of all mails about an account: sentences, at most one button or code, and no health data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask_babel.speaklater import LazyString

from firststep.mail.message import Letter
from firststep.mail.writing import write_letter
from firststep.models import OutboxMail, User

# Lazy, because it is put into words only when the person's language is chosen.
Text = str | LazyString


def account_letter(
    row: OutboxMail,
    user: User,
    *,
    subject: Text,
    sentences: Sequence[Text],
    button: tuple[Text, str] | None = None,
    code: str = "",
) -> Letter:
    """Return the letter to the row's address, or else the person's, in the person's language."""
    letter = write_letter(
        "account",
        to=row.address or user.email,
        locale=user.locale,
        line=subject,
        sentences=sentences,
        button=button,
        code=code,
    )
    return replace(letter, kind=row.kind)
