"""Short notes that something about an account changed, so that its owner can object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from firststep.mail.account_letter import Text, account_letter
from firststep.mail.message import Letter
from firststep.mail.writing import link_to, write_letter
from firststep.models import OutboxMail, User, UserSession
from firststep.web.language import ENGLISH

# A stranger who goes on trying is told of once in this time.
ONE_WARNING = timedelta(hours=1)


def password_changed(session: Session, row: OutboxMail, _now: datetime) -> Letter | None:
    """Return the note that the password was changed."""
    return _note(
        session,
        row,
        _("Your password was changed"),
        [
            _("The password of your account at Firststep was changed, and other devices were signed out."),
            _("It was not you? Then choose a new password at once."),
        ],
        button=(_("Choose a new password"), link_to("accounts.forgot_password")),
    )


def address_changed(session: Session, row: OutboxMail, _now: datetime) -> Letter | None:
    """Return the note to the old address that the account has a new one."""
    return _note(
        session,
        row,
        _("Your address was changed"),
        [
            _("Your account at Firststep has another e-mail address from now on. This one gets no more mails."),
            _("It was not you? Then write to the operator of the site."),
        ],
    )


def address_exists(session: Session, row: OutboxMail, _now: datetime) -> Letter | None:
    """Return the answer to a sign-up with an address that has an account."""
    return _note(
        session,
        row,
        _("You have an account"),
        [
            _("Somebody, perhaps you, wanted to use this address for an account at Firststep. It has one already."),
            _("You can sign in with it, or choose a new password. It was not you? Then do nothing."),
        ],
        button=(_("Sign in"), link_to("security.login")),
    )


def factor_changed(session: Session, row: OutboxMail, _now: datetime) -> Letter | None:
    """Return the note that the second factor was changed."""
    return _note(
        session,
        row,
        _("Your second factor was changed"),
        [
            _("The second factor of your account at Firststep was changed, and other devices were signed out."),
            _("It was not you? Then choose a new password at once, and look at the settings."),
        ],
        button=(_("Choose a new password"), link_to("accounts.forgot_password")),
    )


def account_deleted(_session: Session, row: OutboxMail, _now: datetime) -> Letter | None:
    """Return the last mail, to the address of an account that is gone."""
    if row.address is None:
        return None
    letter = write_letter(
        "account",
        to=row.address,
        locale=str(row.parameters.get("locale", ENGLISH)),
        line=_("Your account is deleted"),
        sentences=[
            _("Your account at Firststep was deleted with everything in it. This is the last mail to this address."),
            _(
                "Backups that were made before go within 35 days. It was not you? Then write to the operator of the "
                "site."
            ),
        ],
        button=None,
        code="",
    )
    return replace(letter, kind=row.kind)


def code_missing(session: Session, row: OutboxMail, now: datetime) -> Letter | None:
    """Return the note that somebody knew the password only, or None when the code came in time or it was just told."""
    proven = select(UserSession.id).where(
        UserSession.user_id == row.user_id, UserSession.factor_checked_at >= row.created_at
    )
    told = select(OutboxMail.id).where(
        OutboxMail.kind == row.kind,
        OutboxMail.user_id == row.user_id,
        OutboxMail.sent_at > now - ONE_WARNING,
    )
    if any(session.execute(asked.limit(1)).first() is not None for asked in (proven, told)):
        return None
    return _note(
        session,
        row,
        _("Somebody has your password"),
        [
            _("Somebody entered the right password of your account at Firststep, but not the second factor."),
            _("Nobody got in."),
            _("It was you? Then all is well. It was not you? Then choose a new password at once."),
        ],
        button=(_("Choose a new password"), link_to("accounts.forgot_password")),
    )


def _note(
    session: Session,
    row: OutboxMail,
    subject: Text,
    sentences: Sequence[Text],
    *,
    button: tuple[Text, str] | None = None,
) -> Letter | None:
    user = session.get(User, row.user_id)
    if user is None or not user.active:
        return None
    return account_letter(row, user, subject=subject, sentences=sentences, button=button)
