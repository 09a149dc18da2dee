"""Where a course stands, in one sentence: to the person, and to a reader who is somebody else."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _

from firststep.clinical.change import noticeable_change
from firststep.clinical.means import Mean
from firststep.clinical.outcomes import Outcomes
from firststep.clinical.week import DAYS_IN_WEEK
from firststep.figures.names import measure_name
from firststep.web.dates import long_date, short_date
from firststep.web.wording import difference, points


def is_old(mean: Mean, today: date) -> bool:
    """Tell whether a mean shares no day with the week that ends today: it says nothing about now."""
    return (today - mean.day).days >= DAYS_IN_WEEK


def finding(found: Outcomes, today: date, *, two_feet: bool) -> str:
    """Say to the person where they stand, or stood when last enough was entered; with ``two_feet`` of which one."""
    name = _name(found, two_feet)
    if found.current is None:
        return _too_few(name)
    if is_old(found.current, today):
        name = _("%(measure)s up to %(day)s", measure=name, day=long_date(found.current.day))
    now = points(found.current.value)
    if found.baseline is None or found.baseline.day == found.current.day:
        return _("%(measure)s: your 7-day mean is %(now)s.", measure=name, now=now)
    start = points(found.baseline.value)
    shown = difference(found.baseline.value, found.current.value)
    if shown == 0:
        return _("%(measure)s: your 7-day mean is %(now)s, as at your start.", measure=name, now=now)
    said = {"measure": name, "now": now, "by": points(float(abs(shown))), "start": start}
    if shown < 0:
        if _is_within(found):
            return _(
                "%(measure)s: your 7-day mean is %(now)s, %(by)s lower than at your start (%(start)s), "
                "within day-to-day variation.",
                **said,
            )
        return _("%(measure)s: your 7-day mean is %(now)s, %(by)s lower than at your start (%(start)s).", **said)
    if _is_within(found):
        return _(
            "%(measure)s: your 7-day mean is %(now)s, %(by)s higher than at your start (%(start)s), "
            "within day-to-day variation.",
            **said,
        )
    return _("%(measure)s: your 7-day mean is %(now)s, %(by)s higher than at your start (%(start)s).", **said)


def reader_finding(found: Outcomes, *, two_feet: bool) -> str:
    """Say where the course stands to a reader who is not the person; with ``two_feet`` of which foot."""
    name = _name(found, two_feet)
    if found.current is None:
        return _too_few(name)
    now, day = points(found.current.value), short_date(found.current.day)
    if found.baseline is None:
        return _("%(measure)s: 7-day mean %(now)s on %(day)s; no baseline.", measure=name, now=now, day=day)
    if found.baseline.day == found.current.day:
        # Nothing came after it that it could be compared with.
        return _("%(measure)s: 7-day mean %(now)s on %(day)s, the baseline.", measure=name, now=now, day=day)
    said = {
        "measure": name,
        "start": points(found.baseline.value),
        "start_day": short_date(found.baseline.day),
        "now": now,
        "day": day,
    }
    if _is_within(found):
        return _(
            "%(measure)s: from %(start)s at the baseline (%(start_day)s) to %(now)s (%(day)s), 7-day means: "
            "within day-to-day variation.",
            **said,
        )
    return _("%(measure)s: from %(start)s at the baseline (%(start_day)s) to %(now)s (%(day)s), 7-day means.", **said)


def _name(found: Outcomes, two_feet: bool) -> str:
    return measure_name(found.measure, found.foot if two_feet else None)


def _too_few(name: str) -> str:
    return _("%(measure)s: a 7-day mean needs at least 4 entries in 7 days.", measure=name)


def _is_within(found: Outcomes) -> bool:
    assert found.baseline is not None
    assert found.current is not None
    change = noticeable_change(found.baseline.value, found.current.value, found.measure)
    return change == "within_day_to_day_variation"
