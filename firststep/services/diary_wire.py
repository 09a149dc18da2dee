"""Wire version 1: bytes from the phone into ops, answers into plain values for JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NoReturn
from uuid import UUID

from flask_babel import gettext as _

from firststep.clinical.measures import FEET
from firststep.services.diary_doses import FORMS, MOST_PRODUCT
from firststep.services.diary_entry import DoseEntry, Entry
from firststep.services.diary_fields import (
    DAY_FIELDS,
    FOOT_FIELDS,
    Refused,
    Value,
    check_storable,
    check_value,
    parse_day,
)
from firststep.services.diary_ops import Answer, DoseChange, Op, not_accepted
from firststep.services.zones import zone_names

VERSIONS: Final = (1,)
MOST_OPS: Final = 500
_MOST_REV: Final = 2**31 - 1
# A phone's clock may be wrong by decades; outside these years no moment has a date in every time zone.
_YEARS: Final = range(1900, 3000)
_FOREIGN_KEYS: Final = ("patient_id", "patient", "user_id")


class Unreadable(ValueError):
    """The bytes are not the JSON that the wire speaks."""


def read_json(body: bytes) -> Any:
    """Return the value; raise Unreadable for what is not strict UTF-8 JSON with each key once."""
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_each_key_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Unreadable from None


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable
    return found


def _no_constant(_name: str) -> NoReturn:
    raise Unreadable


def parse_op(raw: object, *, patient_id: UUID, today: date, zone: str, now: datetime) -> Op:
    """Return the op; raise Refused with the field and a sentence when it cannot be taken.

    ``today`` and ``zone`` are the server's idea of the person's day; the phone's may be one day ahead.
    """
    if not isinstance(raw, dict):
        raise Refused("op", _("This could not be read."))
    if any(key in raw and raw[key] != str(patient_id) for key in _FOREIGN_KEYS):
        raise not_accepted()
    if type(raw.get("v", 1)) is not int or raw.get("v", 1) not in VERSIONS:
        raise Refused("v", _("This version is not known. Reload the page."))
    foot = raw.get("foot")
    if foot is not None and foot not in FEET:
        raise Refused("foot", _("Choose the left or the right foot."))
    sets, dose = _parse_set(raw.get("set"), foot)
    return Op(
        id=parse_uuid(raw.get("op"), "op"),
        day=parse_day(raw.get("day"), latest=today + timedelta(days=1)),
        sets=sets,
        dose=dose,
        entered_at=parse_moment(raw.get("entered_at"), "entered_at") or now,
        zone=_known_zone(raw.get("zone")) or zone,
        device_id=parse_uuid(raw["device"], "device") if raw.get("device") is not None else None,
        seen_rev=_parse_rev(raw.get("seen_rev")),
        recalled=_parse_flag(raw.get("recalled", False), "recalled"),
    )


def parse_uuid(value: object, field: str) -> UUID:
    """Return the UUID of its canonical text."""
    if isinstance(value, str) and len(value) == 36:
        try:
            found = UUID(value)
        except ValueError:
            pass
        else:
            if str(found) == value.lower():
                return found
    raise Refused(field, _("This is not an id."))


def parse_moment(value: object, field: str) -> datetime | None:
    """Return the moment of ISO text with an offset, or None."""
    if value is None:
        return None
    if isinstance(value, str) and 16 <= len(value) <= 40:
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is not None and moment.year in _YEARS:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise Refused(field, _("This is not a moment with its time zone."))


def _parse_set(raw: object, foot: str | None) -> tuple[dict[str, dict[str, Value]], DoseChange | None]:
    if not isinstance(raw, dict) or not raw:
        raise Refused("set", _("Nothing to set."))
    known = FOOT_FIELDS if foot else (*DAY_FIELDS, "dose")
    unknown = [name for name in raw if name not in known]
    if unknown:
        raise Refused("set", _("This field is not known."))
    values = {name: check_value(name, value) for name, value in raw.items() if name != "dose"}
    dose = _parse_dose(raw["dose"]) if "dose" in raw else None
    return ({foot or "": values} if values else {}), dose


def _parse_dose(raw: object) -> DoseChange:
    if not isinstance(raw, dict):
        raise Refused("dose", _("This could not be read."))
    dose_id = parse_uuid(raw.get("id"), "dose")
    if _parse_flag(raw.get("removed", False), "dose"):
        return DoseChange(id=dose_id, removed=True)
    values: dict[str, object] = {}
    for name, value in raw.items():
        if name not in ("id", "removed"):
            values[name] = _check_dose_value(name, value)
    return DoseChange(id=dose_id, values=values)


def _check_dose_value(name: str, value: object) -> object:
    if name == "product":
        if not isinstance(value, str) or not value.strip() or len(value) > MOST_PRODUCT:
            raise Refused("dose_product", _("Name it in up to 80 characters."))
        return check_storable(value.strip(), "dose_product")
    if name == "dose_mg":
        if value is not None and (type(value) is not int or not 1 <= value <= 10000):
            raise Refused("dose_mg", _("A dose is a whole number of milligrams from 1 to 10,000."))
        return value
    if name == "form":
        if value not in FORMS:
            raise Refused("form", _("Choose one of the answers."))
        return value
    if name == "prescribed":
        return _parse_flag(value, "prescribed")
    if name == "taken_at":
        return parse_moment(value, "taken_at")
    raise Refused("dose", _("This field is not known."))


def _parse_flag(value: object, field: str) -> bool:
    if not isinstance(value, bool):
        raise Refused(field, _("Choose one of the answers."))
    return value


def _parse_rev(value: object) -> int | None:
    if value is None:
        return None
    if type(value) is not int or value < 0:
        raise Refused("seen_rev", _("This is not a revision."))
    return min(value, _MOST_REV)


def _known_zone(value: object) -> str | None:
    return value if isinstance(value, str) and value in zone_names() else None


def answer_values(answer: Answer, doses: list[DoseEntry]) -> dict[str, object]:
    """Return the answer to one op for JSON."""
    return {
        "op": str(answer.op_id),
        "status": answer.status,
        "rev": answer.rev,
        "day": day_values(answer.entry, doses),
        "superseded": [
            {
                "foot": item.foot or None,
                "field": item.field,
                "value": _points(item.value) if item.field in FOOT_FIELDS else item.value,
                "device": str(item.device_id) if item.device_id else None,
                "entered_at": item.entered_at.isoformat(),
            }
            for item in answer.superseded
        ],
        "error": None,
    }


def rejection_values(raw: object, refused: Refused) -> dict[str, object]:
    """Return the answer to an op that was not taken."""
    op_id = raw.get("op") if isinstance(raw, Mapping) else None
    return {
        "op": op_id if isinstance(op_id, str) and len(op_id) <= 64 else None,
        "status": "rejected",
        "rev": None,
        "day": None,
        "superseded": [],
        "error": {"field": refused.field, "message": refused.sentence},
    }


def day_values(entry: Entry, doses: list[DoseEntry]) -> dict[str, object]:
    """Return every field of the day for JSON, pain in points of 0 to 10."""
    return {
        "day": entry.day.isoformat(),
        **{name: getattr(entry, name) for name in DAY_FIELDS},
        "feet": {
            foot: {
                "first_step_pain": points(found.first_step_pain),
                "average_pain": points(found.average_pain),
                "first_step_recalled": found.first_step_recalled,
            }
            for foot, found in entry.feet.items()
        },
        "doses": [
            {**dose.__dict__, "id": str(dose.id), "taken_at": dose.taken_at.isoformat() if dose.taken_at else None}
            for dose in doses
        ],
    }


def points(tenths: int | None) -> int | float | None:
    """Return pain in points of 0 to 10: a whole number unless an import gave a decimal."""
    if tenths is None:
        return None
    return tenths // 10 if tenths % 10 == 0 else tenths / 10


def _points(text: str | None) -> int | float | None:
    return points(int(text)) if text is not None else None
