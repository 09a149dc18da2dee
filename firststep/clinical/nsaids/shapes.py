"""What is kept of a drug: its names, its usual strengths, and what labels state about it in which country."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, TypeAlias

Group: TypeAlias = Literal["oral_nsaid", "topical_nsaid", "not_nsaid"]
Form: TypeAlias = Literal["oral", "gel"]
#: V read in the label or page itself, V2 in a secondary text. What is only recalled is left out.
Confidence: TypeAlias = Literal["V", "V2"]

GROUPS: Final = ("oral_nsaid", "topical_nsaid", "not_nsaid")
FORMS: Final = ("oral", "gel")
CONFIDENCES: Final = ("V", "V2")
SUPPLIES: Final = ("without_prescription",)


#: What stands around a name without belonging to it, for Python and for browsers alike.
_AROUND: Final = re.compile(r"^[\s\ufeff]+|[\s\ufeff]+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a label states for use without a prescription in one country; None is "not stated", or not read.

    ``country`` is an ISO 3166 code. ``most_mg_in_24_hours`` counts the mg of the product as it is sold.
    What a prescription allows is nowhere in these files: no rule uses it, as only the person's own one counts.
    """

    country: str
    supply: Literal["without_prescription"]
    most_mg_in_24_hours: int | None
    most_days_in_a_row: int | None
    source: str
    confidence: Confidence
    checked_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Drug:
    """One product; ``id`` is what a noted dose carries.

    Products of one ``ingredient`` count together: ``salt_mg`` of the product hold ``base_mg`` of the ingredient
    (naproxen sodium 220 mg is naproxen 200 mg). ``strengths_mg`` are the usual ones, to choose from while typing.
    ``atc`` and ``rxnorm`` are None where no source was read. ``also_called`` are other names of the same thing.
    """

    id: str
    ingredient: str
    name: str
    also_called: tuple[str, ...] = ()
    group: Group
    form: Form
    strengths_mg: tuple[Decimal, ...]
    salt_mg: int = 1
    base_mg: int = 1
    atc: str | None
    rxnorm: str | None
    source: str
    confidence: Confidence
    checked_on: date
    labels: tuple[Label, ...] = ()

    def in_base_mg(self, product_mg: float) -> Fraction:
        """Return how much of the ingredient an amount of the product holds, exact for an amount with one decimal."""
        return Fraction(round(10 * product_mg) * self.base_mg, 10 * self.salt_mg)

    def label_in(self, country: str | None) -> Label | None:
        """Return what the label of a country states, None where nothing of it is known."""
        return next((label for label in self.labels if label.country == country), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelLine:
    """A sentence of a label about more than one drug."""

    id: str
    country: str
    text: str
    source: str
    confidence: Confidence
    checked_on: date


@dataclass(frozen=True, slots=True)
class Drugs:
    """All drugs, in the order of their ids, and the sentences of labels."""

    every: tuple[Drug, ...]
    lines: tuple[LabelLine, ...]

    def find(self, product: str, form: str) -> Drug | None:
        """Return the drug of a noted dose by its id or another name, None where it is not one of ours.

        A gel is never taken for the tablet of the same name: "diclofenac" noted as a gel is the gel.
        """
        name = _AROUND.sub("", product).lower()
        named = next((drug for drug in self.every if name in (drug.id, drug.name.lower(), *drug.also_called)), None)
        if named is None or form == "gel":
            ingredient = named.ingredient if named else None
            gels = (drug for drug in self.every if drug.form == "gel" and drug.ingredient == ingredient)
            return next(gels, None)
        # A form that the page fills in by itself says nothing against the gel that was named.
        return named if form == named.form or named.form == "gel" else None

    def labelled_in(self, country: str | None) -> bool:
        """Tell whether any label of the country is known."""
        return any(drug.label_in(country) for drug in self.every)
