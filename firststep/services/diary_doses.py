"""Noted doses: which drugs can be chosen, what they are called, and a dose as the label rules read it.

The drugs are those of `firststep/clinical/nsaids/drugs/`; nothing here says how much, how often or whether.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from flask_babel import gettext as _

from firststep.clinical.nsaids import Drug, load_drugs
from firststep.clinical.nsaids.facts import UNNAMED, NotedDose
from firststep.clinical.nsaids.label_facts import MOST_HEART_ASPIRIN_MG
from firststep.services.diary_events import Event
from firststep.services.diary_fields import Refused
from firststep.services.zones import zone

OTHER: Final = UNNAMED
# A phone's clock may be a little ahead of ours.
_CLOCKS_DIFFER: Final = timedelta(minutes=15)


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


def parse_dose_time(text: object, field: str, *, day: date, now: datetime, zone_name: str) -> datetime:
    """Return the moment at which the person's clock showed the time on the day."""
    try:
        # Some browsers send seconds too.
        of_day = time.fromisoformat(text) if isinstance(text, str) and 5 <= len(text) <= 8 else None
    except ValueError:
        of_day = None
    if of_day is None or of_day.tzinfo is not None:
        raise Refused(field, _("Enter a time such as 07:30."))
    moment = datetime.combine(day, of_day, tzinfo=zone(zone_name)).astimezone(UTC)
    if moment.astimezone(zone(zone_name)).time() != of_day:
        raise Refused(field, _("On this day the clocks went forward past that time. Enter another one."))
    if moment > now + _CLOCKS_DIFFER:
        raise Refused(field, _("That time has not come yet."))
    return moment
