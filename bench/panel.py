"""What a practitioner's list of patients costs with 10, 100 and 10,000 people who share: a page is flat in them.

CPU is compared with the list of 100, the smallest that fills a page. Beside it stand counts, which no noise can blur:
statements of a page, and the steps that SQLite takes for them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bench.pages import getting, site
from bench.ratio import Ratio, compare
from bench.reports import write_report
from firststep.extensions import db
from firststep.jobs.update_panels import update_panels
from firststep.models import Patient, Practitioner, Share, Triage
from firststep.models.triage import AT_ONCE
from firststep.web.panel_upkeep import MOST_IN_REQUEST
from tests import cast as people
from tests import factories
from tests.support.crowd import add_year, copy_diary
from tests.support.statements import counted, stepped

SIZES: Final = (10, 100, 10_000)
BASE: Final = 100
#: The goal: a page costs at most so many times that of the list of 100 people.
GOAL: Final = 1.3
#: Long enough for every rule to have something to read.
_DAYS: Final = 90


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many statements a page sends, and how many steps SQLite's machine takes for them."""

    statements: int
    steps: int


@dataclass(frozen=True, kw_only=True)
class List:
    """A practitioner's list: who is signed in to it, a share in its middle, and of how many people it is."""

    browser: people.Browser
    practitioner_id: UUID
    middle: UUID
    people: int

    def addresses(self) -> dict[str, str]:
        """Return what is asked of the list, by what it is; a name is that of one person, so that pages are alike.

        A letter is one that everybody's name begins with: as many as there are people are found.
        """
        return {
            "the first page": "/practice",
            "a page in the middle": f"/practice?after={self.middle}",
            "one reason": "/practice?group=unchanged",
            "a name": f"/practice?name=case+{self.people - 1}",
            "a letter": "/practice?name=c",
            "a letter, in the middle": f"/practice?name=c&after={self.middle}",
            "a name that nobody has": "/practice?name=nobody",
            "the page before a visit": f"/practice/{self.middle}/visit",
        }


def main(name: str) -> None:
    """Measure, print and write the figures."""
    with site() as app:
        lists, seconds = {}, {}
        for size in SIZES:
            lists[size], seconds[size] = _list(app, size)
        counts = {
            f"{what}, {size:,} people": asdict(_count(app, lists[size].browser, address))
            for size in SIZES
            for what, address in lists[size].addresses().items()
        }
        for what, count in counts.items():
            print(f"{count['statements']:3} statements, {count['steps']:7} steps of SQLite: {what}")
        found = []
        for ratio in _ratios(app, lists):
            found.append(asdict(ratio))
            print(f"{ratio.median:6.2f} × ({ratio.least:.2f}-{ratio.most:.2f})  {ratio.name}: {ratio.tried}")
    for size, spent in seconds.items():
        print(f"{spent / size * 1000:6.2f} ms of CPU a row: the worker computes a list of {size:,}")
    write_report(
        name,
        {
            "unit": "ratio of process CPU, median of interleaved rounds",
            "goal": GOAL,
            "ratios": found,
            "counts": counts,
            "cpu_ms_to_compute_a_row": {str(size): round(spent / size * 1000, 3) for size, spent in seconds.items()},
        },
    )


def _ratios(app: Flask, lists: dict[int, List]) -> Iterator[Ratio]:
    base = lists[BASE]
    for what, address in base.addresses().items():
        for size in SIZES:
            if size != BASE:
                yield compare(
                    f"GET {what}",
                    tried=(f"{size:,} people", getting(lists[size].browser, lists[size].addresses()[what])),
                    base=(f"{BASE} people", getting(base.browser, address)),
                    calls=8,
                )
    for size in SIZES:
        if size != BASE:
            yield compare(
                f"GET the first page while {MOST_IN_REQUEST} people have just entered something",
                tried=(f"{size:,} people", _after_entries(app, lists[size])),
                base=(f"{BASE} people", _after_entries(app, base)),
                calls=4,
            )


def _after_entries(app: Flask, of: List) -> Callable[[], object]:
    """Return a call that asks for the list after as many rows became due as a request computes."""
    with app.app_context():
        rows = select(Triage.share_id).where(Triage.practitioner_id == of.practitioner_id).limit(MOST_IN_REQUEST)
        shares = list(db.session.scalars(rows))
        db.session.rollback()
    ask = getting(of.browser, "/practice")

    def enter_and_ask() -> None:
        with app.app_context():
            own = Triage.share_id.in_(shares)
            db.session.execute(update(Triage).where(own).values(due_at=AT_ONCE, revision=Triage.revision + 1))
            db.session.commit()
        ask()

    return enter_and_ask


def _list(app: Flask, size: int) -> tuple[List, float]:
    """Store a practitioner with so many people who share, and compute their list; return the CPU that it took."""
    with app.app_context():
        practitioner = factories.make_practitioner(db.session, f"of{size}@example.com", name=f"Dr {size}")
        _add_people(db.session, practitioner, size)
        db.session.commit()
        practitioner_id, user_id = practitioner.id, practitioner.user_id
        started = time.process_time()
        while update_panels(people.NOW):
            pass
        spent = time.process_time() - started
        in_order = select(Triage.share_id).where(Triage.practitioner_id == practitioner_id)
        shares = list(db.session.scalars(in_order.order_by(Triage.place, Triage.name_key, Triage.share_id)))
        db.session.rollback()
    browser = people.sign_in(app, user_id)
    # For 10 people too there is a page after the one in the middle.
    return List(
        browser=browser, practitioner_id=practitioner_id, middle=shares[len(shares) // 2 - 1], people=size
    ), spent


def _add_people(session: Session, practitioner: Practitioner, size: int) -> None:
    first = Patient(alias="Case 0", created_at=factories.LONG_AGO)
    session.add(first)
    session.flush()
    add_year(session, first.id, people.TODAY - timedelta(days=1), _DAYS)
    others = [{"id": uuid4(), "alias": f"Case {number}", "created_at": factories.LONG_AGO} for number in range(1, size)]
    session.execute(insert(Patient), others)
    copy_diary(session, first.id)
    kept: dict[str, Any] = {"invited_email": "x@example.com", "scope": "charts", "state": "active"}
    kept |= {"invited_at": factories.LONG_AGO, "confirmed_at": factories.LONG_AGO, "practitioner_id": practitioner.id}
    shares = [{"id": uuid4(), "patient_id": one, **kept} for one in (first.id, *(other["id"] for other in others))]
    session.execute(insert(Share), shares)
    names = {"share_id": "id", "patient_id": "patient_id", "practitioner_id": "practitioner_id"}
    session.execute(insert(Triage), [{column: share[name] for column, name in names.items()} for share in shares])


def _count(app: Flask, browser: people.Browser, address: str) -> Count:
    """Return the statements of a page, and the steps of the database, after a first view that fills the caches."""
    assert browser.get(address).status_code == 200
    with counted(app) as sent:
        assert browser.get(address).status_code == 200
    with stepped(app) as taken:
        assert browser.get(address).status_code == 200
    return Count(statements=len(sent.texts), steps=taken.number)
