"""Who writes in this request, for the services that note dated things."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import request

from firststep.services.diary_writing import Writing
from firststep.web import clock
from firststep.web.actors import current_account, current_patient


def sent_id(name: str) -> UUID | None:
    """Return the id that the request carries under the name; None where there is none that can be read."""
    try:
        return UUID(request.values.get(name, ""))
    except ValueError:
        return None


def current_writing() -> Writing:
    """Return who writes; without a usable id of the form each request is a step of its own."""
    op_id = sent_id("op") or uuid4()
    return Writing(patient_id=current_patient().id, op_id=op_id, now=clock.now(), zone=current_account().time_zone)
