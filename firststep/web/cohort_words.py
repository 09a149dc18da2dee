"""The figures of a cohort in words: each with its people and its interval, and nothing that ranks."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from firststep.clinical.benchmarks import Benchmark, load_benchmarks
from firststep.clinical.cohort import LeftOut
from firststep.clinical.cohort_table import (
    FIGURES,
    ArmRow,
    CohortTable,
    Figure,
    FigureName,
    Proportion,
    WeeksToRelief,
)
from firststep.clinical.diary import Arm
from firststep.figures.names import arm_name, published
from firststep.web import wording


@dataclass(frozen=True, kw_only=True)
class FigureLine:
    """One arm's line of a figure: the value, what it rests on, and what the clinic's report says beside it.

    ``value`` is a sentence where there is none; ``details`` are further facts in words.
    """

    arm: str
    is_shown: bool
    value: str
    details: list[str]
    published: str | None


@dataclass(frozen=True, kw_only=True)
class FigureGroup:
    """One figure of all arms; ``published`` is what the clinic's report says of all arms together."""

    key: FigureName
    title: str
    lines: list[FigureLine]
    published: str | None
    compared: list[str]


@dataclass(frozen=True, kw_only=True)
class ArmPeople:
    """Who is in an arm, whom the mean reduction leaves out and why, and by which rules they were counted."""

    arm: str
    people: str
    left_out: list[str]
    rules: str


def figure_groups(table: CohortTable) -> list[FigureGroup]:
    """Return every figure in words, the arms in their fixed order."""
    return [_group(name, table) for name in FIGURES]


def _group(name: FigureName, table: CohortTable) -> FigureGroup:
    return FigureGroup(
        key=name,
        title=figure_title(name),
        lines=[_line(name, row) for row in table.rows],
        published=_of_all_arms(name),
        compared=_compared(name, table),
    )


def figure_title(name: FigureName) -> str:
    """Return what a figure is called."""
    return {
        "reduction_week12": _("Mean fall of first-step pain by week 12, in points of 10"),
        "weeks_to_relief": _("Weeks until half of the people had meaningful relief"),
        "relapse_6_months": _("Relapse within 6 months of relief"),
        "improved_after_4": _("Improved after 4 sessions (from sheets only)"),
        "nsaid_reduced": _("NSAID days at least halved"),
        "nsaid_stopped": _("NSAIDs stopped"),
    }[name]


def _line(name: FigureName, row: ArmRow) -> FigureLine:
    figure = row.figure(name)
    value, details = _weeks(figure) if isinstance(figure, WeeksToRelief) else _value(name, figure)
    people = ngettext("%(num)d person", "%(num)d people", figure.n)
    return FigureLine(
        arm=arm_name(row.arm),
        is_shown=figure.shown,
        value=value if figure.shown else too_few(),
        details=[people, *(details if figure.shown else [])],
        published=_of_arm(name, row.arm),
    )


def too_few() -> str:
    """Return what stands where a figure would say too much about single people."""
    return _("Too few to show")


def _value(name: FigureName, figure: Figure) -> tuple[str, list[str]]:
    if figure.value is None:
        return _("Cannot be said yet"), [_("Nobody was followed for 6 months after relief.")]
    is_points = name == "reduction_week12"
    write = _points if is_points else percent
    value = write(figure.value)
    details = []
    if isinstance(figure, Proportion):
        details.append(_("%(k)s of %(n)s", k=figure.k, n=figure.n))
    if figure.low is None or figure.high is None:
        details.append(_("No interval: it was nobody, or everybody"))
    else:
        details.append(interval(write(figure.low), write(figure.high)))
    return value, details


def _points(value: float) -> str:
    # A minus as wide as a plus, which no line break can part from its number.
    return wording.points(value).replace("-", "\N{MINUS SIGN}")


def _weeks(figure: WeeksToRelief) -> tuple[str, list[str]]:
    value = _("Not reached by half of them") if figure.median is None else _weeks_words(figure.median)
    details = [_("%(events)s had relief while followed", events=figure.events)]
    if figure.low is not None:
        high = _("not reached") if figure.high is None else wording.points(figure.high)
        details.append(interval(wording.points(figure.low), high))
    if figure.q1 is not None:
        details.append(_("a quarter by week %(week)s", week=wording.points(figure.q1)))
    if figure.q3 is not None:
        details.append(_("three quarters by week %(week)s", week=wording.points(figure.q3)))
    return value, details


def _weeks_words(weeks: float) -> str:
    return _("%(weeks)s weeks", weeks=wording.points(weeks))


def interval(low: str, high: str) -> str:
    """Return a 95 % interval in words."""
    return _("95 %% interval %(low)s to %(high)s", low=low, high=high)


def percent(share: float) -> str:
    """Write a part of 1 in whole per cent: so few people are behind each that decimals would pretend."""
    return _("%(percent)s %%", percent=round(100 * share))


