"""Second factors: codes that work once, and passkeys that phones can make."""

from __future__ import annotations

from typing import Any, cast

from flask_security import Totp, UserMixin, WebauthnUtil
from flask_security.proxies import _security
from passlib.exc import UsedTokenError  # type: ignore[import-untyped]
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from firststep.models import User


class CountingTotp(Totp):
    """Codes of an authenticator app; the counter of the last one is kept, so that none works twice."""

    def get_last_counter(self, user: UserMixin) -> int | None:
        """Return the counter of the last accepted code."""
        assert isinstance(user, User)
        return user.totp_last_counter

    def set_last_counter(self, user: UserMixin, tmatch: Any) -> None:
        """Keep the counter of the code that was just accepted."""
        assert isinstance(user, User)
        if user.totp_last_counter is not None and tmatch.counter <= user.totp_last_counter:
            raise UsedTokenError
        user.totp_last_counter = tmatch.counter

    def is_first_code(self, code: str, secret: str, user: User, *, window_s: int) -> bool:
        """Tell whether the code belongs to a secret that is only being set up."""
        before, user.totp_last_counter = user.totp_last_counter, None
        if self.verify_totp(code, secret, user, window=window_s):
            return True
        user.totp_last_counter = before
        return False


def totp() -> CountingTotp:
    """Return what makes and checks the codes of this application."""
    return cast(CountingTotp, _security.totp_factory)


class PhonePasskeys(WebauthnUtil):
    """Passkeys of the phone or computer itself as well as of a separate key, always with a finger, face or PIN."""

    def authenticator_selection(self, user: UserMixin, usage: str) -> AuthenticatorSelectionCriteria:  # noqa: ARG002 - the signature is Flask-Security's
        """Return what a new passkey must be able to do; where it lives is the person's choice."""
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        )

    def user_verification(self, user: UserMixin | None, usage: list[str]) -> UserVerificationRequirement:  # noqa: ARG002
        """Return that the device must check who holds it: this is what makes one passkey count as two factors."""
        return UserVerificationRequirement.REQUIRED
