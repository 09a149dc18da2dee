"""E-mail addresses: one plain address, in the one form in which it is stored and looked up."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

LONGEST = 254


class BadAddress(ValueError):
    """The text is not one e-mail address that we can write to."""


def canonical_address(text: str) -> str:
    """Return the address in lower case with an ASCII domain, or raise BadAddress."""
    text = text.strip(" ")
    if len(text) > LONGEST:
        raise BadAddress
    try:
        # No letters of other alphabets before the @: two addresses that look alike must be the same.
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as error:
        raise BadAddress from error
    return (found.ascii_email or found.normalized).lower()
