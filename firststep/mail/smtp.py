"""Hands mails to an SMTP server over one kept connection, and says in our words what became of each."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

CONNECT_SECONDS = 10.0
MAIL_SECONDS = 60.0
# The class of a mail that was brought whole, and then nothing was said within MAIL_SECONDS.
SILENT = "network_silent"
# A server may drop a connection that rests; asking for a new one costs less than a mail put off.
_IDLE_SECONDS = 5.0
_OK, _WILL_FORWARD, _GO_ON, _CLOSING = 250, 251, 354, 421
# What a server says of its refusals (RFC 3463): system, protocol and policy, or the address that we write from.
_STATUS = re.compile(r"5\.[0-9]{1,3}\.[0-9]{1,3}\b")
_OF_THE_SENDER = re.compile(r"5\.(?:[357]\.|1\.[78]\b)")
_OF_THE_RECIPIENT = re.compile(r"5\.(?:1\.|2\.1\b)")
_OF_THE_MAIL = re.compile(r"5\.(?:6\.|2\.[23]\b)")
# Without such a status: commands out of order (50x), and signing in (53x).
_OF_THE_SENDER_TENS = (50, 53)
_NO_SUCH_MAILBOX = (550, 551, 553)
# Doubled on the way, because a line with one dot alone ends the mail (RFC 5321 4.5.2).
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
_HERE = ("localhost", "127.0.0.1", "::1")


class DeliveryError(Exception):
    """A mail was not taken; ``error`` is a short class without an address or any content."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class TryLater(DeliveryError):
    """The server, the way to it or our standing with it is the matter; the same mail may pass later."""


class Unwelcome(TryLater):
    """The server takes no mail of ours at all: what it said came before it knew for whom, and the operator mends it."""


class Refused(DeliveryError):
    """The server refuses this mail for good: ``recipient_…`` for the address's sake, ``content_…`` for the mail's."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where and how mail is handed over; TLS is skipped only on this machine or when the URL says so."""

    host: str
    port: int
    username: str | None
    password: str | None
    tls_from_start: bool
    starttls: bool


