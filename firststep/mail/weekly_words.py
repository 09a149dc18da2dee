"""The sentences of the weekly or monthly letter: neutral in a good and in a bad week, no forecast, no advice."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Final

from babel.dates import format_date
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from firststep.clinical.change import Change
from firststep.clinical.means import FEWEST_ENTRIES
from firststep.clinical.week import Month, Week
from firststep.mail.writing import link_to
from firststep.services.digest import Beside, Digest, Figures, Viewer
from firststep.web.share_words import stated_reader
from firststep.web.wording import arm_name, foot_name, grade_name, points, tenths, weeks_since_start

#: The pain that a letter is about: its mean, or that there are too few entries for one, or none on the last day.
_PAIN: Final = {
    "first_step": {
        "week": _l("Your first-step pain averaged %(mean)s."),
        "month": _l("In the month's last 7 days your first-step pain averaged %(mean)s."),
        "too few": _l("No mean of your first-step pain: that needs 4 entries in 7 days."),
        "week's end": _l("No mean of your first-step pain yet: on the last day of this week nothing is entered."),
        "month's end": _l("No mean of your first-step pain yet: on the last day of this month nothing is entered."),
    },
    "average": {
        "week": _l("Your pain over the day averaged %(mean)s."),
        "month": _l("In the month's last 7 days your pain over the day averaged %(mean)s."),
        "too few": _l("No mean of your pain over the day: that needs 4 entries in 7 days."),
        "week's end": _l("No mean of your pain over the day yet: on the last day of this week nothing is entered."),
        "month's end": _l("No mean of your pain over the day yet: on the last day of this month nothing is entered."),
    },
}


def days_in_words(told: Week | Month) -> str:
    """Return the days for a subject line: "16-22 Nov"."""
    same_month = told.first.month == told.last.month
    return f"{_day(told.first, 'd' if same_month else 'd MMM')}-{_day(told.last, 'd MMM')}"


def lead(digest: Digest) -> str:
    """Return the first sentence, which lock screens show: it never says what the diary is about."""
    if digest.figures is None:
        return _logged(digest)
    # Long enough to fill what a list of mails shows of a mail's beginning.
    days = {"first": whole_day(digest.told.first), "last": whole_day(digest.told.last)}
    if isinstance(digest.told, Month):
        return _(
            "Your monthly summary for %(first)s to %(last)s, in the detailed form that you chose. "
            "Settings lead back to the short form.",
            **days,
        )
    return _(
        "Your weekly summary for %(first)s to %(last)s, in the detailed form that you chose. "
        "Settings lead back to the short form.",
        **days,
    )


def _logged(digest: Digest) -> str:
    return _("%(days)s of %(length)s days logged.", days=digest.days_logged, length=len(digest.told.days))


def figure_sentences(digest: Digest) -> list[str]:
    """Return what the detailed letter says, in its order."""
    figures = digest.figures
    if figures is None:
        return []
    return [
        f"{pain_sentence(figures)} {_logged(digest)}",
        f"{_stretching(figures)} {_nsaid(figures, digest.told)}",
        *_reported(figures.beside),
        *_to_do(figures),
        _viewed(figures.viewers),
    ]


def pain_sentence(figures: Figures) -> str:
    """Say the mean of the week, or of the month's last seven days, against the one before and the start."""
    week = figures.week
    if week.mean is None:
        return _of_the_pain(figures)
    mean = points(week.mean)
    if figures.foot:
        mean = _("%(mean)s (%(foot)s)", mean=mean, foot=foot_name(figures.foot).lower())
    sentence = _of_the_pain(figures, mean)
    against = []
    if week.against_last_week is not None:
        difference = _difference(week.mean, week.against_last_week, figures.change)
        if isinstance(week.week, Month):
            against.append(_("Against the end of the month before: %(change)s", change=difference))
        else:
            against.append(_("Against the week before: %(change)s", change=difference))
    if week.against_start is not None:
        difference = _difference(week.mean, week.against_start, figures.change_since_start)
        against.append(_("against your start: %(change)s", change=difference))
    if not against:
        return sentence
    text = ", ".join(against)
    return f"{sentence} {text[0].upper()}{text[1:]}."


def _of_the_pain(figures: Figures, mean: str | None = None) -> str:
    """Return the sentence about the mean, or why there is none."""
    monthly = isinstance(figures.week.week, Month)
    if mean is not None:
        said = "month" if monthly else "week"
    elif figures.entries < FEWEST_ENTRIES:
        said = "too few"
    else:
        said = "month's end" if monthly else "week's end"
    return str(_PAIN[figures.measure][said]) % {"mean": mean}


