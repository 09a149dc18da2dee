"""Noted doses: which drugs can be chosen, what they are called, and a dose as the label rules read it.

The drugs are those of `firststep/clinical/nsaids/drugs/`; nothing here says how much, how often or whether.
"""

from __future__ import annotations

from typing import Final

from flask_babel import gettext as _

from firststep.clinical.nsaids import Drug, load_drugs
from firststep.clinical.nsaids.facts import UNNAMED, NotedDose
from firststep.clinical.nsaids.label_facts import MOST_HEART_ASPIRIN_MG
from firststep.services.diary_events import Event

OTHER: Final = UNNAMED


def product_choices() -> list[tuple[str, str]]:
    """Return (value, words) of the choice of a drug: tablets, then the gel and what is no NSAID, then another one."""
    groups = ("oral_nsaid", "topical_nsaid", "not_nsaid")
    drugs = sorted(load_drugs().every, key=lambda drug: (groups.index(drug.group), drug.id))
    return [*((drug.id, drug_name(drug)) for drug in drugs), (OTHER, _("Another one"))]


def drug_name(drug: Drug) -> str:
    """Name a drug in the reader's language; `tools.messages` collects the names from the files."""
    return str(_(drug.name))


def product_words(product: str, form: str = "oral") -> str:
    """Return the words for a noted product; free text is shown as it was noted."""
    if product == OTHER:
        return _("Another one")
    drug = load_drugs().find(product, form)
    return drug_name(drug) if drug else product


def product_and_form(text: str) -> tuple[str, str]:
    """Return how a chosen or typed drug is stored: one of ours by its id and form, any other as it was typed."""
    if text == OTHER:
        return OTHER, "oral"
    drug = load_drugs().find(text, "oral")
    return (drug.id, drug.form) if drug else (text, "other")


def answers_nsaid(dose: Event) -> bool:
    """Tell whether the dose answers "an NSAID was taken".

    A gel does not, nor a drug that is no NSAID, nor low-dose aspirin for the heart: it is taken every day, whatever
    the heel does, and would hide how often something is taken for pain. The person's own answer always counts.
    """
    product, form = dose["product"], dose["form"]
    if product == OTHER:
        return bool(form == "oral")
    drug = load_drugs().find(product, form)
    if drug is None or drug.group != "oral_nsaid":
        return False
    low = dose["dose_mg"] is not None and dose["dose_mg"] <= MOST_HEART_ASPIRIN_MG
    return not (drug.ingredient == "aspirin" and dose["for_heart"] and low)


def noted_dose(event: Event) -> NotedDose:
    """Return a stored dose as the label rules read it."""
    return NotedDose(day=event.day, **event.values)
