"""The list of people who share: each under one reason, a page at a time."""

from __future__ import annotations

from uuid import UUID

from flask import Response, make_response, request

from blueprints.practice.area import practice
from blueprints.practice.panel_view import panel_view
from blueprints.practice.reader import current_reader
from blueprints.practice.words import moment_words
from firststep.extensions import db
from firststep.services import access
from firststep.services.invitations import invitation_waits
from firststep.services.panel import GROUPS, MOST_PICKED, ROWS_PER_PAGE, Asked, read_lines, read_page
from firststep.services.thresholds import thresholds_of
from firststep.web import clock
from firststep.web.actors import current_account, current_practitioner
from firststep.web.invited import open_invitation
from firststep.web.panel_upkeep import bring_up_to_date
from firststep.web.passive import passive
from firststep.web.policy import policy
from firststep.web.render import render

_LONGEST_NAME = 120


@practice.get("/practice")
@policy(GET="practitioner")
def patients() -> str:
    """Show a page of the list, who is picked for today, and how many are waiting to confirm."""
    bring_up_to_date(current_practitioner().id)
    reader, asked, picked = current_reader(), _asked(), picked_shares()
    page = read_page(db.session, reader, asked)
    on_page = {line.grant.share_id for line in page.lines}
    elsewhere = [share_id for share_id in picked if share_id not in on_page]
    waiting = access.waiting_since(db.session, reader.practitioner_id)
    return render(
        "practice/patients.html",
        **panel_view(
            page,
            asked,
            picked,
            read_lines(db.session, reader, elsewhere) if elsewhere else [],
            thresholds_of(current_practitioner()),
        ),
        waiting=[moment_words(moment) for moment in waiting],
        invitation=open_invitation(),
        invited_by_mail=invitation_waits(db.session, current_account().email, now=reader.now),
    )


@practice.get("/practice/open")
@policy(GET="practitioner")
@passive
def still_open() -> Response:
    """Tell an open list whether everybody on it still shares: nothing when so, else what takes its place."""
    shown = _ids("share", most=ROWS_PER_PAGE + MOST_PICKED)
    grants = access.grants(db.session, current_practitioner().id, shown, now=clock.now())
    if len(grants) == len(shown):
        return Response(status=204)
    return make_response(render("practice/ended.html", block="ended", of_list=True), 404)


def picked_shares() -> list[UUID]:
    """Return the shares that the request names, each once; not more than may be printed at once, and one."""
    return _ids("share", most=MOST_PICKED + 1)


def _asked() -> Asked:
    group = request.args.get("group", "")
    return Asked(
        group=group if group in GROUPS else "",
        # PostgreSQL takes no text with this character, and no name has it.
        name=request.args.get("name", "").replace("\0", "").strip()[:_LONGEST_NAME],
        after=next(iter(_ids("after", most=1)), None),
        before=next(iter(_ids("before", most=1)), None),
    )


def _ids(name: str, *, most: int) -> list[UUID]:
    """Return the ids among the values of an argument; what is none was not written by our page."""
    found: dict[UUID, None] = {}
    for text in request.args.getlist(name):
        try:
            found[UUID(text)] = None
        except ValueError:
            continue
    return list(found)[:most]
