"""The commands of ``flask --app app``, one file per subject."""

from __future__ import annotations

from flask import Flask


def init_commands(app: Flask) -> None:
    """Add the commands to the application."""
