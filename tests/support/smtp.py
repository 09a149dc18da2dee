"""A real SMTP server for tests: keeps the raw bytes of each mail, and answers as the test says."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from firststep.mail.sink import listening


@dataclass
class Post:
    """What arrived, and what to answer: one scripted answer per address is used up per mail, then "250"."""

    port: int = 0
    raw: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    #: of the envelopes
    senders: list[str] = field(default_factory=list)
    #: when each mail was taken, on the monotonic clock
    taken_at: list[float] = field(default_factory=list)
    connections: int = 0
    #: address -> answers to RCPT TO; "hang" never answers
    on_recipient: dict[str, list[str]] = field(default_factory=dict)
    #: answers to MAIL FROM
    on_sender: list[str] = field(default_factory=list)
    #: answers to DATA; "hang" never answers
    on_data: list[str] = field(default_factory=list)
    #: domains to whose mails the final dot is never answered
    silent: set[str] = field(default_factory=set)
    #: called with the number of mails when one was kept, before the answer goes out
    on_taken: Callable[[int], None] = lambda _count: None
    #: called before a recipient is refused
    on_refusing: Callable[[], None] = lambda: None
    delay_seconds: float = 0.0

    @property
    def url(self) -> str:
        """Return the address as SMTP_URL has it."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.on_sender.pop(0) if self.on_sender else "250 ok"
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answers = self.on_recipient.get(address)
        answer = answers.pop(0) if answers else "250 ok"
        if answer == "hang":
            await asyncio.sleep(3600)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        else:
            self.on_refusing()
        return answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.delay_seconds)
        answer = self.on_data.pop(0) if self.on_data else "250 taken"
        if answer == "hang" or self.silent & {to.rpartition("@")[2] for to in envelope.rcpt_tos}:
            await asyncio.sleep(3600)
        if answer.startswith("250"):
            self.raw.append(envelope.original_content or b"")
            self.recipients.extend(envelope.rcpt_tos)
            self.senders.append(envelope.mail_from or "")
            self.taken_at.append(time.monotonic())
            self.on_taken(len(self.raw))
        return answer


@contextmanager
def post_office() -> Iterator[Post]:
    """Run a server for the length of this block."""
    post = Post()
    with listening(post) as post.port:
        yield post


@pytest.fixture
def post() -> Iterator[Post]:
    """Return a running server that takes everything."""
    with post_office() as office:
        yield office
