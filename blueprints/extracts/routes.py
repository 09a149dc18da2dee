"""What a practitioner may see, to take along as files: of one person, or of all and of the cases of the own log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from flask_security import auth_required

from blueprints.extracts.words import part_name, person_name
from firststep.database import one_moment
from firststep.extensions import db
from firststep.services import access
from firststep.services.access import Grant
from firststep.services.practice_export import TABLES, case_rows, shared_rows
from firststep.services.table_files import FORMS, opened
from firststep.web import clock
from firststep.web.actors import current_practitioner
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.security.limits import EXPORTS, limited
from firststep.web.tables import table_file
from firststep.web.trail import note_taken

extracts = Blueprint("extracts", __name__, url_prefix="/practice")

#: So many people a file: nobody's request waits long for another's export, and a larger practice takes several files.
PEOPLE_A_FILE: Final = 100


@extracts.route("/<uuid:share_id>/export", methods=["GET", "POST"])
@policy(GET="practitioner", POST="practitioner")
@limited(EXPORTS, "export")
def of_one(share_id: UUID) -> ResponseReturnValue:
    """Say what the file holds, and hand it over when asked; that stands in the person's trail."""
    # Before the password is asked for: what is not shared looks like what is not there.
    return _of_one(access.granted(db.session, current_practitioner().id, share_id, now=clock.now()))


@auth_required("session", within=10, grace=0)
def _of_one(grant: Grant) -> ResponseReturnValue:
    if request.method == "GET":
        return render("extracts/of_one.html", share_id=grant.share_id, name=person_name(grant), scope=grant.scope)
    form = _asked_form()
    return _file(form, "person", note_taken([grant.share_id]), with_cases=False)


@extracts.route("/export", methods=["GET", "POST"])
@policy(GET="practitioner", POST="practitioner")
@limited(EXPORTS, "export")
@auth_required("session", within=10, grace=0)
def of_all() -> ResponseReturnValue:
    """Offer everybody in files of a bounded size, and hand one over; the cases of the own log are in the first."""
    people = access.shared_patients(db.session, current_practitioner().id, now=clock.now())
    parts = [people[begin : begin + PEOPLE_A_FILE] for begin in range(0, len(people), PEOPLE_A_FILE)] or [[]]
    if request.method == "GET":
        return render("extracts/of_all.html", parts=[part_name(at, part) for at, part in enumerate(parts)])
    form, part = _asked_form(), _asked_part(len(parts))
    noted = note_taken([person.share_id for person in parts[part]])
    return _file(form, f"people-{part + 1}" if len(parts) > 1 else "people", noted, with_cases=part == 0)


def _asked_form() -> str:
    form = request.form.get("form", "")
    return form if form in FORMS else abort(400)


def _asked_part(count: int) -> int:
    part = request.form.get("part", "1")
    return int(part) - 1 if part in {str(number) for number in range(1, count + 1)} else abort(400)


def _file(form: str, what: str, noted: Sequence[Grant], *, with_cases: bool) -> Response:
    now = clock.now()
    with opened(form, TABLES) as tables, one_moment(db.session):
        practitioner_id = current_practitioner().id
        for person, grant in enumerate(access.still_granted(db.session, noted, now=now), start=1):
            for table, record in shared_rows(db.session, person, grant):
                tables.add(table, record)
        for table, record in case_rows(db.session, practitioner_id) if with_cases else ():
            tables.add(table, record)
        file = tables.finish()
    return table_file(file, what, form)
