"""Putting somebody off: they stand at the end of the list until a day, or until another reason applies."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, TypeAlias
from uuid import UUID

from flask import Response, make_response, redirect, url_for
from werkzeug.wrappers import Response as Redirect

from blueprints.practice.area import practice
from blueprints.practice.forms import SnoozeForm, own_today
from blueprints.practice.reader import current_reader
from firststep.extensions import db
from firststep.services import access, snoozing
from firststep.web.person_words import person_name
from firststep.web.policy import policy
from firststep.web.render import render

Answer: TypeAlias = Response | Redirect | str
_PROPOSED: Final = timedelta(days=7)


@practice.get("/practice/<uuid:share_id>/snooze")
@policy(GET="practitioner")
def snooze(share_id: UUID) -> str:
    """Show the form: what counts now, or a week."""
    known = snoozing.read_snooze(db.session, current_reader(), share_id)
    until, note = (known.until, known.note) if known else (own_today() + _PROPOSED, "")
    return _page(share_id, SnoozeForm(formdata=None, data={"until": until, "note": note}), snoozed=known is not None)


@practice.post("/practice/<uuid:share_id>/snooze")
@policy(POST="practitioner")
def save_snooze(share_id: UUID) -> Answer:
    """Put the person off."""
    form, reader = SnoozeForm(), current_reader()
    if not form.validate_on_submit() or form.until.data is None:
        known = snoozing.read_snooze(db.session, reader, share_id)
        return make_response(_page(share_id, form, snoozed=known is not None), 422)
    snoozing.put_off(db.session, reader, share_id, until=form.until.data, note=form.note.data or "")
    db.session.commit()
    return redirect(url_for("practice.patients"), 303)


@practice.post("/practice/<uuid:share_id>/snooze/end")
@policy(POST="practitioner")
def end_snooze(share_id: UUID) -> Answer:
    """Bring the person back to where the reason puts them."""
    snoozing.bring_back(db.session, current_reader(), share_id)
    db.session.commit()
    return redirect(url_for("practice.patients"), 303)


def _page(share_id: UUID, form: SnoozeForm, *, snoozed: bool) -> str:
    reader = current_reader()
    grant = access.granted(db.session, reader.practitioner_id, share_id, now=reader.now)
    name = person_name(grant.patient_name, grant.confirmed_at)
    return render("practice/snooze.html", share_id=share_id, name=name, form=form, snoozed=snoozed)
