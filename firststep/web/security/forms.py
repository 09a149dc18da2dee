"""Flask-Security's forms, with what this product asks differently."""

from __future__ import annotations

from typing import Any

from flask import session
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_security.forms import Form, LoginForm, TwoFactorVerifyCodeForm, VerifyForm
from flask_security.recovery_codes import MfRecoveryForm
from flask_security.webauthn import (
    WebAuthnDeleteForm,
    WebAuthnRegisterForm,
    WebAuthnSigninForm,
    WebAuthnSigninResponseForm,
)
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired

from firststep.web.forms import at_most, plain_line
from firststep.web.security.destinations import safe_path


class _SafeNext:
    next = HiddenField()

    def validate_next(self, field: HiddenField) -> None:
        """Forget an address that leads elsewhere, instead of refusing the person."""
        field.data = safe_path(field.data)


class SignInForm(_SafeNext, LoginForm):
    """Address and password; "remember me" is a property of our sessions, not a second cookie."""

    remember = None
    email = EmailField(_l("E-mail"), validators=LoginForm.email.kwargs["validators"])
    password = PasswordField(_l("Password"), validators=[InputRequired(_l("Enter your password.")), at_most(256)])
    own_device = BooleanField(_l("This is my own phone or computer"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Know the address of who has just confirmed it in this browser."""
        super().__init__(*args, **kwargs)
        if not self.is_submitted() and not self.email.data:
            self.email.data = session.get("sign_in_address", "")


class StepUpForm(_SafeNext, VerifyForm):
    """The password once more, before something that matters."""

    password = PasswordField(_l("Password"), validators=[InputRequired(_l("Enter your password.")), at_most(256)])


def _digits(text: str | None) -> str:
    return "".join((text or "").split())


class CodeForm(TwoFactorVerifyCodeForm):
    """The six digits of the authenticator app."""

    code = StringField(
        _l("Code from your app"),
        filters=[_digits],
        validators=[InputRequired(_l("Enter the six digits that your app shows.")), at_most(12)],
    )


def _as_shown(text: str | None) -> str:
    return "".join((text or "").split()).lower()


class RecoveryForm(MfRecoveryForm):
    """One of the codes that were shown when the second factor was set up."""

    code = StringField(
        _l("Recovery code"),
        filters=[_as_shown],
        validators=[InputRequired(_l("Enter one of your recovery codes.")), at_most(40)],
    )


class PasskeyForm(WebAuthnRegisterForm):
    """A new passkey; it always signs in on its own, as it checks the device and who holds it."""

    name = StringField(
        _l("Name of this passkey"),
        validators=[InputRequired(_l("Give the passkey a name.")), at_most(64), plain_line],
    )
    usage = HiddenField(default="first")

    def validate(self, **kwargs: Any) -> bool:
        """Check the name; the kind of use is not the person's to choose."""
        self.usage.data = "first"
        return bool(super().validate(**kwargs))


class PasskeySignInForm(_SafeNext, WebAuthnSigninForm):
    """Asks the browser for a passkey; the device is not remembered by Flask-Login."""

    remember = HiddenField()

    def validate(self, **kwargs: Any) -> bool:
        """Check the form."""
        self.remember.data = ""
        return bool(super().validate(**kwargs))


class PasskeyAnswerForm(_SafeNext, WebAuthnSigninResponseForm):
    """What the device answered."""

    own_device = HiddenField()

    def validate(self, **kwargs: Any) -> bool:
        """Check the answer, and refuse a disabled account, which the base class only notes."""
        self.remember.data = ""
        return bool(super().validate(**kwargs)) and not self.credential.errors


class PasskeyDeleteForm(WebAuthnDeleteForm):
    """Takes a passkey away, unless it is the last second factor of a practitioner."""

    def validate(self, **kwargs: Any) -> bool:
        """Check the name and what would be left."""
        if not super().validate(**kwargs):
            return False
        if current_user.role == "practitioner" and not current_user.has_factor and len(current_user.webauthn) < 2:
            self.name.errors = [_("This is your only second factor. Set up another one first.")]
            return False
        return True


FORMS: dict[str, type[Form]] = {
    "login_form": SignInForm,
    "verify_form": StepUpForm,
    "two_factor_verify_code_form": CodeForm,
    "mf_recovery_form": RecoveryForm,
    "wan_register_form": PasskeyForm,
    "wan_signin_form": PasskeySignInForm,
    "wan_signin_response_form": PasskeyAnswerForm,
    "wan_delete_form": PasskeyDeleteForm,
}
