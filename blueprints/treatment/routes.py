"""What care a patient has: the first two minutes, and courses of care in the settings."""

from __future__ import annotations

from typing import TypeAlias, cast
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, url_for
from flask_babel import gettext as _

from blueprints.treatment.forms import NO_CARE, EpisodeForm, StartForm
from firststep.clinical.diary import Arm
from firststep.extensions import db
from firststep.models import Episode
from firststep.services import treatment as service
from firststep.services.mail_preferences import replan
from firststep.web import clock
from firststep.web.actors import current_account, current_patient
from firststep.web.dates import long_date
from firststep.web.forms import error_links, options
from firststep.web.past_days import today
from firststep.web.policy import policy
from firststep.web.red_flag_words import reason_groups
from firststep.web.render import render
from firststep.web.wording import arm_name

treatment = Blueprint("treatment", __name__)

Answer: TypeAlias = Response | str


@treatment.get("/start")
@policy(GET="patient")
def start() -> Answer:
    """Show the first questions with what is known so far."""
    patient = current_patient()
    known = {"feet": patient.feet, "onset_on": patient.onset_on, "time_zone": current_account().time_zone}
    return _start_page(StartForm(formdata=None, data=known), asks_care=not _episodes())


@treatment.post("/start")
@policy(POST="patient")
def begin() -> Answer:
    """Store the first answers and go on to the first entry."""
    patient, account, asks_care = current_patient(), current_account(), not _episodes()
    form = StartForm()
    if not asks_care:
        del form.arm, form.starts_on
    if not form.validate_on_submit():
        return make_response(_start_page(form, asks_care=asks_care), 422)
    service.begin(db.session, patient, feet=form.feet.data, onset_on=form.onset_on.data)
    account.time_zone = form.time_zone.data
    db.session.flush()
    replan(db.session, patient.id, clock.now())
    if asks_care and form.arm.data != NO_CARE and form.starts_on.data:
        service.add_episode(db.session, patient.id, arm=form.arm.data, starts_on=form.starts_on.data)
    db.session.commit()
    return _to(url_for("diary.today", first=1))


@treatment.get("/settings/episodes")
@policy(GET="patient")
def episodes() -> Answer:
    """List the courses of care, and offer to add one."""
    return _episodes_page(EpisodeForm(formdata=None))


@treatment.post("/settings/episodes")
@policy(POST="patient")
def add() -> Answer:
    """Add a course of care."""
    form = EpisodeForm()
    if not form.validate_on_submit() or form.starts_on.data is None:
        return make_response(_episodes_page(form), 422)
    service.add_episode(
        db.session,
        current_patient().id,
        arm=form.arm.data,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
    )
    db.session.commit()
    return _to(url_for("treatment.episodes"))


@treatment.get("/settings/episodes/<uuid:episode_id>")
@policy(GET="patient")
def edit(episode_id: UUID) -> Answer:
    """Show one course of care to be changed, ended or deleted."""
    episode = service.get_episode(db.session, current_patient().id, episode_id)
    known = {"arm": episode.arm, "starts_on": episode.starts_on, "ends_on": episode.ends_on}
    return _edit_page(EpisodeForm(formdata=None, data=known), episode)


@treatment.post("/settings/episodes/<uuid:episode_id>")
@policy(POST="patient")
def change(episode_id: UUID) -> Answer:
    """Store the changed course of care."""
    episode = service.get_episode(db.session, current_patient().id, episode_id, to_change=True)
    form = EpisodeForm()
    if not form.validate_on_submit() or form.starts_on.data is None:
        return make_response(_edit_page(form, episode), 422)
    service.change_episode(
        db.session, episode, arm=form.arm.data, starts_on=form.starts_on.data, ends_on=form.ends_on.data
    )
    db.session.commit()
    return _to(url_for("treatment.episodes"))


@treatment.post("/settings/episodes/<uuid:episode_id>/end")
@policy(POST="patient")
def end(episode_id: UUID) -> Answer:
    """End a course of care today."""
    episode = service.get_episode(db.session, current_patient().id, episode_id, to_change=True)
    last = max(today(), episode.starts_on)
    service.change_episode(db.session, episode, arm=episode.arm, starts_on=episode.starts_on, ends_on=last)
    said = _(
        "%(care)s: the last day is %(day)s now. If that is not right, change it or take it out under “Change”.",
        care=arm_name(cast(Arm, episode.arm)),
        day=long_date(last),
    )
    db.session.commit()
    flash(said, "success")
    return _to(url_for("treatment.episodes"))


@treatment.get("/settings/episodes/<uuid:episode_id>/delete")
@policy(GET="patient")
def ask_delete(episode_id: UUID) -> Answer:
    """Ask before a course of care is deleted."""
    episode = service.get_episode(db.session, current_patient().id, episode_id)
    return render("treatment/delete.html", episode=_line(episode), episode_id=episode.id)


@treatment.post("/settings/episodes/<uuid:episode_id>/delete")
@policy(POST="patient")
def delete(episode_id: UUID) -> Answer:
    """Delete a course of care."""
    service.delete_episode(
        db.session, service.get_episode(db.session, current_patient().id, episode_id, to_change=True)
    )
    db.session.commit()
    return _to(url_for("treatment.episodes"))


def _episodes() -> list[Episode]:
    return service.list_episodes(db.session, current_patient().id)


def _start_page(form: StartForm, *, asks_care: bool) -> str:
    return render(
        "treatment/start.html",
        form=form,
        errors=error_links(form),
        asks_care=asks_care,
        feet=options(form.feet),
        arms=options(form.arm) if asks_care else [],
        zones=options(form.time_zone),
        groups=reason_groups(),
    )


def _episodes_page(form: EpisodeForm) -> str:
    lines = [_line(episode) for episode in _episodes()]
    return render(
        "treatment/episodes.html", form=form, arms=options(form.arm), errors=error_links(form), episodes=lines
    )


def _edit_page(form: EpisodeForm, episode: Episode) -> str:
    return render(
        "treatment/episode.html", form=form, arms=options(form.arm), errors=error_links(form), episode=_line(episode)
    )


def _line(episode: Episode) -> dict[str, object]:
    first = long_date(episode.starts_on)
    last = long_date(episode.ends_on) if episode.ends_on else None
    return {
        "id": episode.id,
        "arm": arm_name(cast(Arm, episode.arm)),
        "dates": _("%(first)s to %(last)s", first=first, last=last) if last else _("since %(first)s", first=first),
        "going_on": last is None,
    }


def _to(address: str) -> Response:
    return make_response(redirect(address, 303))
