"""Takes mails from the outbox to the SMTP server: claim, build, send outside any transaction, then mark."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from flask import Flask
from sqlalchemy.exc import DBAPIError

from firststep.database import reading_only
from firststep.extensions import db
from firststep.mail.domains import Domains
from firststep.mail.envelope import envelope_sender
from firststep.mail.kinds import BUILDERS, STORE_NOTHING
from firststep.mail.message import Letter, Sender, parse_sender, to_bytes
from firststep.mail.smtp import MAIL_SECONDS, SILENT, Connection, Refused, Server, TryLater, Unwelcome
from firststep.mail.welcome import Welcome
from firststep.services import outbox
from firststep.services.mail_preferences import suspend_refused
from firststep.services.mail_standing import Standing, standing
from firststep.services.outbox import LIST_KINDS, Claim
from firststep.settings import Settings
from firststep.web import clock
from firststep.web.logs import log_fault

log = structlog.get_logger("firststep")

# A server that hangs before a mail's end holds one lane, and the others go on; ending mails is one at a time.
LANES = 4
_LOOK_AGAIN_SECONDS = 0.5
# So often a lane full of letters looks whether account mail came in.
_LETTERS_IN_A_ROW = 20
# A database that is away this often ends the lane; the next round tries again.
_FAULTS_A_LANE = 5
# So many mails in a row that failed for the SMTP server's sake end the round: the others keep their tries for later.
_AWAY_IN_A_ROW = 4
# What became of a mail that was refused with us, before anybody asked for whom it is.
_NOT_TRIED = "not_tried"
# So long a mail that the server took is tried to be marked: unmarked it would go out a second time.
_MARKING_SECONDS = 120.0
# A lease that ends sooner is renewed before the last step, which may take MAIL_SECONDS.
_LEASE_FOR_LAST_STEP = timedelta(seconds=MAIL_SECONDS + 15)


@dataclass(kw_only=True)
class Round:
    """One emptying of the outbox by several lanes, each a thread with a connection of its own."""

    app: Flask
    server: Server
    stopped: threading.Event
    domains: Domains = field(default_factory=Domains)
    welcome: Welcome = field(default_factory=Welcome)
    outcomes: Counter[str] = field(default_factory=Counter)
    _busy: int = 0
    _away: int = 0
    # One mail at a time between the server's "taken" and our mark: a killed worker repeats at most one.
    _last_step: threading.Lock = field(default_factory=threading.Lock)
    # One lane at a time looks for a mail, so that no domain gets more than its share.
    _choosing: threading.Lock = field(default_factory=threading.Lock)
    # Guards the counts, and is told when no lane is busy any more, so that a round ends with its last mail.
    _lock: threading.Condition = field(default_factory=threading.Condition)

    def run(self, lanes: int = LANES) -> Counter[str]:
        """Send all that is due, and return how many mails ended how."""
        threads = [threading.Thread(target=self._guarded_lane, daemon=True) for _ in range(lanes)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.outcomes

    def _guarded_lane(self) -> None:
        for _ in range(_FAULTS_A_LANE):
            try:
                self._lane()
                return
            except Exception as error:  # noqa: BLE001 - a database that is away or busy: the mails are safe
                log_fault(error)
                self.stopped.wait(_LOOK_AGAIN_SECONDS)

    def _lane(self) -> None:
        connection = Connection(self.server, our_name=sender_of(self.app).domain, mail_seconds=MAIL_SECONDS)
        letters = 0
        try:
            while not self._is_over():
                claim = self._claim(letters_only=0 < letters < _LETTERS_IN_A_ROW)
                if claim is None:
                    letters = 0
                    if self._nobody_is_busy():
                        return
                    # A lane that hangs keeps the round open: the others stay for what comes in meanwhile.
                    self._wait_while_others_are_busy()
                    continue
                letters = letters + 1 if claim.kind in LIST_KINDS and letters < _LETTERS_IN_A_ROW else 0
                self._handle(claim, connection)
        finally:
            connection.close()

    def _is_over(self) -> bool:
        return self.stopped.is_set() or self._away >= _AWAY_IN_A_ROW or self.welcome.is_refused()

    def _claim(self, *, letters_only: bool) -> Claim | None:
        """Take a mail; a lane that has one, or is about to, is busy, so that no other lane leaves meanwhile."""
        held = False
        self._count(+1)
        try:
            with self._choosing, self.app.app_context():
                now, closed = clock.now(), self.domains.closed()
                claim = None if letters_only else outbox.claim_next(db.session, now, list_mail=False, but=closed)
                claim = claim or outbox.claim_next(db.session, now, list_mail=True, but=closed)
                if self._is_over():
                    # It may be the very mail whose refusal ended the round while this lane waited for its turn.
                    db.session.rollback()
                    return None
                db.session.commit()
                if claim is not None:
                    held = True
                    self.domains.begin(claim.domain)
        finally:
            if not held:
                self._count(-1)
        return claim

    def _handle(self, claim: Claim, connection: Connection) -> None:
        error = ""
        try:
            outcome, error = deliver(self.app, claim, connection, self._turn(claim, connection), self.welcome)
            # Before this lane counts as free: the others look then whether the round goes on.
            with self._lock:
                self.outcomes[outcome] += 1
                self._away = self._away + 1 if _is_of_the_server(error) else 0
        finally:
            self.domains.end(claim.domain, error)
            self._count(-1)

    @contextmanager
    def _turn(self, claim: Claim, connection: Connection) -> Iterator[None]:
        """Wait for the turn to end a mail; a domain that was silent loses its next ones, for all wait behind them."""
        with self._last_step:
            if self.domains.was_silent(claim.domain):
                connection.take_back()
                raise TryLater("domain_silent")
            try:
                yield
            except TryLater as error:
                # Still in our turn: the next one may be for the same domain.
                if error.error == SILENT:
                    self.domains.note_silence(claim.domain)
                raise

    def _count(self, change: int) -> None:
        with self._lock:
            self._busy += change
            if self._busy == 0:
                self._lock.notify_all()

    def _nobody_is_busy(self) -> bool:
        with self._lock:
            return self._busy == 0

    def _wait_while_others_are_busy(self) -> None:
        with self._lock:
            self._lock.wait_for(lambda: self._busy == 0, timeout=_LOOK_AGAIN_SECONDS)


def deliver(
    app: Flask, claim: Claim, connection: Connection, last_step: AbstractContextManager[object], welcome: Welcome
) -> tuple[str, str]:
    """Bring one claimed mail on its way and note what became of it; return that state's name, and the error's class.

    "left": it waited so long that another worker took it over. "changed": it is written anew, because what it was
    written from changed meanwhile. "not_tried": the server takes nothing from us, so it waits as if it had not been
    offered.
    """
    sender = sender_of(app)
    try:
        written = _write(app, claim)
        if written is None:
            return _note(app, claim, "dropped")
        letter, before, now = written
        raw = to_bytes(letter, sender=sender, message_id=claim.message_id, now=now)
    except Exception as error:  # noqa: BLE001 - one mail that cannot be built must not hold up the others
        log_fault(error)
        return _note(app, claim, "put_off", f"build_{type(error).__name__}")
    try:
        connection.offer(envelope_sender(app.config["SETTINGS"], claim.id, letter.to), letter.to, raw)
        with last_step:
            after = _standing_now(app, claim)
            if after is None or after.facts != before.facts:
                connection.take_back()
                return _note(app, claim, "left" if after is None else "changed")
            connection.hand_over()
            welcome.note_taken()
            return _note_sent(app, claim)
    except Unwelcome as error:
        # First, for another lane takes the mail as soon as it is back.
        welcome.note_refusal()
        return _note(app, claim, _NOT_TRIED, error.error)
    except TryLater as error:
        return _note(app, claim, "put_off", error.error)
    except Refused as error:
        return _note(app, claim, "failed", error.error, refused=letter.to)


def _is_of_the_server(error: str) -> bool:
    """Tell whether an error is about the SMTP server or the way to it, whoever gets the mail."""
    return error.startswith(("network_", "server_")) or error == "sender_421"


def _standing_now(app: Flask, claim: Claim) -> Standing | None:
    """Return how things stand right before the last step, with a lease that is long enough for it; None: not ours."""
    with app.app_context():
        with reading_only():
            found = standing(db.session, claim)
            db.session.commit()
        now = clock.now()
        if found is not None and found.lease_until < now + _LEASE_FOR_LAST_STEP:
            found = found if outbox.renew(db.session, claim, now) else None
            db.session.commit()
    return found


def sender_of(app: Flask) -> Sender:
    """Return who writes."""
    settings: Settings = app.config["SETTINGS"]
    return parse_sender(settings.mail_from)


def _write(app: Flask, claim: Claim) -> tuple[Letter, Standing, datetime] | None:
    """Write the letter from what is true now; a builder that makes a token may store it, so this commits."""
    builder = BUILDERS[claim.kind]
    with app.app_context(), reading_only() if claim.kind in STORE_NOTHING else nullcontext():
        now = clock.now()
        # Before the builder reads: what changes from here on is found out before the last step.
        before = standing(db.session, claim)
        row = outbox.claimed_row(db.session, claim) if before else None
        letter = builder(db.session, row, now) if row is not None else None
        db.session.commit()
    return (letter, before, now) if letter and before else None


def _note_sent(app: Flask, claim: Claim) -> tuple[str, str]:
    """Note that the mail was taken, however long the database is busy or away; the mails behind it wait as well."""
    end = time.monotonic() + _MARKING_SECONDS
    while True:
        try:
            return _note(app, claim, "sent")
        except DBAPIError as error:
            if time.monotonic() > end:
                raise
            log_fault(error)
            time.sleep(_LOOK_AGAIN_SECONDS)


def _note(app: Flask, claim: Claim, outcome: str, error: str = "", *, refused: str = "") -> tuple[str, str]:
    with app.app_context():
        now = clock.now()
        if outcome == "sent":
            outbox.mark_sent(db.session, claim, now)
        elif outcome == "dropped":
            outbox.mark_dropped(db.session, claim)
        elif outcome == "changed":
            outbox.put_back(db.session, claim)
        elif outcome == _NOT_TRIED:
            outbox.put_back_untried(db.session, claim, error)
        elif outcome == "put_off":
            outcome = "put_off" if outbox.put_off(db.session, claim, now, error) else "failed"
        elif outcome == "failed":
            outbox.mark_failed(db.session, claim, now, error)
            if claim.user_id is not None and error.startswith("recipient_"):
                suspend_refused(db.session, claim.user_id, refused, now)
        db.session.commit()
    log.info("mail", kind=claim.kind, outbox_id=str(claim.id), outcome=outcome, attempt=claim.attempt, error=error)
    return outcome, error
