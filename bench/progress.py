"""What the progress page costs beside hello-world: both feet, with every table of the charts filled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import false, insert, literal, select, update
from sqlalchemy.orm import Session

from bench.pages import YEAR, getting, site
from bench.ratio import Ratio, compare
from firststep.extensions import db
from firststep.models import Day, Dose, Flare, FootDay, Patient, Pause, Pgic, Plan, TreatmentSession
from tests import cast as people
from tests import factories
from tests.support.crowd import add_year

TEN_YEARS = 3_650
HELLO = "/hello"
PAGES = (
    "/progress",
    "/progress?days=365&measure=both&ranges=all",
    "/progress?days=all",
    "/progress?days=all&measure=both&foot=both&ranges=all",
)
#: What the page of the whole course leaves for later.
PARTS = tuple(f"/progress?days=all&chart={chart}" for chart in ("table", "wide", "change", "nsaid", "stretching"))
#: The figures that the browser draws.
FIGURES = tuple(
    f"/progress/figure.json{query}"
    for query in (
        "",
        "?days=all",
        "?days=all&measure=both&foot=both&ranges=all",
        "?days=all&chart=nsaid",
        "?days=all&chart=stretching",
    )
)
#: The goal: a page of the charts costs at most so many hello-worlds.
GOAL = 20


def ratios() -> Iterator[Ratio]:
    """Go through the comparisons of the progress page with hello-world."""
    with site(_with_hello) as app:
        for days in (YEAR, TEN_YEARS):
            browser = _eventful(app, days)
            for address in (*PAGES, *PARTS, *FIGURES):
                yield compare(
                    f"GET {address} after {days:,} days, goal {GOAL}",
                    tried=("with doses, sessions, flare-ups, pauses and a plan", getting(browser, address)),
                    base=("hello-world, for everybody", getting(browser, HELLO)),
                    calls=6,
                )


def _with_hello(app: Flask) -> None:
    app.add_url_rule(HELLO, "hello", lambda: "Hello, world!")
    # For everybody: the cheapest view that this program can have.
    app.extensions["policy_table"]["hello", "GET"] = "public"


def _eventful(app: Flask, days: int) -> people.Browser:
    with app.app_context():
        patient: Patient = factories.make_patient(db.session, f"eventful{days}@example.com")
        factories.make_episode(db.session, patient, "acupuncture", people.TODAY - timedelta(days=days - 60))
        add_year(db.session, patient.id, people.TODAY - timedelta(days=1), days)
        _add_events(db.session, patient.id, days)
        db.session.commit()
        user_id = patient.user_id
    return people.sign_in(app, user_id)


def _add_events(session: Session, patient_id: UUID, days: int) -> None:
    """Add the other foot, a dose every third day, a session a week, now and then a flare-up, a pause and a new plan."""
    session.execute(update(FootDay).where(FootDay.patient_id == patient_id).values(average_pain=30))
    other = select(FootDay.patient_id, FootDay.day, literal("left"), FootDay.first_step_pain // 2, literal(20), false())
    columns = ["patient_id", "day", "foot", "first_step_pain", "average_pain", "first_step_recalled"]
    session.execute(insert(FootDay).from_select(columns, other.where(FootDay.patient_id == patient_id)))
    session.execute(update(Day).where(Day.patient_id == patient_id).values(stretch_sets=2))
    first = people.TODAY - timedelta(days=days)
    on = [first + timedelta(days=offset) for offset in range(days)]
    session.add_all(Dose(patient_id=patient_id, day=day, product="ibuprofen", dose_mg=400) for day in on[::3])
    session.add_all(TreatmentSession(patient_id=patient_id, day=day, kind="acupuncture") for day in on[::7])
    for day in on[20::120]:
        session.add(Flare(patient_id=patient_id, day=day, settled_on=day + timedelta(days=9)))
        session.add(Pause(patient_id=patient_id, day=day, ends_on=day + timedelta(days=5)))
        session.add(Plan(patient_id=patient_id, day=day, preset="own", sets_per_day=3))
    session.add_all(Pgic(patient_id=patient_id, day=on[7 * week], week=week, rating=2) for week in (4, 8, 12, 24))
