"""The Maildir into which a mail server on this machine delivers what comes back."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from firststep.mail.bounces import MOST_BYTES, take_bounce
from firststep.settings import Settings
from firststep.web.logs import log_fault

# So many at once keep the worker's other jobs waiting for a second or two at most.
MOST_AT_ONCE = 200
# With those that cannot be put away and come again in each round.
_MOST_LOOKED_AT = 5_000


def empty_folder(session: Session, settings: Settings, folder: Path, now: datetime) -> Counter[str]:
    """Read the new messages of a Maildir, and return how many ended how; commits each.

    Reports about mail of ours are deleted, for they hold an address and often the mail; the rest is kept as read.
    """
    outcomes: Counter[str] = Counter()
    done = stuck = 0
    for file in _new_messages(folder):
        if done == MOST_AT_ONCE:
            break
        try:
            with file.open("rb") as content:
                raw = content.read(MOST_BYTES)
            outcome = take_bounce(session, settings, raw, now)
            session.commit()
            outcomes[outcome] += 1
            if outcome in ("not_ours", "no_report"):
                file.rename(_read_folder(folder) / f"{file.name}:2,S")
            else:
                file.unlink()
            done += 1
        except FileNotFoundError:
            # Another worker was faster.
            continue
        except OSError as error:
            # It stays for the operator; the others are read, and one such a round is enough to be told.
            if not stuck:
                log_fault(error)
            stuck += 1
    return outcomes


def _new_messages(folder: Path) -> Iterator[Path]:
    with os.scandir(folder / "new") as entries:
        names = sorted(entry.name for entry in entries if entry.is_file(follow_symlinks=False))
    yield from (folder / "new" / name for name in names[:_MOST_LOOKED_AT])


def _read_folder(folder: Path) -> Path:
    read = folder / "cur"
    read.mkdir(exist_ok=True, mode=0o700)
    return read
