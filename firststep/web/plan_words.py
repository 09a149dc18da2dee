"""Stretching plans in the reader's words: names, doses, days, and what the log says about today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from firststep.clinical.adherence import PauseDays, plan_on
from firststep.clinical.stretching import OWN, Preset, StretchingPlan, day_of_plan, find_preset
from firststep.clinical.stretching.shapes import Evidence, Phase
from firststep.figures.names import published
from firststep.web.timer_link import timer_fragment

SECONDS_PER_MINUTE = 60


@dataclass(frozen=True, kw_only=True)
class PlanNote:
    """What the log says about the plan of a day, and where its timer is; empty without a plan."""

    words: str = ""
    timer_href: str = ""


def plan_name(preset: str, name: str | None) -> str:
    """Name a stored plan: by its own name, or by its preset's in the reader's language."""
    found = find_preset(preset)
    return name or (published(found.name) if found else own_name() if preset == OWN else preset)


def own_name() -> str:
    """Name a plan that has no name."""
    return _("My own plan")


def evidence_words(evidence: Evidence) -> str:
    """Say what kind of evidence there is for a preset."""
    return {"trial": _("Tested in a trial"), "handout": _("Patient handout")}[evidence]


def interval_words(interval_days: int) -> str:
    """Say how many days lie between two days of a plan."""
    if interval_days == 1:
        return _("every day")
    return _("every second day") if interval_days == 2 else _("every %(number)s days", number=interval_days)


def seconds_words(seconds: int) -> str:
    """Tell a time in seconds, or in whole minutes where it is one."""
    if seconds >= 2 * SECONDS_PER_MINUTE and seconds % SECONDS_PER_MINUTE == 0:
        return ngettext("%(num)d minute", "%(num)d minutes", seconds // SECONDS_PER_MINUTE)
    return ngettext("%(num)d second", "%(num)d seconds", seconds)


def dose_lines(preset: Preset) -> list[str]:
    """Tell how long, how often and on which days, each in its own line; what is not stated has none."""
    lines = [*_movement(preset), *_counts(preset), _days(preset)]
    lines += [phase_words(phase) for phase in preset.phases]
    if preset.schedule_note:
        lines.append(published(preset.schedule_note))
    return [line for line in lines if line]


def phase_words(phase: Phase) -> str:
    """Tell the sets and repetitions of some weeks."""
    return _(
        "Weeks %(first)s to %(last)s: %(sets)s sets of %(reps)s",
        first=phase.from_week,
        last=phase.to_week,
        sets=phase.sets,
        reps=phase.reps,
    )


def _movement(preset: Preset) -> list[str]:
    if preset.total_s is not None:
        if preset.total_most_s is None:
            return [_("%(time)s in all", time=seconds_words(preset.total_s))]
        low, high = preset.total_s // SECONDS_PER_MINUTE, preset.total_most_s // SECONDS_PER_MINUTE
        return [_("%(low)s to %(high)s minutes", low=low, high=high)]
    hold = seconds_words(preset.hold_s or 0)
    if preset.up_s is None:
        lines = [_("Hold %(time)s", time=hold)]
    else:
        lines = [
            _("%(up)s s up, %(hold)s s hold, %(down)s s down", up=preset.up_s, hold=preset.hold_s, down=preset.down_s)
        ]
    if preset.rest_s is not None:
        lines.append(_("Rest %(time)s after each", time=seconds_words(preset.rest_s)))
    if preset.set_rest_s is not None:
        lines.append(_("%(time)s between two sets", time=seconds_words(preset.set_rest_s)))
    return lines


def _counts(preset: Preset) -> list[str]:
    lines = []
    if preset.reps is not None:
        times = ngettext("%(num)d time", "%(num)d times", preset.reps)
        lines.append(_("%(times)s or more", times=times) if preset.reps_or_more else times)
    if preset.sets_or_more:
        lines.append(_("as many sets as possible"))
    elif preset.sets > 1:
        lines.append(ngettext("%(num)d set", "%(num)d sets", preset.sets))
    return lines


def _days(preset: Preset) -> str:
    if preset.per_day_most is not None:
        often = _("%(low)s to %(high)s times a day", low=preset.per_day, high=preset.per_day_most)
    elif preset.interval_days > 1:
        often = interval_words(preset.interval_days)
    else:
        often = ngettext("once a day", "%(num)d times a day", preset.per_day)
    if preset.weeks_from is None:
        return often
    if preset.weeks_to is None:
        weeks = ngettext("for %(num)d week", "for %(num)d weeks", preset.weeks_from)
    else:
        weeks = _("for %(low)s to %(high)s weeks", low=preset.weeks_from, high=preset.weeks_to)
    return _("%(often)s, %(weeks)s", often=often, weeks=weeks)


def plan_lines(plan: StretchingPlan) -> list[str]:
    """Tell the numbers of a person's plan."""
    lines = []
    if plan.changes_by_the_week and plan.preset is not None:
        lines += [phase_words(phase) for phase in plan.preset.phases]
    else:
        lines.append(sets_words(plan.sets_per_day))
        if plan.reps is not None:
            lines.append(ngettext("%(num)d time", "%(num)d times", plan.reps))
    if plan.hold_s is not None:
        lines.append(_("Hold %(time)s", time=seconds_words(plan.hold_s)))
    return [*lines, interval_words(plan.interval_days)]


def sets_words(sets: int) -> str:
    """Count sets."""
    return ngettext("%(num)d set", "%(num)d sets", sets)


def plan_note(plans: Iterable[StretchingPlan], pauses: Iterable[PauseDays], day: date) -> PlanNote:
    """Return what the log says about a day: the plan with its sets, a rest day or a pause; nothing without a plan."""
    plan = plan_on(plans, day)
    asked = day_of_plan(plan, day, pauses) if plan else None
    if plan is None or asked is None:
        return PlanNote()
    name = plan.name or (published(plan.preset.name) if plan.preset else own_name())
    if asked.kind == "paused":
        return PlanNote(words=_("Plan: %(name)s, paused", name=name))
    if asked.kind == "rest":
        return PlanNote(words=_("A rest day of your plan: %(name)s", name=name))
    words = _("Plan: %(name)s, %(sets)s", name=name, sets=sets_words(asked.sets))
    return PlanNote(words=words, timer_href=url_for("stretching.timer", _anchor=timer_fragment(plan, day)))


def plan_notes(
    plans: Iterable[StretchingPlan], pauses: Iterable[PauseDays], *, first: date, last: date
) -> dict[str, dict[str, str]]:
    """Return for JSON what the log says about each day of the range that lies within a plan, by its ISO date."""
    plans, pauses = tuple(plans), tuple(pauses)
    if not plans:
        return {}
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    notes = {day.isoformat(): plan_note(plans, pauses, day) for day in days}
    return {day: {"words": note.words, "timer": note.timer_href} for day, note in notes.items() if note.words}
