"""The mail server of a fresh install: takes every mail on this machine and keeps it as a private file."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from aiosmtpd.smtp import SMTP, Envelope, Session

from firststep.settings import Settings


def sink_folder(settings: Settings) -> Path:
    """Return the folder of the kept mails."""
    return settings.var_dir / "mail"


@contextmanager
def mail_server(settings: Settings) -> Iterator[str]:
    """Give the URL of the configured SMTP server, or of a sink that lives as long as this block."""
    if not settings.uses_mail_sink:
        yield settings.smtp_url
        return
    handler = _KeepInFolder(sink_folder(settings))
    with listening(handler) as port:
        yield f"smtp://127.0.0.1:{port}"


@contextmanager
def listening(handler: object) -> Iterator[int]:
    """Run an SMTP server with this aiosmtpd handler on a free port of this machine; give the port."""
    loop = asyncio.new_event_loop()
    # Bound here and not by number, so that no other program can take the port in between.
    bound = socket.create_server(("127.0.0.1", 0))
    server = loop.run_until_complete(
        loop.create_server(lambda: SMTP(handler, hostname="localhost", loop=loop), sock=bound)
    )
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield bound.getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(timeout=5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
        loop.close()


async def _end(server: asyncio.AbstractServer) -> None:
    server.close()
    here = asyncio.current_task()
    others = [task for task in asyncio.all_tasks() if task is not here]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class _KeepInFolder:
    """Writes each mail to a file that only this user can read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take the mail."""
        content = envelope.original_content or b""
        # Small files on a local disk: no thread is needed for them.
        _write_private(self._folder, f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{uuid4().hex[:8]}.eml", content)
        return "250 OK"


def _write_private(folder: Path, name: str, content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = folder / f".{name}"
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    half.rename(folder / name)
