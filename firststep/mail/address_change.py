"""The mail to a new address: it becomes the account's address when its link is used."""

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
    """Return the letter, or None when a newer wish replaced it."""
    user = session.get(User, row.user_id)
    if user is None or not user.active or not row.address or user.confirm_serial != row.parameters.get("serial"):
        return None
    if now - row.created_at > WANTED_FOR:
        return None
    token = make_token("address", user.id, user.confirm_serial, now, address=row.address)
    return account_letter(
        row,
        user,
        subject=_("Please confirm your new address"),
        sentences=[
            _("Somebody, we think you, wants to use this address for an account at Firststep."),
            _("The button is good for two hours."),
            _("It was not you? Then do nothing."),
        ],
        button=(_("Use this address"), link_to("accounts.confirm_address", token=token)),
    )
