"""How much goes to one recipient domain at a time, and for how long it is left alone when it says "not now"."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

# Of a worker's four lanes: a domain that hangs leaves one to everybody else, and one that all write to is not slow.
MOST_AT_ONCE = 3
_MINUTE = 60.0
# A single "not now" may be about one person, as greylisting is; so many in a row are about us.
_REFUSALS_IN_A_ROW = 10
_FIRST_REST, _LONGEST_REST = 60.0, 900.0
_CLOSING = "421"


@dataclass
class _Rest:
    refusals: int = 0
    seconds: float = 0.0
    until: float = 0.0
    silent: bool = False


class Domains:
    """What one worker knows of the domains that it writes to; for use by several threads."""

    def __init__(self, *, per_minute: int = 0, timer: Callable[[], float] = time.monotonic) -> None:
        """Let at most so many mails a minute go to one domain; 0 is as many as go."""
        self._per_minute = per_minute
        self._timer = timer
        self._lock = threading.Lock()
        self._on_the_way: Counter[str] = Counter()
        self._begun: defaultdict[str, deque[float]] = defaultdict(deque)
        self._rests: dict[str, _Rest] = {}

    def closed(self) -> list[str]:
        """Return the domains to which nothing goes at this moment."""
        now = self._timer()
        with self._lock:
            full = {domain for domain, count in self._on_the_way.items() if count >= MOST_AT_ONCE}
            resting = {domain for domain, rest in self._rests.items() if rest.until > now}
            return sorted(full | resting | self._spent(now))

    def was_silent(self, domain: str) -> bool:
        """Tell whether the domain is left alone because it did not say whether it took a mail."""
        now = self._timer()
        with self._lock:
            rest = self._rests.get(domain)
            return rest is not None and rest.silent and rest.until > now

    def note_silence(self, domain: str) -> None:
        """Leave the domain alone at once, as one that says 421."""
        with self._lock:
            self._refused(domain, at_once=True)
            self._rests[domain].silent = True

    def begin(self, domain: str) -> None:
        """Note that a mail to the domain is on its way."""
        with self._lock:
            self._on_the_way[domain] += 1
            if self._per_minute:
                self._begun[domain].append(self._timer())

    def end(self, domain: str, error: str = "") -> None:
        """Note how the mail fared: ``error`` is empty when it was taken, or dropped before anybody was asked."""
        part, _, code = error.partition("_")
        with self._lock:
            self._on_the_way[domain] -= 1
            if not self._on_the_way[domain]:
                del self._on_the_way[domain]
            if not error:
                self._rests.pop(domain, None)
            elif part in ("recipient", "content") and code.startswith("4"):
                self._refused(domain, at_once=code == _CLOSING)

    def _refused(self, domain: str, *, at_once: bool) -> None:
        rest = self._rests.setdefault(domain, _Rest())
        rest.refusals += 1
        if at_once or rest.refusals >= _REFUSALS_IN_A_ROW:
            rest.refusals, rest.silent = 0, False
            rest.seconds = min(max(_FIRST_REST, 2 * rest.seconds), _LONGEST_REST)
            rest.until = self._timer() + rest.seconds

    def _spent(self, now: float) -> set[str]:
        """Return the domains that had their mails of this minute, and forget what is older."""
        for domain, begun in list(self._begun.items()):
            while begun and begun[0] <= now - _MINUTE:
                begun.popleft()
            if not begun:
                del self._begun[domain]
        return {domain for domain, begun in self._begun.items() if len(begun) >= self._per_minute}
