"""The page to read in an export: one file without scripts or links, which any browser opens without a connection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from flask import current_app
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from firststep.clinical.diary import FIRST_DAY, LAST_DAY, Arm
from firststep.clinical.measures import FEET, FOOT_ITEMS, Foot
from firststep.figures.legend import LegendItem, legend
from firststep.figures.period import PERIODS
from firststep.figures.svg import draw
from firststep.figures.theme import LIGHT
from firststep.models import Patient
from firststep.models.noted import NOTED_TEXTS
from firststep.services import audit
from firststep.services.diary_entry import Entry, read_entries
from firststep.services.diary_events import KINDS, Event, read_events
from firststep.services.diary_wire import points
from firststep.services.noted_sessions import read_all
from firststep.services.share_lists import list_shares
from firststep.services.sheet_visits import visits_of
from firststep.services.trajectories import Course, read_course
from firststep.services.treatment import list_episodes
from firststep.services.zones import local_day
from firststep.web import wording
from firststep.web.choice import Choice
from firststep.web.dates import long_date, moment_words, short_dates
from firststep.web.event_words import event_name, event_words
from firststep.web.language import language_tag
from firststep.web.noted_words import field_name, noted_words
from firststep.web.progress import progress_page
from firststep.web.progress_alone import progress_figure
from firststep.web.share_words import scope_words, stated_reader, trail_words
from firststep.web.shown_course import WIDE_PX
from firststep.web.visit_words import visit_head, visit_rows

_TEMPLATE = "own_data/readable.html"


@dataclass(frozen=True, kw_only=True)
class Still:
    """The chart as one drawing with its colours in it."""

    svg: Markup
    legend: list[LegendItem]


def readable_page(session: Session, patient_id: UUID, *, now: datetime) -> Iterator[str]:
    """Go through the pieces of the page; the diary is read when the first one is asked for."""
    patient = session.get_one(Patient, patient_id)
    assert patient.user is not None
    zone_name = patient.user.time_zone
    today = local_day(now, zone_name)
    course = read_course(session, patient_id)
    entries = read_entries(session, patient_id, first=FIRST_DAY, last=LAST_DAY)
    choice = _whole(course, today)
    progress = progress_page(course, choice, today=today, page=_nowhere, figure=_nowhere)
    template = current_app.jinja_env.get_template(_TEMPLATE)
    yield from template.generate(
        language=language_tag(),
        name=patient.user.name or patient.user.email,
        made=moment_words(now, zone_name),
        progress=progress,
        chart=_still(course, choice, today, progress.sentence),
        care=[
            (wording.arm_name(cast(Arm, one.arm)), _span(one.starts_on, one.ends_on))
            for one in list_episodes(session, patient_id)
        ],
        happenings=_happenings(read_events(session, patient_id, tuple(KINDS), first=FIRST_DAY, last=date.max)),
        noted=_noted(session, patient_id),
        visit_head=visit_head(),
        visits=visit_rows(visits_of(session, patient_id)),
        head=_day_head(course),
        days=_days(entries, course),
        shares=_shares(session, patient_id, today=today, now=now),
        looks=_looks(session, patient, zone_name),
        record=audit.trail_head(session, patient_id),
    )


def _nowhere(**_choice: Any) -> str:
    """Return no address: nothing on the page leads anywhere."""
    return ""


def _whole(course: Course, today: date) -> Choice:
    """Return the shortest period of the chart that shows the whole course, of the measure that was recorded."""
    days = (today - min(course.diary.answered_days, default=today)).days
    return Choice(days=next((length for length in sorted(PERIODS) if length > days), None), any_measure=True)


def _still(course: Course, choice: Choice, today: date, title: str) -> Still | None:
    if not course.diary.answered_days:
        return None
    figure = progress_figure(course, choice, today=today)
    width, height = WIDE_PX
    drawn = draw(figure, width=width, height=height, title=title, description=wording.caution(), palette=LIGHT)
    return Still(svg=drawn, legend=legend(figure, LIGHT))


def _span(first: date, last: date | None) -> str:
    if last is None:
        return _("since %(day)s", day=long_date(first))
    return _("%(first)s to %(last)s", first=long_date(first), last=long_date(last))


def _happenings(events: list[Event]) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Return each kind of dated things by name, with (day, words, own words) of each."""
    short_date = short_dates()
    found: dict[str, list[tuple[str, str, str]]] = {}
    for event in events:
        own = event["note"] or "" if event.kind != "question" else ""
        found.setdefault(event.kind, []).append((short_date(event.day), event_words(event), own))
    return [(event_name(kind), found[kind]) for kind in KINDS if kind in found]


def _noted(session: Session, patient_id: UUID) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Go through what practitioners noted: (day, words, (field, text) of each that is recorded)."""
    for one in read_all(session, patient_id):
        words = noted_words(one.kind, one.number, _("noted by %(name)s", name=one.noted_by), bool(one.disputed_at))
        if one.withdrawn_at:
            words = _("%(said)s, withdrawn", said=words)
        texts = [(field_name(name), getattr(one, name)) for name in (*NOTED_TEXTS, "dispute")]
        yield long_date(one.day), words, [(name, text) for name, text in texts if text]


def _feet(course: Course) -> list[Foot]:
    return [foot for foot in FEET if foot in course.diary.feet]


def _day_head(course: Course) -> list[str]:
    pains = [wording.measure_name(item.measure) for item in FOOT_ITEMS if item.measure]
    feet = _feet(course)
    with_foot = [f"{pain} ({wording.foot_name(foot)})" for foot in feet for pain in pains]
    return [_("Day"), *with_foot, _("Stretching"), _("NSAID"), _("Note")]


def _days(entries: dict[date, Entry], course: Course) -> Iterator[list[str | None]]:
    short_date, feet = short_dates(), _feet(course)
    stretch = {True: _("Done"), False: _("Not done"), None: None}
    nsaid = {True: _("Yes"), False: _("No"), None: None}
    for day in sorted(entries, reverse=True):
        entry = entries[day]
        tenths = [entry.tenths(foot, item.key) for foot in feet for item in FOOT_ITEMS]
        yield [
            short_date(day),
            *(None if value is None else f"{points(value):g}" for value in tenths),
            stretch[_answer(entry, "stretch_done")],
            nsaid[_answer(entry, "nsaid_taken")],
            str(entry.value("", "note") or ""),
        ]


def _answer(entry: Entry, name: str) -> bool | None:
    value = entry.value("", name)
    return value if isinstance(value, bool) else None


def _shares(session: Session, patient_id: UUID, *, today: date, now: datetime) -> list[tuple[str, str, str]]:
    lines = list_shares(session, patient_id, today=today, now=now)
    states = {
        "active": _("Can look"),
        "invited": _("Invited, not accepted yet"),
        "accepted": _("Accepted, not confirmed"),
    }
    return [
        (
            (line.person.name or line.person.email) if line.person else line.invited_email,
            scope_words(line.scope),
            states.get(line.state, _("Ended")),
        )
        for line in lines
    ]


def _looks(session: Session, patient: Patient, zone_name: str) -> Iterator[tuple[str, str, str]]:
    for event in audit.read_trail(session, patient.id):
        if event.actor_user_id is None:
            who = stated_reader(event.actor_name) if event.actor_name else _("Firststep or its operator")
        else:
            who = _("You") if event.actor_user_id == patient.user_id else event.actor_name
        yield moment_words(event.at, zone_name), who, trail_words(event.what)
