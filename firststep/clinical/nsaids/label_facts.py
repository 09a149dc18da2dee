"""What labels state about a person's own doses, as facts for the page to quote: no advice, no clock, no database.

The same rules run in the browser (`static/js/label_facts.js`) on the same drug files; `tests/data/label_facts.json`
holds the cases that both must answer alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from typing import Final, Literal

from firststep.clinical.nsaids.facts import (
    UNNAMED,
    AboveLabel,
    AbovePrescription,
    DaysInARow,
    DaysOf14,
    LabelFact,
    NoLimitKnown,
    NotedDose,
    TwoNsaids,
)
from firststep.clinical.nsaids.shapes import Drug, Drugs

#: The days that the rules look at: the longest run that a label states (a gel, 21 days) and one more.
DAYS_READ: Final = 22
WINDOW: Final = timedelta(hours=24)
LAST_DAYS: Final = 14
MOST_HEART_ASPIRIN_MG: Final = 100


@dataclass(frozen=True, slots=True)
class _Known:
    """A dose and its drug; ``heart``: low-dose aspirin for the heart."""

    dose: NotedDose
    drug: Drug | None
    heart: bool

    @property
    def is_oral_nsaid(self) -> bool:
        return self.drug is not None and self.drug.group == "oral_nsaid"


def label_facts(
    doses: Sequence[NotedDose], nsaid_days: Collection[date], country: str | None, today: date, drugs: Drugs
) -> tuple[LabelFact, ...]:
    """Return what is to be said about the day ``today``, in a fixed order; nothing when there is nothing to say.

    ``doses`` and ``nsaid_days`` (the days on which "NSAID taken" was answered with yes) reach back `DAYS_READ` days
    from ``today``. Later days are left out, apart from doses with a time: whoever flies west over the date line comes
    into the day before, and what was taken hours ago is noted on the next one. ``country`` is an ISO 3166 code or None.

    *Within 24 hours.* For each dose of today: with it count the doses up to it, less than 24 hours before. Exactly
    24 hours before is outside. Moments are compared in UTC, so a night in which the clocks change counts its real
    hours. A dose without a time counts for its local day: it goes together with every dose of that day, and with
    none of another.

    1. *Two NSAIDs*: two oral NSAIDs of different ingredients within 24 hours, prescribed or not. Where one of
       each such pair is low-dose aspirin for the heart (marked so, and all aspirin of its local day has amounts that
       sum to at most 100 mg), the fact says ``for_heart``.
    2. *Above the label*: the doses of one ingredient and group within 24 hours that are not marked as prescribed
       sum to more than the country's label states; equal is not more. The label is that of the dose's own product
       or, where that has none, of another product of the ingredient. Products are converted to the ingredient, and
       the sum is told in mg of the labelled product. A dose without an amount adds nothing and makes it "at least".
    3. *Above the prescription*: where a dose within the 24 hours is marked as prescribed with an amount that the
       person typed, all doses of the ingredient are compared with that amount (the largest typed), never with ours.
       Of several windows of today the one with the largest sum is told, for rules 2 and 3 each.
    4. *Days in a row*: a day of use is one answered with yes or with an oral NSAID noted (a drug without a name is
       one only on a day answered with yes), unless all oral NSAIDs noted on it are prescribed or low-dose aspirin
       for the heart. The run that ends with today is longer than the shortest that the country's labels state. For
       a gel: days with a dose of it that is not prescribed.
    5. *Of the last 14 days*: as many days of use as that, where rule 4 says nothing about tablets and today is a
       day of use.
    6. *No limit known here*: a drug noted today and not prescribed is none of ours (``because`` "drug"), or nothing
       is known of its label in the country (``because`` "country").

    The order of ``doses`` makes no difference.

    Rule: clinical facts 3.2, rules 1 to 4 and 6.
    """
    known = _known([dose for dose in doses if dose.day <= today or dose.taken_at is not None], drugs)
    return (
        *_two_nsaids(known, today),
        *_above(known, today, country, drugs),
        *_days(known, nsaid_days, today, country, drugs),
        *_gel_days(known, today, country, drugs),
        *_unknown(known, today, country, drugs),
    )


def _known(doses: Sequence[NotedDose], drugs: Drugs) -> list[_Known]:
    found = [(dose, drugs.find(dose.product, dose.form)) for dose in doses]
    aspirin_mg: defaultdict[date, list[float | None]] = defaultdict(list)
    for dose, drug in found:
        if _is_aspirin(drug):
            aspirin_mg[dose.day].append(dose.dose_mg)
    low = {day for day, amounts in aspirin_mg.items() if _sums_to_at_most(amounts, MOST_HEART_ASPIRIN_MG)}
    return [_Known(dose, drug, dose.for_heart and _is_aspirin(drug) and dose.day in low) for dose, drug in found]


def _is_aspirin(drug: Drug | None) -> bool:
    return drug is not None and drug.ingredient == "aspirin"


def _sums_to_at_most(amounts: Iterable[float | None], most_mg: int) -> bool:
    listed = list(amounts)
    return None not in listed and sum(round(10 * mg) for mg in listed if mg is not None) <= 10 * most_mg


def _windows(known: Sequence[_Known], today: date) -> Iterator[tuple[_Known, list[_Known]]]:
    """Go through today's doses, each with all doses of the 24 hours that end with it, itself included."""
    for last in known:
        if last.dose.day == today:
            yield last, [one for one in known if _within(one.dose, last.dose)]


