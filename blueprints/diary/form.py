"""The daily form: names of its inputs, reading what was sent, and keeping what was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from flask_babel import gettext as _

from blueprints.diary.words import pain_words
from firststep.clinical.measures import FEET
from firststep.services.diary_doses import MOST_PRODUCT, product_choices
from firststep.services.diary_entry import DoseEntry, Entry
from firststep.services.diary_fields import (
    FOOT_FIELDS,
    Refused,
    Value,
    parse_choice,
    parse_day,
    parse_dose_mg,
    parse_minutes,
    parse_note,
    parse_pain,
)
from firststep.services.diary_ops import DoseChange, Op
from firststep.services.diary_wire import parse_uuid

# An input of this name carries what the page showed when it was made.
SHOWN = "shown-"

_READERS: Mapping[str, Callable[[str, str], Value]] = {
    "first_step_pain": parse_pain,
    "average_pain": parse_pain,
    "stretch_done": parse_choice,
    "stretch_minutes": parse_minutes,
    "nsaid_taken": parse_choice,
    "note": parse_note,
}


def input_name(foot: str, name: str) -> str:
    """Return the name of the input for a field of the foot, or of the day when ``foot`` is empty."""
    return f"{name}-{foot}" if foot else name


def _inputs() -> list[tuple[str, str]]:
    of_feet = [(foot, name) for foot in FEET for name in FOOT_FIELDS]
    return [*of_feet, ("", "stretch_done"), ("", "stretch_minutes"), ("", "nsaid_taken"), ("", "note")]


@dataclass(kw_only=True)
class DayForm:
    """One day's form: what its inputs show, and the sentence at each input that was refused."""

    day: date
    values: dict[str, str | None] = field(default_factory=dict)
    shown: dict[str, str | None] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    op_id: UUID = field(default_factory=uuid4)
    dose_id: UUID = field(default_factory=uuid4)

    def show_dose(self, doses: list[DoseEntry], sent_id: UUID | None) -> list[DoseEntry]:
        """Go on with the dose that this page is noting, and return the others."""
        self.dose_id = sent_id or self.dose_id
        for dose in doses:
            if dose.id == self.dose_id:
                self.values |= {"dose_product": dose.product, "dose_mg": str(dose.dose_mg or "")}
        return [dose for dose in doses if dose.id != self.dose_id]

    def error_list(self) -> list[tuple[str, str]]:
        """Return (input, sentence) of everything that was refused."""
        return [(name, " ".join(sentences)) for name, sentences in self.errors.items()]

    def refuse(self, refused: Refused) -> None:
        """Note the sentence at its input."""
        self.errors.setdefault(refused.field, []).append(refused.sentence)


def form_of(entry: Entry) -> DayForm:
    """Return the form that shows what stands for the day."""
    values: dict[str, str | None] = {
        input_name(foot, name): _shown(name, entry.value(foot, name)) for foot, name in _inputs()
    }
    values |= {"dose_product": None, "dose_mg": None}
    return DayForm(day=entry.day, values=values, shown=dict(values))


def _shown(name: str, value: Value) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name in FOOT_FIELDS and isinstance(value, int):
        return pain_words(value)
    return str(value)


def read_form(
    sent: Mapping[str, str], *, today: date, now: datetime, zone: str, only_changed: bool
) -> tuple[Op | None, list[Refused]]:
    """Return the op that the form asks for, None when it changes nothing, and what was refused.

    ``only_changed``: the browser sent a whole page, so an input that still holds what the page showed is no
    answer of the person and must not replace what another device wrote meanwhile.
    """
    refusals: list[Refused] = []
    sets: dict[str, dict[str, Value]] = {}

    def is_answer(name: str) -> bool:
        return name in sent and not (only_changed and sent.get(SHOWN + name) == _plain(sent[name]))

    for foot, name in _inputs():
        where = input_name(foot, name)
        if is_answer(where):
            try:
                sets.setdefault(foot, {})[name] = _READERS[name](sent[where], where)
            except Refused as refused:
                refusals.append(refused)
    day, op_id, dose = None, uuid4(), None
    try:
        day = parse_day(sent.get("day"), latest=today)
        op_id = parse_uuid(sent["op"], "op") if "op" in sent else op_id
        dose = _read_dose(sent)
    except Refused as refused:
        refusals.append(refused)
    if refusals or day is None or not (sets or dose):
        return None, refusals
    return Op(id=op_id, day=day, sets=sets, dose=dose, entered_at=now, zone=zone), []


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")


def _read_dose(sent: Mapping[str, str]) -> DoseChange | None:
    product, dose_mg = sent.get("dose_product", ""), sent.get("dose_mg", "")
    if removed := sent.get("remove_dose"):
        return DoseChange(id=parse_uuid(removed, "remove_dose"), removed=True)
    if not product and not dose_mg.strip():
        return None
    values: dict[str, object] = {}
    if product:
        if product not in dict(product_choices()) or len(product) > MOST_PRODUCT:
            raise Refused("dose_product", _("Choose one of the answers."))
        values["product"] = product
    if "dose_mg" in sent:
        values["dose_mg"] = parse_dose_mg(dose_mg)
    return DoseChange(id=parse_uuid(sent.get("dose_id"), "dose_product"), values=values)
