"""What the list of patients shows: neutral words, and nothing that is not true at this moment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from blueprints.practice.flag_words import flag_words
from blueprints.practice.words import day_words, last_entry_words, scope_words
from firststep.clinical.previsit import Thresholds
from firststep.services.panel import GROUPS, MOST_PICKED, Asked, Line, Page, Standing
from firststep.web.person_words import person_name
from firststep.web.share_words import days_left_words
from firststep.web.triage_words import group_words
from firststep.web.wording import points

#: The icon of each group; its colour is in the style sheet.
_ICONS: Final = {
    "silent": "clock",
    "worse": "rise",
    "nsaid": "pill",
    "unchanged": "level",
    "on_track": "check",
    "new": "plus",
    "snoozed": "calendar",
}


def panel_view(
    page: Page, asked: Asked, picked: Collection[UUID], elsewhere: Sequence[Line], thresholds: Thresholds
) -> dict[str, Any]:
    """Return the template's variables; ``elsewhere`` are people who are picked and not on this page."""
    return {
        "lines": [_line_view(line, picked, thresholds) for line in page.lines],
        "elsewhere": [_picked_view(line) for line in elsewhere],
        "groups": [("", _("All"))] + [(group, group_words(group)) for group in GROUPS],
        "group": asked.group,
        "name": asked.name,
        "narrowed": bool(asked.group or asked.name),
        "next_after": page.next_after,
        "previous_before": page.previous_before,
        "open_address": _open_address(page, elsewhere),
        "most_picked": MOST_PICKED,
        "rules": rules_in_words(thresholds),
    }


def _open_address(page: Page, elsewhere: Sequence[Line]) -> str:
    shown = [line.grant.share_id for line in (*page.lines, *elsewhere)]
    return url_for("practice.still_open", share=shown) if shown else ""


def _line_view(line: Line, picked: Collection[UUID], thresholds: Thresholds) -> dict[str, Any]:
    grant, standing = line.grant, line.standing
    common = {
        **_picked_view(line),
        "picked": grant.share_id in picked,
        "sees": f"{scope_words(grant.scope)} · {_ends_words(grant.until_on, grant.today)}",
    }
    if standing is None:
        return {**common, "kind": "", "icon": "", "reason": _("Being brought up to date"), "said": "", "snooze": ""}
    kind = standing.reason.kind
    return {
        **common,
        "kind": kind,
        "icon": _ICONS[kind],
        "reason": group_words(kind),
        "said": " ".join((_said(standing, thresholds), _last_entry(line, standing))),
        "snooze": _snooze_words(line),
    }


def _ends_words(until_on: date | None, today: date) -> str:
    if until_on is None:
        return _("until it is stopped")
    until = _("until %(day)s", day=day_words(until_on))
    return " · ".join(filter(None, (until, days_left_words(until_on, today))))


def _picked_view(line: Line) -> dict[str, Any]:
    return {"share_id": line.grant.share_id, "name": person_name(line.grant.patient_name, line.grant.confirmed_at)}


def _said(standing: Standing, thresholds: Thresholds) -> str:
    reason = standing.reason
    if reason.flag is not None:
        return flag_words(reason.flag, thresholds, at_least=standing.at_least)[0]
    if reason.kind == "new":
        return _shared_words(reason.days)
    if reason.mean is None:
        return _("No rule applies; too few entries for a 7-day mean.")
    return _("No rule applies; 7-day mean %(mean)s.", mean=points(reason.mean))


def _shared_words(days: int | None) -> str:
    if days is None:
        return _("The share is new.")
    if days <= 0:
        return _("Shares since today.")
    return ngettext("Shares for %(num)d day.", "Shares for %(num)d days.", days)


def _last_entry(line: Line, standing: Standing) -> str:
    if standing.last_entry_on is None:
        return _("No entry yet.")
    if standing.reason.kind == "silent":
        return _("The last one: %(day)s.", day=day_words(standing.last_entry_on))
    return _("Last entry: %(when)s.", when=last_entry_words(standing.last_entry_on, line.grant.today))


def _snooze_words(line: Line) -> str:
    if line.snooze is None:
        return ""
    words = _("Put off until %(day)s.", day=day_words(line.snooze.until))
    return f"{words} {line.snooze.note}".strip()


def rules_in_words(thresholds: Thresholds) -> list[tuple[str, str]]:
    """Return the name of each reason and its rule as it counts in this list, in the order of the list."""
    rules = {
        "silent": ngettext(
            "no entry for %(num)d day or more", "no entry for %(num)d days or more", thresholds.silent_days
        ),
        "worse": _(
            "7-day mean of first-step pain up by %(points)s or more against the 14 days before, or a flare-up on its"
            " day %(day)s or later",
            points=points(thresholds.rise_points),
            day=thresholds.flare_days,
        ),
        "nsaid": _(
            "on %(days)s or more of the last %(of)s days", days=thresholds.nsaid_days, of=thresholds.nsaid_of_days
        ),
        "unchanged": ngettext(
            "at a mean of 2 or more, less than 2 points either way for %(num)d week or more",
            "at a mean of 2 or more, less than 2 points either way for %(num)d weeks or more",
            thresholds.unchanged_weeks,
        ),
        "on_track": _("none of these; it says nothing about how it goes on"),
        "new": ngettext(
            "none of these, and shared for less than %(num)d day, or nothing entered yet",
            "none of these, and shared for less than %(num)d days, or nothing entered yet",
            thresholds.new_days,
        ),
    }
    return [(group_words(kind), rule) for kind, rule in rules.items()]
