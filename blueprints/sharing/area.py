"""The blueprint of sharing, apart from its views so that several files can add to it."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from flask import Blueprint, Response, make_response, render_template
from flask_babel import gettext as _
from flask_login import current_user

from blueprints.sharing.words import day_words
from firststep.services.invitations import InvitationOver
from firststep.web import clock

sharing = Blueprint("sharing", __name__)

Answer: TypeAlias = Response | str


def zone_of_reader() -> str:
    """Return the zone of who reads, as far as somebody is signed in."""
    return str(current_user.time_zone) if current_user.is_authenticated else "UTC"


def over_page(over: InvitationOver) -> Response:
    """Say what became of a link that was genuine, with 410."""
    when = day_words(clock.local_day(over.at, zone_of_reader()))
    sentence = {
        "used": _("This invitation was used on %(day)s. Ask for a new one.", day=when),
        "withdrawn": _("This invitation was withdrawn on %(day)s. Ask for a new one.", day=when),
        "expired": _("This invitation ended on %(day)s. Ask for a new one.", day=when),
    }[over.reason]
    page = render_template("errors/error.html", code=410, title=_("No longer valid"), sentence=sentence)
    return make_response(page, 410)


def later(response: Response, free_at: datetime) -> Response:
    """Say when there may be another one."""
    response.headers["Retry-After"] = str(max(1, int((free_at - clock.now()).total_seconds())))
    return response
