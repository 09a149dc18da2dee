"""A practice's own sheet: brought over with a look at it first, and taken out again. No page here needs a script."""

from __future__ import annotations

from typing import Final, TypeAlias
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from blueprints.sheets.reading import Outcome, Practice, Step, take_step
from blueprints.sheets.sent import sent_choice, sent_file
from blueprints.sheets.view import outcome_context, overview_context, reading_context, report_rows
from firststep.extensions import db
from firststep.services.sheet_imports import (
    list_batches,
    remembered_mappings,
    store_reading,
    undo_batch,
    visits_left,
)
from firststep.services.sheet_reading import SheetRefused
from firststep.web import clock
from firststep.web.actors import current_account, current_practitioner
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.requests import takes_file
from firststep.web.tables import csv_file
from firststep.web.trail import acting

sheets = Blueprint("sheets", __name__, url_prefix="/practice/sheets")

Answer: TypeAlias = Response | str

# More than a sheet may have, so that a sentence can say how large the file is.
_LARGEST_BYTES: Final = 15_000_000
# The largest sheet in base64, and what is said of it.
_MOST_CARRIED_BYTES: Final = 8_000_000


@sheets.get("")
@policy(GET="practitioner")
def overview() -> str:
    """List what was brought over, with the way to take it out again, and the form for another file."""
    return _overview()


@sheets.post("/read")
@policy(POST="practitioner")
@takes_file(_LARGEST_BYTES, carried=_MOST_CARRIED_BYTES)
def read() -> Answer:
    """Show how the file is read and what it would bring in; nothing is stored."""
    try:
        step, is_first = _step()
    except SheetRefused as refused:
        return _refused(refused)
    if step is None:
        return _nothing_chosen()
    # A file that was only chosen is not refused for what nobody could say yet.
    refused_for = [] if is_first else step.faults
    return make_response(_reading_page(step, errors=bool(refused_for)), 422 if refused_for else 200)


@sheets.post("")
@policy(POST="practitioner")
@takes_file(_LARGEST_BYTES, carried=_MOST_CARRIED_BYTES)
def bring_in() -> Answer:
    """Store what the preview showed, as one batch; anything else than what it showed is shown first."""
    try:
        step, _is_first = _step()
    except SheetRefused as refused:
        return _refused(refused)
    if step is None:
        return _nothing_chosen()
    if step.outcome is None or step.mark != _seen():
        return make_response(_reading_page(step, changed=True), 422)
    stored = store_reading(
        db.session,
        current_practitioner().id,
        step.outcome.reading,
        data=step.file.data,
        mapping=step.mapping,
        now=clock.now(),
        actor=acting(),
    )
    db.session.commit()
    # Answered without a redirect: sent again, it finds everything there, and the report is made from what was sent.
    outcome = Outcome.of(step.outcome.reading, stored)
    return render(
        "sheets/done.html", **reading_context(step), result=outcome_context(outcome), batch_id=stored.batch_id
    )


@sheets.post("/report")
@policy(POST="practitioner")
@takes_file(_LARGEST_BYTES, carried=_MOST_CARRIED_BYTES)
def report() -> Answer:
    """Send the report about every row as a file."""
    try:
        step, _is_first = _step()
    except SheetRefused as refused:
        return _refused(refused)
    if step is None:
        return _nothing_chosen()
    if step.outcome is None:
        return make_response(_reading_page(step), 422)
    return csv_file("sheet-report.csv", report_rows(step.outcome))


@sheets.post("/<uuid:batch_id>/undo")
@policy(POST="practitioner")
def undo(batch_id: UUID) -> Answer:
    """Take out what the batch added."""
    removed = undo_batch(db.session, current_practitioner().id, batch_id, now=clock.now())
    kept = visits_left(db.session, batch_id)
    db.session.commit()
    flash(ngettext("%(num)d visit was taken out.", "%(num)d visits were taken out.", removed), "success")
    if kept:
        said = ngettext(
            "%(num)d visit stays: the person took it over.", "%(num)d visits stay: their people took them over.", kept
        )
        flash(said, "info")
    return make_response(redirect(url_for("sheets.overview"), 303))


def _step() -> tuple[Step | None, bool]:
    """Return the step that the form asks for, None without a file, and whether the file was only chosen."""
    file, choice = sent_file(), sent_choice()
    if file is None:
        return None, False
    practitioner, now = current_practitioner(), clock.now()
    practice = Practice(
        practitioner_id=practitioner.id,
        today=clock.local_day(now, current_account().time_zone),
        now=now,
        remembered=remembered_mappings(db.session, practitioner.id),
    )
    step = take_step(file, choice, practice)
    return step, (choice is None or choice.is_new) and not step.misread


def _seen() -> str:
    choice = sent_choice()
    return choice.seen if choice else ""


def _reading_page(step: Step, *, errors: bool = True, changed: bool = False) -> str:
    shown = reading_context(step, errors_shown=errors)
    return render("sheets/reading.html", **shown, changed=changed and not step.faults)


def _nothing_chosen() -> Response:
    return make_response(_overview([_("Choose a file.")]), 422)


def _refused(refused: SheetRefused) -> Response:
    return make_response(_overview([str(refused), _("Nothing was brought over.")]), refused.status)


def _overview(errors: list[str] | None = None) -> str:
    batches = list_batches(db.session, current_practitioner().id)
    return render("sheets/overview.html", **overview_context(batches), errors=errors or [])
