"""The mail with which somebody who signed up shows that the address is theirs."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from firststep.mail.account_letter import account_letter
from firststep.mail.message import Letter
from firststep.mail.writing import link_to
from firststep.models import OutboxMail, User
from firststep.web.security.tokens import make_code, make_token

# Nobody waits for a mail that could not be delivered for this long.
WANTED_FOR = timedelta(hours=12)


def build(session: Session, row: OutboxMail, now: datetime) -> Letter | None:
    """Return the letter, or None when a newer one replaced it or there is nothing left to confirm."""
    user = session.get(User, row.user_id)
    serial = row.parameters.get("serial")
    if user is None or not user.active or user.confirmed_at is not None or user.confirm_serial != serial:
        return None
    if now - row.created_at > WANTED_FOR:
        return None
    token = make_token("confirm", user.id, user.confirm_serial, now)
    return account_letter(
        row,
        user,
        subject=_("Please confirm your address"),
        sentences=[
            _("Somebody, we think you, made an account at Firststep with this address."),
            _("Confirm it with the link below, or type this code where you signed up."),
            _("The code is good for 15 minutes, the link for two days."),
            _("It was not you? Then do nothing; without confirmation the account stays closed."),
        ],
        button=(_("Confirm the address"), link_to("accounts.confirm", token=token)),
        code=make_code(user.id, user.confirm_serial, now),
    )
