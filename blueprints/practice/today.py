"""The pages before the visits of those whom the practitioner picked, to be printed together."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from blueprints.practice.area import practice
from blueprints.practice.panel import picked_shares
from blueprints.practice.places import of_practice
from blueprints.practice.reader import current_reader
from blueprints.practice.reading import visit_sheet
from firststep.extensions import db
from firststep.services.panel import MOST_PICKED, read_lines
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.trail import note_look_if_open


@practice.get("/practice/today")
@policy(GET="practitioner")
def today() -> str:
    """Show each person's page in the order of the list; each look stands in that person's trail as any other."""
    picked = picked_shares()
    sheets: list[dict[str, Any]] = []
    if len(picked) > MOST_PICKED:
        problem = _("At most %(num)s people can be printed at once. Pick fewer.", num=MOST_PICKED)
    elif not picked:
        problem = _("Nobody is picked. Pick in the list whom you expect today.")
    else:
        sheets = _sheets(picked)
        problem = _missing(len(picked) - len(sheets))
    back = url_for("practice.patients", share=request.args.getlist("share")[: MOST_PICKED + 1])
    return render("practice/today.html", sheets=sheets, problem=problem, back=back)


def _sheets(picked: list[UUID]) -> list[dict[str, Any]]:
    in_order = [line.grant.share_id for line in read_lines(db.session, current_reader(), picked)]
    found = (_sheet(share_id) for share_id in in_order)
    return [sheet for sheet in found if sheet is not None]


def _sheet(share_id: UUID) -> dict[str, Any] | None:
    grant = note_look_if_open(share_id)
    if grant is None:
        # It ended since the list was shown.
        return None
    return visit_sheet(grant, of_practice(share_id))


def _missing(number: int) -> str:
    if not number:
        return ""
    return ngettext(
        "%(num)d person whom you picked does not share with you any more.",
        "%(num)d people whom you picked do not share with you any more.",
        number,
    )
