"""What a signed-in patient's pages cost: among 1,000 other diaries, and with ten years of an own one."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import structlog
from flask import Flask

from app import create_app
from bench.ratio import Ratio, compare
from firststep.extensions import alembic, db
from firststep.models import Patient
from firststep.settings import load_settings
from firststep.web.server import settle_memory
from tests import cast as people
from tests import factories
from tests.support.crowd import add_crowd, add_year

YEAR, TEN_YEARS = 365, 3_650
OTHERS = 1_000


def ratios() -> Iterator[Ratio]:
    """Go through the comparisons of pages."""
    with site() as alone, site() as crowded:
        _, of_alone = _patient(alone, YEAR)
        patient_id, of_crowded = _patient(crowded, YEAR)
        with crowded.app_context():
            add_crowd(db.session, patient_id, OTHERS)
            db.session.commit()
        pages = {"/log": 30, "/progress?days=365&ranges=all": 8}
        for address, calls in pages.items():
            yield compare(
                f"GET {address} among others",
                tried=(f"{OTHERS:,} other patients, a year each", getting(of_crowded, address)),
                base=("nobody else", getting(of_alone, address)),
                calls=calls,
            )
        yield compare(
            "POST /log among others",
            tried=(f"{OTHERS:,} other patients, a year each", _saving(of_crowded)),
            base=("nobody else", _saving(of_alone)),
            calls=20,
        )
        _, of_long = _patient(alone, TEN_YEARS)
        yield compare(
            "GET /progress?days=90 with a long diary",
            tried=("ten years of entries", getting(of_long, "/progress?days=90")),
            base=("one year", getting(of_alone, "/progress?days=90")),
            calls=5,
        )


@contextmanager
def site(prepare: Callable[[Flask], object] = lambda _app: None) -> Iterator[Flask]:
    """Give an application with an empty database; ``prepare`` may add a view to it."""
    with tempfile.TemporaryDirectory(prefix="firststep-bench-") as folder:
        app = create_app(load_settings({"VAR_DIR": folder}))
        # A line of the log for each request would hide the figures.
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
        app.test_client_class = people.Browser
        prepare(app)
        app.config["CLOCK"] = lambda: people.NOW
        with app.app_context():
            alembic.upgrade()
        # As `flask serve` does.
        settle_memory()
        yield app
        with app.app_context():
            db.engine.dispose()


def _patient(app: Flask, days: int) -> tuple[UUID, people.Browser]:
    with app.app_context():
        patient: Patient = factories.make_patient(db.session, f"{days}@example.com")
        factories.make_episode(db.session, patient, "acupuncture", people.TODAY - timedelta(days=60))
        add_year(db.session, patient.id, people.TODAY - timedelta(days=1), days)
        db.session.commit()
        patient_id, user_id = patient.id, patient.user_id
    return patient_id, people.sign_in(app, user_id)


def getting(browser: people.Browser, address: str) -> Callable[[], object]:
    """Return a call that asks for a page as browsers do, compressed."""

    def get() -> None:
        assert browser.get(address, headers={"Accept-Encoding": "gzip, br"}).status_code == 200

    return get


def _saving(browser: people.Browser) -> Callable[[], object]:
    taps = iter(range(10**9))

    def save() -> None:
        data = {"op": str(uuid4()), "day": people.TODAY.isoformat(), "first_step_pain-right": str(next(taps) % 11)}
        assert browser.post("/log", data=data).status_code == 303

    return save
