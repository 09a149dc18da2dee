"""Finds the person whom a command names by address."""

from __future__ import annotations

import click

from firststep.extensions import db
from firststep.models import Patient, User
from firststep.services.accounts import find_account
from firststep.services.addresses import BadAddress, canonical_address


def patient_account(email: str) -> tuple[Patient, User]:
    """Return the patient with this address and the account; end the command with a sentence if there is none."""
    try:
        user = find_account(db.session, canonical_address(email))
    except BadAddress:
        raise click.ClickException(f"{email!r} is not one e-mail address.") from None
    if user is None or user.patient is None:
        raise click.ClickException(f"{email} has no account as a patient.")
    return user.patient, user
