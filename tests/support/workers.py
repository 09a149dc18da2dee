"""Delivering workers as processes of their own, with the settings of a test."""

from __future__ import annotations

import os
import subprocess
import sys

from firststep.settings import ROOT, Settings


def start_worker(settings: Settings, smtp_url: str, *command: str) -> subprocess.Popen[bytes]:
    """Start a process that empties the outbox once, or that runs the command of ours that is named."""
    environment = environment_of(settings) | {"SMTP_URL": smtp_url}
    words = command or ("mail", "send-due")
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", *words], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the variables with which a process of its own uses the database of the tests."""
    return os.environ | {
        "ENVIRONMENT": "test",
        "DATABASE_URL": settings.database_url,
        "HUEY_URL": settings.huey_url,
        "VAR_DIR": str(settings.var_dir),
        "SECRET_KEY": settings.secret_key,
    }
