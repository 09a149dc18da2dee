"""What measures, feet and arms are called on a chart."""

from __future__ import annotations

from flask_babel import gettext as _

from firststep.clinical.diary import Arm
from firststep.clinical.measures import Foot, Measure


def published(text: str) -> str:
    """Return a text of a benchmark file in the reader's language; `tools.messages` collects them from the files."""
    return str(_(text)) if text else ""


def arm_name(arm: Arm) -> str:
    """Name an arm of care."""
    names = {"standard": _("Standard care"), "acupuncture": _("Acupuncture"), "combined": _("Combined care")}
    return str(names[arm])


def measure_name(measure: Measure, foot: Foot | None) -> str:
    """Name a measure and the foot it is about."""
    names = {
        ("first_step", None): _("First-step pain"),
        ("first_step", "left"): _("First-step pain, left foot"),
        ("first_step", "right"): _("First-step pain, right foot"),
        ("average", None): _("Pain over the day"),
        ("average", "left"): _("Pain over the day, left foot"),
        ("average", "right"): _("Pain over the day, right foot"),
    }
    return str(names[measure, foot])


def line_name(measure: Measure, foot: Foot) -> str:
    """Name a line of the chart in few letters."""
    names = {
        ("first_step", "left"): _("First steps, left"),
        ("first_step", "right"): _("First steps, right"),
        ("average", "left"): _("Over the day, left"),
        ("average", "right"): _("Over the day, right"),
    }
    return str(names[measure, foot])
