"""What is answered where an invitation works no more, or no further one may be sent."""

from __future__ import annotations

from datetime import datetime

from flask import Response, make_response, render_template
from flask_babel import gettext as _
from flask_login import current_user

from firststep.services.invitations import InvitationOver, TooManyInvitations
from firststep.web import clock, dates


def zone_of_reader() -> str:
    """Return the zone of who reads, as far as somebody is signed in."""
    return str(current_user.time_zone) if current_user.is_authenticated else "UTC"


def day_of(moment: datetime) -> str:
    """Return in words the day of a moment where the reader is."""
    return dates.long_date(clock.local_day(moment, zone_of_reader()))


def over_page(over: InvitationOver) -> Response:
    """Say what became of a link that was genuine, with 410."""
    when = day_of(over.at)
    sentence = {
        "used": _("This invitation was used on %(day)s. Ask for a new one.", day=when),
        "withdrawn": _("This invitation was withdrawn on %(day)s. Ask for a new one.", day=when),
        "expired": _("This invitation ended on %(day)s. Ask for a new one.", day=when),
    }[over.reason]
    page = render_template("errors/error.html", code=410, title=_("No longer valid"), sentence=sentence)
    return make_response(page, 410)


def too_many_words(too_many: TooManyInvitations) -> str:
    """Return why no other invitation can be made now, and when one can."""
    when = dates.moment_words(too_many.free_at, zone_of_reader())
    if too_many.which == "address":
        return _("This address was sent enough invitations. You can invite it again after %(when)s.", when=when)
    if too_many.which == "hand_outs":
        return _("You have made enough hand-outs for one day. You can make another after %(when)s.", when=when)
    return _("You have sent enough invitations for one day. You can send another after %(when)s.", when=when)


def later(response: Response, free_at: datetime) -> Response:
    """Say when there may be another one."""
    response.headers["Retry-After"] = str(max(1, int((free_at - clock.now()).total_seconds())))
    return response
