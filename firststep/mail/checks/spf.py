"""Whether a domain's SPF record lets an address send (RFC 7208); what it cannot decide it says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Literal

from firststep.mail.checks.names import Names

Result = Literal["pass", "fail", "softfail", "neutral", "none", "broken", "undecided"]

_QUALIFIERS: dict[str, Result] = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)=(.*)")
_HOSTS = re.compile(r"(a|mx)(?::([^/]+))?(?:/([0-9]{1,2}))?(?://([0-9]{1,3}))?", re.IGNORECASE)
# A receiver gives up after so many questions, and treats the record as broken.
MOST_LOOKUPS = 10


class _Broken(Exception):
    """The record says something that no receiver can follow."""


class _Undecided(Exception):
    """The record depends on what only a receiver knows, such as the macro for the person written to."""


@dataclass
class _Asking:
    names: Names
    address: IPv4Address | IPv6Address
    lookups: int = 0

    def count(self) -> None:
        self.lookups += 1
        if self.lookups > MOST_LOOKUPS:
            raise _Broken(f"it needs more than {MOST_LOOKUPS} look-ups")


def records(names: Names, domain: str) -> list[str]:
    """Return the domain's SPF records; there must be exactly one."""
    return [text for text in names.texts(domain) if text.lower().split(" ")[0] == "v=spf1"]


def evaluate(names: Names, domain: str, address: str) -> tuple[Result, str]:
    """Return what a receiver concludes about mail of the domain from the address, and why where it needs a reason."""
    asking = _Asking(names, ip_address(address))
    try:
        return _of_domain(asking, domain), ""
    except _Broken as error:
        return "broken", str(error)
    except _Undecided as error:
        return "undecided", str(error)


def _of_domain(asking: _Asking, domain: str) -> Result:
    found = records(asking.names, domain)
    if len(found) > 1:
        raise _Broken(f"{domain} has {len(found)} SPF records")
    if not found:
        return "none"
    redirect = ""
    for term in found[0].split()[1:]:
        modifier = _MODIFIER.fullmatch(term)
        if modifier:
            redirect = modifier[2] if modifier[1].lower() == "redirect" else redirect
            continue
        qualifier, mechanism = (term[0], term[1:]) if term[0] in _QUALIFIERS else ("+", term)
        if _matches(asking, mechanism, domain):
            return _QUALIFIERS[qualifier]
    if not redirect:
        return "neutral"
    asking.count()
    result = _of_domain(asking, _plain(redirect))
    if result == "none":
        raise _Broken(f"it redirects to {redirect}, which has no SPF record")
    return result


def _matches(asking: _Asking, mechanism: str, domain: str) -> bool:
    kind, _, value = mechanism.partition(":")
    kind = kind.partition("/")[0].lower()
    if kind == "all":
        return True
    if kind in ("ip4", "ip6"):
        return _within(asking.address, value)
    if kind in ("a", "mx", "include", "exists", "ptr"):
        asking.count()
    if kind == "include":
        result = _of_domain(asking, _plain(value))
        if result == "none":
            raise _Broken(f"it includes {value}, which has no SPF record")
        return result == "pass"
    if kind in ("a", "mx"):
        return _among_hosts(asking, mechanism, domain)
    if kind in ("exists", "ptr"):
        raise _Undecided(f"it uses {kind}, which depends on each mail")
    raise _Broken(f"{mechanism!r} is no part of an SPF record")


def _among_hosts(asking: _Asking, mechanism: str, domain: str) -> bool:
    parts = _HOSTS.fullmatch(mechanism)
    if parts is None:
        raise _Broken(f"{mechanism!r} is no part of an SPF record")
    host = _plain(parts[2] or domain)
    hosts = asking.names.exchangers(host) if parts[1].lower() == "mx" else [host]
    length = parts[3] if asking.address.version == 4 else parts[4]
    found = (address for name in hosts for address in asking.names.addresses(name))
    return any(_within(asking.address, f"{address}/{length}" if length else address) for address in found)


def _within(address: IPv4Address | IPv6Address, network: str) -> bool:
    try:
        return address in ip_network(network, strict=False)
    except ValueError:
        raise _Broken(f"{network!r} is no network") from None


def _plain(domain: str) -> str:
    if "%" in domain:
        raise _Undecided("it uses a macro, which depends on each mail")
    return domain
