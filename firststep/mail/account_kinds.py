"""Which account mail is built by what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from firststep.mail import account_notices, address_change, confirm_address, reach_address, reset_password
from firststep.mail.message import Letter
from firststep.models import OutboxMail

Builder = Callable[[Session, OutboxMail, datetime], Letter | None]

ACCOUNT_KINDS: dict[str, Builder] = {
    "confirm_address": confirm_address.build,
    "reset_password": reset_password.build,
    "address_change": address_change.build,
    "reach_address": reach_address.build,
    "password_changed": account_notices.password_changed,
    "address_changed": account_notices.address_changed,
    "address_exists": account_notices.address_exists,
    "factor_changed": account_notices.factor_changed,
    "account_deleted": account_notices.account_deleted,
    "code_missing": account_notices.code_missing,
}
