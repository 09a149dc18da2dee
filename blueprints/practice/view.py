"""What the page about one person shows: only what the grant lets through."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from operator import itemgetter
from typing import Any

from flask_babel import gettext as _

from blueprints.practice.places import Places
from blueprints.practice.words import day_words, last_entry_words, scope_words, until_words
from firststep.services.access import Grant, Note
from firststep.services.questions import VisitQuestion
from firststep.services.trajectories import Course
from firststep.web.choice import Choice
from firststep.web.dates import long_date
from firststep.web.event_words import event_words
from firststep.web.person_words import person_name
from firststep.web.progress import ProgressPage, progress_page
from firststep.web.shown_course import resolved
from firststep.web.wording import weeks_since_start


def patient_view(
    grant: Grant, course: Course, notes: list[Note], questions: list[VisitQuestion], choice: Choice, places: Places
) -> dict[str, Any]:
    """Return the template's variables."""
    choice, found = resolved(course, choice)
    return {
        "name": person_name(grant.patient_name, grant.confirmed_at),
        "places": places,
        # On paper nobody knows any more from when it is.
        "printed": long_date(grant.today),
        "sessions": places.sessions if grant.shows_charts else "",
        "week": week_words(found.starts_on, grant.today),
        "rows": _rows(grant, course, places),
        "from_day": day_words(grant.from_day) if grant.from_day else "",
        "progress": _shared_page(grant, course, choice, places),
        "questions": [(day_words(question.day), question.text) for question in questions],
        "notes": _in_own_words(course, notes),
    }


def _in_own_words(course: Course, notes: list[Note]) -> list[tuple[str, str]]:
    """Return what stands in the patient's own words, the newest first: of days, and of treatments in the period read.

    A flare-up has its words beside it; where no notes are shared the course comes without any.
    """
    told = [(note.day, note.text) for note in notes]
    for session in course.events_of("treatment_session"):
        if session["note"]:
            told.append(
                (session.day, _("%(treatment)s: %(note)s", treatment=event_words(session), note=session["note"]))
            )
    return [(day_words(day), text) for day, text in sorted(told, key=itemgetter(0), reverse=True)]


def _shared_page(grant: Grant, course: Course, choice: Choice, places: Places) -> ProgressPage:
    """Return the same page as the patient's, without what the scope leaves out and in a reader's words."""
    page = progress_page(
        course,
        # Without a picture nothing is said of where published figures stand in it either.
        choice if grant.shows_charts else replace(choice, ranges="none"),
        today=grant.today,
        page=places.page,
        figure=places.figure,
        own=False,
        from_day=grant.from_day,
    )
    if grant.shows_charts:
        return page
    return replace(
        page, picture=None, ratings=[], flares=[], panels=[], later=[], period_tabs=[], range_tabs=[], sources=()
    )


def week_words(starts_on: date | None, today: date) -> str:
    """Say how long the course has lasted, nothing before it began."""
    if starts_on is None or starts_on > today:
        return ""
    since = weeks_since_start((today - starts_on).days // 7)
    return _("%(since)s (%(day)s)", since=since, day=day_words(starts_on))


def _rows(grant: Grant, course: Course, places: Places) -> list[tuple[str, str]]:
    last_entry_on = course.diary.last_answered_day
    return [
        (_("Last entry"), last_entry_words(last_entry_on, grant.today)),
        (_("You see"), scope_words(grant.scope)),
        (_("Shared until"), places.until or until_words(grant.until_on, grant.today)),
    ]
