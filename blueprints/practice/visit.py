"""What stands on the page before a visit: one screen, and only what the grant lets through."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from blueprints.practice.flag_words import flag_words
from blueprints.practice.places import Places
from blueprints.practice.view import week_words
from blueprints.practice.words import day_words, last_entry_words, scope_words, until_words
from firststep.clinical.flares import is_open
from firststep.clinical.measures import Measure
from firststep.clinical.outcomes import Outcomes, outcomes, recorded_measure
from firststep.clinical.previsit import (
    WITHOUT_VISIT_DAYS,
    Figure,
    Since,
    Thresholds,
    VisitFigures,
    flags,
    since_last_visit,
    visit_figures,
)
from firststep.services.access import Grant
from firststep.services.care_and_events import Lately
from firststep.services.happenings import flare_answer
from firststep.services.questions import VisitQuestion
from firststep.services.trajectories import Course
from firststep.web.beside import own_range_line
from firststep.web.choice import Choice
from firststep.web.findings import reader_finding
from firststep.web.flare_words import FlareLine, flare_lines
from firststep.web.person_words import person_name
from firststep.web.progress_alone import still_picture
from firststep.web.wording import difference, foot_name, points, signed_difference

#: The chart of the page: three months, beside what was reported of the same care.
CHOICE = Choice(days=90, any_measure=True)
NARROW, WIDE = (344, 260), (520, 256)
#: How far back a session is looked for; an older one is no last visit any more.
SESSIONS_DAYS = 365

#: Name, figure, unit, and how it compares with the time before.
NumberLine: TypeAlias = tuple[str, str | None, str, str]


def lately(grant: Grant) -> Lately:
    """Return from which days on the page needs doses and sessions."""
    first = grant.today - timedelta(days=SESSIONS_DAYS)
    return Lately(doses=first, sessions=first)


def visit_view(
    grant: Grant, course: Course, questions: list[VisitQuestion], thresholds: Thresholds, places: Places
) -> dict[str, Any]:
    """Return the template's variables for one person."""
    found = outcomes(course.diary, measure=recorded_measure(course.diary))
    since = _since(grant, course)
    said = reader_finding(found, two_feet=len(course.diary.feet) > 1)
    figures = visit_figures(course.diary, found.foot, course.recalled, since, measure=found.measure)
    return {
        "name": person_name(grant.patient_name, grant.confirmed_at),
        "share_id": grant.share_id,
        "kicker": " · ".join(filter(None, (_foot(found), week_words(found.starts_on, grant.today)))),
        "rows": _rows(grant, course, places),
        "from_day": day_words(grant.from_day) if grant.from_day else "",
        "sentence": said,
        "narrow": _picture(grant, course, said, NARROW),
        "wide": _picture(grant, course, said, WIDE),
        "range": own_range_line(found, course.diary.episode.arm if course.diary.episode else None),
        "since": _since_words(since),
        "before": _before_words(since),
        "numbers": _numbers(figures, found.measure, single_days=grant.shows_charts),
        "flags": _flags(grant, course, found, thresholds),
        "flares": _flares(grant, course, since),
        "last_flare": _last_flare(grant, course),
        "shows_flares": grant.shows_charts,
        "questions": [(day_words(question.day), question.text) for question in questions],
        "shows_questions": grant.shows_notes,
        "quality": _quality(figures, since, found.measure, two_feet=len(course.diary.feet) > 1),
    }


def steps_view(before: UUID | None, after: UUID | None) -> dict[str, str]:
    """Return the addresses of those before and after in the list, empty at its ends."""
    return {"previous": _address(before), "next": _address(after)}


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
        (_("Today"), day_words(grant.today)),
        (_("Last entry"), last_entry_words(course.diary.last_answered_day, grant.today)),
        (_("You see"), scope_words(grant.scope)),
        (_("Shared until"), places.until or until_words(grant.until_on, grant.today)),
    ]


def _picture(grant: Grant, course: Course, title: str, size: tuple[int, int]) -> Markup | None:
    if not (grant.shows_charts and course.diary.answered_days):
        return None
    return still_picture(course, CHOICE, today=grant.today, size=size, title=title)


def _since_words(since: Since) -> str:
    if since.is_visit:
        return _("Since the last treatment session, %(day)s", day=day_words(since.day))
    if since.length < WITHOUT_VISIT_DAYS:
        return _("The shared days, from %(day)s on", day=day_words(since.day + timedelta(days=1)))
    return _("The last four weeks")


