"""What a group of a practitioner's list is called, on its page and in the counts by mail."""

from __future__ import annotations

from flask_babel import gettext as _


def group_words(group: str) -> str:
    """Return the name of a group: what was counted, and no judgement."""
    return {
        "silent": _("Silent"),
        "worse": _("Worse"),
        "nsaid": _("NSAID on most days"),
        "unchanged": _("No change"),
        "on_track": _("On track"),
        "new": _("New share"),
        "snoozed": _("Put off"),
    }[group]
