"""What is said where Flask-Security would say something: our words, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

_PASSKEY_UNKNOWN = _l("This passkey cannot be used here. Sign in with your password, or with another passkey.")

#: Name of Flask-Security's message -> (sentence, kind of notice); each one that the views we use can show.
MESSAGES: Final[Mapping[str, tuple[LazyString, str]]] = {
    "ANONYMOUS_USER_REQUIRED": (_l("You are signed in already."), "info"),
    "API_ERROR": (_l("This could not be read. Reload the page and try again."), "error"),
    "CONFIRMATION_REQUIRED": (_l("This address is not confirmed yet. Use the link in the mail that we sent."), "error"),
    "DISABLED_ACCOUNT": (_l("This account is closed."), "error"),
    "EMAIL_NOT_PROVIDED": (_l("Enter your e-mail address."), "error"),
    "GENERIC_AUTHN_FAILED": (
        _l("The address or the password is not right, or the address is not confirmed yet."),
        "error",
    ),
    "INVALID_CODE": (_l("This code is not right, or was used before. Wait for the next one."), "error"),
    "INVALID_EMAIL_ADDRESS": (_l("Enter one e-mail address, like name@example.com."), "error"),
    "INVALID_INPUT": (_l("This cannot be used here. Please look at it again."), "error"),
    "INVALID_INPUT_LENGTH": (_l("This text is too long."), "error"),
    "INVALID_PASSWORD": (_l("The password is not right."), "error"),
    "INVALID_RECOVERY_CODE": (_l("This recovery code is not right, or was used before."), "error"),
    "NO_RECOVERY_CODES_SETUP": (_l("You have no recovery codes yet."), "error"),
    "PASSWORD_NOT_PROVIDED": (_l("Enter your password."), "error"),
    "REAUTHENTICATION_REQUIRED": (_l("Please enter your password once more before you go on."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (_l("Thank you. You can go on."), "success"),
    "TWO_FACTOR_INVALID_TOKEN": (_l("This code is not right, or was used before. Wait for the next one."), "error"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": (_l("This way to prove that it is you is not set up."), "error"),
    "TWO_FACTOR_PERMISSION_DENIED": (_l("That took too long. Please sign in again."), "error"),
    "UNAUTHENTICATED": (_l("Please sign in first."), "error"),
    "UNAUTHORIZED": (_l("There is nothing here for you to see."), "error"),
    "USER_DOES_NOT_EXIST": (
        _l("The address or the password is not right, or the address is not confirmed yet."),
        "error",
    ),
    "WEBAUTHN_CREDENTIAL_DELETED": (_l("The passkey was removed."), "success"),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": (_l("This passkey is set up already."), "error"),
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": (_PASSKEY_UNKNOWN, "error"),
    "WEBAUTHN_EXPIRED": (_l("That took too long. Please try again."), "error"),
    "WEBAUTHN_MISMATCH_USER_HANDLE": (_PASSKEY_UNKNOWN, "error"),
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": (_l("Use letters, numbers and simple punctuation."), "error"),
    "WEBAUTHN_NAME_INUSE": (_l("You have a passkey of this name. Choose another name."), "error"),
    "WEBAUTHN_NAME_NOT_FOUND": (_l("There is no passkey of this name."), "error"),
    "WEBAUTHN_NAME_REQUIRED": (_l("Give the passkey a name."), "error"),
    "WEBAUTHN_NO_VERIFY": (_l("The passkey could not be checked. Please try again."), "error"),
    "WEBAUTHN_ORPHAN_CREDENTIAL_ID": (_PASSKEY_UNKNOWN, "error"),
    "WEBAUTHN_REGISTER_SUCCESSFUL": (_l("The passkey is set up."), "info"),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": (_PASSKEY_UNKNOWN, "error"),
}
