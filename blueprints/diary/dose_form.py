"""The inputs of a dose in the daily form: what they show, and the change that they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from flask_babel import gettext as _

from firststep.services.diary_doses import OTHER, product_and_form, product_choices
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
# A phone's clock may be a little ahead of ours.
_CLOCKS_DIFFER: Final = timedelta(minutes=15)


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


def read_dose(
    sent: Mapping[str, str], *, day: date, now: datetime, zone_name: str, whole_page: bool
) -> EventChange | None:
    """Return what the inputs ask for; None when nothing was noted or changed. Raises Refused.

    A whole page sends every input, and an unticked box as nothing; a part sends what was changed, and a drug taken
    back ("Not noted") takes the dose away.
    """
    if removed := sent.get("remove_dose"):
        return EventChange(kind="dose", id=parse_uuid(removed, "remove_dose"), removed=True)
    given = {name: sent[name].strip() for name in FIELD_OF if name in sent}
    if not given or (whole_page and not any(given.values())):
        return None
    dose_id = parse_uuid(sent.get("dose_id"), "dose_product")
    if given.get("dose_product") == "" and not given.get("dose_name"):
        if whole_page or any(given.values()):
            raise Refused("dose_product", _("Choose which one."))
        return EventChange(kind="dose", id=dose_id, removed=True)
    if whole_page:
        given = dict.fromkeys(_BOXES, "") | given
    values: dict[str, object] = {}
    for name, text in given.items():
        if name not in ("dose_product", "dose_name"):
            values[FIELD_OF[name]] = _value(name, text, day=day, now=now, zone_name=zone_name)
    return EventChange(kind="dose", id=dose_id, values=values | _product(given))


def takes_back_only(change: EventChange | None) -> bool:
    """Tell whether the change empties inputs and notes nothing: of a dose that is not there nothing remains."""
    return change is not None and not change.removed and not any(change.values.values())


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
        return _moment(text, day=day, now=now, zone_name=zone_name)
    return parse_dose_mg(text, name)


def _moment(text: str, *, day: date, now: datetime, zone_name: str) -> datetime | None:
    """Return the moment at which the person's clock showed the time on the day."""
    if not text:
        return None
    try:
        # Some browsers send seconds too.
        of_day = time.fromisoformat(text) if 5 <= len(text) <= 8 else None
    except ValueError:
        of_day = None
    if of_day is None or of_day.tzinfo is not None:
        raise Refused("dose_time", _("Enter a time such as 07:30."))
    moment = datetime.combine(day, of_day, tzinfo=zone(zone_name)).astimezone(UTC)
    if moment > now + _CLOCKS_DIFFER:
        raise Refused("dose_time", _("That time has not come yet."))
    return moment
