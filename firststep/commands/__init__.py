"""The commands of ``flask --app app``, one file per subject."""

from __future__ import annotations

from flask import Flask

from firststep.commands.backup import init_backup_commands
from firststep.commands.cohort import init_cohort_command
from firststep.commands.data import init_data_commands
from firststep.commands.demo import init_demo_command
from firststep.commands.diary import init_diary_commands
from firststep.commands.episodes import init_episode_commands
from firststep.commands.in_sentences import InSentences
from firststep.commands.mail import init_mail_commands
from firststep.commands.moving import init_moving_command
from firststep.commands.outcomes import init_outcomes_command
from firststep.commands.serve import init_serve_command
from firststep.commands.shares import init_share_commands
from firststep.commands.sheets import init_sheet_commands
from firststep.commands.trail import init_trail_commands
from firststep.commands.users import init_user_commands
from firststep.commands.worker import init_worker_command


def init_commands(app: Flask) -> None:
    """Add the commands to the application."""
    init_backup_commands(app)
    init_cohort_command(app)
    init_data_commands(app)
    init_demo_command(app)
    init_diary_commands(app)
    init_episode_commands(app)
    init_outcomes_command(app)
    init_mail_commands(app)
    init_moving_command(app)
    init_serve_command(app)
    init_share_commands(app)
    init_sheet_commands(app)
    init_trail_commands(app)
    init_user_commands(app)
    init_worker_command(app)
    app.cli = InSentences(app.cli.name, commands=app.cli.commands)
