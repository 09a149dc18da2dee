"""Scaffold of the pwa area."""

from __future__ import annotations

from flask import Blueprint

pwa = Blueprint("pwa", __name__)
