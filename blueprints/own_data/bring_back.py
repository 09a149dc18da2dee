"""Bringing an export back: choose the zip, see what it would add, confirm."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from blueprints.own_data.area import own_data
from firststep.extensions import db
from firststep.services import audit, uploads
from firststep.services.bringing_back import Count, Plan, plan_import, store
from firststep.services.export_reading import MOST_BYTES, BadExport, read_export
from firststep.services.export_tables import EVENT_TABLES
from firststep.web import clock
from firststep.web.actors import current_account, current_patient
from firststep.web.dates import long_date
from firststep.web.event_words import event_name
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.requests import takes_file
from firststep.web.security.limits import UPLOADS, limited
from firststep.web.trail import acting
from firststep.web.writing import sent_id

# More reasons than this are not read; the command lists all.
MOST_REASONS = 50


@own_data.get("/settings/import")
@policy(GET="patient")
def bring_back() -> ResponseReturnValue:
    """Ask for the file."""
    return _form()


@own_data.post("/settings/import")
@policy(POST="patient")
@takes_file(MOST_BYTES)
@limited(UPLOADS, "upload")
def preview() -> ResponseReturnValue:
    """Show what the file would add; nothing of it is in the diary before it is confirmed."""
    sent = request.files.get("file")
    content = sent.read(MOST_BYTES + 1) if sent else b""
    if not content:
        return _form(_("Choose the zip that you took along.")), 422
    patient_id = current_patient().id
    try:
        found = read_export(content)
    except BadExport as error:
        return _form(str(error)), 413 if error.too_big else 422
    plan = plan_import(db.session, patient_id, found)
    uploads.drop_upload(db.session, patient_id)
    upload_id = uploads.keep_upload(db.session, patient_id, content, clock.now()) if plan.whole.accepted else None
    db.session.commit()
    return _preview(plan, upload_id)


@own_data.post("/settings/import/confirm")
@policy(POST="patient")
@limited(UPLOADS, "upload")
def confirm() -> ResponseReturnValue:
    """Add what is missing, all of it or nothing."""
    patient_id, zone, upload_id = current_patient().id, current_account().time_zone, sent_id("upload")
    content = uploads.find_upload(db.session, patient_id, upload_id, clock.now()) if upload_id else None
    if content is None:
        flash(_("The file is not here any more. Please choose it again."), "error")
        return redirect(url_for("own_data.bring_back"), 303)
    plan = store(db.session, patient_id, read_export(content), now=clock.now(), zone=zone)
    uploads.drop_upload(db.session, patient_id)
    if plan.whole.accepted:
        audit.record(db.session, acting(), patient_id, "imported")
    db.session.commit()
    added = plan.whole.accepted
    flash(ngettext("%(num)d thing was brought back.", "%(num)d things were brought back.", added), "success")
    return redirect(url_for("accounts.settings"), 303)


def _form(error: str = "") -> str:
    return render("own_data/bring_back.html", error=error)


def _preview(plan: Plan, upload_id: UUID | None) -> str:
    names = {
        "days": _("Days"),
        "pain": _("Pain"),
        "courses_of_care": _("Care"),
    }
    names |= {table: event_name(kind) for table, kind in EVENT_TABLES.items()}
    counts = [(name, plan.count(table)) for table, name in names.items()]
    rows = [_numbers(name, count) for name, count in counts if count.total]
    return render(
        "own_data/preview.html",
        rows=[*rows, _numbers(_("Together"), plan.whole)],
        rejected=[(names[one.table], _day(one.day), one.reason) for one in plan.rejected[:MOST_REASONS]],
        more=max(0, len(plan.rejected) - MOST_REASONS),
        upload=upload_id,
    )


def _numbers(name: str, count: Count) -> list[str]:
    return [name, *(f"{number:,}" for number in (count.accepted, count.there, count.rejected, count.total))]


def _day(text: str) -> str:
    """Return the day in words; what a file has in its place is not shown."""
    try:
        return long_date(date.fromisoformat(text))
    except ValueError:
        return _("a day that cannot be read")
