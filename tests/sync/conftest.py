"""One process of phones for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sync.phones import Phones, running_phones


@pytest.fixture(scope="module")
def phones() -> Iterator[Phones]:
    """Return phones without anything on them; each test begins with its own."""
    with running_phones() as running:
        yield running
