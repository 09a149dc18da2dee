"""Whose list of patients this request is about."""

from __future__ import annotations

from firststep.services.panel import Reader
from firststep.web import clock
from firststep.web.actors import current_account, current_practitioner


def current_reader() -> Reader:
    """Return the signed-in practitioner as the list's services work with one; 404 for anybody else."""
    return Reader(practitioner_id=current_practitioner().id, now=clock.now(), zone_name=current_account().time_zone)
