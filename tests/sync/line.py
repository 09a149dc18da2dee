"""The line between the phones and the server, on which everything can happen to a request and to its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from tests.sync.server import SESSION, Request, Response, Server, ServerDied, dying

#: What becomes of a request, besides "ok".
FATES: Final = (
    "lost",  # nothing arrives
    "answer-lost",  # it arrives, and its answer does not
    "answer-short",  # the answer does not speak of the last entry
    "answer-cut",  # the answer breaks off in its middle
    "twice",  # it arrives twice
    "late",  # the phone gives up, and it arrives later
    "held",  # it arrives, its answer takes its time, and other things happen meanwhile
    "slow",  # it arrives when other things happened meanwhile
    "busy",  # the server answers 503
    "dies-before",  # the server dies before the first commit
    "dies-within",  # before the second one
    "dies-after",  # after the first one, before it answers
    "page-dies",  # the page is closed before anything arrives
    "page-dies-late",  # after it arrived
)

Decision = dict[str, Any]


class Listener(Protocol):
    """Who hears what goes over the line."""

    def sent(self, request: Request) -> None:
        """Hear of a request that a phone made."""

    def arrived(self) -> None:
        """Hear that something arrived at the server: what stands there may have changed."""

    def answered(self, request: Request, answer: Response) -> None:
        """Hear of an answer, before it reaches the phone."""


class Line:
    """Delivers requests as they are told to; what is held back or late lies here."""

    def __init__(self, server: Server, listener: Listener) -> None:
        self.server = server
        self.listener = listener
        self.fates: list[str] = []
        #: (number of the request, request, its answer if it arrived): the phone waits for these.
        self.held: list[tuple[int, Request, Response | None]] = []
        #: No phone waits for these any more.
        self.late: list[Request] = []

    def expect(self, fates: Sequence[str]) -> None:
        """Say what becomes of the next requests; those after them arrive and are answered."""
        self.fates = list(fates)

    def decide(self, number: int, request: Request) -> Decision:
        """Return what a phone hears of its request."""
        self.listener.sent(request)
        decision, answer = self.fate_of(number, request)
        if answer:
            self.listener.answered(request, answer)
        return decision

    def fate_of(self, number: int, request: Request) -> tuple[Decision, Response | None]:
        """Let the next fate happen to the request; return what the phone hears, and the answer if it hears one."""
        fate = self._next_fate(request)
        if fate in _NOT_NOW:
            return _NOT_NOW[fate](self, number, request), None
        if fate in _DEATHS:
            at_commit, after = _DEATHS[fate]
            with dying(at_commit=at_commit, after=after):
                try:
                    answer = self.deliver(request)
                except ServerDied:
                    return {"fate": "fail"}, None
            return _answer(answer), answer
        return self._after_arrival(fate, request, self.deliver(request))

    def _next_fate(self, request: Request) -> str:
        if not self.fates or (self.fates[0] in _OF_ENTRIES and request.address == SESSION):
            return "ok"
        return self.fates.pop(0)

    def let_go(self, which: int) -> tuple[int, Request, Decision, Response | None]:
        """Let the next fate happen to what is held; return its number, the request, and what the phone hears."""
        number, request, answer = self.held.pop(which % len(self.held))
        if answer is None:
            return number, request, *self.fate_of(number, request)
        return number, request, *self._after_arrival(self.fates.pop(0), request, answer)

    def _after_arrival(self, fate: str, request: Request, answer: Response) -> tuple[Decision, Response | None]:
        if fate == "twice":
            answer = self.deliver(request)
        if fate == "answer-short":
            answer = answer.shortened()
        if fate in _UNHEARD:
            return _UNHEARD[fate](answer), None
        return _answer(answer), answer

    def deliver(self, request: Request) -> Response:
        """Let the request arrive."""
        self.listener.arrived()
        answer = self.server.send(request)
        assert answer.status < 500, answer.body
        return answer


def _answer(answer: Response) -> Decision:
    return {"fate": "answer", "status": answer.status, "body": answer.body}


def _late(line: Line, _number: int, request: Request) -> Decision:
    line.late.append(request)
    return {"fate": "fail"}


def _held(line: Line, number: int, request: Request) -> Decision:
    line.held.append((number, request, line.deliver(request)))
    return {"fate": "hold"}


def _slow(line: Line, number: int, request: Request) -> Decision:
    line.held.append((number, request, None))
    return {"fate": "hold"}


_NOT_NOW: Final[Mapping[str, Callable[[Line, int, Request], Decision]]] = {
    "lost": lambda _line, _number, _request: {"fate": "fail"},
    "late": _late,
    "held": _held,
    "slow": _slow,
    "busy": lambda _line, _number, _request: {"fate": "answer", "status": 503, "body": "{}"},
    "page-dies": lambda _line, _number, _request: {"fate": "die"},
}
#: These happen to what carries something, and not to the question whose session it is.
_OF_ENTRIES: Final = {"answer-short", "answer-cut", "twice", "late", "dies-before", "dies-within", "dies-after"}
#: fate -> (the commit of the request, whether it is made)
_DEATHS: Final = {"dies-before": (0, False), "dies-within": (1, False), "dies-after": (0, True)}
_UNHEARD: Final[Mapping[str, Callable[[Response], Decision]]] = {
    "answer-lost": lambda _lost: {"fate": "fail"},
    "page-dies-late": lambda _lost: {"fate": "die"},
    "answer-cut": lambda answer: {**_answer(answer), "body": answer.body[: len(answer.body) // 2]},
}
