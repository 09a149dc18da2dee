"""A push goes to public hosts over https only, whatever form an inner address is written in."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest

from firststep.services.push_endpoints import BadEndpoint, address_of, is_public, read_endpoint

GOOD = (
    "https://fcm.googleapis.com/fcm/send/abc:def",
    "https://updates.push.services.mozilla.com/wpush/v2/x",
    "https://web.push.apple.com/Q?x=1",
    "https://push.example.org:443/a",
    "https://8.8.8.8/push",
)
BAD = (
    *("", "x", "https://", "//push.example.org/x", "javascript:alert(1)", "file:///etc/passwd", "ftp://example.org/"),
    *("http://push.example.org/x", "https://push.example.org:8443/x", "https://push.example.org:99999/"),
    *(
        "https://localhost/",
        "https://printer/",
        "https://nas.local/",
        "https://db.internal/",
        "https://1.0.0.127.arpa/",
    ),
    *("https://127.0.0.1/", "https://10.0.0.8/", "https://172.16.1.1/", "https://192.168.0.1/", "https://0.0.0.0/"),
    *("https://169.254.169.254/latest", "https://100.64.0.1/", "https://224.0.0.1/", "https://255.255.255.255/"),
    *("https://127.1/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/", "https://127.0.0.1./"),
    *("https://[::1]/", "https://[fe80::1]/", "https://[fc00::1]/", "https://[::ffff:10.0.0.1]/", "https://[::]/"),
    *("https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://[2001::1]/", "https://[fe80::1%25eth0]/"),
    *("https://me@push.example.org/", "https://push.example.org@127.0.0.1/", "https://a.org\\@127.0.0.1/"),
    *("https://push.example.org/#x", "https://push.example.org/a b", "https://push.example.org/\r\nX: y"),
    *("https://püsh.example.org/", f"https://push.example.org/{'x' * 1000}", "https://[::1/"),
)


@pytest.mark.parametrize("url", GOOD)
def test_a_push_service_is_taken(url: str) -> None:
    endpoint = read_endpoint(url, local_host="")
    assert (endpoint.scheme, endpoint.port, endpoint.is_local) == ("https", 443, False)
    assert url.startswith(endpoint.origin)


@pytest.mark.parametrize("url", BAD)
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(BadEndpoint):
        read_endpoint(url, local_host="")


def test_the_host_of_tests_is_taken_and_no_other_inner_one() -> None:
    assert read_endpoint("http://127.0.0.1:4711/x", local_host="127.0.0.1:4711").is_local
    for url in ("http://127.0.0.1:4712/x", "http://127.0.0.1/x", "http://x@127.0.0.1:4711/x"):
        with pytest.raises(BadEndpoint):
            read_endpoint(url, local_host="127.0.0.1:4711")


@pytest.mark.parametrize(
    ("addresses", "taken"),
    [
        (["93.184.216.34"], True),
        (["2606:2800:220:1:248:1893:25c8:1946"], True),
        (["127.0.0.1"], False),
        (["93.184.216.34", "10.0.0.1"], False),
        (["::ffff:127.0.0.1"], False),
        (["169.254.169.254"], False),
        ([], False),
    ],
)
def test_a_name_that_resolves_inside_is_refused(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str], taken: bool
) -> None:
    # The network's answer is what cannot be had in a test.
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: answer)
    endpoint = read_endpoint("https://push.example.org/x", local_host="")
    if taken:
        assert address_of(endpoint) == addresses[0]
    else:
        with pytest.raises(BadEndpoint):
            address_of(endpoint)


def test_public_addresses() -> None:
    assert is_public(ip_address("1.1.1.1"))
    assert is_public(ip_address("64:ff9b::101:101"))
    assert not is_public(ip_address("64:ff9b::a00:1"))
