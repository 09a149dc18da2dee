"""The one reason of the panel once more, slowly and straight from its text, to check the quick rules against.

* Silent: the last answer of any kind is 7 days ago or more; without any, the share began 7 days ago or more.
* Worse: a confirmed flare-up is open on its 3rd day or later; or the latest valid 7-day mean of the last 7 days is at
  least 1.5 above the mean of the (7 or more) entries of the 14 days before its week.
* NSAID most days: on at least 10 of the last 14 days the answer is yes.
* No change: back from that latest mean, all valid means for at least 6 weeks are less than 2 points away from it,
  with never more than 14 days without a valid one between two.
* New share: it began less than 7 days ago, or there is no answer at all. On track: none of these.

Days are dates and values are fractions throughout; nothing is shared with the code under test but the shapes.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from firststep.clinical.previsit import Thresholds
from firststep.clinical.triage import Watched
from tests.clinical.oracle import DAY, Series, entries, seven_day_mean, span


def reason(watched: Watched, today: date, limits: Thresholds) -> str:
    """Return the kind of the first reason that applies."""
    answered = _answered(watched)
    quiet_since = max(answered) if answered else watched.shared_on
    if quiet_since is not None and quiet_since + limits.silent_days * DAY <= today:
        return "silent"
    x = {} if watched.foot is None else entries(watched.diary, watched.foot, "first_step")
    if _long_flare(watched, today, limits) or _risen(x, today, limits):
        return "worse"
    if _nsaid_days(watched, today) >= limits.nsaid_days:
        return "nsaid"
    if _unchanged(x, today, limits):
        return "unchanged"
    is_new = watched.shared_on is not None and today < watched.shared_on + limits.new_days * DAY
    return "new" if is_new or not answered else "on_track"


def _answered(watched: Watched) -> set[date]:
    feet = {row.day for row in watched.diary.foot_days if (row.first_step_tenths, row.average_tenths) != (None, None)}
    days = {
        row.day
        for row in watched.diary.day_answers
        if (row.stretch_done, row.stretch_minutes, row.nsaid_taken) != (None, None, None)
    }
    return feet | days


def _long_flare(watched: Watched, today: date, limits: Thresholds) -> bool:
    for flare in watched.flares:
        settled = flare.settled_on is not None and flare.settled_on <= today
        # On its first day it is one day old.
        if flare.confirmed and not settled and flare.day + (limits.flare_days - 1) * DAY <= today:
            return True
    return False


def _latest(x: Series, today: date) -> tuple[date, Fraction] | None:
    valid = [(day, mean) for day, mean in seven_day_mean(x).items() if today - 6 * DAY <= day <= today]
    return max(valid, default=None)


def _risen(x: Series, today: date, limits: Thresholds) -> bool:
    latest = _latest(x, today)
    if latest is None:
        return False
    before = [x[day] for day in span(latest[0] - 20 * DAY, latest[0] - 7 * DAY) if day in x]
    if len(before) < 7:
        return False
    return latest[1] >= sum(before, Fraction(0)) / len(before) + limits.rise_points


def _nsaid_days(watched: Watched, today: date) -> int:
    return sum(
        row.nsaid_taken is True and today - timedelta(days=13) <= row.day <= today for row in watched.diary.day_answers
    )


def _unchanged(x: Series, today: date, limits: Thresholds) -> bool:
    latest = _latest(x, today)
    if latest is None or latest[1] < 2:
        return False
    valid = sorted((day, mean) for day, mean in seven_day_mean(x).items() if day <= latest[0])
    run = [latest[0]]
    for day, mean in reversed(valid[:-1]):
        if run[-1] - day > 15 * DAY or abs(mean - latest[1]) >= 2:
            break
        run.append(day)
    return run[0] - run[-1] >= 7 * limits.unchanged_weeks * DAY