def _difference(mean: Fraction, against: Fraction, change: Change | None) -> str:
    """Return the difference of the two means as the chart shows them, and whether it is more than variation."""
    shown = tenths(mean) - tenths(mean - against)
    if shown == 0:
        return _("the same")
    by = points(float(abs(shown)))
    if change == "within_day_to_day_variation":
        if shown < 0:
            return _("%(by)s lower (within day-to-day variation)", by=by)
        return _("%(by)s higher (within day-to-day variation)", by=by)
    return _("%(by)s lower", by=by) if shown < 0 else _("%(by)s higher", by=by)


def _stretching(figures: Figures) -> str:
    answers, sets = figures.stretching, figures.sets
    if sets:
        return _("Stretching: %(done)s of %(planned)s planned sets.", done=sets.done, planned=sets.planned)
    if not answers.answered:
        return _("Stretching: no answer.")
    return _("Stretching: %(days)s of %(answered)s answered days.", days=answers.days, answered=answers.answered)


def _nsaid(figures: Figures, told: Week | Month) -> str:
    now, before = figures.nsaid, figures.nsaid_before
    if not now.answered:
        return _("NSAID: no answer.")
    if not before.answered:
        return _("NSAID: %(days)s of %(answered)s answered days.", days=now.days, answered=now.answered)
    counts = {
        "days": now.days,
        "answered": now.answered,
        "days_before": before.days,
        "answered_before": before.answered,
    }
    if isinstance(told, Month):
        return _(
            "NSAID: %(days)s of %(answered)s answered days (the month before %(days_before)s of %(answered_before)s).",
            **counts,
        )
    return _(
        "NSAID: %(days)s of %(answered)s answered days (the week before %(days_before)s of %(answered_before)s).",
        **counts,
    )


def _reported(beside: Beside | None) -> list[str]:
    """Return the clinic's range at this week with what it is worth, or nothing where there is none.

    A clinic reported weeks and an average fall; the levels follow from the person's own start, and the words say so.
    """
    if beside is None:
        return []
    window = beside.window
    row = window.benchmark
    named = {
        "arm": arm_name(window.arm).lower(),
        "first": f"{row.relief_week_from:g}",
        "last": f"{row.relief_week_to:g}",
        "since": weeks_since_start(beside.whole_weeks),
        "low": points(window.lower),
        "high": points(window.upper),
        "fall": points(window.reduction.points),
        "level": points(window.reduction.level),
    }
    if beside.phase == "before":
        said = _("%(since)s. The range that a clinic reported for %(arm)s begins at week %(first)s.", **named)
    elif beside.phase == "within":
        said = _(
            "%(since)s. Range from your start by what a clinic reported for %(arm)s, weeks %(first)s-%(last)s: "
            "%(low)s to %(high)s.",
            **named,
        )
    elif window.reduction.is_clipped:
        said = _(
            "%(since)s. The average fall of %(fall)s that a clinic reported for %(arm)s is more than your start.",
            **named,
        )
    else:
        said = _(
            "%(since)s. Your start minus the average fall of %(fall)s that a clinic reported for %(arm)s: %(level)s.",
            **named,
        )
    worth = _(
        "%(grade)s; pain type not stated. Other people's average, no forecast. Source: %(link)s",
        grade=grade_name(row.grade),
        link=link_to("pages.benchmarks"),
    )
    return [f"{said} {worth}"]


def _to_do(figures: Figures) -> list[str]:
    """Return at most one thing to do: after a noticeably worse week what to look out for, else the first open day."""
    if figures.change == "more":
        return [_("When to have it looked at: %(link)s", link=link_to("pages.when_to_see_someone"))]
    if not figures.open_days:
        return []
    said = ngettext("%(num)d day was not logged", "%(num)d days were not logged", len(figures.open_days))
    link = link_to("diary.past_day", day=figures.open_days[0].isoformat())
    return [_("%(said)s. Fill in: %(link)s", said=said, link=link)]


def _viewed(viewers: tuple[Viewer, ...]) -> str:
    if not viewers:
        return _("Viewed by: nobody.")
    names = ", ".join(
        ngettext("%(name)s, %(num)d time", "%(name)s, %(num)d times", viewer.times, name=_name_of(viewer))
        for viewer in viewers
    )
    return _("Viewed by: %(names)s; nobody else.", names=names)


def _name_of(viewer: Viewer) -> str:
    return viewer.name if viewer.has_account else stated_reader(viewer.name)


def whole_day(day: date) -> str:
    """Write a day within a sentence: "Sunday 22 November"."""
    return _day(day, "EEEE d MMMM")


def short_day(day: date) -> str:
    """Write a day for a subject line: "22 Nov"."""
    return _day(day, "d MMM")


def _day(day: date, pattern: str) -> str:
    return str(format_date(day, pattern, locale=get_locale()))
