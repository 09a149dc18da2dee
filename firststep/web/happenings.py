"""What happened meanwhile, as the trajectory shows it: sessions, confirmed flare-ups, pauses, own ratings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from functools import cache

from flask_babel import gettext as _

from firststep.clinical.measures import Foot
from firststep.figures.view import OwnRating, Spell, TrajectoryView, Visit
from firststep.services.care_and_events import NOTED
from firststep.services.trajectories import Course
from firststep.web.event_words import session_kind_words
from firststep.web.noted_words import noted_by, noted_words
from firststep.web.ratings import rated_words


def with_happenings(view: TrajectoryView, course: Course, feet: Collection[Foot | None], today: date) -> TrajectoryView:
    """Add what the person noted to the chart; a flare-up of another foot than ``feet`` is left out."""
    flares = [
        Spell("flare", flare.day, flare["settled_on"])
        for flare in course.events_of("flare")
        if flare["confirmed"] and (flare["foot"] is None or flare["foot"] in feet)
    ]
    pauses = [Spell("pause", pause.day, pause["ends_on"]) for pause in course.events_of("pause")]
    words = cache(_visit_words)
    own_words = cache(noted_words)
    return replace(
        view,
        visits=tuple(
            Visit(
                visit.day,
                own_words(visit["kind"], visit["number"], noted_by(visit), visit["disputed_at"] is not None)
                if visit.kind == NOTED
                else words(visit["kind"], visit["number"]),
            )
            for visit in course.sessions()
            if view.shows(visit.day)
        ),
        spells=(*view.spells, *(spell for spell in (*pauses, *flares) if _touches(view, spell))),
        ratings=tuple(
            OwnRating(rating.day, rated_words(rating)) for rating in course.events_of("pgic") if view.shows(rating.day)
        ),
        today=today,
    )


def _touches(view: TrajectoryView, spell: Spell) -> bool:
    return spell.first <= view.last_day and (spell.last is None or spell.last >= view.first_day)


def _visit_words(kind: str, number: int | None) -> str:
    words = session_kind_words(kind)
    if number is None:
        return _("Treatment: %(kind)s", kind=words)
    return _("Treatment: %(kind)s, no. %(number)s", kind=words, number=number)
