"""The daily form: names of its inputs, reading what was sent, and keeping what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from werkzeug.datastructures import MultiDict

from blueprints.diary.dose_form import FIELD_OF, INPUT_OF, read_dose, shown_dose
from blueprints.diary.words import pain_words
from firststep.clinical.measures import DAY_ITEMS, FEET, FOOT_ITEMS, DailyItem
from firststep.services.diary_entry import Entry
from firststep.services.diary_events import Event
from firststep.services.diary_fields import Refused, Value, parse_day, parse_input, parse_uuid
from firststep.services.diary_ops import Op
from firststep.web.writing import op_of_form

# An input of this name carries what the page showed when it was made.
SHOWN = "shown-"


def input_name(foot: str, name: str) -> str:
    """Return the name of the input for a field of the foot, or of the day when ``foot`` is empty."""
    return f"{name}-{foot}" if foot else name


def _inputs() -> list[tuple[str, DailyItem]]:
    return [(foot, item) for foot in FEET for item in FOOT_ITEMS] + [("", item) for item in DAY_ITEMS]


@dataclass(kw_only=True)
class DayForm:
    """One day's form: what its inputs show, and the sentence at each input that was refused."""

    day: date
    values: dict[str, str | None] = field(default_factory=dict)
    shown: dict[str, str | None] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    op_id: UUID = field(default_factory=uuid4)
    dose_id: UUID = field(default_factory=uuid4)

    def show_dose(self, doses: list[Event], sent_id: UUID | None, zone: str) -> list[Event]:
        """Go on with the dose that this page is noting, and return the others."""
        self.dose_id = sent_id or self.dose_id
        for dose in doses:
            if dose.id == self.dose_id:
                self.values |= shown_dose(dose, zone)
        return [dose for dose in doses if dose.id != self.dose_id]

    def keep_typed(self, sent: MultiDict[str, str]) -> None:
        """Show what was typed instead of what stands in the diary."""
        typed = {
            input_name(foot, item.key): text_of(sent, item, input_name(foot, item.key)) for foot, item in _inputs()
        } | {name: sent.get(name, "" if "dose_product" in sent else None) for name in FIELD_OF}
        self.values |= {name: text for name, text in typed.items() if text is not None}

    def shows_dose(self, doses: Sequence[object]) -> bool:
        """Tell whether the inputs of a dose are open: something stands in them, or "yes" has no dose yet."""
        typed = any(self.values[name] or name in self.errors for name in FIELD_OF)
        return typed or (self.values["nsaid_taken"] == "yes" and not doses)

    def error_list(self) -> list[tuple[str, str]]:
        """Return (input, sentence) of everything that was refused."""
        return [(name, " ".join(sentences)) for name, sentences in self.errors.items()]

    def refuse(self, refused: Refused) -> None:
        """Note the sentence at its input."""
        self.errors.setdefault(INPUT_OF.get(refused.field, refused.field), []).append(refused.sentence)


def empty_form(day: date) -> DayForm:
    """Return the form of a day of which nothing is known."""
    return form_of(Entry(day=day))


def form_of(entry: Entry) -> DayForm:
    """Return the form that shows what stands for the day."""
    values: dict[str, str | None] = {
        input_name(foot, item.key): _shown(item, entry.value(foot, item.key)) for foot, item in _inputs()
    }
    return DayForm(day=entry.day, values=values | dict.fromkeys(FIELD_OF), shown=values)


def _shown(item: DailyItem, value: Value) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if item.kind == "pain" and isinstance(value, int):
        return pain_words(value)
    return ",".join(value) if isinstance(value, list) else str(value)


def read_form(sent: MultiDict[str, str], *, today: date, now: datetime, zone: str) -> tuple[Op | None, list[Refused]]:
    """Return the op that the form asks for, None when it changes nothing, and what was refused.

    A browser without scripts sends the whole page, so an input that still holds what the page showed is no answer of
    the person and must not replace what another device wrote meanwhile.
    """
    refusals: list[Refused] = []
    sets: dict[str, dict[str, Value]] = {}

    for foot, item in _inputs():
        where = input_name(foot, item.key)
        text = text_of(sent, item, where)
        if text is not None and sent.get(SHOWN + where) != _plain(text):
            try:
                sets.setdefault(foot, {})[item.key] = parse_input(item, text, where)
            except Refused as refused:
                refusals.append(refused)
    day, op_id, dose = None, uuid4(), None
    try:
        day = parse_day(sent.get("day"), latest=today)
        op_id = op_of_form(parse_uuid(sent["op"], "op"), sent) if "op" in sent else op_id
        dose = read_dose(sent, day=day, now=now, zone_name=zone)
    except Refused as refused:
        refusals.append(refused)
    if refusals or day is None or not (sets or dose):
        return None, refusals
    return Op(id=op_id, day=day, sets=sets, event=dose, entered_at=now, zone=zone), []


def text_of(sent: MultiDict[str, str], item: DailyItem, where: str) -> str | None:
    """Return what was sent for the item, None when its input was not on the page."""
    if item.kind != "tags":
        return sent.get(where)
    # Of boxes of which none is ticked a browser sends nothing; what the page showed tells that it had them.
    there = where in sent or SHOWN + where in sent
    return ",".join(filter(None, sent.getlist(where))) if there else None


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")
