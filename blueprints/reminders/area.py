"""The blueprint of the reminders."""

from __future__ import annotations

from flask import Blueprint

reminders = Blueprint("reminders", __name__)
