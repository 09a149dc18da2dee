"""What measures, feet and arms are called on a chart."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from firststep.clinical.diary import Arm
from firststep.clinical.measures import Foot, Measure
from firststep.figures.view import EventKind

# Translated one at a time: a chart asks for these again and again.
_ARMS: Final = {"standard": _l("Standard care"), "acupuncture": _l("Acupuncture"), "combined": _l("Combined care")}
_MEASURES: Final = {
    ("first_step", None): _l("First-step pain"),
    ("first_step", "left"): _l("First-step pain, left foot"),
    ("first_step", "right"): _l("First-step pain, right foot"),
    ("average", None): _l("Pain over the day"),
    ("average", "left"): _l("Pain over the day, left foot"),
    ("average", "right"): _l("Pain over the day, right foot"),
}
# All of them stand side by side on the narrowest phone.
_IN_FEW_LETTERS: Final[dict[Measure, LazyString]] = {"first_step": _l("First steps"), "average": _l("Over the day")}

_EVENTS: Final[dict[EventKind, LazyString]] = {
    "relief": _l("Meaningful relief, confirmed"),
    "possible_relief": _l("Possible relief, not confirmed"),
    "relapse": _l("Relapse"),
}


def published(text: str) -> str:
    """Return a text of a benchmark file in the reader's language; `tools.messages` collects them from the files."""
    return str(_(text)) if text else ""


def arm_name(arm: Arm) -> str:
    """Name an arm of care."""
    return str(_ARMS[arm])


def measure_name(measure: Measure, foot: Foot | None) -> str:
    """Name a measure and the foot it is about."""
    return str(_MEASURES[measure, foot])


def short_measure_name(measure: Measure) -> str:
    """Name a measure in few letters, without its foot."""
    return str(_IN_FEW_LETTERS[measure])


def line_name(measure: Measure, foot: Foot) -> str:
    """Name a line of the chart in few letters."""
    names = {
        ("first_step", "left"): _("First steps, left"),
        ("first_step", "right"): _("First steps, right"),
        ("average", "left"): _("Over the day, left"),
        ("average", "right"): _("Over the day, right"),
    }
    return str(names[measure, foot])


def finding_name(kind: EventKind) -> str:
    """Name what the outcome rules found on a day."""
    return str(_EVENTS[kind])
