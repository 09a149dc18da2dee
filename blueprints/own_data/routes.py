"""A patient's own data as a whole: each file of this package adds the routes of one subject."""

from __future__ import annotations

from blueprints.own_data import bring_back, export, leaving
from blueprints.own_data.area import own_data

__all__ = ["bring_back", "export", "leaving", "own_data"]
