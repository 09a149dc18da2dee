"""The blueprint of the pages about one person's course, apart from its views so that several files can add to it."""

from __future__ import annotations

from flask import Blueprint

practice = Blueprint("practice", __name__)
