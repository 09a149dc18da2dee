"""Wire version 1: bytes from the phone into ops, answers into plain values for JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, NoReturn
from uuid import UUID

from flask_babel import gettext as _

from firststep.clinical.measures import FEET
from firststep.services.diary_doses import parse_dose_time, product_and_form
from firststep.services.diary_entry import Entry
from firststep.services.diary_events import KINDS, Event, EventChange, check_event
from firststep.services.diary_fields import (
    DAY_FIELDS,
    FOOT_FIELDS,
    Refused,
    Value,
    check_flag,
    check_value,
    parse_day,
    parse_moment,
    parse_uuid,
)
from firststep.services.diary_ops import Answer, Op, not_accepted
from firststep.services.zones import zone_names

#: The newest version of the wire.
VERSION: Final = 1
#: How many versions are taken: what a phone wrote down before its app was renewed twice still comes in.
VERSIONS_TAKEN: Final = 3
MOST_OPS: Final = 500
#: A larger number is none that the server gave, nor one that a phone can tell from its neighbours.
_MOST_REV: Final = 2**53 - 1
_FOREIGN_KEYS: Final = ("patient_id", "patient", "user_id")


def versions_until(newest: int) -> tuple[int, ...]:
    """Return the versions that a server takes whose newest one this is."""
    return tuple(range(max(1, newest - VERSIONS_TAKEN + 1), newest + 1))


VERSIONS: Final = versions_until(VERSION)


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
    latest = today + timedelta(days=1)
    day = parse_day(raw.get("day"), latest=latest)
    zone = _known_zone(raw.get("zone")) or zone
    sets, event = _parse_set(_plain_dose(raw.get("set"), day=day, zone=zone, now=now), foot)
    settled_on = event.values.get("settled_on") if event else None
    if isinstance(settled_on, date) and settled_on > latest:
        raise Refused("settled_on", _("That day has not come yet."))
    return Op(
        id=parse_uuid(raw.get("op"), "op"),
        day=day,
        sets=sets,
        event=event,
        entered_at=parse_moment(raw.get("entered_at"), "entered_at") or now,
        zone=zone,
        device_id=parse_uuid(raw["device"], "device") if raw.get("device") is not None else None,
        seen_rev=_parse_rev(raw.get("seen_rev")),
        recalled=check_flag(raw.get("recalled", False), "recalled"),
        undoes=parse_uuid(raw["undoes"], "undoes") if raw.get("undoes") is not None else None,
    )


def _parse_set(raw: object, foot: str | None) -> tuple[dict[str, dict[str, Value]], EventChange | None]:
    if not isinstance(raw, dict) or not raw:
        raise Refused("set", _("Nothing to set."))
    known = FOOT_FIELDS if foot else (*DAY_FIELDS, *KINDS)
    if any(name not in known for name in raw):
        raise Refused("set", _("This field is not known."))
    kinds = [name for name in raw if name in KINDS]
    if len(kinds) > 1:
        raise Refused("set", _("Only one dated thing can be set at once."))
    values = {name: check_value(name, value) for name, value in raw.items() if name not in KINDS}
    event = check_event(KINDS[kinds[0]], raw[kinds[0]]) if kinds else None
    return ({foot or "": values} if values else {}), event


def _plain_dose(raw: object, *, day: date, zone: str, now: datetime) -> object:
    """Return what is set with a dose as it is stored: phones send the drug as it was chosen, and the clock's time.

    ``choice`` becomes product and form, ``time`` the moment on the op's day in its zone.
    """
    dose = raw.get("dose") if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or not isinstance(dose, dict):
        return raw
    plain = dict(dose)
    if "choice" in plain:
        choice = plain.pop("choice")
        if not isinstance(choice, str):
            raise Refused("product", _("Choose which one."))
        plain["product"], plain["form"] = product_and_form(choice.strip())
    if (text := plain.pop("time", None)) is not None:
        plain["taken_at"] = parse_dose_time(text, "taken_at", day=day, now=now, zone_name=zone).isoformat()
    elif "time" in dose:
        plain["taken_at"] = None
    return {**raw, "dose": plain}


def _parse_rev(value: object) -> int | None:
    if value is None:
        return None
    if type(value) is not int or value < 0:
        raise Refused("seen_rev", _("This is not a revision."))
    return min(value, _MOST_REV)


def _known_zone(value: object) -> str | None:
    return value if isinstance(value, str) and value in zone_names() else None


def answer_values(answer: Answer, events: list[Event]) -> dict[str, object]:
    """Return the answer to one op for JSON."""
    return {
        "op": str(answer.op_id),
        "status": answer.status,
        "rev": answer.rev,
        "day": day_values(answer.entry, events),
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


def day_values(entry: Entry, events: list[Event]) -> dict[str, object]:
    """Return every field of the day for JSON, pain in points of 0 to 10, and its dated things by kind."""
    of_kind: dict[str, list[dict[str, object]]] = {key: [] for key in KINDS}
    for event in events:
        of_kind[event.kind].append(_event_values(event))
    return {
        "day": entry.day.isoformat(),
        **{name: entry.value("", name) for name in DAY_FIELDS},
        "feet": {
            foot: {
                **{name: points(entry.tenths(foot, name)) for name in FOOT_FIELDS},
                "first_step_recalled": found.first_step_recalled,
            }
            for foot, found in entry.feet.items()
        },
        "events": of_kind,
    }


def _event_values(event: Event) -> dict[str, object]:
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in event.values.items()}
    if "worst_pain" in plain:
        plain["worst_pain"] = points(event["worst_pain"])
    return {"id": str(event.id), **plain}


def points(tenths: int | None) -> int | float | None:
    """Return pain in points of 0 to 10: a whole number unless an import gave a decimal."""
    if tenths is None:
        return None
    return tenths // 10 if tenths % 10 == 0 else tenths / 10


def _points(text: str | None) -> int | float | None:
    return points(int(text)) if text is not None else None
