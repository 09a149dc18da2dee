"""What the rules found in a course, or could not find and why, as remarks beside its chart."""

from __future__ import annotations

from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from firststep.clinical.baseline import SEARCH_DAYS
from firststep.clinical.diary import Diary
from firststep.clinical.outcomes import LATEST_BASELINE_DAYS, Outcomes
from firststep.clinical.relief import relief_level
from firststep.web.dates import long_date


def course_remarks(diary: Diary, found: Outcomes, today: date) -> list[str]:
    """Return what there is to say of a course; with a low baseline or none the rules of relief say nothing."""
    if found.baseline is None:
        return [_no_baseline(diary, found, today)]
    if found.low_baseline:
        return [*_late_baseline(found), _low_baseline()]
    return [*_late_baseline(found), *_relief(found), *_gap(found)]


def _relief(found: Outcomes) -> list[str]:
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
        sentences += _low_again(found)
    return sentences


def _low_again(found: Outcomes) -> list[str]:
    """Say that the pain has fallen again after a relapse: the rules look for one relief only, the chart shows both."""
    if found.current is None or found.baseline is None or found.current.value > relief_level(found.baseline.value):
        return []
    return [
        _(
            "On %(day)s the 7-day mean was 30 %% and 2 points lower than at the start again. Relief is counted once, "
            "so this is not counted.",
            day=long_date(found.current.day),
        )
    ]


def _gap(found: Outcomes) -> list[str]:
    """Say that follow-up ends where too little was recorded for long."""
    if found.censored_on is None or found.current is None or found.censored_on == found.current.day:
        return []
    return [
        _(
            "After %(day)s there were too few entries for more than 14 days. Relief and relapse are counted up to "
            "then, because nobody knows what lay between.",
            day=long_date(found.censored_on),
        )
    ]


def _late_baseline(found: Outcomes) -> list[str]:
    """Say that the pain at the start is not known where the baseline is too late for a reduction at week 12."""
    if found.baseline is None or found.starts_on is None:
        return []
    late = (found.baseline.day - found.starts_on).days
    if late <= LATEST_BASELINE_DAYS:
        return []
    return [
        _(
            "The baseline is of %(day)s, %(num)s days after the start of care: these entries do not tell how strong "
            "the pain was before.",
            day=long_date(found.baseline.day),
            num=late,
        )
    ]


def _low_baseline() -> str:
    return _(
        "The start was below 3 of 10. From there a fall says little, so relief is not computed and no figures of "
        "others are drawn."
    )


def _no_baseline(diary: Diary, found: Outcomes, today: date) -> str:
    """Say what a baseline takes; where its days have passed without, that it will not come any more.

    Rule: outcomes daily-1, 3.
    """
    is_over = _search_is_over(diary, found, today)
    if diary.episode is None:
        if is_over:
            return _(
                "There is no baseline: it takes at least 4 entries in 7 days within two weeks of the first entry, and "
                "fewer are counted. Without one relief is not computed and no figures of others are drawn. A course of "
                "care that begins later gets a baseline of its own."
            )
        return _(
            "There is no baseline yet: it takes at least 4 entries in 7 days. Until then no figures of others can be "
            "placed beside the course."
        )
    begins = long_date(diary.episode.starts_on)
    if is_over:
        return _(
            "There is no baseline: it takes at least 4 entries in 7 days in the week before care began on %(day)s, or "
            "within two weeks of the first entry since, and fewer are counted. Without one relief is not computed and "
            "no figures of others are drawn.",
            day=begins,
        )
    return _(
        "There is no baseline yet: it takes at least 4 entries in 7 days in the week before care begins (%(day)s), or "
        "within two weeks of the first entry from then on. Until then no figures of others can be placed beside the "
        "course.",
        day=begins,
    )


def _search_is_over(diary: Diary, found: Outcomes, today: date) -> bool:
    """Tell whether the 14 days in which a baseline is looked for have passed."""
    if found.foot is None:
        return False
    start = None if diary.episode is None else diary.episode.starts_on
    entries = diary.tenths(found.foot, found.measure)
    first = min((day for day in entries if start is None or day >= start), default=None)
    return first is not None and first + timedelta(days=SEARCH_DAYS) <= today
