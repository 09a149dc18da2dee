"""The mail that invites a person to take over what a practice's sheet says of them: without a name or a word of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from firststep.mail.invitation_letter import invitation_letter
from firststep.mail.message import Letter
from firststep.mail.writing import link_to
from firststep.models import OutboxMail
from firststep.services.case_claims import language_of, make_link_token

Builder = Callable[[Session, OutboxMail, datetime], Letter | None]


def invitation(session: Session, row: OutboxMail, now: datetime) -> Letter | None:
    """Return the invitation with a new link, or None when it was withdrawn, used or replaced meanwhile."""
    invitation_id = UUID(row.parameters["invitation"])
    token = make_link_token(session, invitation_id, now=now)
    if row.address is None or token is None:
        return None
    return invitation_letter(
        row,
        row.address,
        # Who is invited may have no account yet; most likely they speak the language of who invites.
        locale=language_of(session, invitation_id),
        line=_("An invitation for you"),
        sentences=[
            _("Somebody who uses Firststep for their work keeps notes there and wants to hand you those about you."),
            _(
                "Open the invitation and sign in, or create an account with this address. You then see who it is and "
                "what it is about, and decide. The link works once, for seven days."
            ),
            _("You know nobody who could have sent this? Then do nothing, and the invitation ends by itself."),
        ],
        link=link_to("cases.offer", token=token),
    )


CASE_KINDS: dict[str, Builder] = {"case_invitation": invitation}
