"""What stands on the page before a visit: one screen, and only what the grant lets through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, TypeAlias
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from blueprints.practice.places import Places
from blueprints.practice.view import sentence, week_words
from blueprints.practice.words import day_words, last_entry_words, scope_words, until_words
from firststep.clinical.outcomes import Outcomes, outcomes
from firststep.clinical.previsit import (
    DEFAULTS,
    WITHOUT_VISIT_DAYS,
    Figure,
    Flag,
    Since,
    VisitFigures,
    flags,
    since_last_visit,
    visit_figures,
)
from firststep.clinical.week import DAYS_IN_WEEK
from firststep.services.access import Grant, SharedPatient
from firststep.services.diary_events import Event
from firststep.services.questions import VisitQuestion
from firststep.services.trajectories import Course
from firststep.web.flare_words import FlareLine, flare_lines
from firststep.web.person_words import person_name
from firststep.web.progress import Choice, still_picture
from firststep.web.wording import foot_name, points

#: The chart of the page: three months, without the figures of others.
CHOICE = Choice(days=90, ranges="none")
NARROW, WIDE = (344, 260), (520, 280)
#: How far back a session is looked for; an older one is no last visit any more.
SESSIONS_DAYS = 365

#: Name, figure, unit, and how it compares with the time before.
NumberLine: TypeAlias = tuple[str, str | None, str, str]


def sessions_from(grant: Grant) -> date:
    """Return the first day whose sessions the page needs."""
    return grant.today - timedelta(days=SESSIONS_DAYS)


def visit_view(
    grant: Grant, course: Course, questions: list[VisitQuestion], people: Sequence[SharedPatient], places: Places
) -> dict[str, Any]:
    """Return the template's variables; ``people`` is the practitioner's list, in its order."""
    found = outcomes(course.diary, measure="first_step")
    since = _since(grant, course)
    figures = visit_figures(course.diary, found.foot, course.recalled, since)
    return {
        "name": person_name(grant.patient_name, grant.confirmed_at),
        "places": places,
        "kicker": " · ".join(filter(None, (_foot(found), week_words(found.starts_on, grant.today)))),
        "rows": _rows(grant, course, places),
        "from_day": day_words(grant.from_day) if grant.from_day else "",
        "sentence": sentence(found),
        "narrow": _picture(grant, course, found, NARROW),
        "wide": _picture(grant, course, found, WIDE),
        "since": _since_words(since),
        "numbers": _numbers(figures, single_days=grant.shows_charts),
        "flags": _flags(grant, course, found),
        "flares": _flares(grant, course, since),
        "shows_flares": grant.shows_charts,
        "questions": [(day_words(question.day), question.text) for question in questions],
        "shows_questions": grant.shows_notes,
        "quality": _quality(figures, since),
        **_neighbours(grant.share_id, people),
    }


def _since(grant: Grant, course: Course) -> Since:
    # A session is a single day, which a summary does not show.
    # What the patient disputes is no visit that anything is counted from.
    sessions = [event for event in course.sessions() if event["disputed_at"] is None]
    visits = [event.day for event in sessions] if grant.shows_charts else []
    since = since_last_visit(visits, grant.today)
    if grant.from_day is None or since.day >= grant.from_day:
        return since
    # Days that are not shared are no days without an entry.
    return replace(since, day=max(since.day, min(grant.from_day, grant.today) - timedelta(days=1)))


def _foot(found: Outcomes) -> str:
    return "" if found.foot is None else foot_name(found.foot)


def _rows(grant: Grant, course: Course, places: Places) -> list[tuple[str, str]]:
    return [
        (_("Last entry"), last_entry_words(course.diary.last_answered_day, grant.today)),
        (_("You see"), scope_words(grant.scope)),
        (_("Until"), places.until or until_words(grant.until_on, grant.today)),
    ]


def _picture(grant: Grant, course: Course, found: Outcomes, size: tuple[int, int]) -> Markup | None:
    if not (grant.shows_charts and course.diary.answered_days):
        return None
    return still_picture(course, CHOICE, today=grant.today, size=size, title=sentence(found))


def _since_words(since: Since) -> str:
    if since.is_visit:
        return _("Since the last treatment session, %(day)s", day=day_words(since.day))
    if since.length < WITHOUT_VISIT_DAYS:
        return _("The shared days, from %(day)s on", day=day_words(since.day + timedelta(days=1)))
    return _("The last four weeks")


def _numbers(figures: VisitFigures, *, single_days: bool) -> list[NumberLine]:
    days = _("days a week")
    lines = [
        _number(_("First-step pain, 7-day mean"), figures.mean, _("of 10")),
        # One day's pain, so no number of a summary.
        _number(_("Worst first-step pain"), figures.worst, _("of 10")) if single_days else None,
        _number(_("Stretching"), figures.stretching, days),
        _number(_("NSAID"), figures.nsaid, days),
    ]
    return [line for line in lines if line]


def _number(name: str, figure: Figure, unit: str) -> NumberLine:
    return name, None if figure.now is None else points(figure.now), unit, _change_words(figure)


def _change_words(figure: Figure) -> str:
    """Say what it was before and how it differs: less is never called better."""
    if figure.before is None:
        return _("before: cannot be said")
    if figure.change is None:
        return _("before: %(before)s", before=points(figure.before))
    return _("before: %(before)s (%(change)s)", before=points(figure.before), change=_signed(figure.change))


def _signed(change: Fraction) -> str:
    if change == 0:
        return _("the same")
    return ("+" if change > 0 else "−") + points(abs(change))


def _flags(grant: Grant, course: Course, found: Outcomes) -> list[tuple[str, str]]:
    """Return the rules that fired; none about flare-ups in a summary, which shows no single days."""
    flares = [event for event in course.events_of("flare") if event["confirmed"] and _is_open(event, grant.today)]
    shown = flares if grant.shows_charts else []
    begun_before = any(flare.id in course.begun_before for flare in shown)
    fired = flags(course.diary, found.foot, [flare.day for flare in shown], grant.today)
    return [_flag_words(flag, begun_before=begun_before) for flag in fired]


def _is_open(flare: Event, today: date) -> bool:
    return flare.day <= today and (flare["settled_on"] is None or flare["settled_on"] > today)


def _flares(grant: Grant, course: Course, since: Since) -> list[FlareLine]:
    """Return the flare-ups that began or went on since; a summary has none."""
    if not grant.shows_charts:
        return []
    return flare_lines(course, grant.today, not_settled_by=since.day)


def _flag_words(flag: Flag, *, begun_before: bool) -> tuple[str, str]:
    """Return what was counted, and the rule; a flare-up may have begun before what is shared."""
    if flag.kind == "flare":
        return _flare_words(flag.days, begun_before), _("Rule: day %(num)s or later", num=DEFAULTS.flare_days)
    if flag.kind == "silent":
        said = ngettext("No entry for %(num)d day.", "No entry for %(num)d days.", flag.days)
        return said, _("Rule: %(num)s days or more", num=DEFAULTS.silent_days)
    if flag.kind == "nsaid":
        said = _("NSAID on %(days)s of the last %(of)s days.", days=flag.days, of=DEFAULTS.nsaid_of_days)
        return said, _("Rule: %(num)s days or more", num=DEFAULTS.nsaid_days)
    return _pain_flag_words(flag, points(flag.now or Fraction()), points(flag.before or Fraction()))


def _flare_words(days: int, begun_before: bool) -> str:
    if begun_before:
        return ngettext(
            "A flare-up is open, for at least %(num)d day.", "A flare-up is open, for at least %(num)d days.", days
        )
    return _("A flare-up is open, day %(day)s.", day=days)


def _pain_flag_words(flag: Flag, now: str, before: str) -> tuple[str, str]:
    if flag.kind == "rise":
        said = _("7-day mean %(now)s; mean of the 14 days before %(before)s.", now=now, before=before)
        return said, _("Rule: up by %(points)s or more", points=points(DEFAULTS.rise_points))
    weeks = flag.days // DAYS_IN_WEEK
    said = _("No noticeable change for %(weeks)s weeks (7-day mean %(now)s).", weeks=weeks, now=now)
    return said, _("Rule: less than 2 points either way for %(weeks)s weeks or more", weeks=DEFAULTS.unchanged_weeks)


def _quality(figures: VisitFigures, since: Since) -> str:
    logged = ngettext(
        "Logged: %(logged)s of %(num)d day.", "Logged: %(logged)s of %(num)d days.", since.length, logged=figures.logged
    )
    if not figures.entries:
        return f"{logged} {_('No first-step entry.')}"
    recalled = ngettext(
        "From memory: %(recalled)s of %(num)d first-step entry.",
        "From memory: %(recalled)s of %(num)d first-step entries.",
        figures.entries,
        recalled=figures.recalled,
    )
    return f"{logged} {recalled}"


def _neighbours(share_id: UUID, people: Sequence[SharedPatient]) -> dict[str, str]:
    """Return the addresses of those before and after in the list, empty at its ends."""
    ids = [person.share_id for person in people]
    at = ids.index(share_id) if share_id in ids else None
    if at is None:
        return {"previous": "", "next": ""}
    before, after = ids[:at][-1:], ids[at + 1 :][:1]
    return {
        "previous": url_for("practice.visit", share_id=before[0]) if before else "",
        "next": url_for("practice.visit", share_id=after[0]) if after else "",
    }
