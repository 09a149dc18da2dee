"""Finds the person whom a command names by address."""

from __future__ import annotations

import click

from firststep.extensions import db
from firststep.models import Patient, Practitioner, User
from firststep.services.accounts import find_account
from firststep.services.addresses import BadAddress, canonical_address


def patient_account(email: str) -> tuple[Patient, User]:
    """Return the patient with this address and the account; end the command with a sentence if there is none."""
    user = _account(email)
    if user is None or user.patient is None:
        raise click.ClickException(f"{email} has no account as a patient.")
    return user.patient, user


def practitioner_account(email: str) -> tuple[Practitioner, User]:
    """Return the practitioner with this address and the account; end the command with a sentence if there is none."""
    user = _account(email)
    if user is None or user.practitioner is None:
        raise click.ClickException(f"{email} has no account as a practitioner.")
    return user.practitioner, user


def _account(email: str) -> User | None:
    try:
        return find_account(db.session, canonical_address(email))
    except BadAddress:
        raise click.ClickException(f"{email!r} is not one e-mail address.") from None
