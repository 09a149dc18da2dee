"""What a request costs the web process while it has a large sheet read, and after hostile ones.

``TEST_DATABASE=postgresql`` chooses the database.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from bench.other_work import other_work
from bench.ratio import Ratio
from bench.web_process import AT_REST, BESIDE_OTHER, MEANWHILE, Web, compared, one_site, report
from firststep.extensions import db
from tests import factories
from tests.services.test_sheet_reading import HOSTILE
from tests.support.crowd import add_year
from tests.support.fleet import Fleet
from tests.support.sheets import xlsx

_PATH: Final = "/log"
_ROWS, _COLUMNS = 5_000, 60


def main(name: str) -> None:
    """Measure, print and write the figures."""
    with one_site() as site, site.app.app_context():
        practitioner = factories.make_practitioner(db.session, "cho@example.com").user_id
        patient = factories.make_patient(db.session, "ana@example.com")
        add_year(db.session, patient.id, datetime.now(UTC).date())
        user_id = patient.user_id
        db.session.commit()
        ratios = list(_ratios(site, Web.started(site, user_id), practitioner))
    report(name, ratios)


def _ratios(site: Fleet, web: Web, practitioner: UUID) -> Iterator[Ratio]:
    visitor = site.visitor(practitioner)

    def send(file: bytes) -> int:
        return visitor.upload(web.program.port, "/practice/sheets/read", "file", file).status

    rows = [[f"{column}" for column in range(_COLUMNS)]] * _ROWS
    large = xlsx([["Patient", "Date", "VAS", *map(str, range(_COLUMNS - 3))], *rows])
    hostile = [(make(), status) for make, (status, _sentence) in HOSTILE.values()]

    def at_rest() -> float:
        return web.spend_ms(_PATH)

    def after_hostile() -> float:
        for file, status in hostile:
            assert send(file) == status
        return web.spend_ms(_PATH)

    # One process, because one child reads.
    with other_work(1) as others:

        def beside_other() -> float:
            others.let(go=True)
            try:
                return web.spend_ms(_PATH)
            finally:
                others.let(go=False)

        def beside_large() -> float:
            return _spend_beside(web, lambda: send(large))

        ways = {AT_REST: at_rest, BESIDE_OTHER: beside_other, MEANWHILE: beside_large}
        yield from compared(_PATH, "while a large sheet is read", ways)
    yield from compared(_PATH, "after hostile sheets", {AT_REST: at_rest, MEANWHILE: after_hostile})


def _spend_beside(web: Web, send: Callable[[], object]) -> float:
    """Return the CPU for one request while a child reads what is sent, without taking it and answering."""
    sending = threading.Thread(target=send)
    sending.start()
    while not web.has_child():
        pass
    before, spent, asked = web.cpu_ms(), 0.0, 0
    while True:
        web.ask(_PATH)
        after = web.cpu_ms()
        if not web.has_child():
            break
        spent, asked = after - before, asked + 1
    sending.join()
    assert asked >= 10, f"the sheet was read within {asked} requests"
    return spent / asked
