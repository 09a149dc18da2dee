"""What the templates of the daily log are given."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import url_for
from flask_babel import gettext as _

from blueprints.diary.form import SHOWN, DayForm, input_name
from blueprints.diary.words import (
    day_words,
    field_words,
    foot_words,
    relative_day,
    short_day,
    source_words,
    tag_words,
    unit_words,
    value_words,
)
from firststep.clinical.measures import DAY_ITEMS, FOOT_ITEMS, DailyItem, Kind
from firststep.services.diary_fields import FIRST_DAY, FOOT_FIELDS
from firststep.services.diary_history import HistoryLine
from firststep.services.diary_reading import STRIP_DAYS
from firststep.web.dates import moment_words
from firststep.web.timer_link import log_fields


@dataclass(frozen=True, kw_only=True)
class StripDay:
    """One day in the strip of recent days."""

    day: date
    href: str
    short: str
    words: str
    logged: bool
    current: bool


@dataclass(frozen=True, kw_only=True)
class Scale:
    """One question about pain, answered with eleven buttons."""

    name: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Extra:
    """A question about the day that the page asks as its kind of answer is asked: nothing was laid out for it."""

    name: str
    label: str
    kind: Kind
    suffix: str
    options: list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class FootCard:
    """The questions about one foot; without a title when there is only one foot."""

    foot: str
    title: str
    scales: list[Scale]


def day_context(
    form: DayForm,
    *,
    feet: str,
    today: date,
    logged: Collection[date],
    first_entry: bool,
    saved_op: UUID | None,
    undone: bool,
    chosen_day: str,
) -> dict[str, Any]:
    """Return what the day's page shows."""
    one_foot = "" if feet == "both" else foot_words(feet)
    return {
        "form": form,
        "feet": foot_cards(feet),
        "extras": extras_of(form),
        "log_words": log_words(),
        "for_everybody": False,
        "shown_prefix": SHOWN,
        "words": day_words(form.day, today),
        "note": " · ".join(part for part in (relative_day(form.day, today), one_foot) if part),
        "previous": _link(form.day - timedelta(days=1), today),
        "next": _link(form.day + timedelta(days=1), today),
        **_recent(form.day, today, logged),
        "first_entry": first_entry,
        "any_entry": bool(logged),
        "undo": saved_op,
        "undo_id": uuid4(),
        "status": _("Undone") if undone else _("Saved") if saved_op else "",
        "chosen_day": chosen_day or form.day.isoformat(),
        "today": today,
        "after_tap": False,
        "answer_is_second": False,
        "history_href": url_for("diary.history", day=form.day.isoformat()),
    }


def foot_cards(feet: str) -> list[FootCard]:
    """Return the questions for the foot, or for each of both."""
    shown = ["right", "left"] if feet == "both" else [feet]
    return [
        FootCard(
            foot=foot,
            title=foot_words(foot) if feet == "both" else "",
            scales=[Scale(name=input_name(foot, name), label=field_words(name)) for name in FOOT_FIELDS],
        )
        for foot in shown
    ]


def log_words() -> dict[str, str]:
    """Return what the script of the daily form is told: the kind of each answer, and the words that it may need."""
    return {
        "data-day-kinds": json.dumps({item.key: item.kind for item in DAY_ITEMS}),
        "data-foot-kinds": json.dumps({item.key: item.kind for item in FOOT_ITEMS}),
        "data-choose-dose": _("Choose which one."),
        "data-fills": "|".join(log_fields().values()),
    }


def extras_of(form: DayForm) -> dict[str, list[Extra]]:
    """Return the questions for which nothing was laid out, by the place at which they are asked."""
    return {place: _extras(form, place) for place in ("stretch", "more")}


def _extras(form: DayForm, place: str) -> list[Extra]:
    return [
        Extra(
            name=item.key,
            label=field_words(item.key),
            kind=item.kind,
            suffix=unit_words(item.unit),
            options=_options(form.values[item.key], item),
        )
        for item in DAY_ITEMS
        if item.place == place
    ]


def _options(value: str | None, item: DailyItem) -> list[tuple[str, str]]:
    """Return the tags to choose from; one that came from elsewhere can be taken away again."""
    if item.kind == "yes_no":
        return [("yes", _("Yes")), ("no", _("No")), ("", _("No answer"))]
    known = [tag for tag, _label in item.choices]
    others = [tag for tag in (value or "").split(",") if tag and tag not in known]
    return [(tag, tag_words(tag)) for tag in (*known, *others)]


def saved_context(op_id: UUID | None, day: date, today: date, logged: Collection[date]) -> dict[str, Any]:
    """Return what the answer to a tap shows: the way back, and the recent days."""
    return {
        "undo": op_id,
        "undo_id": uuid4(),
        "after_tap": True,
        "answer_is_second": False,
        **_recent(day, today, logged),
    }


def _recent(current: date, today: date, logged: Collection[date]) -> dict[str, Any]:
    days = [today - timedelta(days=back) for back in reversed(range(STRIP_DAYS))]
    return {
        "strip": [_strip_day(day, current, today, logged) for day in days],
        "logged_of_7": sum(day in logged for day in days[-7:]),
    }


def night_context(today: date) -> dict[str, Any]:
    """Return what the question "Yesterday or today?" shows."""
    yesterday = today - timedelta(days=1)
    return {
        "choices": [
            (url_for("diary.past_day", day=day.isoformat()), relative_day(day, today), day_words(day, today))
            for day in (yesterday, today)
        ]
    }


def history_context(
    lines: Sequence[HistoryLine], older: int | None, day: date, today: date, zone: str
) -> dict[str, Any]:
    """Return what the history of a day shows."""
    rows = [
        {
            "what": " · ".join(part for part in (foot_words(line.foot), field_words(line.field)) if part),
            "before": value_words(line, line.old_value),
            "after": value_words(line, line.new_value),
            "when": moment_words(line.stored_at, zone),
            "how": source_words(line),
        }
        for line in lines
    ]
    return {
        "rows": rows,
        "words": day_words(day, today),
        "day_href": url_for("diary.past_day", day=day.isoformat()),
        "older_href": url_for("diary.history", day=day.isoformat(), before=older) if older else "",
    }


def _link(day: date, today: date) -> str:
    return url_for("diary.past_day", day=day.isoformat()) if FIRST_DAY <= day <= today else ""


def _strip_day(day: date, current: date, today: date, logged: Collection[date]) -> StripDay:
    return StripDay(
        day=day,
        href=url_for("diary.past_day", day=day.isoformat()),
        short=short_day(day),
        words=relative_day(day, today) or day_words(day, today),
        logged=day in logged,
        current=day == current,
    )
