"""What practices' sheets say of visits, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _

from firststep.services.sheet_visits import SheetVisit
from firststep.web import dates
from firststep.web.wording import points


def nsaid_name(nsaid: str) -> str:
    """Name how often oral NSAIDs are taken."""
    return {"none": _("None"), "some": _("Some days"), "most": _("Most days")}[nsaid]


def change_name(change: str) -> str:
    """Name a global change."""
    return {
        "very_much_improved": _("Very much improved"),
        "much_improved": _("Much improved"),
        "minimally_improved": _("Minimally improved"),
        "no_change": _("No change"),
        "minimally_worse": _("Minimally worse"),
        "much_worse": _("Much worse"),
        "very_much_worse": _("Very much worse"),
    }[change]


@dataclass(frozen=True, kw_only=True)
class VisitLine:
    """One visit in words: what is recorded of it, what was remarked, and whose sheet it was."""

    id: UUID
    day: str
    said: str
    note: str
    by: str


def visit_lines(visits: Iterable[SheetVisit]) -> list[VisitLine]:
    """Return the visits in words; what is not recorded is not said, and never zero."""
    return [
        VisitLine(id=one.id, day=dates.long_date(one.day), said=_said(one), note=one.note or "", by=one.by)
        for one in visits
    ]


def _said(one: SheetVisit) -> str:
    parts = [
        None if one.session is None else _("session %(number)s", number=one.session),
        None if one.pain is None else _("pain %(pain)s of 10", pain=points(one.pain / 10)),
        None if one.nsaid is None else _("NSAIDs: %(words)s", words=nsaid_name(one.nsaid)),
        None if one.change is None else change_name(one.change),
    ]
    return ", ".join(part for part in parts if part) or _("nothing else recorded")


def visit_head() -> list[str]:
    """Return the head of a table of visits."""
    head = [_("Day"), _("Session"), _("Pain, 0 to 10"), _("NSAIDs"), _("Change")]
    return [*head, _("Remark"), _("From the sheet of")]


def visit_rows(visits: Iterable[SheetVisit]) -> list[list[str | None]]:
    """Return the rows of that table; None is drawn as "not recorded"."""
    return [[*_facts(one), one.note, one.by or None] for one in visits]


def _facts(one: SheetVisit) -> list[str | None]:
    return [
        # In one line, however many columns there are.
        dates.short_date(one.day).replace(" ", "\N{NO-BREAK SPACE}"),
        None if one.session is None else str(one.session),
        None if one.pain is None else points(one.pain / 10),
        None if one.nsaid is None else nsaid_name(one.nsaid),
        None if one.change is None else change_name(one.change),
    ]
