"""Takes mails from the outbox to the SMTP server: claim, build, send outside any transaction, then mark."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import structlog
from flask import Flask

from firststep.database import reading_only
from firststep.extensions import db
from firststep.mail.kinds import BUILDERS
from firststep.mail.message import Letter, Sender, parse_sender, to_bytes
from firststep.mail.smtp import MAIL_SECONDS, Connection, Refused, Server, TryLater
from firststep.services import outbox
from firststep.services.mail_preferences import suspend_address
from firststep.services.outbox import LIST_KINDS, Claim
from firststep.settings import Settings
from firststep.web import clock
from firststep.web.logs import log_fault

log = structlog.get_logger("firststep")

# A server that hangs before it takes a recipient holds one lane, and the others go on; handing over is one at a time.
LANES = 4
_LOOK_AGAIN_SECONDS = 0.5
# So often a lane full of letters looks whether account mail came in.
_LETTERS_IN_A_ROW = 20


@dataclass(kw_only=True)
class Round:
    """One emptying of the outbox by several lanes, each a thread with a connection of its own."""

    app: Flask
    server: Server
    stopped: threading.Event
    outcomes: Counter[str] = field(default_factory=Counter)
    _busy: int = 0
    # One mail at a time between the server's "taken" and our mark: a killed worker repeats at most one.
    _last_step: threading.Lock = field(default_factory=threading.Lock)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, lanes: int = LANES) -> Counter[str]:
        """Send all that is due, and return how many mails ended how."""
        threads = [threading.Thread(target=self._guarded_lane, daemon=True) for _ in range(lanes)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.outcomes

    def _guarded_lane(self) -> None:
        try:
            self._lane()
        except Exception as error:  # noqa: BLE001 - a database that is away: the mails are safe, the next round tries
            log_fault(error)

    def _lane(self) -> None:
        connection = Connection(self.server, our_name=sender_of(self.app).domain, mail_seconds=MAIL_SECONDS)
        letters = 0
        try:
            while not self.stopped.is_set():
                claim = self._claim(letters_only=0 < letters < _LETTERS_IN_A_ROW)
                if claim is None:
                    letters = 0
                    if self._nobody_is_busy():
                        return
                    # A lane that hangs keeps the round open: the others stay for what comes in meanwhile.
                    self.stopped.wait(_LOOK_AGAIN_SECONDS)
                    continue
                letters = letters + 1 if claim.kind in LIST_KINDS and letters < _LETTERS_IN_A_ROW else 0
                self._handle(claim, connection)
        finally:
            connection.close()

    def _claim(self, *, letters_only: bool) -> Claim | None:
        """Take a mail; a lane that has one, or is about to, is busy, so that no other lane leaves meanwhile."""
        held = False
        self._count(+1)
        try:
            with self.app.app_context():
                now = clock.now()
                claim = None if letters_only else outbox.claim_next(db.session, now, list_mail=False)
                claim = claim or outbox.claim_next(db.session, now, list_mail=True)
                db.session.commit()
            held = claim is not None
        finally:
            if not held:
                self._count(-1)
        return claim

    def _handle(self, claim: Claim, connection: Connection) -> None:
        try:
            outcome = deliver(self.app, claim, connection, self._last_step)
        finally:
            self._count(-1)
        with self._lock:
            self.outcomes[outcome] += 1

    def _count(self, change: int) -> None:
        with self._lock:
            self._busy += change

    def _nobody_is_busy(self) -> bool:
        with self._lock:
            return self._busy == 0


def deliver(app: Flask, claim: Claim, connection: Connection, last_step: AbstractContextManager[object]) -> str:
    """Bring one claimed mail on its way and note what became of it; the return is that state's name.

    "left": it waited so long that another worker took it over.
    """
    sender = sender_of(app)
    try:
        letter = _build(app, claim)
        if letter is None:
            return _note(app, claim, "dropped")
        with app.app_context():
            now = clock.now()
        raw = to_bytes(letter, sender=sender, message_id=claim.message_id, now=now)
    except Exception as error:  # noqa: BLE001 - one mail that cannot be built must not hold up the others
        log_fault(error)
        return _note(app, claim, "put_off", f"build_{type(error).__name__}")
    try:
        connection.offer(sender.address, letter.to)
        with last_step:
            if not _still_ours(app, claim):
                connection.take_back()
                return "left"
            connection.hand_over(raw)
            return _note(app, claim, "sent")
    except TryLater as error:
        return _note(app, claim, "put_off", error.error)
    except Refused as error:
        return _note(app, claim, "failed", error.error)


def _still_ours(app: Flask, claim: Claim) -> bool:
    """Tell whether the mail is held by this lane, after waiting for its turn; it then is for another lease."""
    with app.app_context():
        ours = outbox.renew(db.session, claim, clock.now())
        db.session.commit()
    return ours


def sender_of(app: Flask) -> Sender:
    """Return who writes."""
    settings: Settings = app.config["SETTINGS"]
    return parse_sender(settings.mail_from)


def _build(app: Flask, claim: Claim) -> Letter | None:
    """Write the letter from what is true now; a builder that makes a token may store it, so this commits."""
    builder = BUILDERS[claim.kind]
    with app.app_context(), reading_only() if claim.kind in LIST_KINDS else nullcontext():
        row = outbox.claimed_row(db.session, claim)
        letter = builder(db.session, row, clock.now()) if row is not None else None
        db.session.commit()
    return letter


def _note(app: Flask, claim: Claim, outcome: str, error: str = "") -> str:
    with app.app_context():
        now = clock.now()
        if outcome == "sent":
            outbox.mark_sent(db.session, claim, now)
        elif outcome == "dropped":
            outbox.mark_dropped(db.session, claim)
        elif outcome == "put_off":
            outcome = "put_off" if outbox.put_off(db.session, claim, now, error) else "failed"
        else:
            outbox.mark_failed(db.session, claim, now, error)
            if claim.user_id is not None:
                suspend_address(db.session, claim.user_id, now)
        db.session.commit()
    log.info("mail", kind=claim.kind, outbox_id=str(claim.id), outcome=outcome, attempt=claim.attempt, error=error)
    return outcome
