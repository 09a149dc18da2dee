"""Where a person is signed in, and signing out there."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints.accounts.area import accounts
from firststep.extensions import db
from firststep.services import sessions as service
from firststep.web import clock
from firststep.web.actors import current_account
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.security.devices import session_object
from firststep.web.sessions import allowed_life


@accounts.get("/settings/sessions")
@policy(GET="signed_in")
def sessions() -> ResponseReturnValue:
    """List the devices on which the person is signed in."""
    user = current_account()
    rows = service.living_sessions(db.session, user.id, clock.now(), life=lambda own: allowed_life(user.role, own))
    return render("accounts/sessions.html", rows=rows, here=session_object().row_id)


@accounts.post("/settings/sessions/<uuid:session_id>/end")
@policy(POST="signed_in")
def end_session(session_id: UUID) -> ResponseReturnValue:
    """Sign out on one other device."""
    if not service.end_session(db.session, current_account().id, session_id):
        abort(404)
    db.session.commit()
    flash(_("That device is signed out."), "success")
    return redirect(url_for("accounts.sessions"), 303)


@accounts.post("/settings/sessions/end-others")
@policy(POST="signed_in")
def end_other_sessions() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    service.end_other_sessions(db.session, current_account().id, keep=session_object().row_id)
    db.session.commit()
    flash(_("All other devices are signed out."), "success")
    return redirect(url_for("accounts.sessions"), 303)
