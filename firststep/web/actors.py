"""The person behind the request, as the row that services work with."""

from __future__ import annotations

from flask import abort
from flask_login import current_user

from firststep.models import Patient, Practitioner, User


def current_account() -> User:
    """Return the signed-in user."""
    if not current_user.is_authenticated:
        abort(404)
    user: User = current_user._get_current_object()
    return user


def current_patient() -> Patient:
    """Return the signed-in patient; 404 for anybody else."""
    patient = current_account().patient
    if patient is None:
        abort(404)
    return patient


def current_practitioner() -> Practitioner:
    """Return the signed-in practitioner; 404 for anybody else."""
    practitioner = current_account().practitioner
    if practitioner is None:
        abort(404)
    return practitioner
