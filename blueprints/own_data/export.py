"""Taking along everything that is kept, in one zip, made at once and kept nowhere."""

from __future__ import annotations

from tempfile import TemporaryFile

from flask import Response, request, send_file
from flask.typing import ResponseReturnValue
from flask_security import auth_required

from blueprints.own_data.area import own_data
from firststep.database import one_moment
from firststep.extensions import db
from firststep.services import audit
from firststep.services.export import Owner, write_export
from firststep.web import clock
from firststep.web.actors import current_account, current_patient
from firststep.web.export_page import readable_page
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.security.limits import EXPORTS, limited
from firststep.web.trail import acting


@own_data.route("/settings/export", methods=["GET", "POST"])
@policy(GET="signed_in", POST="signed_in")
@limited(EXPORTS, "export")
@auth_required("session", within=10, grace=0)
def export() -> ResponseReturnValue:
    """Say what the zip holds, and hand it over when asked.

    Whoever took back the agreement to the diary may take it along all the same: the policy does not ask for an open
    one.
    """
    patient_id, time_zone = current_patient().id, current_account().time_zone
    if request.method == "GET":
        return render("own_data/export.html")
    audit.record(db.session, acting(), patient_id, "exported")
    db.session.commit()
    return _zip(Owner(patient_id=patient_id, time_zone=time_zone))


def _zip(owner: Owner) -> Response:
    now = clock.now()
    file = TemporaryFile()  # noqa: SIM115 - closed with the response
    with one_moment(db.session):
        write_export(db.session, owner, file, now=now, pages=readable_page(db.session, owner.patient_id, now=now))
    file.seek(0)
    name = f"firststep-{clock.local_day(now, owner.time_zone).isoformat()}.zip"
    response = send_file(file, mimetype="application/zip", as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    return response
