"""The edges of the rules, one by one: each of these cases is what a rule that is wrong by one would get wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from firststep.clinical.adherence import PlanDays, planned_days, stretch_weeks
from firststep.clinical.before_after import before_and_after
from firststep.clinical.benchmarks import load_benchmarks
from firststep.clinical.change import is_worsening
from firststep.clinical.comparison import compare as compared_with_others
from firststep.clinical.diary import Diary, FootDay
from firststep.clinical.intervals import t_quantile, wilson
from firststep.clinical.means import UNITS_PER_POINT, Mean, SevenDayMeans, seven_day_means
from firststep.clinical.measures import MEASURES
from firststep.clinical.nsaids import load_drugs
from firststep.clinical.nsaids.facts import AboveLabel, AbovePrescription, NotedDose
from firststep.clinical.nsaids.label_facts import label_facts
from firststep.clinical.outcomes import means_of, outcomes, outcomes_of_foot
from firststep.clinical.pgic import Asked, EntriesSaid, Rating, asked_on, compare
from firststep.clinical.relapse import NO_RELAPSE, Relapse, relapse
from firststep.clinical.week import PlannedDay, adherence_to_plan, week_figures, week_with
from tests.clinical.diaries import BEFORE, MONDAY, START, day, days_with, diary_of

TODAY = date(2026, 11, 23)
DRUGS = load_drugs()


def means_from(points: list[float | None]) -> SevenDayMeans:
    """Return 7-day means of these points, one a day from MONDAY on."""
    units = tuple(None if value is None else round(value * UNITS_PER_POINT) for value in points)
    return SevenDayMeans(MONDAY.toordinal(), units, (7,) * len(units))


def on(offset: int) -> date:
    return MONDAY + timedelta(days=offset)


class TestRelapse:
    """Relief was confirmed on the first day, and the 14 days after it are those of the relief."""

    def test_it_can_begin_on_the_day_after_the_confirming_ones(self) -> None:
        means = means_from([3.0] * 14 + [8.0] * 14)
        assert relapse(means, Fraction(9), MONDAY, Fraction(3)) == Relapse(on(14), 14)

    def test_two_points_above_the_level_are_enough_and_less_is_not(self) -> None:
        # 70 % of the baseline of 6 are 4.2; the level after relief is 3.
        assert relapse(means_from([3.0] * 14 + [5.0] * 14), Fraction(6), MONDAY, Fraction(3)).day == on(14)
        assert relapse(means_from([3.0] * 14 + [4.9] * 14), Fraction(6), MONDAY, Fraction(3)) == NO_RELAPSE

    def test_70_percent_of_the_baseline_are_not_enough_and_more_is(self) -> None:
        assert relapse(means_from([3.0] * 14 + [7.0] * 14), Fraction(10), MONDAY, Fraction(3)) == NO_RELAPSE
        assert relapse(means_from([3.0] * 14 + [7.1] * 14), Fraction(10), MONDAY, Fraction(3)).day == on(14)


class TestMeans:
    """The last valid one, and what worsens."""

    @pytest.mark.parametrize("empty", range(4))
    def test_the_last_valid_mean_is_found_before_any_number_of_empty_days(self, empty: int) -> None:
        found = means_from([5.0, 4.0, *[None] * empty]).last_valid()
        assert found == Mean(on(1), Fraction(4))

    def test_no_day_is_compared_with_the_last_one(self) -> None:
        high_then_low = dict.fromkeys([on(offset) for offset in range(20)], 100)
        high_then_low |= dict.fromkeys([on(offset) for offset in range(20, 40)], 0)
        assert days_with(seven_day_means(high_then_low), is_worsening) == ()


class TestStretching:
    """One set is a plan, and a rest day asks for none."""

    def test_one_set_a_day_is_a_plan(self) -> None:
        week = week_with(MONDAY)
        assert adherence_to_plan([PlannedDay(MONDAY, 1, 1), PlannedDay(on(1), 1, 0)], week) == Fraction(1, 2)
        assert adherence_to_plan([PlannedDay(MONDAY, 0, 5)], week) is None

    def test_a_rest_day_asks_for_no_set(self) -> None:
        plan = PlanDays(first=MONDAY, sets_per_day=3, interval_days=2)
        assert [plan.sets_on(on(offset)) for offset in range(-1, 4)] == [0, 3, 0, 3, 0]

    def test_figures_name_their_week(self) -> None:
        weeks = (week_with(MONDAY), week_with(on(7)))
        planned = planned_days([PlanDays(first=MONDAY)], [], {}, {}, first=MONDAY, last=on(13))
        assert tuple(one.week for one in stretch_weeks({}, planned, weeks)) == weeks
        diary = diary_of([70] * 14)
        assert week_figures(diary, outcomes(diary, measure="first_step"), weeks[1]).week == weeks[1]


class TestBeforeAndAfter:
    """Without one of what it needs nothing is compared."""

    diary = diary_of([*BEFORE, *[50] * 14], start=START)

    def test_it_names_measure_and_foot(self) -> None:
        found = outcomes(self.diary, measure="first_step")
        compared = before_and_after(found, means_of(self.diary, found))
        assert compared is not None
        assert (compared.measure, compared.foot) == ("first_step", "right")

    @pytest.mark.parametrize("missing", ["baseline", "starts_on", "foot"])
    def test_each_missing_part_is_enough(self, missing: str) -> None:
        found = outcomes(self.diary, measure="first_step")
        without: dict[str, Any] = {missing: None}
        assert before_and_after(replace(found, **without), means_of(self.diary, found)) is None

    def test_so_is_a_missing_mean(self) -> None:
        found = outcomes(self.diary, measure="first_step")
        assert before_and_after(found, seven_day_means({})) is None


class TestComparison:
    """What stands beside a course names its measure, whatever is missing."""

    @pytest.mark.parametrize("measure", MEASURES)
    @pytest.mark.parametrize("tenths", [None, 20, 70])
    def test_it_names_its_measure(self, measure: Any, tenths: int | None) -> None:
        rows = tuple(FootDay(on(offset), "right", tenths, tenths) for offset in range(10) if tenths is not None)
        assert compared_with_others(outcomes(Diary(rows), measure=measure), "acupuncture").measure == measure

    @pytest.mark.parametrize("missing", ["relief_week_from", "relief_week_to"])
    def test_a_window_needs_both_its_weeks(self, missing: str) -> None:
        found = outcomes(diary_of([70] * 20), measure="first_step")
        known = load_benchmarks()
        changed: dict[str, Any] = {missing: None}
        rows = tuple(replace(row, **changed) if row.relief_week_from is not None else row for row in known.rows)
        compared = compared_with_others(found, "acupuncture", replace(known, rows=rows))
        assert (compared.own, compared.options) == (None, ())


class TestRatings:
    """What the entries said by a day, with nothing known after it."""

    def test_a_question_is_asked_with_its_start(self) -> None:
        assert asked_on(START, [], day(28)) == Asked(4, START)
        assert asked_on(START, [Rating(day(28), 4, 2)], day(29)) is None
        assert asked_on(START, [], day(27)) is None
        assert asked_on(None, [], day(28)) is None

    def test_entries_of_the_days_after_the_last_one_are_not_waited_for(self) -> None:
        # Relief since day 10, but the last entry before the rating is day 20: it was not confirmed by then.
        entries = [70] * 10 + [20] * 11 + [None] * 14 + [20] * 20
        diary = diary_of([*BEFORE, *entries], start=START)
        found = outcomes(diary, measure="first_step")
        (one,) = compare(diary, found, [Rating(day(30), 4, 2)], START)
        cut = diary_of([*BEFORE, *entries[:21]], start=START)
        assert outcomes(cut, measure="first_step").relief.state == "possible"
        assert one.entries == EntriesSaid("less")

    @pytest.mark.parametrize(("last", "said"), [(22, EntriesSaid("relief", day(9))), (21, EntriesSaid("less"))])
    @pytest.mark.parametrize("silent", range(4))
    def test_the_last_entry_before_the_rating_confirms(self, last: int, said: EntriesSaid, silent: int) -> None:
        entries = [70] * 7 + [20] * (last - 6) + [None] * 10 + [20] * 10
        diary = diary_of([*BEFORE, *entries], start=START)
        found = outcomes(diary, measure="first_step")
        (one,) = compare(diary, found, [Rating(day(last + silent), 4, 2)], START)
        assert one.entries == said

    def test_relief_after_a_long_gap_is_not_followed(self) -> None:
        entries = [70] * 7 + [None] * 30 + [20] * 30
        diary = diary_of([*BEFORE, *entries], start=START)
        found = outcomes(diary, measure="first_step")
        assert found.relief.state == "none"
        (one,) = compare(diary, found, [Rating(day(66), 8, 2)], START)
        assert one.entries == EntriesSaid("less", held_after_gap=True)
        (early,) = compare(diary, found, [Rating(day(50), 8, 2)], START)
        assert early.entries == EntriesSaid("less"), "it had not held for 14 days yet"

    def test_beside_a_rating_from_before_the_start_of_care_stands_nothing(self) -> None:
        # The weeks count from the left foot, which is worse and began later; the right one has entries before.
        right = diary_of([60] * 30, foot="right").foot_days
        left = diary_of([90] * 20, first=on(10), foot="left").foot_days
        diary = Diary(right + left)
        since = on(13)
        found = outcomes_of_foot(diary, "right", measure="first_step")
        ratings = [Rating(since - timedelta(days=1), 4, 4), Rating(since, 4, 4)]
        before, at_start = compare(diary, found, ratings, since)
        assert before.entries is None
        assert at_start.entries == EntriesSaid("within_day_to_day_variation")
        assert compare(diary, found, ratings[1:], since)[0].entries == at_start.entries

    def test_before_the_first_mean_nothing_can_be_said(self) -> None:
        right = diary_of([60] * 30, first=on(40), foot="right").foot_days
        diary = Diary(diary_of([90] * 60, foot="left").foot_days + right)
        found = outcomes_of_foot(diary, "right", measure="first_step")
        (one,) = compare(diary, found, [Rating(on(30), 4, 4)], on(3))
        assert one.entries is None


class TestLabelFacts:
    """Of which product the label is quoted, and how amounts are added up."""

    def facts(self, *doses: NotedDose, drugs: Any = DRUGS) -> list[Any]:
        return list(label_facts(doses, set(), "US", TODAY, drugs))

    def dose(self, product: str, dose_mg: int, **more: Any) -> NotedDose:
        return NotedDose(day=TODAY, product=product, dose_mg=dose_mg, **more)

    def test_a_product_with_a_label_of_its_own_is_held_against_that(self) -> None:
        sodium = DRUGS.find("naproxen sodium", "oral")
        assert sodium is not None
        stated = tuple(replace(label, most_mg_in_24_hours=440) for label in sodium.labels)
        every = tuple(replace(one, labels=stated) if one.id == "naproxen" else one for one in DRUGS.every)
        drugs = replace(DRUGS, every=every)
        found = self.facts(self.dose("naproxen", 500), drugs=drugs)
        assert [(fact.product, fact.most_mg) for fact in found if isinstance(fact, AboveLabel)] == [("naproxen", 440)]
        found = self.facts(self.dose("naproxen sodium", 880), drugs=drugs)
        above = [(fact.product, fact.most_mg) for fact in found if isinstance(fact, AboveLabel)]
        assert above == [("naproxen sodium", 660)]

    def test_of_two_prescriptions_of_one_ingredient_the_larger_counts(self) -> None:
        first = self.dose("naproxen", 500, prescribed=True, prescribed_most_mg=500)
        second = self.dose("naproxen sodium", 440, prescribed=True, prescribed_most_mg=660)
        for doses in ((first, second), (second, first)):
            found = [fact for fact in self.facts(*doses) if isinstance(fact, AbovePrescription)]
            assert [(fact.product, fact.most_mg) for fact in found] == [("naproxen sodium", 660)]

    def test_each_ingredient_has_its_own_sum(self) -> None:
        found = self.facts(self.dose("ibuprofen", 1400), self.dose("naproxen sodium", 880))
        above = {fact.product: fact.total_mg for fact in found if isinstance(fact, AboveLabel)}
        assert above == {"ibuprofen": 1400, "naproxen sodium": 880}


class TestIntervals:
    """Where an exact answer is known it is given exactly."""

    @pytest.mark.parametrize("degrees", [1, 2, 3, 10, 999])
    def test_one_half_lies_below_nothing(self, degrees: int) -> None:
        assert t_quantile(0.5, degrees) == 0

    def test_of_nobody_the_interval_begins_at_0_and_of_all_it_ends_at_1(self) -> None:
        for people in range(1, 400):
            assert wilson(0, people).low == 0
            assert wilson(people, people).high == 1
