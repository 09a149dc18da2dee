"""Names and sentences about figures: neutral, without a forecast and without advice."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.numbers import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from firststep.clinical.benchmarks.shapes import Grade
from firststep.clinical.measures import Foot, Measure
from firststep.figures import names
from firststep.figures.names import arm_name as arm_name
from firststep.figures.words import points as points
from firststep.figures.words import tenths as tenths


def difference(before: Fraction | float, after: Fraction | float) -> Decimal:
    """Return after minus before as they are shown, so that a reader who reckons finds the same."""
    return tenths(after) - tenths(before)


@lru_cache(maxsize=1024)
def number(value: float, locale: Locale | None) -> str:
    """Write a number as the language does."""
    return str(format_decimal(value, locale=locale))


def measure_name(measure: Measure) -> str:
    """Name a measure without its foot."""
    return names.measure_name(measure, None)


def foot_name(foot: Foot) -> str:
    """Name a foot."""
    return _("Left foot") if foot == "left" else _("Right foot")


# Translated one at a time: a list of sources asks for these again and again.
_GRADES: Final = {
    "A": _l("Grade A: review of several trials"),
    "B": _l("Grade B: randomised trial, blinded or larger"),
    "C": _l("Grade C: small or unblinded trial, or cohort"),
    "D": _l("Grade D: expert or society statement"),
    "E": _l("Grade E: clinic-reported, not peer-reviewed"),
}


def grade_name(grade: Grade) -> str:
    """Name an evidence grade by its letter, as the legend has it, and the design behind it."""
    return str(_GRADES[grade])


def caution() -> str:
    """Return the sentence that stands under every chart."""
    return _(
        "The figures beside the course are averages from groups of other people. They do not predict one person's "
        "course, and they do not compare treatments fairly, because the groups differed."
    )


def weeks_since_start(whole_weeks: int) -> str:
    """Say how long the course has lasted: full weeks, as the published figures count them."""
    if whole_weeks == 0:
        return _("Less than a week since the start")
    return str(ngettext("%(num)d week since the start", "%(num)d weeks since the start", whole_weeks))


def signed_difference(before: Fraction | float, after: Fraction | float) -> str:
    """Write the difference of two values in points with its sign: a minus is less pain."""
    shown = difference(before, after)
    sign = "+" if shown > 0 else "\N{MINUS SIGN}" if shown < 0 else ""
    return sign + points(float(abs(shown)))