def _before_words(since: Since) -> str:
    return ngettext(
        "“Before”: the 7-day mean on %(day)s; for the others, the day of %(day)s.",
        "“Before”: the 7-day mean on %(day)s; for the others, the %(num)d days up to it.",
        since.length,
        day=day_words(since.day),
    )


def _numbers(figures: VisitFigures, measure: Measure, *, single_days: bool) -> list[NumberLine]:
    mean_name, worst_name = {
        "first_step": (_("First-step pain, 7-day mean"), _("Worst first-step pain logged")),
        "average": (_("Pain over the day, 7-day mean"), _("Worst pain over the day logged")),
    }[measure]
    lines = [
        _number(mean_name, figures.mean, _("of 10")),
        # One day's pain, so no number of a summary.
        _number(worst_name, figures.worst, _("of 10")) if single_days else None,
        _days_number(_("Stretching"), figures.stretching),
        _days_number(_("NSAID"), figures.nsaid),
    ]
    return [line for line in lines if line]


def _number(name: str, figure: Figure, unit: str) -> NumberLine:
    return name, None if figure.now is None else points(figure.now), unit, _change_words(figure, unit)


def _days_number(name: str, figure: Figure) -> NumberLine:
    """Say days a week with the answers that they are of: 0.0 of many answers is not "nothing logged"."""
    name, value, unit, change = _number(name, figure, _("days a week"))
    answers = ngettext("%(num)d answer", "%(num)d answers", figure.answers or 0)
    return name, value, unit, f"{answers}; {change}"


def _change_words(figure: Figure, unit: str) -> str:
    """Say what it was before and how it differs: less is never called better."""
    if figure.before is None:
        return _("before: too few days")
    if figure.now is None:
        return _("before: %(before)s %(unit)s", before=points(figure.before), unit=unit)
    same = difference(figure.before, figure.now) == 0
    change = _("the same") if same else signed_difference(figure.before, figure.now)
    return _("before: %(before)s (%(change)s)", before=points(figure.before), change=change)


def _flags(grant: Grant, course: Course, found: Outcomes, thresholds: Thresholds) -> list[tuple[str, str]]:
    """Return the rules that fired; none about flare-ups in a summary, which shows no single days."""
    flares = [event for event in course.events_of("flare") if is_open(flare_answer(event), grant.today)]
    shown = flares if grant.shows_charts else []
    begun_before = any(flare.id in course.begun_before for flare in shown)
    fired = flags(course.diary, found.foot, [flare.day for flare in shown], grant.today, thresholds)
    return [flag_words(flag, thresholds, at_least=begun_before) for flag in fired]


def _flares(grant: Grant, course: Course, since: Since) -> list[FlareLine]:
    """Return the flare-ups that began or went on since; a summary has none."""
    if not grant.shows_charts:
        return []
    return flare_lines(course, grant.today, not_settled_by=since.day)


def _last_flare(grant: Grant, course: Course) -> FlareLine | None:
    """Return the newest flare-up of all that are shared, to be named where none began or went on since."""
    lines = flare_lines(course, grant.today) if grant.shows_charts else []
    return lines[0] if lines else None


def _quality(figures: VisitFigures, since: Since, measure: Measure, *, two_feet: bool) -> str:
    logged = ngettext(
        "Logged: %(logged)s of %(num)d day.", "Logged: %(logged)s of %(num)d days.", since.length, logged=figures.logged
    )
    if not figures.entries:
        return f"{logged} {_no_entry(measure, two_feet=two_feet)}"
    if measure != "first_step":
        # Pain over the day is always told afterwards.
        return logged
    recalled = ngettext(
        "From memory: %(recalled)s of %(num)d first-step entry.",
        "From memory: %(recalled)s of %(num)d first-step entries.",
        figures.entries,
        recalled=figures.recalled,
    )
    return f"{logged} {recalled}"


def _no_entry(measure: Measure, *, two_feet: bool) -> str:
    if measure != "first_step":
        return _("No entry of pain over the day of this foot.") if two_feet else _("No entry of pain over the day.")
    # The days that are logged may hold the other foot's.
    return _("No first-step entry of this foot.") if two_feet else _("No first-step entry.")


def _address(share_id: UUID | None) -> str:
    return "" if share_id is None else url_for("practice.visit", share_id=share_id)
