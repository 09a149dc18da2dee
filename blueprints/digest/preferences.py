"""What a patient wants by mail each week or month: when, how much, or nothing."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints.digest.area import digest
from blueprints.digest.forms import ScheduleForm, parse_time
from firststep.extensions import db
from firststep.mail.weekly_summary import weekly_letter
from firststep.mail.weekly_words import whole_day
from firststep.services import mail_preferences as service
from firststep.services.digest import make_digest
from firststep.services.mail_preferences import Reader
from firststep.services.weekly_mail import next_letter, note_letter
from firststep.web import clock
from firststep.web.actors import current_patient
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.wake import wake_worker


@digest.get("/settings/mail")
@policy(GET="patient")
def preferences() -> ResponseReturnValue:
    """Show when the mail comes, how much it says, and how to stop it."""
    reader = _reader()
    return _page(reader, _form(reader, formdata=None))


@digest.post("/settings/mail")
@policy(POST="patient")
def save_schedule() -> ResponseReturnValue:
    """Move the mail to another time, or to months."""
    reader = _reader()
    form = _form(reader)
    time = parse_time(form.time.data or "")
    if not form.validate_on_submit() or time is None:
        return _page(reader, form), 422
    service.change_schedule(
        db.session,
        reader,
        rhythm=form.rhythm.data,
        weekday=int(form.weekday.data),
        hour=time[0],
        minute=time[1],
        now=clock.now(),
    )
    db.session.commit()
    return _back(_("Saved."))


@digest.get("/settings/mail/preview")
@policy(GET="patient")
def preview() -> ResponseReturnValue:
    """Show the detailed mail about the last week or month just as it would be sent, before it is switched on."""
    reader = _reader()
    told = reader.told_at(clock.now())
    digest = make_digest(db.session, reader.patient.id, told, zone_name=reader.user.time_zone, detailed=True)
    letter = weekly_letter(reader, digest)
    return render(
        "digest/preview.html",
        letter=letter,
        level=reader.preference.level,
        monthly=reader.preference.rhythm == "monthly",
    )


@digest.post("/settings/mail/level")
@policy(POST="patient")
def save_level() -> ResponseReturnValue:
    """Switch figures in the mail on or off."""
    reader = _reader()
    level = request.form.get("level")
    if level == "detailed":
        service.change_level(db.session, reader, "detailed", clock.now())
    elif level == "discreet":
        service.change_level(db.session, reader, "discreet", clock.now())
    else:
        flash(_("Choose between the short and the detailed mail."), "error")
        return _page(reader, _form(reader, formdata=None)), 422
    db.session.commit()
    return _back(_("Saved."))


@digest.post("/settings/mail/state")
@policy(POST="patient")
def save_state() -> ResponseReturnValue:
    """Pause the mail, stop it, or send it again."""
    reader = _reader()
    change = {"on": service.switch_on, "pause": service.pause, "off": service.switch_off}.get(
        request.form.get("state", "")
    )
    if change is None:
        flash(_("Choose whether the mail is sent, paused or off."), "error")
        return _page(reader, _form(reader, formdata=None)), 422
    change(db.session, reader, clock.now())
    db.session.commit()
    return _back(_("Saved."))


@digest.post("/settings/mail/send")
@policy(POST="patient")
def send_now() -> ResponseReturnValue:
    """Send the mail about the last week or month now."""
    reader = _reader()
    answer = note_letter(db.session, reader, clock.now())
    if answer == "nothing_logged":
        if reader.preference.rhythm == "monthly":
            flash(_("Nothing is logged for last month, so there is nothing to send."), "error")
        else:
            flash(_("Nothing is logged for last week, so there is nothing to send."), "error")
        return _page(reader, _form(reader, formdata=None)), 422
    db.session.commit()
    wake_worker()
    if answer == "noted":
        return _back(_("It is on its way to %(address)s.", address=reader.user.email))
    return _back(_("One was asked for a moment ago. If it does not come, ask again in ten minutes."))


def _reader() -> Reader:
    reader = service.find_reader(db.session, current_patient().id)
    if reader is None:
        abort(404)
    return reader


def _form(reader: Reader, **kwargs: object) -> ScheduleForm:
    wish = reader.preference
    time = f"{wish.hour:02d}:{wish.minute:02d}"
    return ScheduleForm(data={"rhythm": wish.rhythm, "weekday": str(wish.weekday), "time": time}, **kwargs)


def _page(reader: Reader, form: ScheduleForm) -> str:
    return render(
        "digest/preferences.html",
        form=form,
        wish=reader.preference,
        is_on=reader.is_on,
        rests=reader.rests,
        address=reader.user.email,
        zone=reader.user.time_zone,
        coming=_coming(reader),
    )


def _coming(reader: Reader) -> str | None:
    """Say when the next letter comes and about which days: after a change of day one week may have been told before."""
    found = next_letter(reader, clock.now())
    if found is None:
        return None
    day, told = found
    return _(
        "The next one comes on %(day)s, about %(first)s to %(last)s, if you logged on one of these days.",
        day=whole_day(day),
        first=whole_day(told.first),
        last=whole_day(told.last),
    )


def _back(message: str) -> ResponseReturnValue:
    flash(message, "success")
    return redirect(url_for("digest.preferences"), 303)
