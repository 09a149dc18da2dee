"""Reads the mails that the sink keeps."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from pathlib import Path

# The name that the sink gives: nothing else in the folder, and no path, is ever opened.
_NAME = re.compile(r"[0-9]{8}T[0-9]{6}\.[0-9]{6}-[0-9a-f]{8}\.eml")


@dataclass(frozen=True, kw_only=True)
class KeptMail:
    """One mail as somebody reads it."""

    name: str
    kept_at: datetime
    to: str
    subject: str
    text: str
    headers: list[tuple[str, str]]
    #: The pictures that travel in it, as addresses for a page.
    pictures: list[str]


def list_kept(folder: Path, most: int = 100) -> list[KeptMail]:
    """Return the newest mails, newest first."""
    names = sorted((path.name for path in folder.glob("*.eml") if _NAME.fullmatch(path.name)), reverse=True)
    return [mail for name in names[:most] if (mail := read_kept(folder, name))]


def forget_kept(folder: Path, address: str) -> None:
    """Remove the mails to somebody who left: a sink stands for mailboxes that are theirs, but lies on our disk."""
    for path in folder.glob("*.eml"):
        try:
            with path.open("rb") as file:
                to = BytesHeaderParser(policy=policy.default).parse(file)["To"]
        except FileNotFoundError:
            continue
        if to is not None and any(one.addr_spec == address for one in to.addresses):
            path.unlink(missing_ok=True)


def read_kept(folder: Path, name: str) -> KeptMail | None:
    """Return the mail of this name, or None."""
    if not _NAME.fullmatch(name) or not (folder / name).is_file():
        return None
    message = message_from_bytes((folder / name).read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    part = message.get_body(preferencelist=("plain",))
    return KeptMail(
        name=name,
        kept_at=datetime.strptime(name[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC),
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        text=part.get_content() if part else "",
        headers=[(header, str(value)) for header, value in message.items()],
        pictures=[_data_url(part) for part in message.walk() if part.get_content_type() == "image/png"],
    )


def _data_url(part: EmailMessage) -> str:
    return f"data:image/png;base64,{b64encode(part.get_content()).decode()}"
