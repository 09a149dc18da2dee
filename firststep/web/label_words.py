"""What labels state, in the reader's words: a quotation with country, source and date, and whom to ask.

A page says what is noted and what a label says, never what to do: no sentence here tells anybody to use, change or
leave out a drug, and none calls an amount right or wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from babel.lists import format_list
from babel.numbers import format_decimal
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

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
from firststep.web.typography import unbroken

#: Every sentence by its key: the card of the phone's own log says the same (`static/js/day/label_notes.js`).
_SENTENCES: Final[Mapping[str, Any]] = {
    "two-nsaids": _l("Noted within 24 hours: %(drugs)s."),
    "line-says": _l("The label (%(country)s) says: %(text)s"),
    "not-counted": _l("Doses that are marked as prescribed are not counted here."),
    "label-amount": _l("The label for use without a prescription (%(country)s) says: at most %(most)s mg in 24 hours."),
    "own-amount": _l("The amount that you typed from your prescription: %(most)s mg in 24 hours."),
    "gel-in-a-row": _l("%(drug)s that is not prescribed is noted on more than %(days)s days in a row."),
    "oral-in-a-row": _l("An oral NSAID that is not marked as prescribed is noted on more than %(days)s days in a row."),
    "days-of-14": _l("An oral NSAID that is not marked as prescribed is noted on %(days)s of the last 14 days."),
    "label-days": _l("The label of %(drugs)s for use without a prescription (%(country)s) names %(days)s days."),
    "leaflet": _l("This does not mean that there is none: see the package leaflet."),
    "unknown-unnamed": _l("A drug without a name: no limit known here."),
    "unknown-drug": _l("%(drug)s: no limit known here."),
    "unknown-no-country": _l("%(drug)s: no limit known here, because no country is set."),
    "unknown-country": _l("%(drug)s: no limit known here (%(country)s)."),
    "amount": _l("%(drug)s: %(total)s mg are noted within 24 hours."),
    "amount-at-least": _l("%(drug)s: at least %(total)s mg are noted within 24 hours."),
    "amount-converted": _l("%(total)s mg are noted within 24 hours, counted as %(drug)s."),
    "amount-converted-at-least": _l("At least %(total)s mg are noted within 24 hours, counted as %(drug)s."),
    "ask-pharmacist": _l("Ask your doctor or pharmacist."),
    "ask-prescriber": _l("Ask whoever prescribed it, or a pharmacist."),
    "source": _l("Source: %(source)s. Checked on %(day)s."),
}


class _Places(dict[str, str]):
    """Writes each place of a sentence as scripts look for it."""

    def __missing__(self, name: str) -> str:
        """Return the place of the name."""
        return f"{{{name}}}"


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


def sentences_for_scripts() -> dict[str, str]:
    """Return every sentence as an attribute for a page, each of its places written as `{drugs}`."""
    return {f"data-{key}": unbroken(str(sentence) % _Places()) for key, sentence in _SENTENCES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Where something about a drug was read: a label of a product, or a sentence of labels (``text``)."""

    about: str
    country: str
    country_name: str
    source: str
    checked_on: date
    text: str = ""


def all_that_was_read() -> list[Read]:
    """Return the source of every label and sentence, in the reader's language, the sentences in their order."""
    drugs = load_drugs()
    lines = [_read(line.id, line, unbroken(str(_(line.text)))) for line in drugs.lines]
    return lines + [_read(drug.id, label) for drug in drugs.every for label in drug.labels]


def _read(about: str, read: Label | LabelLine, text: str = "") -> Read:
    return Read(
        about=about,
        country=read.country,
        country_name=country_name(read.country),
        source=str(_(read.source)),
        checked_on=read.checked_on,
        text=text,
    )


def _say(key: str, **values: object) -> str:
    return str(_SENTENCES[key]) % values


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
        noted=_say("two-nsaids", drugs=_names(fact.products)),
        quoted=_say("line-says", country=country_name(line.country), text=_(line.text)),
        ask=_say("ask-pharmacist"),
        source=_source([line.source], line.checked_on),
    )


def _above_label(fact: AboveLabel, country: str | None) -> LabelNote:
    label = _label(fact.product, country)
    return LabelNote(
        noted=" ".join((_noted_amount(fact), _say("not-counted"))),
        quoted=_say("label-amount", country=country_name(label.country), most=_number(fact.most_mg)),
        ask=_say("ask-pharmacist"),
        source=_source([label.source], label.checked_on),
    )


def _above_prescription(fact: AbovePrescription) -> LabelNote:
    return LabelNote(
        noted=_noted_amount(fact),
        quoted=_say("own-amount", most=_number(fact.most_mg)),
        ask=_say("ask-prescriber"),
    )


def _days_in_a_row(fact: DaysInARow, country: str | None) -> LabelNote:
    if fact.group == "topical_nsaid":
        noted = _say("gel-in-a-row", drug=_names(fact.products), days=fact.most_days)
    else:
        noted = _say("oral-in-a-row", days=fact.most_days)
    return _beside_days(noted, fact, country)


def _days_of_14(fact: DaysOf14, country: str | None) -> LabelNote:
    return _beside_days(_say("days-of-14", days=fact.days), fact, country)


def _beside_days(noted: str, fact: DaysInARow | DaysOf14, country: str | None) -> LabelNote:
    labels = [_label(product, country) for product in fact.products]
    country_words = country_name(labels[0].country)
    return LabelNote(
        noted=noted,
        quoted=_say("label-days", drugs=_names(fact.products), country=country_words, days=fact.most_days),
        ask=_say("ask-pharmacist"),
        source=_source([label.source for label in labels], min(label.checked_on for label in labels)),
    )


def _no_limit_known(fact: NoLimitKnown, country: str | None) -> LabelNote:
    # Half asleep, "no limit known" reads as "no limit".
    return LabelNote(noted=f"{_unknown(fact, country)} {_say('leaflet')}")


def _unknown(fact: NoLimitKnown, country: str | None) -> str:
    if fact.product == OTHER:
        return _say("unknown-unnamed")
    drug = product_words(fact.product)
    if fact.because == "drug":
        return _say("unknown-drug", drug=drug)
    if country is None:
        return _say("unknown-no-country", drug=drug)
    return _say("unknown-country", drug=drug, country=country_name(country))


def _noted_amount(fact: AboveLabel | AbovePrescription) -> str:
    key = "amount" + ("-converted" if fact.converted else "") + ("-at-least" if fact.at_least else "")
    return _say(key, drug=product_words(fact.product), total=_number(fact.total_mg))


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
    return _say("source", source=named, day=long_date(checked_on))