def _compared(name: FigureName, table: CohortTable) -> list[str]:
    """Say of every two arms that are shown whether their intervals have a value in common; never which is better."""
    pairs = table.pairs(name)
    said = {
        kind: ["{} · {}".format(*map(arm_name, pair.arms)) for pair in pairs if pair.said == kind]
        for kind in ("too_few_to_compare", "intervals_apart")
    }
    sentences = []
    if len(said["too_few_to_compare"]) == len(pairs):
        sentences.append(_("Any two of the three are too few to compare."))
    elif said["too_few_to_compare"]:
        sentences.append(_("Too few to compare: %(arms)s.", arms=", ".join(said["too_few_to_compare"])))
    if said["intervals_apart"]:
        sentences.append(
            _(
                "The intervals lie apart: %(arms)s. What the difference comes from is not known, because the groups "
                "were not formed by chance.",
                arms=", ".join(said["intervals_apart"]),
            )
        )
    return sentences


def _clinic_rows() -> dict[str, Benchmark]:
    return {row.id: row for row in load_benchmarks().of_source("clinic-report")}


def clinic_grade() -> str:
    """Return how the clinic's report is graded, in words."""
    return wording.grade_name(next(iter(_clinic_rows().values())).grade)


def _of_arm(name: FigureName, arm: Arm) -> str | None:
    """Return what the clinic's report says of an arm, None where it says nothing of single arms."""
    row = _clinic_rows()[f"clinic-report-{arm}"]
    if name == "reduction_week12" and row.change_mean is not None:
        return wording.points(float(-row.change_mean))
    if name == "weeks_to_relief" and row.relief_week_from is not None and row.relief_week_to is not None:
        return _("%(first)s to %(last)s weeks", first=row.relief_week_from, last=row.relief_week_to)
    if name == "relapse_6_months" and row.relapse_6_months_percent is not None:
        return _("%(percent)s %%", percent=row.relapse_6_months_percent)
    return None


def reported(name: FigureName, arm: Arm) -> str | None:
    """Return what the clinic's report says of a figure: of the arm, or else of all arms together."""
    return _of_arm(name, arm) or _of_all_arms(name)


def _of_all_arms(name: FigureName) -> str | None:
    rows = _clinic_rows()
    if name == "improved_after_4":
        row = rows["clinic-report-after-4-sessions"]
        return _("%(percent)s %%; %(note)s", percent=row.percent, note=published(row.note or ""))
    if name in ("nsaid_reduced", "nsaid_stopped"):
        return published(rows["clinic-report-nsaids"].note or "")
    return None


def arm_people(table: CohortTable) -> list[ArmPeople]:
    """Say who is in each arm."""
    return [
        ArmPeople(
            arm=arm_name(row.arm),
            people=ngettext("%(num)d person", "%(num)d people", row.n),
            left_out=[f"{reason_words(reason)}: {people}" for reason, people in row.left_out.items()],
            rules=", ".join(row.rules),
        )
        for row in table.rows
    ]


def reason_words(reason: LeftOut) -> str:
    """Say why somebody has no reduction at week 12."""
    return {
        "no_baseline": _("No baseline"),
        "low_baseline": _("Baseline below 3 of 10"),
        "no_week12": _("Nothing recorded around week 12"),
        "late_baseline": _("Baseline more than 4 weeks after the start"),
    }[reason]


def definitions() -> list[tuple[str, str]]:
    """Return what each word of the table means, as the rules have it."""
    return [
        (
            _("Arm"),
            _(
                "The kind of care. A person counts once in each arm, with the first course of that arm; somebody with "
                "a diary and visits in a sheet counts by the diary. The groups were not formed by chance."
            ),
        ),
        (
            _("Baseline"),
            _(
                "In a diary the mean of the recorded first-step pain of 7 days, at least 4 of them, before care began "
                "or soon after it. In a sheet the last value on or before the start. Below 3 of 10 a fall says little, "
                "so only NSAIDs are counted then."
            ),
        ),
        (
            _("Mean fall by week 12"),
            _(
                "Baseline minus the 7-day mean nearest to day 84, within 14 days of it (sheets: the value nearest to "
                "day 84, within 28 days). Its interval is a t interval."
            ),
        ),
        (
            _("Meaningful relief"),
            _(
                "At least 30 % and 2 points lower than the baseline, held for 14 days (sheets: at two visits in a "
                "row). How long it took is estimated after Kaplan and Meier: whoever is still followed without relief, "
                "or stopped recording, counts for as long as they were followed. Log-log interval."
            ),
        ),
        (
            _("Relapse"),
            _(
                "After confirmed relief, above 70 % of the baseline and at least 2 points above the level after "
                "relief, for 14 days (sheets: at two visits in a row), by day 182. Somebody who has not been followed "
                "for so long is no proof of “no relapse”. Kaplan and Meier, log-log interval."
            ),
        ),
        (
            _("Improved after 4 sessions"),
            _(
                "At relief at the first value after session 4, or rated “much improved” or better on that row. Only "
                "sheets say which session it was. Wilson interval."
            ),
        ),
        (
            _("NSAIDs"),
            _(
                "Of those with any at the baseline: in diaries days with an oral NSAID a week, in the last 28 days "
                "against the time before care; in sheets the class of use. Wilson interval."
            ),
        ),
        (
            _("Too few"),
            _(
                "A mean or a share is shown from 5 people on, a curve from 10. Where two intervals have a value in "
                "common, the two are too few to compare. Nothing here ranks kinds of care or people."
            ),
        ),
    ]
