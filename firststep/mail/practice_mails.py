"""The mail that invites a colleague to a practice: without a name, as anybody can type an address."""

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
from firststep.services.practice_invitations import language_of, make_link_token

Builder = Callable[[Session, OutboxMail, datetime], Letter | None]


def invitation(session: Session, row: OutboxMail, now: datetime) -> Letter | None:
    """Return the invitation with a new link, or None when it was withdrawn, accepted or replaced meanwhile."""
    invitation_id = UUID(row.parameters["invitation"])
    token = make_link_token(session, invitation_id, now=now)
    if row.address is None or token is None:
        return None
    return invitation_letter(
        row,
        row.address,
        # Who is invited may have no account yet; most likely they speak the language of their colleague.
        locale=language_of(session, invitation_id),
        line=_("An invitation to a practice"),
        sentences=[
            _("A colleague who uses Firststep invites you to their practice there."),
            _(
                "Open the invitation and sign in, or create a practitioner's account with this address and a second "
                "factor. You then see which practice it is, and join or do not. The link works once, for seven days."
            ),
            _("You know nobody who could have sent this? Then do nothing, and the invitation ends by itself."),
        ],
        link=link_to("team.offer", token=token),
    )


PRACTICE_KINDS: dict[str, Builder] = {"practice_invitation": invitation}
