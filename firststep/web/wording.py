"""Names and sentences about figures: neutral, without a forecast and without advice."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.numbers import format_decimal
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from firststep.clinical.benchmarks.shapes import Grade
from firststep.clinical.change import noticeable_change
from firststep.clinical.means import Mean
from firststep.clinical.measures import Foot, Measure
from firststep.clinical.outcomes import Outcomes
from firststep.clinical.week import DAYS_IN_WEEK
from firststep.figures import names
from firststep.figures.names import arm_name as arm_name
from firststep.web.dates import long_date


def points(value: Fraction | float) -> str:
    """Write points of pain with one decimal."""
    return _one_decimal(tenths(value), get_locale())


def tenths(value: Fraction | float) -> Decimal:
    """Round to one decimal, as it is shown."""
    exact = Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else Decimal(str(value))
    # Plus 0: no "-0.0", which would also be kept in the place of "0.0".
    return exact.quantize(Decimal("0.1"), ROUND_HALF_UP) + 0


def difference(before: Fraction | float, after: Fraction | float) -> Decimal:
    """Return after minus before as they are shown, so that a reader who reckons finds the same."""
    return tenths(after) - tenths(before)


@lru_cache(maxsize=1024)
def _one_decimal(value: Decimal, locale: Locale | None) -> str:
    return str(format_decimal(value, "0.0", locale=locale))


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


def is_old(mean: Mean, today: date) -> bool:
    """Tell whether a mean shares no day with the week that ends today: it says nothing about now."""
    return (today - mean.day).days >= DAYS_IN_WEEK


def finding(found: Outcomes, today: date) -> str:
    """Say in one sentence where the person stands, or stood when last enough was entered."""
    name = measure_name(found.measure)
    if found.current is None:
        return _("%(measure)s: a 7-day mean needs at least 4 entries in 7 days.", measure=name)
    if is_old(found.current, today):
        name = _("%(measure)s up to %(day)s", measure=name, day=long_date(found.current.day))
    now = points(found.current.value)
    if found.baseline is None or found.baseline.day == found.current.day:
        return _("%(measure)s: your 7-day mean is %(now)s.", measure=name, now=now)
    start = points(found.baseline.value)
    shown = difference(found.baseline.value, found.current.value)
    within = (
        noticeable_change(found.baseline.value, found.current.value, found.measure) == "within_day_to_day_variation"
    )
    if shown == 0:
        return _("%(measure)s: your 7-day mean is %(now)s, as at your start.", measure=name, now=now)
    said = {"measure": name, "now": now, "by": points(float(abs(shown))), "start": start}
    if shown < 0:
        if within:
            return _(
                "%(measure)s: your 7-day mean is %(now)s, %(by)s lower than at your start (%(start)s), "
                "within day-to-day variation.",
                **said,
            )
        return _("%(measure)s: your 7-day mean is %(now)s, %(by)s lower than at your start (%(start)s).", **said)
    if within:
        return _(
            "%(measure)s: your 7-day mean is %(now)s, %(by)s higher than at your start (%(start)s), "
            "within day-to-day variation.",
            **said,
        )
    return _("%(measure)s: your 7-day mean is %(now)s, %(by)s higher than at your start (%(start)s).", **said)


def weeks_since_start(whole_weeks: int) -> str:
    """Say how long the course has lasted: full weeks, as the published figures count them."""
    if whole_weeks == 0:
        return _("Less than a week since the start")
    return str(ngettext("%(num)d week since the start", "%(num)d weeks since the start", whole_weeks))


def relief_sentences(found: Outcomes) -> list[str]:
    """Say what the relief and relapse rules found: possible kept apart from confirmed."""
    sentences = []
    relief, relapse = found.relief, found.relapse
    if relief.state == "possible" and relief.day:
        sentences.append(
            _(
                "Possible relief since %(day)s: it counts as meaningful relief only once it has held for 14 days.",
                day=long_date(relief.day),
            )
        )
    if relief.state == "confirmed" and relief.day and relief.days is not None:
        sentences.append(
            ngettext(
                "Meaningful relief from %(day)s, %(num)d day after the start: 30 %% and 2 points lower for 14 days.",
                "Meaningful relief from %(day)s, %(num)d days after the start: 30 %% and 2 points lower for 14 days.",
                relief.days,
                day=long_date(relief.day),
            )
        )
    if relapse.day:
        sentences.append(_("From %(day)s on the pain was back up for 14 days.", day=long_date(relapse.day)))
    return sentences


def low_baseline_sentence() -> str:
    """Say why no window is drawn at a low baseline."""
    return _(
        "The start was below 3 of 10. From there a fall says little, so relief is not computed and no figures of "
        "others are drawn."
    )


def no_baseline_sentence() -> str:
    """Say what is missing for a baseline."""
    return _(
        "There is no baseline yet: it takes at least 4 entries in 7 days. Until then no figures of others can be "
        "placed beside the course."
    )


def signed_difference(before: Fraction | float, after: Fraction | float) -> str:
    """Write the difference of two values in points with its sign: a minus is less pain."""
    shown = difference(before, after)
    sign = "+" if shown > 0 else "\N{MINUS SIGN}" if shown < 0 else ""
    return sign + points(float(abs(shown)))


def gap_sentence(day: date) -> str:
    """Say that follow-up ends where too little was recorded for long."""
    return _(
        "After %(day)s there were too few entries for more than 14 days. Relief and relapse are counted up to then, "
        "because nobody knows what lay between.",
        day=long_date(day),
    )
