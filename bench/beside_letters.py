"""What a request costs the web process while two workers hand over letters.

``LETTERS=3000`` chooses how many there are, ``TEST_DATABASE=postgresql`` the database.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from typing import Final

from sqlalchemy import select

from bench.letters import DELAY, WORKERS, make_letters
from bench.other_work import Processes, other_work
from bench.ratio import Ratio
from bench.web_process import AT_REST, BESIDE_OTHER, MEANWHILE, PAGES, Web, compared, one_site, report
from firststep.extensions import db
from firststep.models import User
from tests.support.far_smtp import far_server
from tests.support.fleet import Fleet
from tests.support.workers import start_worker

#: Enough for the workers to be busy until the end.
_LETTERS: Final = 4_000


def main(name: str) -> None:
    """Measure, print and write the figures."""
    with one_site() as site, site.app.app_context():
        make_letters(db.session, int(os.environ.get("LETTERS") or _LETTERS), level="detailed")
        db.session.commit()
        # The one who has a course of care too.
        patient = db.session.scalars(select(User.id).where(User.email == "person0@d0.example")).one()
        db.session.rollback()
        ratios = list(_ratios(site, Web.started(site, patient)))
    report(name, ratios)


def _ratios(site: Fleet, web: Web) -> Iterator[Ratio]:
    with far_server(DELAY) as post, other_work(WORKERS) as others:
        workers = Processes([start_worker(site.app.config["SETTINGS"], post.url) for _ in range(WORKERS)])
        try:
            for path in PAGES:
                ways = {
                    AT_REST: partial(web.spend_ms, path),
                    BESIDE_OTHER: partial(_spend_beside, others, web, path),
                    MEANWHILE: partial(_spend_beside, workers, web, path),
                }
                yield from compared(path, f"while {WORKERS} workers hand over letters", ways)
            assert workers.are_alive(), "there were too few letters"
        finally:
            workers.end()


def _spend_beside(processes: Processes, web: Web, path: str) -> float:
    processes.let(go=True)
    try:
        return web.spend_ms(path)
    finally:
        processes.let(go=False)
