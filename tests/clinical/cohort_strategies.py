"""Random people of a practice: with a diary, with visits, with both, with episodes of several arms."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import strategies as st

from firststep.clinical.cohort import Person
from firststep.clinical.diary import ARMS
from firststep.clinical.visits import Visit, VisitSeries
from tests.clinical.strategies import diaries
from tests.clinical.visit_strategies import COURSES, FIRST, visit_series

_visits = st.lists(visit_series(), min_size=1, max_size=2).map(tuple)


def a_year(levels: list[int]) -> tuple[VisitSeries, ...]:
    """Return visits 40 days apart, from the start on; each is a session."""
    visits = (Visit(FIRST + timedelta(days=40 * number), level, number + 1) for number, level in enumerate(levels))
    return (VisitSeries("standard", tuple(visits)),)


#: A diary, visits, both, or neither; and visits over a year, so that some are followed for six months after relief.
persons = st.one_of(
    st.builds(Person, diary=diaries()),
    st.builds(Person, visits=_visits),
    st.builds(Person, visits=st.sampled_from(COURSES).map(a_year)),
    st.builds(Person, diary=diaries(), visits=_visits),
    st.just(Person()),
)


@st.composite
def practices(draw: st.DrawFn) -> list[Person]:
    """Draw a practice of up to some 50 people, several of whom have the same course in other arms.

    Copies are what makes arms large enough for figures at a bearable price.
    """
    random = Random(draw(st.integers(0, 2**32 - 1)))
    kinds = draw(st.lists(persons, max_size=5))
    people = [person for person in kinds for _ in range(random.choice([1, 3, 9, 12]))]
    arms = draw(st.sampled_from([ARMS, ARMS[:1]]))
    random.shuffle(people)
    return [in_other_arms(person, arms, random) for person in people]


def in_other_arms(person: Person, arms: tuple[str, ...], random: Random) -> Person:
    """Return the person with the same courses in arms by chance."""
    episodes = tuple(replace(episode, arm=random.choice(arms)) for episode in person.diary.episodes)
    visits = tuple(replace(series, arm=random.choice(arms)) for series in person.visits)
    return Person(diary=replace(person.diary, episodes=episodes), visits=visits)
