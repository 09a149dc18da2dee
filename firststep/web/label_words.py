"""What labels state, in the reader's words: a quotation with country, source and date, and whom to ask.

A page says what is noted and what a label says, never what to do: no sentence here tells anybody to use, change or
leave out a drug, and none calls an amount right or wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from babel.lists import format_list
from babel.numbers import format_decimal
from flask_babel import get_locale
from flask_babel import gettext as _

from firststep.clinical.nsaids import Label, LabelLine, load_drugs
from firststep.clinical.nsaids.facts import (
    AboveLabel,
    AbovePrescription,
    DaysInARow,
    DaysOf14,
    LabelFact,
    NoLimitKnown,
    TwoNsaids,
)
from firststep.services.diary_doses import OTHER, product_words
from firststep.web.country_words import country_name
from firststep.web.dates import long_date


@dataclass(frozen=True, slots=True)
class LabelNote:
    """One fact for a person: what is noted, what the label says about it, whom to ask, and where it was read."""

    noted: str
    quoted: str = ""
    ask: str = ""
    source: str = ""


def label_notes(facts: Iterable[LabelFact], country: str | None) -> list[LabelNote]:
    """Return the facts in words."""
    return [_note(fact, country) for fact in facts]


def _note(fact: LabelFact, country: str | None) -> LabelNote:
    match fact:
        case TwoNsaids():
            return _two_nsaids(fact, country)
        case AboveLabel():
            return _above_label(fact, country)
        case AbovePrescription():
            return _above_prescription(fact)
        case DaysInARow():
            return _days_in_a_row(fact, country)
        case DaysOf14():
            return _days_of_14(fact, country)
        case NoLimitKnown():
            return _no_limit_known(fact, country)


def _two_nsaids(fact: TwoNsaids, country: str | None) -> LabelNote:
    line = _line("heart_aspirin" if fact.for_heart else "another_nsaid", country)
    return LabelNote(
        noted=_("Noted within 24 hours: %(drugs)s.", drugs=_names(fact.products)),
        quoted=_("The label (%(country)s) says: %(text)s", country=country_name(line.country), text=_(line.text)),
        ask=_("Ask your doctor or pharmacist."),
        source=_source([line.source], line.checked_on),
    )


def _above_label(fact: AboveLabel, country: str | None) -> LabelNote:
    label = _label(fact.product, country)
    return LabelNote(
        noted=" ".join((_noted_amount(fact), _("Doses that are marked as prescribed are not counted here."))),
        quoted=_(
            "The label for use without a prescription (%(country)s) says: at most %(most)s mg in 24 hours.",
            country=country_name(label.country),
            most=_number(fact.most_mg),
        ),
        ask=_("Ask your doctor or pharmacist."),
        source=_source([label.source], label.checked_on),
    )


def _above_prescription(fact: AbovePrescription) -> LabelNote:
    return LabelNote(
        noted=_noted_amount(fact),
        quoted=_(
            "The amount that you typed from your prescription: %(most)s mg in 24 hours.", most=_number(fact.most_mg)
        ),
        ask=_("Ask whoever prescribed it, or a pharmacist."),
    )


def _days_in_a_row(fact: DaysInARow, country: str | None) -> LabelNote:
    if fact.group == "topical_nsaid":
        noted = _("%(drug)s that is not prescribed is noted on more than %(days)s days in a row.")
        noted = noted % {"drug": _names(fact.products), "days": fact.most_days}
    else:
        noted = _(
            "An oral NSAID that is not marked as prescribed is noted on more than %(days)s days in a row.",
            days=fact.most_days,
        )
    return _beside_days(noted, fact, country)


def _days_of_14(fact: DaysOf14, country: str | None) -> LabelNote:
    return _beside_days(
        _("An oral NSAID that is not marked as prescribed is noted on %(days)s of the last 14 days.", days=fact.days),
        fact,
        country,
    )


def _beside_days(noted: str, fact: DaysInARow | DaysOf14, country: str | None) -> LabelNote:
    labels = [_label(product, country) for product in fact.products]
    return LabelNote(
        noted=noted,
        quoted=_(
            "The label of %(drugs)s for use without a prescription (%(country)s) names %(days)s days.",
            drugs=_names(fact.products),
            country=country_name(labels[0].country),
            days=fact.most_days,
        ),
        ask=_("Ask your doctor or pharmacist."),
        source=_source([label.source for label in labels], min(label.checked_on for label in labels)),
    )


def _no_limit_known(fact: NoLimitKnown, country: str | None) -> LabelNote:
    # Half asleep, "no limit known" reads as "no limit".
    ask = _("This does not mean that there is none: see the package leaflet.")
    return LabelNote(noted=f"{_unknown(fact, country)} {ask}")


def _unknown(fact: NoLimitKnown, country: str | None) -> str:
    if fact.product == OTHER:
        return _("A drug without a name: no limit known here.")
    drug = product_words(fact.product)
    if fact.because == "drug":
        return _("%(drug)s: no limit known here.", drug=drug)
    if country is None:
        return _("%(drug)s: no limit known here, because no country is set.", drug=drug)
    return _("%(drug)s: no limit known here for %(country)s.", drug=drug, country=country_name(country))


def _noted_amount(fact: AboveLabel | AbovePrescription) -> str:
    values = {"drug": product_words(fact.product), "total": _number(fact.total_mg)}
    if fact.converted and fact.at_least:
        return _("At least %(total)s mg are noted within 24 hours, counted as %(drug)s.", **values)
    if fact.converted:
        return _("%(total)s mg are noted within 24 hours, counted as %(drug)s.", **values)
    if fact.at_least:
        return _("%(drug)s: at least %(total)s mg are noted within 24 hours.", **values)
    return _("%(drug)s: %(total)s mg are noted within 24 hours.", **values)


def _label(product: str, country: str | None) -> Label:
    drug = load_drugs().find(product, "oral")
    label = drug.label_in(country) if drug else None
    if label is None:
        raise ValueError(f"no label of {product} in {country}")
    return label


def _line(line_id: str, country: str | None) -> LabelLine:
    """Return the sentence as the reader's country has it, or else as any does: the page names the country."""
    lines = [line for line in load_drugs().lines if line.id == line_id]
    return next((line for line in lines if line.country == country), lines[0])


def _names(products: Iterable[str]) -> str:
    return str(format_list([product_words(product) for product in products], locale=get_locale() or "en"))


def _number(amount_mg: float) -> str:
    return str(format_decimal(amount_mg, locale=get_locale()))


def _source(sources: Iterable[str], checked_on: date) -> str:
    named = "; ".join(dict.fromkeys(str(_(source)) for source in sources))
    return _("Source: %(source)s. Checked on %(day)s.", source=named, day=long_date(checked_on))
