"""The blueprint of sharing, apart from its views so that several files can add to it."""

from __future__ import annotations

from typing import TypeAlias

from flask import Blueprint, Response

sharing = Blueprint("sharing", __name__)

Answer: TypeAlias = Response | str
