"""What columns, texts and faults of a practice's sheet are called."""

from __future__ import annotations

from flask_babel import gettext as _

from firststep.clinical.diary import ARMS
from firststep.clinical.visits import GLOBAL_CHANGES, NSAID_CLASSES
from firststep.services.sheet_mappings import LabelKey
from firststep.sheets.mapping import COLUMN_KEYS, ColumnKey
from firststep.sheets.reading import Reported
from firststep.web.visit_words import change_name, nsaid_name
from firststep.web.wording import arm_name


def column_name(key: ColumnKey) -> str:
    """Name what a column holds."""
    return {
        "patient": _("Patient"),
        "visit_date": _("Day of the visit"),
        "arm": _("Treatment"),
        "start": _("First treatment"),
        "session": _("Number of the session"),
        "pain": _("Pain, 0 to 10"),
        "nsaid": _("Painkillers (NSAIDs)"),
        "change": _("Change as the patient rates it"),
        "note": _("Remarks"),
    }[key]


def label_question(key: LabelKey) -> str:
    """Ask what the texts of a column mean."""
    return {
        "arm": _("What the words for treatments mean"),
        "nsaid": _("What the words for painkillers mean"),
        "change": _("What the words for the change mean"),
    }[key]


def meanings(key: LabelKey) -> list[tuple[str, str]]:
    """Return what the texts of a column can mean, as (value, label)."""
    names: dict[LabelKey, list[tuple[str, str]]] = {
        "arm": [(arm, arm_name(arm)) for arm in ARMS],
        "nsaid": [(one, nsaid_name(one)) for one in NSAID_CLASSES],
        "change": [(one, change_name(one)) for one in GLOBAL_CHANGES],
    }
    return [("", _("Not said: its rows are reported")), *names[key]]


def order_name(order: str) -> str:
    """Name an order of day, month and year."""
    return {"dmy": _("Day first"), "mdy": _("Month first"), "ymd": _("Year first")}[order]


def place_words(one: Reported) -> str:
    """Name the column of a fault: by what it holds, or in a wide sheet by its letter."""
    if one.column in COLUMN_KEYS:
        return column_name(one.column)
    return _("Column %(letter)s", letter=one.column)


def reason_words(one: Reported) -> str:
    """Say why a cell is not used."""
    if one.reason == "invalid":
        return _invalid_words(one.column)
    return {
        "missing": _("Nothing stands here, and it is needed."),
        "ambiguous": _("This can be read in more than one way."),
        "unknown": _("Nobody said what this means."),
        "conflict": _("Other rows of this person, or an earlier sheet, say something else."),
        "not_shared": _("This person took the case over, and does not share with you now."),
        "same_date": _("A later row is about the same person and day; that one counts."),
    }[one.reason]


def _invalid_words(column: str) -> str:
    return {
        "visit_date": _("This is no possible day up to today."),
        "start": _("This is no possible day up to today."),
        "session": _("This is no number of a session."),
        "patient": _("This is no name of a patient."),
        "note": _("This remark cannot be stored."),
        **dict.fromkeys(("arm", "nsaid", "change"), _("This cannot be read.")),
    }.get(column, _("This is no number from 0 to 10 with at most one decimal."))
