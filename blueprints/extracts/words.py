"""Whom a file is about, in words."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from firststep.services.access import Grant, SharedPatient


def person_name(grant: Grant) -> str:
    """Return the name, or that there is none."""
    return grant.patient_name or _("Without a name")


def part_name(at: int, part: Sequence[SharedPatient]) -> str:
    """Say who is in the file: the first holds the cases of the own log as well."""
    people = ngettext("%(num)d person", "%(num)d people", len(part))
    if at == 0:
        return _("%(people)s, and the cases of your own log", people=people)
    first, last = (person.name or _("Without a name") for person in (part[0], part[-1]))
    return _("%(people)s, from %(first)s to %(last)s", people=people, first=first, last=last)
