"""Counts the SQL statements that a piece of code sends: a promise about speed that no slow machine can blur."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import event

from firststep.extensions import db

_NOT_COUNTED = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|PRAGMA|SAVEPOINT|RELEASE)\b", re.I)
# What every request of a signed-in person needs: the session's row, the person's row, "seen now".
_OF_THE_FRAME = re.compile(r'\bFROM (user_session|"?user"?)\s|\bUPDATE user_session', re.I)


@dataclass
class Statements:
    """The statements that were sent, in their order."""

    texts: list[str] = field(default_factory=list)

    @property
    def own(self) -> list[str]:
        """Return what was sent beyond the two statements for the session and the user."""
        return [text for text in self.texts if not _OF_THE_FRAME.search(text)]


@contextmanager
def counted(app: Flask) -> Iterator[Statements]:
    """Collect every statement that reaches the application's database meanwhile."""
    found = Statements()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not _NOT_COUNTED.match(statement):
            found.texts.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


@dataclass
class Steps:
    """How many steps SQLite's machine took: what rows cost that are read and never handed over is among them."""

    number: int = 0


@contextmanager
def stepped(app: Flask) -> Iterator[Steps]:
    """Count the steps of every statement that reaches the application's SQLite database meanwhile."""
    found = Steps()
    watched: list[Any] = []

    def one() -> int:
        found.number += 1
        return 0

    def watch(connection: Any, *_rest: object) -> None:
        driver = connection.connection.driver_connection
        driver.set_progress_handler(one, 1)
        watched.append(driver)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", watch)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", watch)
        for driver in watched:
            driver.set_progress_handler(None, 1)
