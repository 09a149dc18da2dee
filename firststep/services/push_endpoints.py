"""Where a push may be sent: to a public host over https, and never to an address inside the own network."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

LONGEST = 1000
_NAT64 = 0x64FF9B << 96
_INNER_NAMES = frozenset({"local", "localhost", "internal", "intranet", "lan", "home", "corp", "arpa"})


class BadEndpoint(Exception):
    """The endpoint is none that we send to."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """An endpoint whose address was looked at, but not yet what its name resolves to."""

    scheme: str
    host: str
    port: int
    path: str
    is_local: bool

    @property
    def origin(self) -> str:
        """Return the audience of the signature."""
        usual = (self.scheme, self.port) in (("https", 443), ("http", 80))
        return f"{self.scheme}://{self.host}" if usual else f"{self.scheme}://{self.host}:{self.port}"


def read_endpoint(url: str, *, local_host: str) -> Endpoint:
    """Return the parts of an endpoint, or raise BadEndpoint; ``local_host`` is a host:port that may be internal."""
    if not (0 < len(url) <= LONGEST and url.isascii() and all(letter > " " for letter in url) and "\\" not in url):
        raise BadEndpoint
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadEndpoint from None
    host = parts.hostname or ""
    is_local = bool(local_host) and parts.netloc == local_host
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not is_local and (parts.scheme != "https" or port not in (None, 443) or not _looks_public(host)):
        raise BadEndpoint
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or parts.fragment:
        raise BadEndpoint
    default = 443 if parts.scheme == "https" else 80
    return Endpoint(scheme=parts.scheme, host=host, port=port or default, path=path, is_local=is_local)


def address_of(endpoint: Endpoint) -> str:
    """Return the address to connect to; BadEndpoint when any that the name resolves to is not public.

    The caller connects to just this address: asking again could bring another answer.
    """
    found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not (endpoint.is_local or all(is_public(ip_address(one)) for one in addresses)):
        raise BadEndpoint
    return addresses[0]


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether the address is on the internet, whatever it is wrapped in."""
    if isinstance(address, IPv6Address):
        if address.scope_id or address.teredo:
            return False
        inner = address.ipv4_mapped or address.sixtofour
        if int(address) >> 32 == _NAT64 >> 32:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _looks_public(host: str) -> bool:
    try:
        return is_public(ip_address(host))
    except ValueError:
        pass
    name = host.rpartition(".")[2]
    # A last part with digits only, or in hexadecimal, is an address in disguise: 127.1, 0x7f.1.
    return "." in host and (name.isalpha() or name.startswith("xn--")) and name not in _INNER_NAMES
