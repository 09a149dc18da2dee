"""What the browser side and the charts of ten years weigh as they are really served, by gzip and by Brotli."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from datetime import timedelta

import brotli
import pytest
from flask import Flask
from sqlalchemy import insert, update

from firststep.extensions import db
from firststep.models import Day, Dose, FootDay, Patient
from tests import factories
from tests.cast import TODAY, Browser, Cast
from tests.support.crowd import add_year

KB = 1024
WORKER, APP_SCRIPT, STYLE_SHEET, CHART = 12 * KB, 25 * KB, 6 * KB, 15 * KB
TEN_YEARS = 3_650

Pack = Callable[[bytes], bytes]
ENCODINGS: dict[str, tuple[Pack, Pack]] = {
    "gzip": (gzip.compress, gzip.decompress),
    "br": (brotli.compress, brotli.decompress),
}
every_encoding = pytest.mark.parametrize("encoding", ENCODINGS)


def served(browser: Browser, address: str, encoding: str) -> tuple[int, bytes]:
    """Return the bytes of the body on the wire, and what the browser makes of them."""
    with browser.get(address, headers={"Accept-Encoding": encoding}) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Encoding"] == encoding, address
        return len(answer.data), ENCODINGS[encoding][1](answer.data)


@every_encoding
@pytest.mark.parametrize(("kind", "budget"), [("js", APP_SCRIPT), ("css", STYLE_SHEET)])
def test_what_every_page_loads_is_light(nobody: Browser, kind: str, budget: int, encoding: str) -> None:
    # The plainest page: what it loads, all others load too.
    page = nobody.get("/").get_data(as_text=True)
    addresses = set(re.findall(rf"/static/dist/[\w-]+\.{kind}(?=\")", page))
    assert addresses
    assert sum(served(nobody, address, encoding)[0] for address in addresses) <= budget


@every_encoding
def test_the_service_worker_is_light(nobody: Browser, encoding: str) -> None:
    size, plain = served(nobody, "/sw.js", encoding)
    # As it is served: with the pages that it keeps put in.
    assert b"/offline/log=" in plain
    assert size <= WORKER


@pytest.fixture
def ben_for_ten_years(app: Flask, cast: Cast, ben: Browser) -> Browser:
    """Return Ben's browser; he has answered everything about both feet for ten years."""
    with app.app_context():
        first = TODAY - timedelta(days=TEN_YEARS - 1)
        days = [first + timedelta(days=offset) for offset in range(TEN_YEARS)]
        add_year(db.session, cast.ben, TODAY, TEN_YEARS)
        left = {"patient_id": cast.ben, "foot": "left", "first_step_recalled": False}
        db.session.execute(
            insert(FootDay), [left | {"day": day, "first_step_pain": 10 * (day.day % 9)} for day in days]
        )
        db.session.execute(update(FootDay).where(FootDay.patient_id == cast.ben).values(average_pain=35))
        db.session.execute(update(Day).where(Day.patient_id == cast.ben).values(stretch_sets=2))
        himself = db.session.get_one(Patient, cast.ben)
        factories.make_episode(db.session, himself, "combined", first + timedelta(days=30))
        db.session.add_all(Dose(patient_id=cast.ben, day=day, product="ibuprofen", dose_mg=400) for day in days[::3])
        db.session.commit()
    return ben


@every_encoding
def test_the_charts_of_ten_years_are_light(ben_for_ten_years: Browser, encoding: str) -> None:
    everything = "days=all&measure=both&foot=both&ranges=all"
    names = set()
    for chart in ("", "nsaid", "stretching", "change"):
        size, plain = served(ben_for_ten_years, f"/progress/figure.json?{everything}&chart={chart}", encoding)
        names.add(json.loads(plain)["data"][0]["name"])
        assert size <= CHART, chart
    # Four charts, not four times the one that stands for a chart that does not exist.
    assert len(names) == 4
    # The course for narrow screens, and what its page leaves for later.
    for part in ("", "wide", "nsaid", "stretching", "change"):
        size, page = served(ben_for_ten_years, f"/progress?{everything}&chart={part}", encoding)
        assert size <= CHART, part
        (picture,) = [found for found in re.findall(rb"<svg.*?</svg>", page, re.DOTALL) if b"<title" in found]
        assert len(ENCODINGS[encoding][0](picture)) <= CHART
