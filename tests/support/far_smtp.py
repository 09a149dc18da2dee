"""A real SMTP server in a process of its own whose every answer takes as long as the way there and back.

``python -m tests.support.far_smtp 0.05`` prints its port; when its standard input closes it prints, as JSON, who got
how many mails, and when the first and the last one was taken.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from firststep.settings import ROOT


class _FarSMTP(SMTP):
    def __init__(self, *args: Any, delay_seconds: float, **options: Any) -> None:
        super().__init__(*args, **options)
        self._delay_seconds = delay_seconds

    async def push(self, status: object) -> None:
        await asyncio.sleep(self._delay_seconds)
        await super().push(status)


@dataclass
class _Counter:
    """Takes everything, and keeps of each mail its recipient and id."""

    taken: dict[str, list[str]] = field(default_factory=dict)
    bytes_taken: int = 0
    moments: list[float] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        message_id = content.partition(b"\r\nMessage-ID: ")[2].partition(b"\r\n")[0].decode()
        for address in envelope.rcpt_tos:
            self.taken.setdefault(address, []).append(message_id)
        self.bytes_taken += len(content)
        self.moments.append(time.monotonic())
        return "250 taken"


@dataclass
class FarServer:
    """The server as a test sees it; ``taken`` and ``seconds`` are known when it has ended."""

    url: str
    taken: dict[str, list[str]] = field(default_factory=dict)
    #: from the first mail that was taken to the last one
    seconds: float = 0.0
    mail_bytes: float = 0.0


@contextmanager
def far_server(delay_seconds: float) -> Iterator[FarServer]:
    """Run the server for the length of this block."""
    command = [sys.executable, "-m", "tests.support.far_smtp", str(delay_seconds)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        server = FarServer(url=f"smtp://127.0.0.1:{process.stdout.readline().strip()}")
        try:
            yield server
        finally:
            told, _ = process.communicate()
            found = json.loads(told)
            server.taken, server.seconds, server.mail_bytes = found["taken"], found["seconds"], found["mail_bytes"]


async def _serve(delay_seconds: float) -> None:
    counter, loop = _Counter(), asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: _FarSMTP(counter, hostname="localhost", loop=loop, delay_seconds=delay_seconds), "127.0.0.1", 0
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    moments = counter.moments or [0.0]
    found = {
        "taken": counter.taken,
        "seconds": moments[-1] - moments[0],
        "mail_bytes": counter.bytes_taken / len(moments),
    }
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
