"""Who writes in this request, for the services that note dated things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4, uuid5

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from firststep.services.diary_writing import Writing
from firststep.web import clock
from firststep.web.actors import current_account, current_patient

#: The id itself, and the form's token, which may be renewed between two attempts.
_NOT_CONTENT: Final = ("op", "csrf_token")


def sent_id(name: str) -> UUID | None:
    """Return the id that the request carries under the name; None where there is none that can be read."""
    try:
        return UUID(request.values.get(name, ""))
    except ValueError:
        return None


def op_of_form(form_id: UUID, sent: MultiDict[str, str]) -> UUID:
    """Return the id of the op that the sent form makes: the same for the same content, another for another.

    Whoever goes back to a form, corrects it and sends it again sends the form's id a second time.
    """
    content = [(name, value) for name, value in sent.items(multi=True) if name not in _NOT_CONTENT]
    return uuid5(form_id, repr(content))


@dataclass(frozen=True, kw_only=True)
class SavedStrip:
    """What a page says after a step, and the op that its button takes back; ``back`` names the page."""

    words: str
    undo: UUID | None
    undo_id: UUID
    back: str


def saved_strip(back: str) -> SavedStrip | None:
    """Return what there is to say after the step that led here, None when none did."""
    # A step that moved something to another day was two, and none of them is taken back alone.
    for name, words in (("undone", _("Undone")), ("moved", _("Saved"))):
        if name in request.args:
            return SavedStrip(words=words, undo=None, undo_id=uuid4(), back=back)
    for name, words in (("saved", _("Saved")), ("removed", _("Removed"))):
        op_id = sent_id(name)
        if op_id is not None:
            return SavedStrip(words=words, undo=op_id, undo_id=uuid4(), back=back)
    return None


def current_writing() -> Writing:
    """Return who writes; without a usable id of the form each request is a step of its own."""
    form_id = sent_id("op") or uuid4()
    return Writing(
        patient_id=current_patient().id,
        form_id=form_id,
        op_id=op_of_form(form_id, request.form),
        now=clock.now(),
        zone=current_account().time_zone,
    )
