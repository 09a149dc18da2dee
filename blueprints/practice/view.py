"""What the page about one person shows: only what the grant lets through."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _

from blueprints.practice.words import day_words, last_entry_words, scope_words, until_words
from firststep.clinical.diary import Diary
from firststep.clinical.outcomes import Outcomes, outcomes
from firststep.services.access import Grant, Note


def patient_view(grant: Grant, diary: Diary, notes: list[Note]) -> dict[str, Any]:
    """Return the template's variables."""
    found = outcomes(diary, measure="first_step")
    return {
        "name": grant.patient_name or _("Without a name"),
        "share_id": grant.share_id,
        "week": _week_words(found.starts_on, grant.today),
        "rows": _rows(grant, diary),
        "from_day": day_words(grant.from_day) if grant.from_day else "",
        "sentence": _sentence(found),
        "numbers": _numbers(found, diary),
        "notes": [(day_words(note.day), note.text) for note in notes],
    }


def _week_words(starts_on: date | None, today: date) -> str:
    if starts_on is None or starts_on > today:
        return ""
    return _(
        "Week %(week)d since the start on %(day)s", week=(today - starts_on).days // 7 + 1, day=day_words(starts_on)
    )


def _rows(grant: Grant, diary: Diary) -> list[tuple[str, str]]:
    last_entry_on = max(diary.answered_days(), default=None)
    return [
        (_("Last entry"), last_entry_words(last_entry_on, grant.today)),
        (_("You see"), scope_words(grant.scope)),
        (_("Until"), until_words(grant.until_on)),
    ]


def _sentence(found: Outcomes) -> str:
    if found.baseline is None or found.current is None:
        return _("Too few entries to say how first-step pain went.")
    return _(
        "First-step pain: %(before)s at baseline (%(before_day)s), %(now)s now (%(now_day)s); 7-day means, 0 to 10.",
        before=_points(found.baseline.value),
        before_day=day_words(found.baseline.day),
        now=_points(found.current.value),
        now_day=day_words(found.current.day),
    )


def _numbers(found: Outcomes, diary: Diary) -> list[tuple[str, str | None, str]]:
    return [
        (_("Baseline"), _points(found.baseline.value) if found.baseline else None, _("of 10")),
        (_("Now"), _points(found.current.value) if found.current else None, _("of 10")),
        (_("Days with entries"), str(len(diary.answered_days())), ""),
    ]


def _points(value: Fraction) -> str:
    return str(format_decimal(round(float(value), 1), "0.0"))
