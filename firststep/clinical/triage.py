"""Which one reason a person stands under in a practitioner's list of patients, and until when it holds by itself.

The rules are those of the page before a visit; here they are put in an order, so that each person is found once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from firststep.clinical.diary import Diary
from firststep.clinical.flares import FlareAnswer, is_open
from firststep.clinical.measures import Foot
from firststep.clinical.previsit import DEFAULTS, Flag, FlagKind, Thresholds, current_mean, fired

ReasonKind: TypeAlias = Literal["silent", "worse", "nsaid", "unchanged", "on_track", "new"]
#: In the order of the list; a person stands under the first that applies.
REASONS: Final[tuple[ReasonKind, ...]] = ("silent", "worse", "nsaid", "unchanged", "on_track", "new")
_REASON_OF: Final[Mapping[FlagKind, ReasonKind]] = {
    "silent": "silent",
    "flare": "worse",
    "rise": "worse",
    "nsaid": "nsaid",
    "unchanged": "unchanged",
}

#: How far ahead the reasons of the coming days are told; after that the diary is read again.
OUTLOOK_DAYS: Final = 7


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What a reason is found from: as much of a diary as is shared, and since when it has been.

    ``foot`` is the one whose first-step pain is meant. ``shared_on`` is the first day of the share, None where it is
    not known; ``flares`` are what the person said about flare-ups.
    """

    diary: Diary
    foot: Foot | None
    flares: tuple[FlareAnswer, ...] = ()
    shared_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Reason:
    """The one reason, with the rule that fired where one did.

    ``days`` are those of the rule (``Flag``), of "new" the days since the share began, of "on_track" None. ``mean`` is
    the 7-day mean of the last days in points of 10, None where there are too few entries for one.
    """

    kind: ReasonKind
    flag: Flag | None = None
    days: int | None = None
    mean: Fraction | None = None


def reason(watched: Watched, today: date, thresholds: Thresholds = DEFAULTS) -> Reason:
    """Return the first reason of the list that applies today.

    Somebody who has shared for as long as silence takes and has no entry at all is silent as well. A share is new in
    its first days, and while there is nothing to say about it. "On track" says that no rule fired, and nothing else.

    >>> reason(Watched(diary=Diary(), foot=None, shared_on=date(2026, 6, 1)), date(2026, 6, 8)).kind
    'silent'

    Rule: our definition; the order is that of the design's panel.
    """
    flags = _flags(watched, today, thresholds)
    mean = _mean(watched, today)
    for kind in REASONS:
        flag = next((flag for flag in flags if _REASON_OF[flag.kind] == kind), None)
        if flag is not None:
            return Reason(kind=kind, flag=flag, days=flag.days, mean=mean)
    days = None if watched.shared_on is None else (today - watched.shared_on).days
    if watched.diary.last_answered_day is None or (days is not None and days < thresholds.new_days):
        return Reason(kind="new", days=days, mean=mean)
    return Reason(kind="on_track", mean=mean)


def outlook(watched: Watched, today: date, thresholds: Thresholds = DEFAULTS) -> dict[date, Reason]:
    """Return the reason of today and of each coming day if nothing is entered until then.

    It ends with the first day of silence, which lasts until something is entered, or after ``OUTLOOK_DAYS``.
    """
    return dict(_coming(watched, today, thresholds))


def _coming(watched: Watched, today: date, thresholds: Thresholds) -> Iterator[tuple[date, Reason]]:
    for ahead in range(OUTLOOK_DAYS + 1):
        day = today + timedelta(days=ahead)
        found = reason(watched, day, thresholds)
        yield day, found
        if found.kind == "silent":
            return


def _flags(watched: Watched, today: date, thresholds: Thresholds) -> tuple[Flag, ...]:
    flags = fired(watched.diary, watched.foot, _open_since(watched.flares, today), today, thresholds)
    if watched.diary.last_answered_day is not None or watched.shared_on is None:
        return flags
    days = (today - watched.shared_on).days
    never = (Flag(kind="silent", days=days),) if days >= thresholds.silent_days else ()
    return (*flags, *never)


def _open_since(flares: Iterable[FlareAnswer], today: date) -> list[date]:
    return [flare.day for flare in flares if is_open(flare, today)]


def _mean(watched: Watched, today: date) -> Fraction | None:
    if watched.foot is None:
        return None
    current = current_mean(watched.diary.means(watched.foot, "first_step"), today)
    return None if current is None else current.value
