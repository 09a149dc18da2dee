"""What the templates of the stretching plans are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask import request, url_for
from flask_babel import gettext as _

from firststep.clinical.adherence import plan_on
from firststep.clinical.stretching import OWN, Preset, find_preset, load_presets
from firststep.clinical.stretching.shapes import EVIDENCES
from firststep.figures.names import published
from firststep.services.diary_events import Event
from firststep.services.stretching_plans import plan_of
from firststep.web.dates import long_date
from firststep.web.plan_words import dose_lines, evidence_words, own_name, plan_lines, plan_name
from firststep.web.timer_link import log_fields, timer_fragment, timer_presets


@dataclass(frozen=True, kw_only=True)
class ShownPreset:
    """A preset in the reader's words."""

    key: str
    name: str
    how: str
    evidence: str
    dose: list[str]
    remarks: list[str]
    source: str
    checked: str


@dataclass(frozen=True, kw_only=True)
class ShownPlan:
    """One of the person's plans in the reader's words; ``timer_href`` is empty where it asks for nothing now."""

    id: UUID
    name: str
    dates: str
    lines: list[str]
    going_on: bool
    counts: bool
    timer_href: str
    is_practitioners: bool


def shown_preset(preset: Preset) -> ShownPreset:
    """Return a preset as pages show it."""
    return ShownPreset(
        key=preset.key,
        name=published(preset.name),
        how=published(preset.how),
        evidence=evidence_words(preset.evidence),
        dose=dose_lines(preset),
        remarks=[published(remark) for remark in preset.remarks],
        source=published(preset.source),
        checked=long_date(preset.checked_on),
    )


def plans_context(found: list[Event], today: date) -> dict[str, Any]:
    """Return the person's plans and the presets by their evidence."""
    counting = plan_on([plan_of(plan) for plan in reversed(found)], today)
    return {
        "plans": [_shown_plan(plan, today, counts=plan_of(plan) == counting) for plan in found],
        "has_plan": counting is not None,
        "groups": [
            (evidence_words(evidence), [shown_preset(one) for one in load_presets() if one.evidence == evidence])
            for evidence in EVIDENCES
        ],
        "own": OWN,
        "op_ids": [uuid4() for _plan in found],
    }


def _shown_plan(event: Event, today: date, *, counts: bool) -> ShownPlan:
    plan, first = plan_of(event), long_date(event.day)
    dates = _("since %(first)s", first=first)
    if plan.last:
        dates = _("%(first)s to %(last)s", first=first, last=long_date(plan.last))
    return ShownPlan(
        id=event.id,
        name=plan_name(event["preset"], event["name"]),
        dates=dates,
        lines=plan_lines(plan),
        going_on=plan.last is None or plan.last > today,
        counts=counts,
        timer_href=url_for("stretching.timer", _anchor=timer_fragment(plan, today)) if counts else "",
        is_practitioners=event["chosen_by"] == "practitioner",
    )


def known_numbers(key: str, today: date) -> dict[str, Any]:
    """Return the numbers with which the form of a preset begins; an own plan has none but one set every day."""
    preset = find_preset(key)
    if preset is None:
        return {"day": today, "sets_per_day": 1, "interval_days": "1"}
    return {
        "day": today,
        "hold_s": preset.hold_s,
        "reps": preset.first.reps if preset.hold_s is not None else None,
        "sets_per_day": preset.sets_per_day,
        "interval_days": str(preset.interval_days),
    }


def choice_context(key: str) -> dict[str, Any]:
    """Return what the form of a plan shows beside its fields."""
    preset = find_preset(key)
    return {
        "key": key,
        "preset": shown_preset(preset) if preset else None,
        "title": published(preset.name) if preset else own_name(),
        "has_reps": preset is None or preset.hold_s is not None,
        "has_phases": preset is not None and bool(preset.phases),
        "op_id": request.form.get("op") or uuid4(),
    }


def timer_context() -> dict[str, Any]:
    """Return what the timer's page shows without scripts, and what its script counts."""
    return {
        "presets": [shown_preset(preset) for preset in load_presets()],
        "timed": timer_presets(),
        "fields": log_fields(),
    }