def _within(dose: NotedDose, last: NotedDose) -> bool:
    if dose.taken_at is None or last.taken_at is None:
        return dose.day == last.day
    return timedelta() <= last.taken_at - dose.taken_at < WINDOW


def _two_nsaids(known: Sequence[_Known], today: date) -> Iterator[TwoNsaids]:
    pairs = {False: set[str](), True: set[str]()}
    for last, window in _windows([one for one in known if one.is_oral_nsaid], today):
        for one in window:
            if last.drug and one.drug and one.drug.ingredient != last.drug.ingredient:
                pairs[one.heart or last.heart] |= {one.drug.id, last.drug.id}
    for for_heart, products in pairs.items():
        if products:
            yield TwoNsaids(tuple(sorted(products)), for_heart)


@dataclass(frozen=True, slots=True)
class _Sum:
    """What was noted of one ingredient within 24 hours beside the amount that it is compared with."""

    ingredient: tuple[str, str]
    reference: Drug
    most_mg: float
    total: Fraction
    at_least: bool
    converted: bool

    @property
    def is_above(self) -> bool:
        return self.total > self.reference.in_base_mg(self.most_mg)

    @property
    def total_mg(self) -> int:
        return ceil(self.total / self.reference.in_base_mg(1))


def _above(known: Sequence[_Known], today: date, country: str | None, drugs: Drugs) -> Iterator[LabelFact]:
    """Go through the largest sum of each ingredient that is above its label, then above its prescription."""
    windows = [(last.drug, window) for last, window in _windows(known, today) if last.drug]
    of_labels = (_beside_label(drug, window, country, drugs) for drug, window in windows)
    for largest in _largest(of_labels):
        yield AboveLabel(largest.reference.id, largest.total_mg, largest.most_mg, largest.at_least, largest.converted)
    for largest in _largest(_beside_prescription(drug, window) for drug, window in windows):
        yield AbovePrescription(
            largest.reference.id, largest.total_mg, largest.most_mg, largest.at_least, largest.converted
        )


def _largest(sums: Iterable[_Sum | None]) -> list[_Sum]:
    above: defaultdict[tuple[str, str], list[_Sum]] = defaultdict(list)
    for one in sums:
        if one and one.is_above:
            above[one.ingredient].append(one)
    return [max(above[ingredient], key=_weight) for ingredient in sorted(above)]


def _weight(one: _Sum) -> tuple[Fraction, bool, bool, str]:
    return one.total, one.at_least, one.converted, one.reference.id


def _beside_label(drug: Drug, window: Sequence[_Known], country: str | None, drugs: Drugs) -> _Sum | None:
    labelled = _labelled(drug, country, drugs)
    if labelled is None:
        return None
    reference, most_mg = labelled
    return _sum(drug, [one for one in window if not one.dose.prescribed], reference, most_mg)


def _labelled(drug: Drug, country: str | None, drugs: Drugs) -> tuple[Drug, int] | None:
    """Return the product whose label states an amount for the ingredient: the drug itself, or one like it."""
    alike = sorted((one for one in drugs.every if _like(one, drug)), key=lambda one: (one.id != drug.id, one.id))
    for one in alike:
        label = one.label_in(country)
        if label and label.most_mg_in_24_hours is not None:
            return one, label.most_mg_in_24_hours
    return None


