"""Every page of the site: which addresses there are, and who may open them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from firststep.extensions import db
from firststep.mail.unsubscribing import make_token as make_unsubscribe_token
from firststep.models import (
    Episode,
    Flare,
    Patient,
    Pause,
    Pgic,
    Plan,
    PracticeInvitation,
    Practitioner,
    Question,
    Share,
    TreatmentSession,
    UserSession,
)
from firststep.models import Visit as SheetVisit
from firststep.services import case_claims
from firststep.services.audit import Actor
from firststep.services.invitations import make_link_token
from firststep.services.patient_invitations import hand_out_token, make_hand_out
from firststep.services.practice_invitations import make_link_token as make_offer_token
from firststep.services.removed_visits import remove_visit
from firststep.services.visit_access import link_token, show_code
from firststep.web.invited import hand_out_key
from firststep.web.security.tokens import make_token
from firststep.web.trail import sealing_key
from firststep.web.visiting import visit_key
from tests import cast as people
from tests import factories
from tests.cast import Cast

# Never pages, whoever asks: data, and what the browser itself fetches.
NOT_PAGES = frozenset(
    {
        "charts.figure",
        "cohort.figure",
        "cohort.file",
        "diary.sync_session",
        "diary.kept_days",
        "diary.noted",
        "pages.healthz",
        "pages.readyz",
        "practice.figure",
        "practice.preview_figure",
        "practice.share_preview_figure",
        "practice.at_visit_figure",
        "practice.at_visit_still",
        "sharing.visit_code_state",
        "sharing.visit_state",
        "practice.still",
        "practice.still_open",
        "pwa.manifest",
        "pwa.service_worker",
        "reminders.feed",
        "static",
    }
)


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A page, and the visitor who opens it."""

    visitor: str
    address: str

    def __str__(self) -> str:
        return f"{self.visitor} at {self.address}"


@dataclass(frozen=True, kw_only=True)
class Site:
    """The people who visit, with their session cookies, and the values of addresses that name something."""

    app: Flask
    cookies: Mapping[str, str]
    #: who got a page at which address, noted while the visits were looked for
    pages: set[tuple[str, str]] = field(default_factory=set)
    values: Mapping[str, Mapping[str, Any]]

    def visits(self) -> Iterator[Visit]:
        """Yield every GET route of the site for each visitor who gets a page there that is built unlike the others'."""
        for endpoint, address in self._addresses():
            policy = self.app.extensions["policy_table"][endpoint, "GET"]
            seen = set()
            for visitor in ["nobody"] if policy in ("public", "token") else self.cookies:
                structure = self._structure(visitor, address)
                if structure and structure not in seen:
                    seen.add(structure)
                    yield Visit(visitor=visitor, address=address)
        yield from (Visit(visitor=visitor, address="/no-such-page") for visitor in ("nobody", "ana"))
        yield Visit(visitor="ana", address="/progress?days=365&ranges=none")

    def _addresses(self) -> Iterator[tuple[str, str]]:
        adapter = self.app.url_map.bind("localhost")
        for rule in self.app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint in NOT_PAGES:
                continue
            for named in self.values.get(rule.endpoint, [{}]):
                yield rule.endpoint, adapter.build(rule.endpoint, named)

    def _structure(self, visitor: str, address: str) -> tuple[str, ...]:
        """Return the page's elements and their classes, in order; nothing when the visitor gets no page."""
        client = self.app.test_client()
        if self.cookies[visitor]:
            client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], self.cookies[visitor])
        answer = client.get(address)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            return ()
        self.pages.add((visitor, address))
        return tuple(re.findall(r'<[a-z]\w*|class="[^"]*"', answer.get_data(as_text=True)))


def make_site(app: Flask, cast: Cast) -> Site:
    """Store who visits, in every state that has pages of its own."""
    with app.app_context():
        new = factories.make_patient(db.session, "new@example.com", name="New")
        both = factories.make_patient(db.session, "both@example.com", name="Both")
        new.feet, both.feet = None, "both"
        half = factories.make_practitioner(db.session, "half@example.com", name="Dr Half")
        half.user.tf_totp_secret = app.extensions["security"].totp_factory.generate_totp_secret()
        ana = db.session.get_one(Patient, cast.ana)
        for state in ("invited", "accepted", "stopped"):
            other = factories.make_practitioner(db.session, f"{state}@example.com", name=f"Dr {state.title()}")
            share = factories.make_share(db.session, ana, other, state=state, until_on=people.TODAY)
            if state == "invited":
                share.practitioner_id = None
                invited = share.id
        practice = factories.make_practice(db.session, db.session.get_one(Practitioner, cast.cho), other)
        offered = PracticeInvitation(
            practice_id=practice.id, invited_email="new@example.org", invited_at=people.NOW, expires_at=people.NOW
        )
        db.session.add(offered)
        db.session.flush()
        values = _values(cast, invited)
        values["team.offer"] = [{"token": make_offer_token(db.session, offered.id, now=people.NOW)}]
        users = {"new": new.user_id, "both": both.user_id, "half": half.user_id}
        db.session.commit()
    users |= {"ana": cast.ana_user, "cho": cast.cho_user, "dee": cast.dee_user}
    cookies = {name: _cookie(app, user, pending=name == "half") for name, user in users.items()}
    _freshen(app)
    return Site(app=app, cookies={"nobody": ""} | cookies, values=values)


