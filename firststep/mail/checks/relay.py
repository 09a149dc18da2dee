"""Whether the SMTP server is there, encrypts, lets us in and takes our sender; no mail is handed over."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator

from firststep.mail.checks.finding import Finding
from firststep.mail.smtp import CONNECT_SECONDS, Server, is_here

_TAKEN = 250


def check_relay(server: Server, our_name: str, sender: str) -> Iterator[Finding]:
    """Talk to the server as a worker does, up to the point where it would name a recipient."""
    try:
        smtp = _connected(server, our_name)
    except ssl.SSLError as error:
        yield _untrusted(server, error)
        return
    except (OSError, smtplib.SMTPException) as error:
        yield _away(server, error)
        return
    with smtp:
        try:
            yield from _talk(smtp, server, sender)
        except ssl.SSLError as error:
            yield _untrusted(server, error)
        except (OSError, smtplib.SMTPException) as error:
            yield _away(server, error)


def _connected(server: Server, our_name: str) -> smtplib.SMTP:
    if server.tls_from_start:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, our_name, timeout=CONNECT_SECONDS, context=context)
    return smtplib.SMTP(server.host, server.port, our_name, timeout=CONNECT_SECONDS)


def _talk(smtp: smtplib.SMTP, server: Server, sender: str) -> Iterator[Finding]:
    smtp.ehlo_or_helo_if_needed()
    offered = smtp.has_extn("starttls")
    if server.starttls and not offered:
        seen = f"{server.host}:{server.port} offers no STARTTLS: no mail goes out, for it would be readable on the way."
        todo = "Use smtps://…:465, or ?starttls=off for a relay on a network that you trust."
        yield Finding(subject="TLS", verdict="mend", seen=seen, todo=todo)
        return
    if server.starttls:
        smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo()
    yield _encryption(smtp, server, offered=offered)
    if server.username:
        try:
            smtp.login(server.username, server.password or "")
        except smtplib.SMTPException as error:
            seen = f"{server.host} does not let us in ({_words(error)})."
            yield Finding(subject="Sign-in", verdict="mend", seen=seen, todo="Mend user and password in SMTP_URL.")
            return
        yield Finding(subject="Sign-in", verdict="good", seen=f"{server.host} lets us in.")
    code, _answer = smtp.mail(sender)
    smtp.rset()
    if code == _TAKEN:
        yield Finding(subject="Sender", verdict="good", seen=f"{server.host} takes mail from {sender}.")
    else:
        seen = f"{server.host} does not take mail from {sender} ({code})."
        yield Finding(subject="Sender", verdict="mend", seen=seen, todo="Have the relay allow it.")


def _encryption(smtp: smtplib.SMTP, server: Server, *, offered: bool) -> Finding:
    if isinstance(smtp.sock, ssl.SSLSocket):
        seen = f"{server.host}:{server.port} speaks {smtp.sock.version()}, and its certificate is trusted."
        return Finding(subject="TLS", verdict="good", seen=seen)
    if is_here(server.host):
        seen = f"{server.host}:{server.port} is on this machine; how it sends on is its own setting."
        return Finding(subject="TLS", verdict="good", seen=seen)
    todo = "Take ?starttls=off out of SMTP_URL." if offered else "Only right on a network that you trust."
    seen = f"{server.host}:{server.port} is talked to without encryption, as SMTP_URL says."
    return Finding(subject="TLS", verdict="mend" if offered else "look", seen=seen, todo=todo)


def _untrusted(server: Server, error: ssl.SSLError) -> Finding:
    why = getattr(error, "verify_message", "") or error.reason
    seen = f"{server.host}:{server.port} cannot be spoken to by TLS ({why})."
    todo = "Use the name that stands in the server's certificate, and 465 with smtps:// only."
    return Finding(subject="TLS", verdict="mend", seen=seen, todo=todo)


def _away(server: Server, error: Exception) -> Finding:
    seen = f"{server.host}:{server.port} does not answer ({_words(error)})."
    # A name that is not found or a silence may be this machine's network; a "no" is the server's own word.
    unsure = isinstance(error, (socket.gaierror, TimeoutError))
    todo = "Try again with a network." if unsure else "Mend host and port in SMTP_URL, or start the server."
    return Finding(subject="SMTP", verdict="unknown" if unsure else "mend", seen=seen, todo=todo)


def _words(error: Exception) -> str:
    return f"{error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else type(error).__name__
