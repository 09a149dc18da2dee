"""The shape of all mails about an account: sentences, at most one button or code, and no health data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from firststep.mail.message import Letter
from firststep.mail.writing import write_letter
from firststep.models import OutboxMail, User


def account_letter(
    row: OutboxMail,
    user: User,
    *,
    subject: str,
    sentences: Sequence[str],
    button: tuple[str, str] | None = None,
    code: str = "",
) -> Letter:
    """Return the letter to the row's address, or else the person's; pass lazy texts, they meet the person's language."""
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
