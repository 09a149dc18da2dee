"""How the web server runs until it is told to end, and how it ends: what was begun is answered, new is refused."""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Iterator
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer

#: How long what was begun may take: as long as a statement of the database may, which a request waits for.
PATIENCE_S = 15.0
_LOOK_EVERY_S = 1.0
# A connection that says nothing for so long has nothing to ask; before that its request may be on the way.
_SILENT_S = 0.5


class Ending:
    """Told by a signal that it is time; ``tell`` may be called in the middle of anything."""

    def __init__(self, server: Any) -> None:
        self._sockets: dict[int, Any] = server.map if hasattr(server, "map") else server._map
        self._server = server
        self._told = threading.Event()

    def tell(self) -> None:
        """Let ``run`` end."""
        self._told.set()
        for listening in self._listening():
            # Takes no lock, so it cannot wait for the very line that the signal interrupted.
            listening.pull_trigger()

    def run(self, patience_s: float = PATIENCE_S) -> None:
        """Serve until told, then answer what was begun and return; what takes longer than the patience is cut off."""
        while not self._told.is_set():
            self._turn(_LOOK_EVERY_S)
        end = time.monotonic() + patience_s
        self._refuse_new()
        while self._channels() and time.monotonic() < end:
            self._close_silent()
            self._turn(0.05)
        self._server.task_dispatcher.shutdown(timeout=max(0.1, end - time.monotonic()))
        wasyncore.close_all(self._sockets, ignore_all=True)

    def _turn(self, wait_s: float) -> None:
        wasyncore.loop(timeout=wait_s, use_poll=True, map=self._sockets, count=1)

    def _refuse_new(self) -> None:
        """Take in who has knocked already, and close the door."""
        for listening in list(self._listening()):
            # Read by the parser of each request that is still to come.
            listening.adj.ending = True
            waiting = select.poll()
            waiting.register(listening.socket.fileno(), select.POLLIN)
            while waiting.poll(0):
                listening.handle_accept()
            # The trigger stays: threads that finish a request wake the loop by it.
            wasyncore.dispatcher.close(listening)
        for channel in self._channels():
            begun = [channel.request] if channel.request is not None else []
            for request in (*channel.requests, *begun):
                request.headers["CONNECTION"] = "close"

    def _close_silent(self) -> None:
        before = time.time() - _SILENT_S
        for channel in self._channels():
            busy = channel.requests or channel.request is not None or channel.total_outbufs_len
            if not busy and channel.last_activity < before:
                channel.will_close = True

    def _listening(self) -> Iterator[Any]:
        return (one for one in list(self._sockets.values()) if isinstance(one, BaseWSGIServer))

    def _channels(self) -> list[Any]:
        return [one for one in list(self._sockets.values()) if isinstance(one, HTTPChannel)]
