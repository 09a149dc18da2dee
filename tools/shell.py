"""Runs other programs: shows what takes long, keeps quiet about what goes well, and says plainly what failed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Failed(Exception):
    """Says in plain words what could not be done; the program ends with it instead of a traceback."""


def say(text: str) -> None:
    """Print one line at once, also when the output is a file."""
    print(text, flush=True)


def run(doing: str, command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> None:
    """Run a command that takes a while; show its output only if it fails."""
    started = time.monotonic()
    say(f"{doing} …")
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=dict(env) if env is not None else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failed(f"{done.stdout.rstrip()}\n\n{doing}: this failed (exit code {done.returncode}), see above.")
    say(f"  done in {time.monotonic() - started:.1f} s")


def output_of(command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> str:
    """Return what a command prints, or an empty text when it cannot be run."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=ROOT,
            env=dict(env) if env is not None else None,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def with_path(folder: Path) -> dict[str, str]:
    """Return the environment with this folder in front of PATH."""
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}


def ending(main: object) -> None:
    """Run a tool's main function; end with its exit code, or with the sentence of what failed."""
    assert callable(main)
    try:
        sys.exit(main())
    except Failed as failed:
        sys.exit(str(failed))
    except KeyboardInterrupt:
        sys.exit(130)
