"""What the daily page shows about doses: the noted ones, the last one to repeat, and what labels say about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from flask_babel import gettext as _

from blueprints.diary.dose_form import dose_time
from firststep.clinical.nsaids import load_drugs
from firststep.clinical.nsaids.label_facts import label_facts
from firststep.models import User
from firststep.services.diary_doses import noted_dose, product_choices
from firststep.services.diary_events import KINDS, Event
from firststep.services.diary_recent import Recent
from firststep.web.country_words import country_of_account, label_country_name
from firststep.web.event_words import event_words
from firststep.web.label_words import label_notes


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Where the person is: whose clock a time of day is told by, and whose labels are quoted."""

    zone: str
    country: str | None


def reader_of(account: User) -> Reader:
    """Return where the person is."""
    return Reader(zone=account.time_zone, country=country_of_account(account))


def dose_words(dose: Event, zone: str) -> str:
    """Say what was noted of a dose, with its time of day."""
    parts = [event_words(dose), dose_time(dose, zone)]
    parts += [_("prescribed")] if dose["prescribed"] else []
    parts += [_("for the heart")] if dose["for_heart"] else []
    return ", ".join(part for part in parts if part)


def doses_context(recent: Recent, day: date, reader: Reader, *, listed: Iterable[Event]) -> dict[str, Any]:
    """Return the doses to list, and what labels say about all doses of the day."""
    noted = [noted_dose(dose) for dose in recent.doses]
    facts = label_facts(noted, recent.nsaid_days, reader.country, day, load_drugs())
    return {
        "doses": [(dose.id, dose_words(dose, reader.zone), uuid4()) for dose in listed],
        "label_notes": label_notes(facts, reader.country),
        "label_country": label_country_name(reader.country),
        "doses_day": day.isoformat(),
    }


def again_context(recent: Recent) -> dict[str, Any]:
    """Return the dose that one tap repeats, and the choices of a new one."""
    last = recent.last_dose
    return {
        "again": (last.id, event_words(last), _on_the_wire(last)) if last else None,
        "again_op": uuid4(),
        "again_dose": uuid4(),
        **choices_context(),
    }


def _on_the_wire(last: Event) -> dict[str, Any]:
    """Return what an op says of a dose that is the same again; when it was taken is not known."""
    return {name: last[name] for name in KINDS["dose"].fields if name != "taken_at"}


def choices_context() -> dict[str, Any]:
    """Return the choices of a dose, and the usual strengths of each."""
    strengths = ((drug.id, drug.strengths_mg) for drug in load_drugs().every if drug.strengths_mg)
    return {
        "products": product_choices(),
        "strengths": [(name, name.replace(" ", "-"), amounts) for name, amounts in strengths],
    }
