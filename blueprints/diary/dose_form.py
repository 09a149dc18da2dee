"""The inputs of a dose in the daily form: what they show, and the change that they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from flask_babel import gettext as _

from firststep.services.diary_doses import OTHER, parse_dose_time, product_and_form, product_choices
from firststep.services.diary_events import KINDS, Event, EventChange, check_event_value
from firststep.services.diary_fields import Refused, parse_dose_mg, parse_uuid
from firststep.services.zones import local_day, zone

#: The inputs, and the field of a dose that each is about.
FIELD_OF: Final[Mapping[str, str]] = {
    "dose_product": "product",
    "dose_name": "product",
    "dose_mg": "dose_mg",
    "dose_time": "taken_at",
    "dose_prescribed": "prescribed",
    "dose_most_mg": "prescribed_most_mg",
    "dose_heart": "for_heart",
}
#: Where the sentence of a refused field stands.
INPUT_OF: Final[Mapping[str, str]] = {
    "product": "dose_product",
    "taken_at": "dose_time",
    "prescribed": "dose_prescribed",
    "prescribed_most_mg": "dose_most_mg",
    "for_heart": "dose_heart",
}
_TICKED: Final = "y"
_BOXES: Final = ("dose_prescribed", "dose_heart")


def shown_dose(dose: Event, zone_name: str) -> dict[str, str | None]:
    """Return what the inputs show of a dose; a drug that is none of the choices stands under its name."""
    own = dose["product"] in dict(product_choices())
    return {
        "dose_product": dose["product"] if own else OTHER,
        "dose_name": None if own else dose["product"],
        "dose_mg": _typed(dose["dose_mg"]),
        "dose_time": dose_time(dose, zone_name),
        "dose_prescribed": _TICKED if dose["prescribed"] else None,
        "dose_most_mg": _typed(dose["prescribed_most_mg"]),
        "dose_heart": _TICKED if dose["for_heart"] else None,
    }


def _typed(amount_mg: float | None) -> str:
    return "" if amount_mg is None else f"{amount_mg:g}"


def repeated_dose(last: Event, dose_id: UUID) -> EventChange:
    """Return the change that notes the same drug, form and amounts again; when it was taken is not known."""
    return EventChange(kind="dose", id=dose_id, values={**last.values, "taken_at": None})


def dose_time(dose: Event, zone_name: str) -> str:
    """Return the time of day as the person's clock showed it, empty where none is noted or it is of another day."""
    taken_at: datetime | None = dose["taken_at"]
    if taken_at is None or local_day(taken_at, zone_name) != dose.day:
        return ""
    return taken_at.astimezone(zone(zone_name)).strftime("%H:%M")


def read_dose(sent: Mapping[str, str], *, day: date, now: datetime, zone_name: str) -> EventChange | None:
    """Return what the inputs ask for; None when nothing was noted or changed. Raises Refused.

    A browser without scripts sends every input, and an unticked box as nothing.
    """
    if removed := sent.get("remove_dose"):
        return EventChange(kind="dose", id=parse_uuid(removed, "remove_dose"), removed=True)
    given = {name: sent[name].strip() for name in FIELD_OF if name in sent}
    if not any(given.values()):
        return None
    dose_id = parse_uuid(sent.get("dose_id"), "dose_product")
    if given.get("dose_product") == "" and not given.get("dose_name"):
        raise Refused("dose_product", _("Choose which one."))
    given = dict.fromkeys(_BOXES, "") | given
    values: dict[str, object] = {}
    for name, text in given.items():
        if name not in ("dose_product", "dose_name"):
            values[FIELD_OF[name]] = _value(name, text, day=day, now=now, zone_name=zone_name)
    return EventChange(kind="dose", id=dose_id, values=values | _product(given))


def _product(given: Mapping[str, str]) -> dict[str, object]:
    """Return the drug with its form: chosen, or typed where "another one" was chosen."""
    chosen, typed = given.get("dose_product", OTHER), given.get("dose_name", "")
    if chosen not in dict(product_choices()):
        raise Refused("dose_product", _("Choose one of the answers."))
    if "dose_product" not in given and not typed:
        return {} if "dose_name" not in given else {"product": OTHER, "form": "oral"}
    product, form = product_and_form(typed if typed and chosen == OTHER else chosen)
    try:
        return {"product": check_event_value(KINDS["dose"], "product", product), "form": form}
    except Refused as refused:
        raise Refused("dose_name", refused.sentence) from None


def _value(name: str, text: str, *, day: date, now: datetime, zone_name: str) -> object:
    if name in _BOXES:
        return text == _TICKED
    if name == "dose_time":
        return parse_dose_time(text, name, day=day, now=now, zone_name=zone_name) if text else None
    return parse_dose_mg(text, name)