def _values(cast: Cast, invited: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return examples for the routes whose address names something; a route without one fails the test."""
    episode = db.session.scalars(select(Episode.id).where(Episode.patient_id == cast.ana)).one()
    share = db.session.get_one(Share, cast.share)
    chosen = Plan(patient_id=cast.ana, day=people.TODAY, preset="plantar_fascia", hold_s=10, reps=10, sets_per_day=3)
    db.session.add(chosen)
    db.session.flush()
    rated = Pgic(patient_id=cast.ana, day=people.TODAY, week=4, rating=2)
    to_ask = Question(patient_id=cast.ana, day=people.TODAY, text="Can I run again?")
    asked = Question(patient_id=cast.ana, day=people.TODAY, text="Which shoes?", settled_on=people.TODAY)
    treated = TreatmentSession(patient_id=cast.ana, day=people.TODAY, kind="acupuncture", number=3, note="Sore")
    flare = Flare(patient_id=cast.ana, day=people.TODAY, worst_pain=80, trigger="A run")
    pause = Pause(patient_id=cast.ana, day=people.TODAY, reason="travel")
    db.session.add_all((rated, to_ask, asked, treated, flare, pause))
    db.session.flush()
    plan = chosen.id
    hand_out = make_hand_out(db.session, cast.cho, meant_for="RM-17", key=hand_out_key(), now=people.NOW).id
    phone = Actor(user_id=cast.ana_user, name="", now=people.NOW, key=sealing_key())
    at_visit = show_code(db.session, phone, cast.ana, "charts", None, key=visit_key()).id
    mailed = {
        "accounts.confirm": make_token("confirm", cast.ana_user, 0, people.NOW),
        "accounts.reset_password": make_token("reset", cast.ana_user, 0, people.NOW),
        "accounts.confirm_address": make_token("address", cast.ana_user, 0, people.NOW, address="new@example.org"),
        "accounts.reach": make_token("reach", cast.ana_user, 0, people.NOW),
        "digest.unsubscribe": make_unsubscribe_token(cast.ana, "weekly_summary"),
        "sharing.invitation": make_link_token(db.session, invited, now=people.NOW),
        "sharing.asked": hand_out_token(hand_out_key(), hand_out),
        "sharing.enter_by_link": link_token(visit_key(), at_visit),
    }
    author = db.session.get_one(Practitioner, cast.cho)
    ana = db.session.get_one(Patient, cast.ana)
    noted = [
        factories.make_noted_session(
            db.session, ana, author, people.TODAY, number=1, gait="Limps", dispute="I was away"
        ),
        factories.make_noted_session(db.session, ana, author, people.TODAY, note="Sore", withdrawn_at=people.NOW),
    ]
    case = factories.make_sheet(db.session, author, alias="RM-17", note="Sore")
    factories.make_sheet(db.session, author, alias="RM-18")
    to_case = case_claims.invite(db.session, author.id, case, people.CANARY_EMAIL, now=people.NOW)
    mailed["cases.offer"] = case_claims.make_link_token(db.session, to_case.id, now=people.NOW) or ""
    taken_over = factories.make_sheet(db.session, author, alias="RM-19", note="Sore")
    factories.take_over(db.session, ana, taken_over)
    of_sheet = db.session.scalars(select(SheetVisit.id).where(SheetVisit.patient_id == ana.id)).all()
    remove_visit(db.session, phone, ana.id, of_sheet[0])
    return {
        "cases.ask": [{"case_id": case}],
        "cases.ask_remove": [{"sheet_visit_id": of_sheet[1]}],
        "care.sessions": [{"share_id": share.id}],
        "care.new": [{"share_id": share.id}],
        "care.edit": [{"share_id": share.id, "noted_id": one} for one in noted],
        "care.noted": [{"noted_id": one} for one in noted],
        "diary.past_day": [{"day": "2026-11-10"}],
        "diary.history": [{"day": "2026-11-10"}, {"day": "2026-11-22"}],
        "stretching.choose": [{"key": "heel_raises"}, {"key": "own"}],
        "stretching.edit": [{"plan_id": plan}],
        "stretching.ask_remove": [{"plan_id": plan}],
        "treatment.edit": [{"episode_id": episode}],
        "treatment.ask_delete": [{"episode_id": episode}],
        "events.new": [{"kind": kind} for kind in ("treatment_session", "flare", "pause")],
        "events.edit": [{"event_id": one.id} for one in (treated, flare, pause)],
        "visits.edit": [{"question_id": to_ask.id}],
        "visits.edit_rating": [{"rating_id": rated.id}],
        "counting.ask": [{"share_id": share.id}],
        "extracts.of_one": [{"share_id": share.id}],
        "practice.patient": [{"share_id": share.id}],
        "practice.visit": [{"share_id": share.id}],
        "sharing.hand_out": [{"made_id": hand_out}],
        "practice.preview": [{"scope": scope} for scope in ("summary", "charts", "notes")],
        "practice.preview_visit": [{"scope": "notes"}],
        "practice.share_preview": [{"share_id": share.id}],
        "practice.share_preview_visit": [{"share_id": share.id}],
        "practice.snooze": [{"share_id": share.id}],
        "practice.today": [{}, {"share": share.id}],
        "digest.dev_mail": [],
    } | {endpoint: [{"token": token}] for endpoint, token in mailed.items()}


def _freshen(app: Flask) -> None:
    """Let everybody just have typed their password, by the real clock that Flask-Security reads."""
    with app.app_context():
        for row in db.session.scalars(select(UserSession)):
            row.data = row.data | {"fs_paa": time.time()}
        db.session.commit()


def _cookie(app: Flask, user_id: UUID | None, **how: bool) -> str:
    cookie = people.sign_in(app, user_id, **how).get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    return str(cookie.value)
