"""For how long the SMTP server is left alone when it takes nothing from us: each try is a wrong password more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_FIRST_REST, _LONGEST_REST = 60.0, 900.0


class Welcome:
    """What one worker knows of how the server takes us; for use by several threads."""

    def __init__(self, *, timer: Callable[[], float] = time.monotonic) -> None:
        """Know of no refusal yet; a worker that is started again after the cause was mended tries at once."""
        self._timer = timer
        self._lock = threading.Lock()
        self._rest = 0.0
        self._until = 0.0

    def is_refused(self) -> bool:
        """Tell whether the server is left alone at this moment."""
        with self._lock:
            return self._rest > 0 and self._until > self._timer()

    def note_refusal(self) -> None:
        """Leave the server alone for twice as long as the last time; what was on the way meanwhile changes nothing."""
        now = self._timer()
        with self._lock:
            if self._rest > 0 and self._until > now:
                return
            self._rest = min(max(_FIRST_REST, 2 * self._rest), _LONGEST_REST)
            self._until = now + self._rest

    def note_taken(self) -> None:
        """Forget the refusals: the server took a mail."""
        with self._lock:
            self._rest = 0.0
