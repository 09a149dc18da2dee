"""The person's own rating of the whole change: when it is asked, what it means, and what the entries said by then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

from firststep.clinical.baseline import baseline
from firststep.clinical.censoring import LONGEST_RUN_WITHOUT, censoring_day
from firststep.clinical.change import noticeable_change
from firststep.clinical.diary import Diary
from firststep.clinical.means import WINDOW_DAYS, SevenDayMeans
from firststep.clinical.measures import FEET
from firststep.clinical.outcomes import Outcomes, means_of
from firststep.clinical.relapse import relapse
from firststep.clinical.relief import level_after_relief, relief

Meaning: TypeAlias = Literal["improved", "about_the_same", "worse"]
#: What the daily entries said: relief by the rule, relief and relapse after it, or the change of the 7-day mean.
Said: TypeAlias = Literal["relief", "relapse", "less", "more", "within_day_to_day_variation"]

#: Weeks after the start at which the rating is asked for.
WEEKS: Final = (4, 8, 12, 24)
OPEN_DAYS: Final = 14
#: From 1, very much improved, to 7, very much worse.
RATINGS: Final = range(1, 8)

_MOST_OF_IMPROVED: Final = 2
_LEAST_OF_WORSE: Final = 6


@dataclass(frozen=True, slots=True)
class Rating:
    """One answer: the day on which it was given, the week that was asked about, and 1 to 7."""

    day: date
    week: int
    rating: int

    @property
    def meaning(self) -> Meaning:
        """Say what the answer counts as.

        Source: Farrar et al. 2001, Pain 94:149-158: "much" or "very much improved" is a responder. The other end is
        read in the same way, and what lies between is about the same: our definition.
        """
        if self.rating <= _MOST_OF_IMPROVED:
            return "improved"
        return "worse" if self.rating >= _LEAST_OF_WORSE else "about_the_same"


@dataclass(frozen=True, slots=True)
class Asked:
    """The week that is asked about today, and the day from which the weeks are counted."""

    week: int
    since: date


@dataclass(frozen=True, slots=True)
class EntriesSaid:
    """What the rules made of the daily entries up to a day; ``since`` is the first day of a relief or relapse.

    ``held_after_gap``: the pain was at relief for 14 days, but after a gap that ends follow-up, so it is no relief.
    """

    said: Said
    since: date | None = None
    held_after_gap: bool = False

    @property
    def is_improved(self) -> bool:
        """Tell whether there was meaningful relief, and no relapse since."""
        return self.said == "relief"


@dataclass(frozen=True, slots=True)
class Compared:
    """A rating, and what the entries said by its day; None is "cannot be said"."""

    rating: Rating
    entries: EntriesSaid | None

    @property
    def disagree(self) -> bool:
        """Tell whether one of the two says improved and the other does not; neither is right or wrong."""
        if self.entries is None:
            return False
        return (self.rating.meaning == "improved") != self.entries.is_improved


def start_of_care(diary: Diary) -> date | None:
    """Return the day from which the weeks are counted: the episode's start, or else the baseline day.

    Without an episode it is the baseline day of first-step pain at the worse foot, whatever a page shows, so that
    the weeks of a person are the same everywhere. The first 14 days of each foot decide it.

    Rule: outcomes daily-1, 2 and 3.
    """
    if diary.episode is not None:
        return diary.episode.starts_on
    found = (baseline(diary.tenths(foot, "first_step"), diary.means(foot, "first_step"), None) for foot in FEET)
    # max keeps the first of equals, and FEET begins with the right foot.
    worse = max((base for base in found if base is not None), key=lambda base: base.value, default=None)
    return None if worse is None else worse.day


def week_due(starts_on: date | None, ratings: Iterable[Rating], today: date) -> int | None:
    """Return the week whose question is open today, None without one.

    The question of week w opens on day 7·w after the start and stays open for 14 days, unless it was answered. A new
    start counts anew. An answer from up to 14 days before the question opens counts too, so that a start that was
    corrected by some days asks nothing twice.

    >>> week_due(date(2026, 3, 2), [], date(2026, 3, 30)), week_due(date(2026, 3, 2), [], date(2026, 4, 13))
    (4, None)

    Source: our definition of the 14 days.
    """
    if starts_on is None:
        return None
    answers = tuple(ratings)
    for week in WEEKS:
        opens = starts_on + timedelta(weeks=week)
        answered = any(one.week == week and one.day >= opens - timedelta(days=OPEN_DAYS) for one in answers)
        if opens <= today < opens + timedelta(days=OPEN_DAYS) and not answered:
            return week
    return None


def asked_on(starts_on: date | None, ratings: Iterable[Rating], today: date) -> Asked | None:
    """Return what is asked today, None without a question."""
    week = week_due(starts_on, ratings, today)
    return None if week is None or starts_on is None else Asked(week, starts_on)


def compare(diary: Diary, found: Outcomes, ratings: Iterable[Rating], since: date | None) -> tuple[Compared, ...]:
    """Put each rating beside what the entries of the measure and foot of ``found`` said by its day, in their order.

    Beside a rating from before ``since``, the start of care, stands nothing: it belongs to an earlier start.
    """
    rated = tuple(ratings)
    if since is None or found.foot is None or all(one.day < since for one in rated):
        return tuple(Compared(one, None) for one in rated)
    tenths, means = diary.tenths(found.foot, found.measure), means_of(diary, found)

    def beside(day: date) -> EntriesSaid | None:
        return _entries_said(found, _known_by(tenths, means, day), day) if day >= since else None

    return tuple(Compared(one, beside(one.day)) for one in rated)


def _known_by(tenths: Mapping[date, int], means: SevenDayMeans, day: date) -> SevenDayMeans:
    """Return the means of the entries up to a day, which end with the last of them."""
    length = max(0, min(means.index(day) + 1, len(means.units)))
    while length and means.day(length - 1) not in tenths:
        length -= 1
    return SevenDayMeans(means.first_ordinal, means.units[:length], means.entries[:length])


def _entries_said(found: Outcomes, means: SevenDayMeans, day: date) -> EntriesSaid | None:
    """Return what the rules say with nothing known after ``day``.

    None: no baseline by then or a low one, no valid mean since it that shares no day with it, or none in the last 14
    days (as long as the gap that ends follow-up).

    Rule: outcomes daily-1, 6, 9, 10 and 13.
    """
    base, now = found.baseline, means.last_valid()
    if base is None or base.is_low or found.starts_on is None or now is None:
        return None
    if (now.day - base.day).days < WINDOW_DAYS or (day - now.day).days > LONGEST_RUN_WITHOUT:
        return None
    censored_on = censoring_day(means, found.starts_on)

    def is_followed(event: date | None) -> bool:
        return event is not None and censored_on is not None and event <= censored_on

    relieved = relief(means, base, found.starts_on)
    held = relieved.state == "confirmed"
    if held and relieved.day is not None and is_followed(relieved.day):
        back = relapse(means, base.value, relieved.day, level_after_relief(means, relieved.day))
        return EntriesSaid("relapse", back.day) if is_followed(back.day) else EntriesSaid("relief", relieved.day)
    return EntriesSaid(noticeable_change(base.value, now.value, found.measure), held_after_gap=held)