def server_of(url: str) -> Server:
    """Read ``smtp://user:password@host:587`` (STARTTLS), ``smtps://host:465`` or ``smtp://host:25?starttls=off``."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("SMTP_URL must look like smtp://user:password@host:587 or smtps://host:465.")
    from_start = parts.scheme == "smtps"
    plain = from_start or is_here(parts.hostname) or "starttls=off" in parts.query
    return Server(
        host=parts.hostname,
        port=parts.port or (465 if from_start else 587),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls_from_start=from_start,
        starttls=not plain,
    )


def is_about_sender(status: str) -> bool:
    """Tell whether an enhanced status such as 5.7.1 is about who sends, not about who is to get the mail."""
    return _OF_THE_SENDER.match(status) is not None


def is_about_mail(status: str) -> bool:
    """Tell whether an enhanced status is about this mail or a mailbox that is full just now: the address is good."""
    return _OF_THE_MAIL.match(status) is not None


def is_here(host: str) -> bool:
    """Tell whether the host is this machine itself."""
    return host in _HERE


class Connection:
    """One connection that is opened when first needed and kept between mails.

    A mail goes in two steps: `offer` brings all of it but the dot at its end, and only `hand_over`, which sends that,
    can leave it with the server.
    """

    def __init__(self, server: Server, *, our_name: str, mail_seconds: float = MAIL_SECONDS) -> None:
        self._server = server
        self._our_name = our_name
        self._mail_seconds = mail_seconds
        self._smtp: smtplib.SMTP | None = None
        self._used_at = 0.0
        self._dot_is_due = False

    def offer(self, sender: str, to: str, raw: bytes) -> None:
        """Name sender and recipient, and bring the mail but for its end; return only when the server went along."""
        with self._in_our_words():
            kept = self._fresh_enough()
            try:
                self._name(sender, to)
            except smtplib.SMTPSenderRefused as error:
                if not kept or error.smtp_code != _CLOSING:
                    raise
                # The server had enough of the kept connection.
                self._forget()
                self._name(sender, to)
            self._bring(raw)

    def take_back(self) -> None:
        """Take the offer back: a mail without its end is thrown away by the server when the connection ends."""
        self._forget()

    def hand_over(self) -> None:
        """End the mail that was offered; return only when the server has taken it."""
        with self._in_our_words():
            smtp = self._smtp
            if smtp is None or not self._dot_is_due:
                raise smtplib.SMTPServerDisconnected
            self._dot_is_due = False
            begin = time.monotonic()
            try:
                self._end(smtp)
            except smtplib.SMTPServerDisconnected:
                if time.monotonic() - begin < self._mail_seconds:
                    raise
                self._forget()
                raise TryLater(SILENT) from None
            self._used_at = time.monotonic()

    def close(self) -> None:
        """Leave politely if the server is still there."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None and self._dot_is_due:
            # A polite word would be taken for more of the mail.
            smtp.close()
        elif smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                if smtp.sock is not None:
                    smtp.sock.settimeout(2)
                smtp.quit()
            smtp.close()

    def _name(self, sender: str, to: str) -> None:
        smtp = self._smtp or self._open()
        with _deadline(smtp, self._mail_seconds):
            smtp.ehlo_or_helo_if_needed()
            code, answer = smtp.mail(sender)
            if code != _OK:
                self._reset(smtp, code)
                raise smtplib.SMTPSenderRefused(code, answer, sender)
            code, answer = smtp.rcpt(to)
            if code not in (_OK, _WILL_FORWARD):
                self._reset(smtp, code)
                raise smtplib.SMTPRecipientsRefused({to: (code, answer)})

    def _bring(self, raw: bytes) -> None:
        smtp = self._smtp
        if smtp is None:
            raise smtplib.SMTPServerDisconnected
        with _deadline(smtp, self._mail_seconds):
            code, answer = smtp.docmd("DATA")
            if code != _GO_ON:
                self._reset(smtp, code)
                raise smtplib.SMTPDataError(code, answer)
            self._dot_is_due = True
            smtp.send(_LEADING_DOT.sub(b"..", raw if raw.endswith(b"\r\n") else raw + b"\r\n"))

    def _end(self, smtp: smtplib.SMTP) -> None:
        with _deadline(smtp, self._mail_seconds):
            smtp.send(b".\r\n")
            code, answer = smtp.getreply()
            if code != _OK:
                self._reset(smtp, code)
                raise smtplib.SMTPDataError(code, answer)

    def _reset(self, smtp: smtplib.SMTP, code: int) -> None:
        """Make the connection ready for the next mail, if the server goes on with it."""
        if code == _CLOSING:
            self._forget()
            return
        try:
            smtp.rset()
        except (smtplib.SMTPException, OSError):
            self._forget()

    def _open(self) -> smtplib.SMTP:
        server = self._server
        context = ssl.create_default_context() if server.tls_from_start or server.starttls else None
        smtp: smtplib.SMTP
        if server.tls_from_start:
            smtp = smtplib.SMTP_SSL(server.host, server.port, self._our_name, timeout=CONNECT_SECONDS, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, self._our_name, timeout=CONNECT_SECONDS)
        try:
            if server.starttls:
                smtp.starttls(context=context)
            if server.username:
                smtp.login(server.username, server.password or "")
        except BaseException:
            smtp.close()
            raise
        assert smtp.sock is not None
        smtp.sock.settimeout(self._mail_seconds)
        self._smtp = smtp
        return smtp

    def _fresh_enough(self) -> bool:
        if self._smtp is not None and time.monotonic() - self._used_at > _IDLE_SECONDS:
            self.close()
        return self._smtp is not None

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        """Raise what smtplib says as one of our two errors, and drop a connection that is of no more use."""
        try:
            yield
        except smtplib.SMTPRecipientsRefused as error:
            raise _verdict("recipient", *next(iter(error.recipients.values()))) from None
        except smtplib.SMTPDataError as error:
            raise _verdict("content", error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPSenderRefused as error:
            raise _verdict_on_us("sender", error.smtp_code) from None
        except smtplib.SMTPResponseException as error:
            # On a connection that stands only our name is answered so; all else is a line too long for smtplib, which
            # calls that a 500, and a mail that is answered so may have been taken.
            of_us = self._smtp is None or isinstance(error, smtplib.SMTPHeloError)
            self._forget()
            verdict = _verdict_on_us("server", error.smtp_code)
            raise (verdict if of_us else TryLater(verdict.error)) from None
        except (smtplib.SMTPException, OSError) as error:
            self._forget()
            raise TryLater(f"network_{type(error).__name__}") from None

    def _forget(self) -> None:
        smtp, self._smtp = self._smtp, None
        self._dot_is_due = False
        if smtp is not None:
            smtp.close()


def _verdict_on_us(stage: str, code: int) -> DeliveryError:
    """Return what a refusal means that came before the recipient was named: never the recipient's fault."""
    return (Unwelcome if 500 <= code < 600 else TryLater)(f"{stage}_{code}")


def _verdict(stage: str, code: int, answer: bytes | str) -> DeliveryError:
    if not 500 <= code < 600:
        return TryLater(f"{stage}_{code}")
    said = answer.decode("ascii", "replace") if isinstance(answer, bytes) else answer
    part = _about(stage, code, said.strip())
    return (TryLater if part == "sender" else Refused)(f"{part}_{code}")


def _about(stage: str, code: int, said: str) -> str:
    """Return whom or what a refusal for good is about: relays refuse us where they are told of the recipient."""
    if _STATUS.match(said):
        if is_about_sender(said):
            return "sender"
        return "recipient" if _OF_THE_RECIPIENT.match(said) else "content"
    if code // 10 in _OF_THE_SENDER_TENS:
        return "sender"
    return "recipient" if stage == "recipient" and code in _NO_SUCH_MAILBOX else "content"


@contextmanager
def _deadline(smtp: smtplib.SMTP, seconds: float) -> Iterator[None]:
    """Cut the connection after so many seconds: a socket's own limit begins again with each byte that drips in."""

    def cut() -> None:
        sock = smtp.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
