"""An application that has one catalogue, of a language made for these tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from firststep.settings import Settings
from tests.support.applications import migrated
from tests.support.databases import database_url
from tests.support.pseudo_locale import make_catalogue


@pytest.fixture(scope="session")
def application(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Return an application of its own, as the language is chosen when the program starts."""
    folder = tmp_path_factory.mktemp("translations")
    make_catalogue(folder)
    with migrated(replace(settings, translations_dir=folder, database_url=database_url(folder))) as app:
        yield app
