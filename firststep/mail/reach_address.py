"""The mail to an address that refused mail before: its link shows that this one arrived."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from firststep.mail.account_letter import account_letter
from firststep.mail.confirm_address import WANTED_FOR
from firststep.mail.message import Letter
from firststep.mail.writing import link_to
from firststep.models import OutboxMail, User
from firststep.web.security.tokens import make_token


def build(session: Session, row: OutboxMail, now: datetime) -> Letter | None:
    """Return the letter, or None when a newer one replaced it or the address was changed meanwhile."""
    user = session.get(User, row.user_id)
    if user is None or not user.active or user.confirm_serial != row.parameters.get("serial"):
        return None
    if now - row.created_at > WANTED_FOR:
        return None
    token = make_token("reach", user.id, user.confirm_serial, now)
    return account_letter(
        row,
        user,
        subject=_("Please confirm your address once more"),
        sentences=[
            _("This address refused our mails. You asked for this one to see whether they arrive again."),
            _("The button is good for two days."),
            _("It was not you? Then do nothing."),
        ],
        button=(_("Mails arrive again"), link_to("accounts.reach", token=token)),
    )
