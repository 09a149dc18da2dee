"""Has every command say in one sentence that the database cannot be used: what the drivers print fills a screen."""

from __future__ import annotations

from copy import copy
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import InterfaceError, OperationalError


class InSentences(AppGroup):
    """The commands of an application, each of which ends with a sentence where the database is away or busy."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, or None when there is none of this name."""
        command = super().get_command(ctx, cmd_name)
        if command is None:
            return None

        def invoke(ctx: click.Context) -> Any:
            try:
                return command.invoke(ctx)
            except (InterfaceError, OperationalError) as error:
                raise click.ClickException(f"The database cannot be used: {_first_line(error)}") from error

        # A copy: the same command belongs to every application of the process.
        told = copy(command)
        told.invoke = invoke  # type: ignore[method-assign]
        return told


def _first_line(error: InterfaceError | OperationalError) -> str:
    """Return what the driver said; the statement and its values stay out of terminals and journals."""
    return str(error.orig).strip().partition("\n")[0]
