"""The rating of the whole change in the reader's words: the question, and each answer beside the daily entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID, uuid4

from flask import session
from flask_babel import gettext as _

from firststep.clinical.outcomes import Outcomes
from firststep.clinical.pgic import RATINGS, Asked, Compared, EntriesSaid, asked_on, compare, start_of_care
from firststep.figures.names import measure_name
from firststep.services.diary_events import Event
from firststep.services.ratings import rating_of
from firststep.services.trajectories import Course
from firststep.web.dates import long_date
from firststep.web.event_words import pgic_words

#: Where the browser's session keeps the day on which the question was put off.
_PUT_OFF: Final = "rating_put_off_on"


@dataclass(frozen=True, kw_only=True)
class RatingCard:
    """The question as a page shows it; ``back`` names the page to which the answer leads back."""

    week: int
    title: str
    label: str
    options: list[tuple[str, str]]
    op_id: UUID
    back: str


@dataclass(frozen=True, kw_only=True)
class RatingLine:
    """One answer in a sentence, and what the entries said where they differ; ``id`` is for the person alone."""

    id: UUID | None
    said: str
    beside: str


def rating_options() -> list[tuple[str, str]]:
    """Return the seven answers, from very much improved to very much worse."""
    return [(str(rating), pgic_words(rating)) for rating in RATINGS]


def rating_asked(course: Course, today: date) -> Asked | None:
    """Return what is asked today."""
    since = start_of_care(course.diary)
    return asked_on(since, map(rating_of, course.events_of("pgic")), today)


def rating_card(asked: Asked | None, today: date, *, back: str) -> RatingCard | None:
    """Return the question that is open today, None without one or where it was put off until another day."""
    if asked is None or session.get(_PUT_OFF) == today.isoformat():
        return None
    return RatingCard(
        week=asked.week,
        title=rating_title(asked.week),
        label=rating_question(asked.since),
        options=rating_options(),
        op_id=uuid4(),
        back=back,
    )


def rating_title(week: int) -> str:
    """Say which rating is asked for."""
    return _("Week %(week)s: how is it overall?", week=week)


def rating_question(since: date) -> str:
    """Ask for the rating."""
    return _("Compared with the start on %(day)s, overall:", day=long_date(since))


def put_off(today: date) -> None:
    """Ask no more today in this browser."""
    session[_PUT_OFF] = today.isoformat()


def rating_lines(course: Course, found: Outcomes, *, own: bool) -> list[RatingLine]:
    """Tell each answer, the newest first, beside what the entries of the shown measure and foot said by its day.

    ``own``: the reader is the person who rated.
    """
    events = course.events_of("pgic")
    if not events:
        return []
    since = start_of_care(course.diary)
    compared = compare(course.diary, found, map(rating_of, events), since)
    two_feet = len(course.diary.feet) > 1
    measure = measure_name(found.measure, found.foot if two_feet else None)
    lines = [_line(event, one, measure, own=own) for event, one in zip(events, compared, strict=True)]
    return lines[::-1]


def _line(event: Event, one: Compared, measure: str, *, own: bool) -> RatingLine:
    words = {"day": long_date(event.day), "week": event["week"], "rating": pgic_words(event["rating"])}
    said = (
        _("On %(day)s, in week %(week)s, you called it “%(rating)s”.", **words)
        if own
        else _("On %(day)s, in week %(week)s, the person called it “%(rating)s”.", **words)
    )
    beside = f"{_entries_words(one.entries, measure)} {_both_count()}" if one.entries and one.disagree else ""
    return RatingLine(id=event.id if own else None, said=said, beside=beside)


def _entries_words(entries: EntriesSaid, measure: str) -> str:
    """Say what the daily entries said by that day."""
    if entries.since is not None:
        words = {"measure": measure, "day": long_date(entries.since)}
        if entries.said == "relief":
            return _(
                "By the daily entries (%(measure)s) there was meaningful relief: 30 %% and 2 points lower for 14 days "
                "from %(day)s on.",
                **words,
            )
        # Only what the rule found: later the pain may have fallen again.
        return _("By the daily entries (%(measure)s) the pain was back up for 14 days from %(day)s on.", **words)
    if entries.said == "less" and entries.held_after_gap:
        return _(
            "By the daily entries (%(measure)s) the pain was lower. Relief is not counted here: before it there were "
            "too few entries for more than 14 days.",
            measure=measure,
        )
    if entries.said == "less":
        return _(
            "By the daily entries (%(measure)s) the pain was lower, but not yet by 30 %% and 2 points for 14 days.",
            measure=measure,
        )
    if entries.said == "more":
        return _("By the daily entries (%(measure)s) the pain was higher than at the start.", measure=measure)
    return _("By the daily entries (%(measure)s) the change was within day-to-day variation.", measure=measure)


def _both_count() -> str:
    return _("Both count: the rating is about the heel as a whole, the entries are about pain alone.")


def rated_words(event: Event) -> str:
    """Say in a table what was answered."""
    return _("Own rating, week %(week)s: %(rating)s", week=event["week"], rating=pgic_words(event["rating"]))
