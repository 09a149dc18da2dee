"""Asks the DNS, and tells "there is none" from "nobody answered"."""

from __future__ import annotations

from typing import Any

import dns.exception
import dns.resolver
import dns.reversename

# For one question, all tries together.
_PATIENCE_SECONDS = 5.0
_DNS_PORT = 53


class NoAnswer(Exception):
    """The DNS did not answer, so nothing is known; the message says why."""


class Names:
    """The DNS as this machine sees it, or as one name server does."""

    def __init__(self, server: str = "") -> None:
        """Ask ``server`` (an address, ``address:port`` or ``[IPv6]:port``), or without it those of this machine."""
        self._resolver: dns.resolver.Resolver | None
        self._is_own = not server
        self._shut_in = ""
        try:
            self._resolver = dns.resolver.Resolver(configure=not server)
        except dns.resolver.NoResolverConfiguration:
            self._resolver = None
            return
        self._resolver.lifetime = _PATIENCE_SECONDS
        if server:
            address, port = _address_and_port(server)
            self._resolver.nameservers = [address]
            self._resolver.port = port

    def check_outlook(self, domain: str) -> None:
        """Find out whether the machine's own DNS sees the world: one that is shut in says "no such name" to all."""
        top = domain.rpartition(".")[2]
        if self._is_own and not self._ask(top, "NS"):
            self._shut_in = f"The DNS of this machine does not know .{top}, so it is shut in"

    def texts(self, name: str) -> list[str]:
        """Return the TXT records of a name, each in one piece."""
        return [b"".join(record.strings).decode("utf-8", "replace") for record in self._ask(name, "TXT")]

    def addresses(self, name: str) -> list[str]:
        """Return the IPv4 and IPv6 addresses of a name."""
        return [str(record.address) for kind in ("A", "AAAA") for record in self._ask(name, kind)]

    def exchangers(self, name: str) -> list[str]:
        """Return the mail servers of a domain, the preferred one first; "" is the null MX of RFC 7505."""
        found = sorted((record.preference, str(record.exchange).rstrip(".")) for record in self._ask(name, "MX"))
        return [exchange for _preference, exchange in found]

    def names_of(self, address: str) -> list[str]:
        """Return the names that the owner of an address gave it."""
        reverse = str(dns.reversename.from_address(address))
        return [str(record.target).rstrip(".") for record in self._ask(reverse, "PTR")]

    def _ask(self, name: str, kind: str) -> list[Any]:
        if self._resolver is None:
            raise NoAnswer("This machine knows no name server")
        if self._shut_in:
            raise NoAnswer(self._shut_in)
        try:
            return list(self._resolver.resolve(name, kind, search=False))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.YXDOMAIN):
            return []
        except (dns.exception.SyntaxError, dns.name.LabelTooLong, dns.name.EmptyLabel, dns.name.NameTooLong):
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise NoAnswer(f"The DNS did not answer about {name} ({type(error).__name__})") from None


def _address_and_port(server: str) -> tuple[str, int]:
    address, colon, port = server.rpartition(":")
    if colon and port.isdigit() and ":" not in address.strip("[]"):
        return address, int(port)
    if server.startswith("["):
        inside, _, rest = server[1:].partition("]")
        return inside, int(rest[1:]) if rest.startswith(":") else _DNS_PORT
    return server, _DNS_PORT