def _beside_prescription(drug: Drug, window: Sequence[_Known]) -> _Sum | None:
    typed = [
        (one.drug, one.dose.prescribed_most_mg)
        for one in window
        if one.drug and _like(one.drug, drug) and one.dose.prescribed and one.dose.prescribed_most_mg is not None
    ]
    if not typed:
        return None
    reference, most_mg = max(typed, key=lambda one: (one[0].in_base_mg(one[1]), one[0].id))
    return _sum(drug, window, reference, most_mg)


def _like(one: Drug, other: Drug) -> bool:
    return (one.ingredient, one.group) == (other.ingredient, other.group)


def _sum(drug: Drug, counted: Sequence[_Known], reference: Drug, most_mg: float) -> _Sum:
    own = [(one.drug, one.dose.dose_mg) for one in counted if one.drug and _like(one.drug, drug)]
    return _Sum(
        ingredient=(drug.ingredient, drug.group),
        reference=reference,
        most_mg=most_mg,
        total=sum((one.in_base_mg(mg) for one, mg in own if mg is not None), Fraction(0)),
        at_least=any(mg is None for _one, mg in own),
        converted=any(one.id != reference.id for one, _mg in own),
    )


def _days(
    known: Sequence[_Known], nsaid_days: Collection[date], today: date, country: str | None, drugs: Drugs
) -> Iterator[LabelFact]:
    stated = _stated_days("oral_nsaid", country, drugs)
    if stated is None:
        return
    most_days, products = stated
    noted: defaultdict[date, list[bool]] = defaultdict(list)
    for one in known:
        unnamed = one.dose.product == UNNAMED and one.dose.form == "oral" and one.dose.day in nsaid_days
        if one.is_oral_nsaid or unnamed:
            noted[one.dose.day].append(one.dose.prescribed or one.heart)
    exempt = {day for day, reasons in noted.items() if all(reasons)}
    used = {day for day in {*nsaid_days, *noted} if day <= today} - exempt
    run = _run(used, today)
    lately = sum(today - timedelta(days=back) in used for back in range(LAST_DAYS))
    if run > most_days:
        yield DaysInARow("oral_nsaid", products, run, most_days)
    elif today in used and lately >= most_days:
        yield DaysOf14(products, lately, most_days)


def _gel_days(known: Sequence[_Known], today: date, country: str | None, drugs: Drugs) -> Iterator[DaysInARow]:
    stated = _stated_days("topical_nsaid", country, drugs)
    if stated is None:
        return
    most_days, products = stated
    used = {one.dose.day for one in known if one.drug and one.drug.id in products and not one.dose.prescribed}
    run = _run(used, today)
    if run > most_days:
        yield DaysInARow("topical_nsaid", products, run, most_days)


def _stated_days(
    group: Literal["oral_nsaid", "topical_nsaid"], country: str | None, drugs: Drugs
) -> tuple[int, tuple[str, ...]] | None:
    """Return the fewest days that the country's labels of the group state, and whose labels state it."""
    labels = ((drug.id, drug.label_in(country)) for drug in drugs.every if drug.group == group)
    stated = [(label.most_days_in_a_row, name) for name, label in labels if label and label.most_days_in_a_row]
    if not stated:
        return None
    fewest = min(days for days, _name in stated)
    return fewest, tuple(name for days, name in stated if days == fewest)


def _run(days: Collection[date], last: date) -> int:
    length = 0
    while last - timedelta(days=length) in days:
        length += 1
    return length


def _unknown(known: Sequence[_Known], today: date, country: str | None, drugs: Drugs) -> Iterator[NoLimitKnown]:
    noted = [one for one in known if one.dose.day == today and not one.dose.prescribed]
    yield from (
        NoLimitKnown(name, "country")
        for name, drug in sorted({one.drug.id: one.drug for one in noted if one.drug}.items())
        if _labelled(drug, country, drugs) is None and not _has_days(drug, country)
    )
    yield from (NoLimitKnown(name, "drug") for name in sorted({one.dose.product for one in noted if not one.drug}))


def _has_days(drug: Drug, country: str | None) -> bool:
    label = drug.label_in(country)
    return label is not None and label.most_days_in_a_row is not None
