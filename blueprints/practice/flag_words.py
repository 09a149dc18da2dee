"""A rule that fired, in words: what was counted, and from where on it fires."""

from __future__ import annotations

from fractions import Fraction

from flask_babel import gettext as _
from flask_babel import ngettext

from firststep.clinical.previsit import Flag, Thresholds
from firststep.clinical.week import DAYS_IN_WEEK
from firststep.web.wording import points


def flag_words(flag: Flag, thresholds: Thresholds, *, at_least: bool) -> tuple[str, str]:
    """Return what was counted, and the rule; a flare-up may have begun before what is shared (``at_least``)."""
    if flag.kind == "flare":
        return _flare_words(flag.days, at_least), _("Rule: day %(num)s or later", num=thresholds.flare_days)
    if flag.kind == "silent":
        said = ngettext("No entry for %(num)d day.", "No entry for %(num)d days.", flag.days)
        return said, _("Rule: %(num)s days or more", num=thresholds.silent_days)
    if flag.kind == "nsaid":
        said = _("NSAID on %(days)s of the last %(of)s days.", days=flag.days, of=thresholds.nsaid_of_days)
        return said, _("Rule: %(num)s days or more", num=thresholds.nsaid_days)
    return _pain_flag_words(flag, thresholds)


def _flare_words(days: int, at_least: bool) -> str:
    if at_least:
        return ngettext(
            "A flare-up is open, for at least %(num)d day.", "A flare-up is open, for at least %(num)d days.", days
        )
    return _("A flare-up is open, day %(day)s.", day=days)


def _pain_flag_words(flag: Flag, thresholds: Thresholds) -> tuple[str, str]:
    now, before = points(flag.now or Fraction()), points(flag.before or Fraction())
    if flag.kind == "rise":
        said = _("7-day mean %(now)s; mean of the 14 days before %(before)s.", now=now, before=before)
        return said, _("Rule: up by %(points)s or more", points=points(thresholds.rise_points))
    weeks = flag.days // DAYS_IN_WEEK
    said = _("No noticeable change for %(weeks)s weeks (7-day mean %(now)s).", weeks=weeks, now=now)
    rule = _(
        "Rule: at a mean of 2 or more, less than 2 points either way for %(weeks)s weeks or more",
        weeks=thresholds.unchanged_weeks,
    )
    return said, rule
