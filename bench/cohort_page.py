"""What a practitioner's cohort page costs among 10, 100 and 10,000 people who share 180 days each.

Up to 100 people are counted in the request. Of more the page shows what the worker counted, as long as nothing that it
was computed from has changed, and asks for that each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bench.pages import getting, site
from bench.ratio import Ratio, compare
from firststep.extensions import db
from firststep.jobs.count_cohorts import count_cohorts
from firststep.models import DiaryChange, Episode, Patient, Practitioner, Share
from firststep.services.cohort_stamp import cohort_stamp
from tests import cast as people
from tests import factories
from tests.support.crowd import add_crowd, add_year

DAYS = 180
FEW, SOME, MANY = 10, 100, 10_000
PAGE = "/practice/cohort"


def ratios() -> Iterator[Ratio]:
    """Go through the comparisons: pages beside each other, then what the worker does beside the page that shows it."""
    with ExitStack() as stack:
        sites = {count: stack.enter_context(site()) for count in (FEW, SOME, MANY)}
        browsers = {count: practice(app, count) for count, app in sites.items()}
        yield compare(
            "the page of a cohort, goal 1.3",
            tried=(f"{MANY:,} people, counted before", getting(browsers[MANY], PAGE)),
            base=(f"{SOME} people, counted in the request", getting(browsers[SOME], PAGE)),
            calls=5,
        )
        yield compare(
            "the page of a cohort",
            tried=(f"{SOME} people", getting(browsers[SOME], PAGE)),
            base=(f"{FEW} people", getting(browsers[FEW], PAGE)),
            calls=5,
        )
        with sites[MANY].app_context():
            practitioner_id = db.session.scalars(select(Practitioner.id)).one()
            yield compare(
                f"whether anything of {MANY:,} people changed, beside the page that asks",
                tried=("the two hashes", _stamping(db.session, practitioner_id)),
                base=("the page", getting(browsers[MANY], PAGE)),
                calls=5,
            )


def practice(app: Flask, count: int) -> people.Browser:
    """Add a practitioner with so many people, have a large cohort counted, and return the practitioner's browser."""
    with app.app_context():
        practitioner = factories.make_practitioner(db.session, "cho@example.com")
        first = Patient(alias="", created_at=factories.LONG_AGO)
        db.session.add(first)
        db.session.flush()
        add_year(db.session, first.id, people.TODAY - timedelta(days=1), DAYS)
        add_crowd(db.session, first.id, count - 1)
        _share(db.session, practitioner.id)
        db.session.commit()
        user_id = practitioner.user_id
    browser = people.sign_in(app, user_id)
    if "Count now" in browser.get(PAGE).text:
        browser.post(PAGE)
        with app.app_context():
            count_cohorts(people.NOW)
    assert f"{count} people with a diary" in browser.get(PAGE).text
    return browser


def _share(session: Session, practitioner_id: UUID) -> None:
    """Let everybody share, with a course of care and a history of changes as long as the diary."""
    start = people.TODAY - timedelta(days=DAYS - 7)
    ids = list(session.scalars(select(Patient.id)))
    share = {"practitioner_id": practitioner_id, "invited_email": "cho@example.com", "scope": "charts"}
    share |= {"cohort_use": True, "state": "active", "invited_at": factories.LONG_AGO}
    session.execute(insert(Share), [{"id": uuid4(), "patient_id": one, **share} for one in ids])
    care = {"starts_on": start}
    session.execute(
        insert(Episode),
        [{"id": uuid4(), "patient_id": one, "arm": _ARMS[at % 3], **care} for at, one in enumerate(ids)],
    )
    change = {"field": "note", "entered_at": factories.LONG_AGO, "stored_at": factories.LONG_AGO}
    for day in range(DAYS):
        on = people.TODAY - timedelta(days=1 + day)
        session.execute(
            insert(DiaryChange), [{"op_id": uuid4(), "patient_id": one, "day": on, **change} for one in ids]
        )


_ARMS = ("standard", "acupuncture", "combined")


def _stamping(session: Session, practitioner_id: UUID) -> Callable[[], object]:
    def stamp() -> None:
        cohort_stamp(session, practitioner_id, now=people.NOW)
        session.rollback()

    return stamp
