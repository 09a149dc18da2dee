"""SMTP_URL as operators write it."""

from __future__ import annotations

import pytest

from firststep.mail.smtp import Server, server_of


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (
            "smtp://u%40x:p%3Aw@mail.example.org:587",
            Server(
                host="mail.example.org", port=587, username="u@x", password="p:w", tls_from_start=False, starttls=True
            ),
        ),
        (
            "smtps://u:p@mail.example.org",
            Server(host="mail.example.org", port=465, username="u", password="p", tls_from_start=True, starttls=False),
        ),
        (
            "smtp://127.0.0.1:2525",
            Server(host="127.0.0.1", port=2525, username=None, password=None, tls_from_start=False, starttls=False),
        ),
        (
            "smtp://relay.lan:25?starttls=off",
            Server(host="relay.lan", port=25, username=None, password=None, tls_from_start=False, starttls=False),
        ),
        # TLS is asked for unless somebody says no, also without a password.
        (
            "smtp://relay.lan:25",
            Server(host="relay.lan", port=25, username=None, password=None, tls_from_start=False, starttls=True),
        ),
    ],
)
def test_the_url_says_where_and_how(url: str, server: Server) -> None:
    assert server_of(url) == server


@pytest.mark.parametrize("url", ["", "mail.example.org", "http://mail.example.org", "smtp://"])
def test_another_url_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL must look like smtp://user:password@host:587"):
        server_of(url)
