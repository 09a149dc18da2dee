"""Where the figures for monitoring are listened for."""

from __future__ import annotations

import socket
import urllib.request

import click
import pytest
from prometheus_client import CollectorRegistry

from firststep.commands.metrics import Address, show_metrics


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_figures_are_shown_on_both_kinds_of_address(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as found:
        try:
            found.bind((host.strip("[]"), 0))
        except OSError:
            pytest.skip("this machine has no such address")
        port = found.getsockname()[1]
    show_metrics(Address().convert(f"{host}:{port}", None, None), CollectorRegistry())
    with urllib.request.urlopen(f"http://{host}:{port}/healthz", timeout=5) as answer:
        assert answer.read() == b"ok\n"


@pytest.mark.parametrize("text", ["9100", ":9100", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:x"])
def test_what_is_no_address_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(click.UsageError, match="HOST:PORT"):
        Address().convert(text, None, None)
