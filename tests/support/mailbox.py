"""What people find in their mail: sent by the worker's own job over SMTP, read as it arrived."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from flask import Flask

from firststep.jobs.deliver_mail import deliver_mail
from tests.support.smtp import Post


@dataclass
class Mailbox:
    """The mailboxes of everybody, on one mail server."""

    app: Flask
    post: Post

    def deliver(self, now: datetime) -> Counter[str]:
        """Let the worker send what is due, as a save wakes it to do."""
        with self.app.app_context():
            return deliver_mail(now)

    def newest(self, address: str) -> EmailMessage:
        """Return the last mail that came for an address."""
        mails = [message_from_bytes(raw, policy=policy.default) for raw in self.post.raw]
        return [mail for mail in mails if mail["To"] == address][-1]


def text_of(mail: EmailMessage) -> str:
    """Return the text part."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def html_of(mail: EmailMessage) -> str:
    """Return the HTML part."""
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def digits_of(mail: EmailMessage) -> str:
    """Return the six digits of the text part."""
    (code,) = re.findall(r"\b[0-9]{6}\b", text_of(mail))
    return str(code)


def link_of(mail: EmailMessage, site: str) -> str:
    """Return the address that the mail asks to open."""
    (address,) = re.findall(rf"{re.escape(site)}/\S+", text_of(mail).partition("\n-- \n")[0])
    return str(address)
