"""Who counts in a cohort and with what; the whole table agrees with the slow telling."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from firststep.clinical.as_json import cohort_as_json
from firststep.clinical.cohort import Count, Member, Person, Sums, Tally, added, members, tallies
from firststep.clinical.cohort_table import cohort_table
from firststep.clinical.diary import ARMS, Arm, DayAnswers, Diary, Episode, FootDay
from firststep.clinical.survival import FollowUp, FollowUps
from firststep.clinical.visits import Visit, VisitSeries
from tests.clinical import cohort_oracle
from tests.clinical.cohort_strategies import a_year, practices
from tests.clinical.diaries import MONDAY
from tests.clinical.visit_strategies import COURSES

quickly = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)

#: What random practices have to have, or the comparison with the slow telling would say little.
REACHED: dict[str, Callable[[dict[str, Any]], bool]] = {
    "a mean": lambda row: row["reduction_week12"]["value"] is not None,
    "too few for a mean": lambda row: 0 < row["reduction_week12"]["n"] < 5,
    "a median": lambda row: row["weeks_to_relief"]["median"] is not None,
    "an upper end of the median": lambda row: row["weeks_to_relief"]["high"] is not None,
    "a median that is not reached": lambda row: row["weeks_to_relief"]["n"] >= 10 and not row["weeks_to_relief"]["q3"],
    "a share with a relapse": lambda row: row["relapse_6_months"]["low"] is not None,
    "a relapse of nobody": lambda row: row["relapse_6_months"]["value"] == 0,
    "a relapse that cannot be said": lambda row: (
        row["relapse_6_months"]["n"] >= 10 and row["relapse_6_months"]["value"] is None
    ),
    "improvement": lambda row: bool(row["improved_after_4"]["k"]),
    "NSAIDs": lambda row: bool(row["nsaid_reduced"]["k"]),
    "both rules": lambda row: len(row["rules"]) == 2,
    "nobody": lambda row: row["n"] == 0,
    **{
        reason: lambda row, reason=reason: reason in row["left_out"]  # type: ignore[misc]
        for reason in ("no_baseline", "low_baseline", "no_week12")
    },
}


def close(found: Any, expected: Any) -> bool:
    """Compare floats to 1e-9 and everything else exactly, keys in their order."""
    if isinstance(expected, dict):
        return list(found) == list(expected) and all(close(found[key], expected[key]) for key in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(close, found, expected))
    if isinstance(expected, float):
        return isinstance(found, float) and found == pytest.approx(expected, abs=1e-9)
    return type(found) is type(expected) and found == expected


def table(people: list[Person]) -> Any:
    return cohort_as_json(cohort_table(tallies(people)))


def test_the_quick_table_agrees_with_the_slow_one() -> None:
    reached: Counter[str] = Counter()

    @settings(quickly, max_examples=150)
    @given(practices())
    @example([Person(visits=a_year(COURSES[0]))] * 12)
    @example([Person(visits=a_year([80] * 8))] * 12)
    @example([Person(visits=a_year([*COURSES[0][:2], 30, 30]))] * 12)
    @example([Person(visits=a_year([70] * visits + [30] * 4)) for visits in range(1, 6) for _ in range(4)])
    @example([Person(visits=a_year(levels)) for levels in (COURSES[0], COURSES[1]) for _ in range(7)])
    def compare(people: list[Person]) -> None:
        found, expected = table(people), cohort_oracle.cohort(people)
        assert close(found, expected), f"found {json.dumps(found)}\nexpected {json.dumps(expected)}"
        reached.update(name for name, has in REACHED.items() if any(map(has, found["arms"])))

    compare()
    # What chance brings differs with what else is loaded: the examples above are there for what is rare.
    assert set(reached) == set(REACHED), f"no practice had {set(REACHED) - set(reached)}"


@quickly
@given(practices(), st.randoms())
def test_neither_the_order_nor_the_parts_that_people_are_read_in_matter(people: list[Person], chance: Random) -> None:
    whole = tallies(people)
    turned = list(people)
    chance.shuffle(turned)
    assert tallies(turned) == whole
    cut = chance.randint(0, len(people))
    assert added(tallies(people[:cut]), tallies(people[cut:])) == whole


@quickly
@given(practices())
def test_everybody_in_an_arm_has_a_reduction_or_a_reason_for_none(people: list[Person]) -> None:
    for tally in tallies(people).values():
        assert tally.people == tally.reductions.n + tally.left_out.total()
        assert tally.relief.people == tally.people - tally.left_out["no_baseline"] - tally.left_out["low_baseline"]
        assert tally.relapse.people == sum(tally.relief.happened.values())
        assert tally.nsaid_stopped.k <= tally.nsaid_reduced.k <= tally.nsaid_reduced.n == tally.nsaid_stopped.n


def test_nobody_is_three_rows_of_nothing() -> None:
    nothing = {"n": 0, "value": None, "low": None, "high": None}
    nobody = {"n": 0, "k": None, "value": None, "low": None, "high": None}
    assert table([]) == {
        "arms": [
            {
                "arm": arm,
                "n": 0,
                "left_out": {},
                "rules": [],
                "reduction_week12": nothing,
                "weeks_to_relief": dict.fromkeys(("events", "median", "q1", "q3", "low", "high")) | {"n": 0},
                "relapse_6_months": nothing,
                "improved_after_4": nobody,
                "nsaid_reduced": nobody,
                "nsaid_stopped": nobody,
            }
            for arm in ("standard", "acupuncture", "combined")
        ]
    }
    assert [tally.people for tally in added().values()] == [0, 0, 0]


# Pain of 8 on the 20 days before the first episode, then 2; a course that is told in the same way by every test below.
def diary(*episodes: tuple[Arm, int], before: int = 80, later: int = 20, days: range = range(-20, 120)) -> Diary:
    """Return a diary with episodes (arm, day); pain is `before` up to day 0 and `later` from there on."""
    rows = (FootDay(on(day), "right", before if day < 0 else later) for day in days)
    return Diary(tuple(rows), (), tuple(Episode(arm, on(day)) for arm, day in episodes))


def on(day: int) -> date:
    return MONDAY + timedelta(days=day)


def visits(arm: Arm, *cells: tuple[int, int | None], start: int | None = None) -> VisitSeries:
    return VisitSeries(
        arm, tuple(Visit(on(day), tenths) for day, tenths in cells), None if start is None else on(start)
    )


def counted(person: Person) -> dict[str, Member]:
    found = list(members(person))
    assert len({member.arm for member in found}) == len(found)
    return {member.arm: member for member in found}


class TestWhoCounts:
    """Once per arm, with its first episode; a diary before visits."""

    def test_each_arm_has_its_first_episode(self) -> None:
        found = counted(Person(diary=diary(("combined", 30), ("standard", 0), ("standard", 28))))
        assert list(found) == ["standard", "combined"]
        assert found["standard"].reduction == 6
        # Relief came before the second arm began: its own baseline is low.
        assert found["combined"].left_out == "low_baseline"

    def test_a_diary_is_used_and_not_the_visits(self) -> None:
        both = Person(diary=diary(("standard", 0)), visits=(visits("acupuncture", (0, 80), (84, 10)),))
        assert [member.rules for member in members(both)] == ["daily-1"]
        assert list(counted(both)) == ["standard"]

    def test_a_diary_with_only_an_answer_is_used_too(self) -> None:
        answered = Diary((), (DayAnswers(MONDAY, stretch_done=False),), (Episode("standard", MONDAY),))
        (found,) = members(Person(diary=answered, visits=(visits("standard", (0, 80)),)))
        assert (found.rules, found.left_out) == ("daily-1", "no_baseline")

    def test_a_diary_without_any_answer_is_none(self) -> None:
        blank = Diary((FootDay(MONDAY, "right"),), (DayAnswers(MONDAY),), (Episode("standard", MONDAY),))
        (found,) = members(Person(diary=blank, visits=(visits("combined", (0, 80)),)))
        assert (found.arm, found.rules) == ("combined", "visits-1")

    def test_a_diary_without_an_episode_is_in_no_arm(self) -> None:
        assert counted(Person(diary=diary())) == {}
        assert counted(Person()) == {}

    def test_of_two_sheets_of_an_arm_the_one_that_began_first_counts(self) -> None:
        later, first = visits("standard", (50, 80), (134, 70)), visits("standard", (0, 60), (84, 40))
        other = visits("combined", (7, 80))
        found = counted(Person(visits=(later, other, first)))
        assert {arm: member.reduction for arm, member in found.items()} == {"standard": 2, "combined": None}
        assert counted(Person(visits=(VisitSeries("standard", ()), first)))["standard"].reduction == 2

    def test_a_sheet_without_visits_is_nobody_unless_it_has_a_start(self) -> None:
        assert counted(Person(visits=(VisitSeries("standard", ()),))) == {}
        assert counted(Person(visits=(VisitSeries("standard", (), MONDAY),)))["standard"].left_out == "no_baseline"

    def test_the_measure_can_be_chosen(self) -> None:
        rows = tuple(FootDay(on(day), "left", 80 if day < 0 else 20, 50) for day in range(-20, 120))
        person = Person(diary=Diary(rows, (), (Episode("standard", MONDAY),)))
        assert [member.reduction for member in members(person)] == [6]
        assert [member.reduction for member in members(person, "average")] == [0]
        assert tallies([person], "average")["standard"].reductions == Sums(1, Fraction(0), Fraction(0))


class TestWhatIsTold:
    """What a person adds to each figure."""

    def test_a_diary(self) -> None:
        (found,) = members(Person(diary=diary(("standard", 0))))
        # The mean falls by 6/7 a day: on day 2 it is 38/7 = 5.43, the first that is at or below 5.6.
        assert found.relief == FollowUp(2, happened=True)
        assert found.relapse == FollowUp(117, happened=False)
        assert (found.left_out, found.improved_after_4, found.nsaid_reduced) == (None, None, None)

    def test_the_nsaids_of_a_diary(self) -> None:
        def taken(before: int, later: int) -> tuple[bool | None, bool | None]:
            answers = tuple(
                DayAnswers(on(day), nsaid_taken=day % 7 < (before if day < 0 else later)) for day in range(-28, 28)
            )
            episode = (Episode("standard", MONDAY),)
            (found,) = members(Person(diary=Diary((), answers, episode)))
            # Without any pain there is no baseline; what was taken counts all the same.
            assert found.left_out == "no_baseline"
            return found.nsaid_reduced, found.nsaid_stopped

        assert [taken(6, 4), taken(6, 3), taken(6, 0), taken(0, 0)] == [
            (False, False),
            (True, False),
            (True, True),
            (None, None),
        ]

    def test_relief_can_come_on_the_day_of_the_start(self) -> None:
        # Of the week before the start only day -7 has a valid mean; with the first one after it relief is there.
        entries = {**dict.fromkeys(range(-13, -9), 80), **dict.fromkeys(range(-3, 40), 0)}
        rows = tuple(FootDay(on(day), "right", tenths) for day, tenths in entries.items())
        (found,) = members(Person(diary=Diary(rows, (), (Episode("standard", MONDAY),))))
        assert found.relief == FollowUp(0, happened=True)

    def test_follow_up_that_ends_before_the_start_is_0_days(self) -> None:
        (found,) = members(Person(diary=diary(("standard", 0), days=range(-20, -2))))
        assert (found.relief, found.relapse) == (FollowUp(0, happened=False), None)
        (found,) = members(Person(visits=(visits("standard", (-9, 80), (-4, 70), start=0),)))
        assert found.relief == FollowUp(0, happened=False)

    def test_a_late_baseline_is_named_where_it_is_what_stands_in_the_way(self) -> None:
        late = diary(("standard", 0), days=range(30, 120), later=80)
        assert [member.left_out for member in members(Person(diary=late))] == ["late_baseline"]
        short = diary(("standard", 0), days=range(30, 60), later=80)
        assert [member.left_out for member in members(Person(diary=short))] == ["no_week12"]
        # Four entries from day 25 on: the baseline is that of day 28, which is not late.
        in_time = diary(("standard", 0), days=range(25, 120), later=80)
        assert [member.reduction for member in members(Person(diary=in_time))] == [0]

    def test_visits(self) -> None:
        cells = ((0, 80), (7, 30), (14, 30), (84, 20), (91, 70), (98, 75))
        (found,) = members(Person(visits=(visits("combined", *cells),)))
        assert found == Member(
            arm="combined",
            rules="visits-1",
            left_out=None,
            reduction=Fraction(6),
            relief=FollowUp(7, happened=True),
            relapse=FollowUp(84, happened=True),
            improved_after_4=None,
            nsaid_reduced=None,
            nsaid_stopped=None,
        )

    def test_possible_relief_is_no_event(self) -> None:
        (found,) = members(Person(visits=(visits("combined", (0, 80), (9, 30)),)))
        assert (found.relief, found.relapse, found.left_out) == (FollowUp(9, happened=False), None, "no_week12")

    def test_a_low_baseline_is_followed_to_nothing_but_its_nsaids(self) -> None:
        rows = (Visit(on(0), 20, 1, "most"), Visit(on(84), 0, 4, "none"), Visit(on(91), 0, 5, "none"))
        (found,) = members(Person(visits=(VisitSeries("combined", rows),)))
        assert (found.left_out, found.relief, found.relapse, found.reduction) == ("low_baseline", None, None, None)
        assert (found.improved_after_4, found.nsaid_reduced, found.nsaid_stopped) == (None, True, True)


def test_a_tally_counts_each_answer_where_it_belongs() -> None:
    def member(**more: Any) -> Member:
        empty = dict.fromkeys(
            ("left_out", "reduction", "relief", "relapse", "improved_after_4", "nsaid_reduced", "nsaid_stopped")
        )
        return Member(**{"arm": "standard", "rules": "daily-1", **empty, **more})

    tally = Tally.of(
        [
            member(left_out="no_week12", relief=FollowUp(3, happened=True), relapse=FollowUp(9, happened=False)),
            member(rules="visits-1", reduction=Fraction(1, 2), relief=FollowUp(3, happened=True), nsaid_reduced=False),
            member(rules="visits-1", reduction=Fraction(3), relief=FollowUp(5, happened=False), nsaid_reduced=True),
            member(left_out="no_week12", nsaid_stopped=False, improved_after_4=True),
        ]
    )
    assert tally == Tally(
        rules=Counter({"daily-1": 2, "visits-1": 2}),
        left_out=Counter(no_week12=2),
        reductions=Sums(2, Fraction(7, 2), Fraction(37, 4)),
        relief=FollowUps({3: 2}, {5: 1}),
        relapse=FollowUps({}, {9: 1}),
        improved_after_4=Count(1, 1),
        nsaid_reduced=Count(1, 2),
        nsaid_stopped=Count(0, 1),
    )
    assert tally.people == 4


def test_arms_come_from_the_people_and_every_arm_is_there() -> None:
    found = tallies([Person(visits=(visits("combined", (0, 80)),))])
    assert [(arm, tally.people) for arm, tally in found.items()] == [(arm, int(arm == "combined")) for arm in ARMS]
    assert added({"standard": found["combined"]}, {"standard": found["combined"]})["standard"].people == 2
