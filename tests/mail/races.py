"""People unsubscribe or delete their account while workers are emptying the outbox around them."""

from __future__ import annotations

import random
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bench.letters import make_letters
from firststep.extensions import db
from firststep.mail.unsubscribing import make_token
from firststep.models import OutboxMail, Patient, User
from firststep.services.audit import Actor
from firststep.services.erasure import erase_account
from firststep.settings import Settings
from tests.support.far_smtp import far_server
from tests.support.workers import start_worker

_WORKERS = 2
_DELAY_SECONDS = 0.005
# Enough letters that the workers are not done before everybody had second thoughts.
_LETTERS_A_RACE = 5
# How far ahead of the workers somebody is who changes their mind: from "next" to "soon".
_AHEAD = 12

When = Literal["queued", "on the way", "over", "unanswered"]


@dataclass
class Races:
    """Who was how far when they changed their mind; ``sent_*`` counts mails that they got all the same."""

    letters: int
    by_way: Counter[str] = field(default_factory=Counter)
    queued: list[str] = field(default_factory=list)
    on_the_way: list[str] = field(default_factory=list)
    over: int = 0
    unanswered: int = 0
    sent_while_queued: int = 0
    sent_while_on_the_way: int = 0
    others_missing: int = 0
    others_twice: int = 0


def run_races(app: Flask, count: int) -> Races:
    """Let so many people change their mind while their letter is queued; all other letters must arrive once."""
    app.config["CLOCK"] = lambda: datetime.now(UTC)
    settings: Settings = app.config["SETTINGS"]
    races = Races(letters=_LETTERS_A_RACE * count)
    with app.app_context():
        make_letters(db.session, races.letters, level="discreet")
        # Every third was asked for by the person: that one goes also to somebody who stopped the others before.
        asked = db.session.scalars(select(OutboxMail).order_by(OutboxMail.message_id)).all()[::3]
        for row in asked:
            row.parameters = {**row.parameters, "asked": True}
        db.session.commit()
        wanted = set(db.session.scalars(select(OutboxMail.message_id)))
        db.session.commit()
    with far_server(_DELAY_SECONDS) as server:
        workers = [start_worker(settings, server.url) for _ in range(_WORKERS)]
        _wait_for_the_first(app, workers)
        chance = random.Random(len(wanted))
        while len(races.queued) < count:
            try:
                if not _change_a_mind(app, races, chance):
                    break
            except OperationalError:
                # Nothing was acknowledged: this person has not changed their mind.
                races.unanswered += 1
        for worker in workers:
            assert worker.wait(timeout=1800) == 0
    arrived = Counter(sent.removeprefix("<").partition("@")[0] for ids in server.taken.values() for sent in ids)
    races.sent_while_queued = sum(arrived[one] for one in races.queued)
    races.sent_while_on_the_way = sum(arrived[one] for one in races.on_the_way)
    others = wanted - {*races.queued, *races.on_the_way}
    races.others_missing = sum(arrived[one] == 0 for one in others)
    races.others_twice = sum(arrived[one] > 1 for one in others)
    return races


def _wait_for_the_first(app: Flask, workers: list[subprocess.Popen[bytes]]) -> None:
    while all(worker.poll() is None for worker in workers):
        with app.app_context():
            if db.session.scalars(select(OutboxMail.id).where(OutboxMail.state == "sent").limit(1)).first():
                return


def _change_a_mind(app: Flask, races: Races, chance: random.Random) -> bool:
    """Let somebody close to the front of the queue unsubscribe or leave; False when nobody is left."""
    waiting = select(OutboxMail.user_id, OutboxMail.message_id).where(OutboxMail.state == "queued")
    waiting = waiting.where(OutboxMail.kind == "weekly_summary").order_by(OutboxMail.run_at).limit(_AHEAD)
    with app.app_context():
        front = db.session.execute(waiting).all()
        db.session.rollback()
    if not front:
        return False
    user_id, message_id = chance.choice(front)
    way = chance.choice(("unsubscribe", "delete"))
    when = _unsubscribe(app, user_id, message_id) if way == "unsubscribe" else _delete(app, user_id, message_id)
    if when == "queued":
        races.by_way[way] += 1
        races.queued.append(message_id)
    elif when == "on the way":
        races.on_the_way.append(message_id)
    elif when == "over":
        races.over += 1
    else:
        races.unanswered += 1
    return True


def _unsubscribe(app: Flask, user_id: UUID, message_id: str) -> When:
    """Press the button of the mail, as a mailbox provider does; then look where the letter was."""
    with app.app_context():
        patient_id = db.session.scalars(select(Patient.id).where(Patient.user_id == user_id)).one()
        db.session.rollback()
        address = f"/mail/unsubscribe/{make_token(patient_id, 'weekly_summary')}"
    answer = app.test_client().post(address, data={"List-Unsubscribe": "One-Click"}).status_code
    if answer == 503:
        return "unanswered"
    assert answer == 200
    with app.app_context():
        row = db.session.scalars(select(OutboxMail).where(OutboxMail.message_id == message_id)).one()
        db.session.rollback()
        # Still there and never taken, after the answer: nobody may take it for sending any more.
        if row.state in ("queued", "dropped") and row.attempts == 0:
            return "queued"
        return "on the way" if row.state != "sent" else "over"


def _delete(app: Flask, user_id: UUID, message_id: str) -> When:
    """Delete the account, and look in the same transaction where the letter was."""
    with app.app_context():
        held = select(OutboxMail).where(OutboxMail.message_id == message_id).with_for_update()
        state = db.session.scalars(held).one().state
        user = db.session.get_one(User, user_id)
        erase_account(db.session, Actor(user_id=user_id, name="", now=datetime.now(UTC), key=b"only for tests"), user)
        db.session.commit()
    places: dict[str, When] = {"queued": "queued", "leased": "on the way"}
    return places.get(state, "over")
