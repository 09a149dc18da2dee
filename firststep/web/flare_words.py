"""Flare-ups in the reader's words: the question, and how long each lasted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from babel.numbers import format_decimal
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from firststep.clinical.flares import FlareAsked, days_to_settle, flare_asked
from firststep.services.diary_events import Event
from firststep.services.happenings import flare_answer
from firststep.services.trajectories import Course
from firststep.web.dates import long_date, long_dates
from firststep.web.wording import foot_name


@dataclass(frozen=True, kw_only=True)
class FlareCard:
    """The question as a page shows it; ``back`` names the page to which a no leads back."""

    title: str
    text: str
    foot: str
    day: str
    op_id: UUID
    back: str


def flare_card(asked: FlareAsked | None, *, two_feet: bool, back: str) -> FlareCard | None:
    """Return the question that is open, None without one."""
    if asked is None:
        return None
    words = {
        "first_step": _("Your first steps hurt more in the last 3 days than in the 2 weeks before."),
        "average": _("Your heel hurt more over the last 3 days than in the 2 weeks before."),
    }[asked.measure]
    return FlareCard(
        title=_("Is this a flare-up?"),
        text=f"{foot_name(asked.foot)}: {words[0].lower()}{words[1:]}" if two_feet else words,
        foot=asked.foot,
        day=asked.since.isoformat(),
        op_id=uuid4(),
        back=back,
    )


def asked_of(course: Course, today: date) -> FlareAsked | None:
    """Return what there is to ask about a whole course."""
    return flare_asked(course.diary, [flare_answer(event) for event in course.events_of("flare")], today)


@dataclass(frozen=True, kw_only=True)
class FlareLine:
    """One flare-up: since when, what is known of it, and the person's own words about it."""

    since: str
    said: str
    note: str


def flare_lines(course: Course, today: date, *, not_settled_by: date | None = None) -> list[FlareLine]:
    """Return each flare-up that the person confirmed, the newest first; of a day on, those not settled by then."""
    found = [event for event in course.events_of("flare") if event["confirmed"]]
    if not_settled_by is not None:
        found = [event for event in found if event["settled_on"] is None or event["settled_on"] > not_settled_by]
    in_words = long_dates()
    return [
        FlareLine(
            since=_since(event, course, in_words),
            said=flare_line(event, today, course=course),
            note=event["note"] or "",
        )
        for event in reversed(found)
    ]


def _since(event: Event, course: Course, in_words: Callable[[date], str]) -> str:
    if event.id in course.begun_before:
        return _("Since before %(day)s", day=in_words(event.day))
    return _("From %(first)s", first=in_words(event.day))


def flare_line(event: Event, today: date, *, course: Course | None = None) -> str:
    """Say how long it lasted or lasts, which foot, how bad it was, and what may have set it off."""
    parts = [_lasted(event, today, known=course is None or event.id not in course.begun_before)]
    if event["foot"]:
        parts.append(foot_name(event["foot"]).lower())
    if event["worst_pain"] is not None:
        worst = format_decimal(Decimal(event["worst_pain"]) / 10, locale=get_locale())
        parts.append(_("worst pain %(pain)s of 10", pain=worst))
    if event["trigger"]:
        parts.append(_("“%(words)s”", words=event["trigger"]))
    return ", ".join(parts)


def _lasted(event: Event, today: date, *, known: bool) -> str:
    """Say the days to settle, or the day that today is; of one that began before what is shared neither is known."""
    settled: date | None = event["settled_on"]
    if settled is not None and settled <= today:
        if not known:
            return _("settled on %(day)s", day=long_date(settled))
        days = days_to_settle(event.day, settled)
        if days == 0:
            return _("settled on the same day")
        return ngettext("settled after %(num)d day", "settled after %(num)d days", days)
    if not known or event.day > today:
        return _("not settled yet")
    return _("not settled yet, day %(day)s", day=(today - event.day).days + 1)
