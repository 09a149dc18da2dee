"""All that `mail check` looks at, in the order in which one would mend it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import uuid4

from firststep.mail.checks import letters, records, relay
from firststep.mail.checks.finding import Finding
from firststep.mail.checks.names import Names, NoAnswer
from firststep.mail.envelope import envelope_sender
from firststep.mail.message import parse_sender
from firststep.mail.smtp import Server, is_here, server_of
from firststep.settings import Settings


def check_mail(
    settings: Settings,
    names: Names,
    *,
    addresses: Sequence[str],
    selectors: Sequence[str],
    received: bytes | None,
    now: datetime,
) -> Iterator[Finding]:
    """Look at everything; ``addresses`` are those mail leaves from, else those of the SMTP server are taken."""
    sender = parse_sender(settings.mail_from)
    found, more = letters.check_received(received, sender.domain) if received is not None else ([], [])
    if settings.uses_mail_sink:
        seen = "SMTP_URL is not set: every mail stays on this machine."
        yield Finding(subject="SMTP", verdict="mend", seen=seen, todo="Set SMTP_URL to a server that sends for you.")
    else:
        envelope = envelope_sender(settings, uuid4(), sender.address)
        yield from relay.check_relay(server_of(settings.smtp_url), sender.domain, envelope)
    if "." not in sender.domain:
        seen = f"MAIL_FROM is {sender.address}, which nobody outside knows; its domain cannot be looked up."
        yield Finding(subject="Sender", verdict="mend", seen=seen, todo="Set MAIL_FROM to an address of your domain.")
    else:
        with suppress(NoAnswer):
            names.check_outlook(sender.domain)
        returns_to = settings.bounce_address.rpartition("@")[2].lower() or sender.domain
        for domain in dict.fromkeys((sender.domain, returns_to)):
            yield from records.check_mailbox(names, domain)
        leaves_from = list(addresses) or _addresses_of(names, settings)
        surely = bool(addresses)
        yield from records.check_spf(names, returns_to, leaves_from, surely=surely)
        yield from found
        yield from records.check_dkim(names, sender.domain, list(dict.fromkeys([*selectors, *more])))
        yield from records.check_dmarc(names, sender.domain, returns_to)
        yield from records.check_reverse(names, leaves_from, surely=surely)
    yield from letters.check_headers(letters.sample_letter(sender, now))


def _addresses_of(names: Names, settings: Settings) -> list[str]:
    """Return the addresses of the SMTP server, where they may be the sending ones at all."""
    if settings.uses_mail_sink:
        return []
    server: Server = server_of(settings.smtp_url)
    try:
        return [] if is_here(server.host) else names.addresses(server.host)
    except NoAnswer:
        return []
