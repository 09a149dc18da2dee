"""Random diaries with courses that matter: levels that change, noise, missing days, long gaps, one or two feet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from hypothesis import strategies as st

from firststep.clinical.diary import ARMS, DayAnswers, Diary, Episode, FootDay
from firststep.clinical.measures import Foot

FIRST = date(2026, 1, 1)


@dataclass(frozen=True)
class Segment:
    """A stretch of days with one level of pain (tenths), one noise, and one share of days without an entry."""

    days: int
    level: int
    noise: int
    missing: float
    whole: bool


segments = st.builds(
    Segment,
    days=st.integers(1, 45),
    level=st.sampled_from([0, 10, 20, 29, 30, 35, 40, 49, 50, 55, 60, 67, 70, 80, 90, 100]),
    noise=st.sampled_from([0, 0, 1, 10, 20]),
    missing=st.sampled_from([0.0, 0.1, 0.3, 0.45, 0.6, 1.0]),
    whole=st.booleans(),
)


def _segments(days: tuple[int, int], levels: tuple[int, int]) -> st.SearchStrategy[Segment]:
    return st.builds(
        Segment,
        days=st.integers(*days),
        level=st.integers(*levels),
        noise=st.sampled_from([0, 1, 10]),
        missing=st.sampled_from([0.0, 0.1, 0.3]),
        whole=st.booleans(),
    )


#: Pain that falls, for long or not yet long enough, and that comes back or does not.
falls = st.tuples(_segments((7, 21), (50, 100)), _segments((7, 40), (0, 30))).map(list)
returns = st.tuples(falls, _segments((10, 40), (50, 100))).map(lambda parts: [*parts[0], parts[1]])
courses = st.one_of(st.lists(segments, min_size=1, max_size=6), falls, returns)


def tenths_of(course: list[Segment], random: Random) -> list[int | None]:
    """Return one value or None a day."""
    found: list[int | None] = []
    for segment in course:
        for _ in range(segment.days):
            value = min(100, max(0, segment.level + random.randint(-segment.noise, segment.noise)))
            kept = value // 10 * 10 if segment.whole else value
            found.append(None if random.random() < segment.missing else kept)
    return found


@st.composite
def diaries(draw: st.DrawFn) -> Diary:
    """Draw a diary."""
    random = Random(draw(st.integers(0, 2**32 - 1)))
    rows: list[FootDay] = []
    feet: list[Foot] = draw(st.sampled_from([["right"], ["left"], ["right", "left"]]))
    for foot in feet:
        first = FIRST + timedelta(days=draw(st.integers(0, 40)))
        pain = tenths_of(draw(courses), random)
        average = tenths_of(draw(courses), random) if draw(st.booleans()) else []
        for offset in range(max(len(pain), len(average))):
            rows.append(
                FootDay(
                    first + timedelta(days=offset),
                    foot,
                    pain[offset] if offset < len(pain) else None,
                    average[offset] if offset < len(average) else None,
                )
            )
    random.shuffle(rows)
    answers = []
    often, answered = draw(st.sampled_from([0.0, 0.2, 0.8, 0.8])), draw(st.sampled_from([0.0, 0.6, 0.9, 1.0]))
    later = draw(st.sampled_from([0.0, 0.0, 0.1, 0.8]))
    for offset in range(draw(st.one_of(st.integers(0, 160), st.just(160)))):
        taken = random.random() < (often if offset < 70 else later)
        answers.append(
            DayAnswers(
                FIRST + timedelta(days=offset),
                stretch_done=random.choice([None, True, False]),
                nsaid_taken=taken if random.random() < answered else None,
            )
        )
    starts = draw(st.lists(st.integers(-10, 120), max_size=2))
    episodes = [Episode(random.choice(ARMS), FIRST + timedelta(days=start)) for start in starts]
    return Diary(tuple(rows), tuple(answers), tuple(episodes))


def shifted(diary: Diary, days: int) -> Diary:
    """Return the diary with every date moved."""
    by = timedelta(days=days)
    return Diary(
        tuple(FootDay(row.day + by, row.foot, row.first_step_tenths, row.average_tenths) for row in diary.foot_days),
        tuple(
            DayAnswers(row.day + by, row.stretch_done, row.stretch_minutes, row.nsaid_taken)
            for row in diary.day_answers
        ),
        tuple(Episode(episode.arm, episode.starts_on + by) for episode in diary.episodes),
    )
