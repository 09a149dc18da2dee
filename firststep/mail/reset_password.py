"""The mail with the link for a new password."""

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
    """Return the letter, or None when a newer one replaced it or the password was changed meanwhile."""
    user = session.get(User, row.user_id)
    if user is None or not user.active or user.reset_serial != row.parameters.get("serial"):
        return None
    if now - row.created_at > WANTED_FOR:
        return None
    token = make_token("reset", user.id, user.reset_serial, now)
    return account_letter(
        row,
        user,
        subject=_("Choose a new password"),
        sentences=[
            _("Somebody, we think you, asked for a new password for your account at Firststep."),
            _("The button is good for 30 minutes and works once."),
            _("It was not you? Then do nothing; your password stays as it is."),
        ],
        button=(_("Choose a new password"), link_to("accounts.reset_password", token=token)),
    )
