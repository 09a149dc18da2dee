"""The phones as Python sees them: one process under Node with the product's own scripts, asked in JSON lines."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools.node import node_environment
from tools.shell import ROOT

#: Takes a request of a phone; returns what becomes of it: {"fate": "answer", "status": 200, "body": "…"}, or one of
#: {"fate": "fail"}, "hold" (answered later, by release) and "die" (the page is gone).
Decide = Callable[[dict[str, Any]], dict[str, Any]]

_PROGRAM = Path(__file__).with_name("phones.mjs")


class PhoneBroke(AssertionError):
    """A script of the phone raised what no page would have caught."""


class Phones:
    """Some phones in one process, each with its own database, clock and connection."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._commands = 0
        self.decide: Decide = lambda _request: {"fate": "fail"}
        #: Takes the id of an entry in the moment in which it is made.
        self.tapped: Callable[[str], None] = lambda _op: None

    def command(self, do: str, **more: Any) -> dict[str, Any]:
        """Let a phone do something, deciding each request that it makes meanwhile; return what came of it."""
        self._commands += 1
        self._write({"do": do, "command": self._commands, **more})
        while True:
            said = self._read()
            if "fetch" in said:
                self._write({"id": said["fetch"]["id"], **self._decided(said["fetch"])})
            elif "tapped" in said:
                self.tapped(said["tapped"])
            elif "broken" in said:
                raise PhoneBroke(said["broken"])
            elif said["command"] == self._commands:
                done: dict[str, Any] = said["done"]
                if done.get("error"):
                    raise PhoneBroke(done["error"])
                return done

    def _decided(self, fetch: dict[str, Any]) -> dict[str, Any]:
        try:
            return self.decide(fetch)
        except BaseException:
            # A check failed: the phone does not wait for this answer when the next run begins.
            self._write({"id": fetch["id"], "fate": "hold"})
            raise

    def _write(self, said: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(said) + "\n")
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise PhoneBroke(f"the phones ended with exit code {self._process.wait()}")
        said: dict[str, Any] = json.loads(line)
        return said


@contextmanager
def running_phones() -> Iterator[Phones]:
    """Start the process; end it afterwards."""
    environment = {**node_environment(), "TZ": "Europe/Berlin"}
    with subprocess.Popen(
        ["node", str(_PROGRAM)],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        try:
            yield Phones(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
