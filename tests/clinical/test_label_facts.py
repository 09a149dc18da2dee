"""What labels state about doses: the table that the browser answers too, and what holds for any doses."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firststep.clinical.nsaids import load_drugs
from firststep.clinical.nsaids.facts import AboveLabel, LabelFact, NotedDose, fact_as_json
from firststep.clinical.nsaids.label_facts import DAYS_READ, label_facts

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "label_facts.json").read_text(encoding="utf-8")
)
TODAY = date(2026, 11, 23)
DRUGS = load_drugs()
PRODUCTS = [*(drug.id for drug in DRUGS.every), "other", "Arnica"]
COUNTRIES = ["US", "GB", "DE", None]

moments = st.none() | st.datetimes(datetime(2026, 11, 21), datetime(2026, 11, 23, 23, 59)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)
noted = st.builds(
    NotedDose,
    day=st.integers(0, DAYS_READ).map(lambda back: TODAY - timedelta(days=back)),
    product=st.sampled_from(PRODUCTS),
    dose_mg=st.none() | st.sampled_from([1, 81, 100, 110, 200, 220, 400, 550, 600, 1300]),
    form=st.sampled_from(["oral", "oral", "gel", "other"]),
    prescribed=st.booleans(),
    prescribed_most_mg=st.none() | st.sampled_from([100, 660, 1200]),
    for_heart=st.booleans(),
)
timed = st.builds(
    lambda dose, moment: replace(dose, taken_at=moment, day=moment.date() if moment else dose.day), noted, moments
)
diaries = st.lists(timed, max_size=8)
answers = st.sets(st.integers(0, DAYS_READ).map(lambda back: TODAY - timedelta(days=back)))


def dose_of(values: dict[str, Any]) -> NotedDose:
    moment = values.get("taken_at")
    dated = {"day": date.fromisoformat(values["day"]), "taken_at": moment and datetime.fromisoformat(moment)}
    return NotedDose(**{**values, **dated})


def facts(doses: list[NotedDose], country: str | None = "US", yes: set[date] = frozenset()) -> tuple[LabelFact, ...]:  # type: ignore[assignment]
    return label_facts(doses, yes, country, TODAY, DRUGS)


def ibuprofen(hours: float, dose_mg: int) -> NotedDose:
    """Return a dose so many hours after the morning of the day before."""
    moment = datetime(2026, 11, 22, 6, tzinfo=UTC) + timedelta(hours=hours)
    return NotedDose(day=moment.date(), product="ibuprofen", taken_at=moment, dose_mg=dose_mg)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_table_of_cases(case: dict[str, Any]) -> None:
    found = label_facts(
        [dose_of(values) for values in case["doses"]],
        {date.fromisoformat(day) for day in case["nsaid_days"]},
        case["country"],
        date.fromisoformat(case["today"]),
        DRUGS,
    )
    assert [fact_as_json(fact) for fact in found] == case["facts"]


def test_the_table_has_every_kind_of_fact_and_silence() -> None:
    kinds = Counter(fact["kind"] for case in CASES for fact in case["facts"])
    assert set(kinds) == {
        "two_nsaids", "above_label", "above_prescription", "days_in_a_row", "days_of_14", "no_limit_known",
    }  # fmt: skip
    assert sum(not case["facts"] for case in CASES) >= 10


@settings(max_examples=500, deadline=None)
@given(diaries, answers, st.sampled_from(COUNTRIES), st.randoms())
def test_the_order_of_doses_makes_no_difference(
    doses: list[NotedDose], yes: set[date], country: str | None, random: Any
) -> None:
    shuffled = random.sample(doses, len(doses))
    assert facts(shuffled, country, yes) == facts(doses, country, yes)


@settings(max_examples=500, deadline=None)
@given(diaries, answers, st.sampled_from(COUNTRIES), st.sampled_from(["Asia/Kolkata", "America/St_Johns"]))
def test_the_zone_in_which_a_moment_is_written_makes_no_difference(
    doses: list[NotedDose], yes: set[date], country: str | None, zone: str
) -> None:
    elsewhere = [replace(dose, taken_at=dose.taken_at and dose.taken_at.astimezone(ZoneInfo(zone))) for dose in doses]
    assert facts(elsewhere, country, yes) == facts(doses, country, yes)


@settings(max_examples=500, deadline=None)
@given(diaries, st.sampled_from(COUNTRIES), timed)
def test_another_dose_never_takes_a_sum_below_its_label(
    doses: list[NotedDose], country: str | None, more: NotedDose
) -> None:
    before = {fact.product: fact.total_mg for fact in facts(doses, country) if isinstance(fact, AboveLabel)}
    after = {fact.product: fact.total_mg for fact in facts([*doses, more], country) if isinstance(fact, AboveLabel)}
    assert all(after.get(product, 0) >= total_mg for product, total_mg in before.items())


@settings(max_examples=500, deadline=None)
@given(diaries, answers)
def test_where_no_label_is_known_none_is_quoted(doses: list[NotedDose], yes: set[date]) -> None:
    for country in ("DE", None):
        kinds = {fact.kind for fact in facts(doses, country, yes)}
        assert kinds <= {"two_nsaids", "above_prescription", "no_limit_known"}


@settings(max_examples=500, deadline=None)
@given(diaries, st.sampled_from(COUNTRIES))
def test_a_drug_of_today_that_is_not_prescribed_is_known_or_said_to_be_unknown(
    doses: list[NotedDose], country: str | None
) -> None:
    silent = {fact.product for fact in facts(doses, country) if fact.kind == "no_limit_known"}
    for dose in (dose for dose in doses if dose.day == TODAY and not dose.prescribed):
        drug = DRUGS.find(dose.product, dose.form)
        if drug is None:
            assert dose.product in silent
        elif country in ("DE", None):
            assert drug.id in silent


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 47), st.sampled_from([200, 400, 800])), max_size=8))
def test_the_sum_is_the_largest_that_any_24_hours_of_the_day_hold(taken: list[tuple[int, int]]) -> None:
    doses = [ibuprofen(hours, dose_mg) for hours, dose_mg in taken]
    ends = [hours for (hours, _mg), dose in zip(taken, doses, strict=True) if dose.day == TODAY]
    largest = max((sum(mg for hours, mg in taken if end - 24 < hours <= end) for end in ends), default=0)
    told = [fact.total_mg for fact in facts(doses) if isinstance(fact, AboveLabel)]
    assert told == ([largest] if largest > 1200 else [])


@settings(max_examples=500, deadline=None)
@given(answers)
def test_days_of_use_are_counted_as_one_would_by_hand(yes: set[date]) -> None:
    marks = "".join("x" if TODAY - timedelta(days=back) in yes else "." for back in range(DAYS_READ + 1))
    run, lately = len(marks.split(".", maxsplit=1)[0]), marks[:14].count("x")
    expected = ["days_in_a_row"] if run > 10 else ["days_of_14"] if run and lately >= 10 else []
    assert [fact.kind for fact in facts([], "US", yes)] == expected


@settings(max_examples=500, deadline=None)
@given(diaries, answers, st.sampled_from(COUNTRIES))
def test_what_lies_further_back_than_the_page_reads_changes_no_kind_of_fact(
    doses: list[NotedDose], yes: set[date], country: str | None
) -> None:
    first = TODAY - timedelta(days=DAYS_READ - 1)
    near = [dose for dose in doses if dose.day >= first]
    read = facts(near, country, {day for day in yes if day >= first})
    assert [fact.kind for fact in read] == [fact.kind for fact in facts(doses, country, yes)]
