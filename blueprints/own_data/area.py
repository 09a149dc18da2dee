"""The blueprint of a patient's own data as a whole: taking it along, bringing it back, deleting it."""

from __future__ import annotations

from flask import Blueprint

own_data = Blueprint("own_data", __name__)
