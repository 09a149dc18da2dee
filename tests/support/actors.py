"""Everybody who may knock: one browser each, and the rows of Ana's that an address can name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import Episode, Patient, Share, UserSession
from tests import cast as people
from tests import factories
from tests.cast import Browser

# name -> state of Ana's share with this practitioner.
SHARE_STATES: Final = {
    "stopped": "stopped",
    "expired": "active",
    "accepted": "accepted",
    "withdrawn": "withdrawn",
    "invited": "invited",
}
PATIENTS: Final = frozenset({"ana", "ben"})
PRACTITIONERS: Final = frozenset({"cho", "dee", *SHARE_STATES})
ACTORS: Final = ("nobody", "half", "factorless", "closed", "ben", "dee", *SHARE_STATES, "cho", "ana")

DAY: Final = "2026-11-10"


@dataclass(frozen=True, kw_only=True)
class World:
    """The browsers by actor, and the ids that an actor puts into an address."""

    browsers: Mapping[str, Browser]
    shares: Mapping[str, UUID]
    episode: UUID
    session: UUID
    cast: people.Cast

    def share_of(self, actor: str) -> UUID:
        """Return the share that the actor asks for: an own one, or else Dr Cho's."""
        return self.shares.get(actor, self.cast.share)


def make_world(app: Flask) -> World:
    """Store everybody and sign them in."""
    with app.app_context():
        cast = people.make_cast(db.session)
        ana = db.session.get_one(Patient, cast.ana)
        users, shares = {}, {"cho": cast.share}
        for name, state in SHARE_STATES.items():
            practitioner = factories.make_practitioner(db.session, f"{name}@example.com", name=f"Dr {name.title()}")
            over = people.TODAY - timedelta(days=1) if name == "expired" else people.TODAY + timedelta(days=9)
            share = factories.make_share(db.session, ana, practitioner, state=state, until_on=over)
            if state == "invited":
                share.practitioner_id = None
            users[name], shares[name] = practitioner.user_id, share.id
        half = factories.make_practitioner(db.session, "half@example.com", name="Dr Half")
        half.user.tf_totp_secret = app.extensions["security"].totp_factory.generate_totp_secret()
        users["half"] = half.user_id
        closed = factories.make_patient(db.session, "closed@example.com", name="Closed")
        closed.diary_closed_at = people.NOW
        users |= {"ana": cast.ana_user, "ben": cast.ben_user, "cho": cast.cho_user, "dee": cast.dee_user}
        users["closed"] = closed.user_id
        episode = db.session.scalars(select(Episode.id).where(Episode.patient_id == cast.ana)).one()
        db.session.commit()
    # Another device of Ana's, which an address can name.
    people.sign_in(app, cast.ana_user)
    with app.app_context():
        other = db.session.scalars(select(UserSession.id).where(UserSession.user_id == cast.ana_user)).one()
        db.session.rollback()
    browsers = {name: people.sign_in(app, user, pending=name == "half") for name, user in users.items()}
    browsers["nobody"] = people.sign_in(app, None)
    browsers["factorless"] = people.sign_in(app, cast.cho_user, factor=False)
    return World(browsers=browsers, shares=shares, episode=episode, session=other, cast=cast)


def share_state(app: Flask, share_id: UUID) -> str:
    """Return the state that the database holds."""
    with app.app_context():
        return db.session.get_one(Share, share_id).state
