"""The form of every invitation by mail: nothing that a person typed is in it, and its link works once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from firststep.mail.message import Letter
from firststep.mail.writing import write_letter
from firststep.models import OutboxMail


def invitation_letter(
    row: OutboxMail,
    address: str,
    *,
    locale: str,
    line: LazyString,
    sentences: Sequence[LazyString],
    link: str,
    button: LazyString | None = None,
) -> Letter:
    """Return the letter of the row's kind; ``button`` stands on the link instead of "Open the invitation"."""
    letter = write_letter(
        "account",
        to=address,
        locale=locale,
        line=line,
        sentences=list(sentences),
        button=(button or _("Open the invitation"), link),
        code="",
        invited=True,
    )
    return replace(letter, kind=row.kind)
