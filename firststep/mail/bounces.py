"""Mails that came back: what the report says (RFC 3464), whose it is, and what follows from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import Message
from typing import Literal

import structlog
from sqlalchemy.orm import Session

from firststep.mail.envelope import find_returned, is_genuine
from firststep.mail.smtp import is_about_mail, is_about_sender
from firststep.models import OutboxMail, User
from firststep.services import outbox
from firststep.services.mail_preferences import suspend_refused
from firststep.settings import Settings
from firststep.web.logs import log_fault

log = structlog.get_logger("firststep")

# A report may carry the whole mail that came back; nothing that is read here stands behind this.
MOST_BYTES = 1_000_000
# Where servers write to whom they delivered: "To" is what the other side wrote.
_TOLD_IN = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
_STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")

Outcome = Literal[
    "suspended",  # refused for good: no more list mail to this person
    "noted",  # refused for good, and either for our sake or the mail's, or at an address that is not an account's
    "known",  # of a mail that is known to have come back
    "not_for_good",  # late, or refused for now: nothing follows
    "no_report",  # to one of our addresses, but no report of a delivery
    "not_ours",  # to no address of ours, or to one that we did not seal, or that is no longer the person's
]


def take_bounce(session: Session, settings: Settings, raw: bytes, now: datetime, *, to: str = "") -> Outcome:
    """Read one message that came to the bounce address, and do what follows; the caller commits.

    ``to`` is the address that the server delivered it to, where it says so.
    """
    message = _parsed(raw[:MOST_BYTES])
    row = _mail_of(session, settings, message, to) if message is not None else None
    outcome: Outcome
    status = ""
    if message is None or row is None:
        outcome = "not_ours"
    else:
        outcome, status = _follow(session, row, message, now)
    log.info("bounce", outcome=outcome, status=status, kind=row.kind if row else None)
    return outcome


def _parsed(raw: bytes) -> Message | None:
    try:
        return message_from_bytes(raw, policy=policy.compat32)
    except Exception as error:  # noqa: BLE001 - anybody may write to us, and what Python cannot read no server reported
        log_fault(error)
        return None


def _mail_of(session: Session, settings: Settings, message: Message, to: str) -> OutboxMail | None:
    texts = [to, *(str(value) for name in _TOLD_IN for value in message.get_all(name, []))]
    for returned in find_returned(settings, texts):
        row = session.get(OutboxMail, returned.mail_id)
        if row is not None and is_genuine(settings, returned, _address_of(session, row)):
            return row
    return None


def _address_of(session: Session, row: OutboxMail) -> str:
    """Return to whom the mail would go today: the seal of one to an address that was changed does not fit it."""
    user = session.get(User, row.user_id) if row.user_id else None
    return row.address or (user.email if user else "")


def _follow(session: Session, row: OutboxMail, message: Message, now: datetime) -> tuple[Outcome, str]:
    said = list(_reports(message))
    if not said:
        return "no_report", ""
    refused = [status for action, status in said if action == "failed" and status.startswith("5.")]
    if not refused:
        return "not_for_good", said[0][1]
    if not outbox.mark_returned(session, row.id, now, refused[0]):
        return "known", refused[0]
    if row.user_id is None or is_about_sender(refused[0]) or is_about_mail(refused[0]):
        return "noted", refused[0]
    if not suspend_refused(session, row.user_id, _address_of(session, row), now):
        return "noted", refused[0]
    return "suspended", refused[0]


def _reports(message: Message) -> Iterator[tuple[str, str]]:
    """Yield (action, status) of each recipient that a delivery report names."""
    if message.get_content_type() != "multipart/report":
        return
    # Only its own parts: what lies inside the mail that came back is not the server's word.
    for part in _parts_of(message):
        for block in _parts_of(part) if part.get_content_type() == "message/delivery-status" else ():
            if "Action" in block:
                status = _STATUS.match(str(block.get("Status", "")).strip())
                yield str(block["Action"]).partition(";")[0].strip().lower(), status[0] if status else ""


def _parts_of(message: Message) -> list[Message]:
    parts = message.get_payload() if message.is_multipart() else []
    return [part for part in parts if isinstance(part, Message)]
