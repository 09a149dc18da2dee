"""The list of when to see someone, and what leads to it, in the reader's words."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from firststep.clinical.red_flag_triggers import DAYS_LOOKED_AT, HIGH_PAIN_DAYS, HIGH_PAIN_POINTS, Trigger
from firststep.clinical.red_flags import RED_FLAGS, TEXTS
from firststep.figures.names import measure_name


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One question, and who names it."""

    question: str
    says: str


@dataclass(frozen=True, kw_only=True)
class ReasonGroup:
    """The questions of one urgency, with the one text that belongs to each of them."""

    title: str
    text: str
    reasons: list[Reason]


def reason_groups() -> list[ReasonGroup]:
    """Return the whole list, the most urgent first."""
    titles = {"now": _("At once"), "today": _("Today"), "soon": _("In the next days")}
    return [
        ReasonGroup(
            title=titles[urgency],
            text=_(text),
            reasons=[
                Reason(question=_(flag.question), says=_(flag.says)) for flag in RED_FLAGS if flag.urgency == urgency
            ],
        )
        for urgency, text in TEXTS.items()
    ]


def trigger_words(trigger: Trigger | None) -> str:
    """Say what was written down, without saying what it means; nothing without a trigger."""
    if trigger is None:
        return ""
    measure = measure_name(trigger.measure, trigger.foot)
    if trigger.kind == "high_pain":
        return _(
            "%(measure)s: %(least)s or more on at least %(days)s of the last %(of)s days.",
            measure=measure,
            least=HIGH_PAIN_POINTS,
            days=HIGH_PAIN_DAYS,
            of=DAYS_LOOKED_AT,
        )
    # It may have ended some days ago.
    return _("%(measure)s: for 14 days the 7-day mean was at least 2 points higher than before them.", measure=measure)
