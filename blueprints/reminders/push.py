"""Devices that take pushes: the browser tells its subscription at each opening of the page."""

from __future__ import annotations

from flask import Response, current_app, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints.reminders.area import reminders
from firststep.extensions import db
from firststep.services import push_subscriptions as service
from firststep.services.push_subscriptions import BadSubscription
from firststep.web import clock
from firststep.web.actors import current_account
from firststep.web.policy import policy
from firststep.web.security.devices import session_object
from firststep.web.security.limits import DEVICES, limited


@reminders.post("/reminders/push")
@policy(POST="patient")
@limited(DEVICES, "tell a device")
def subscribe() -> ResponseReturnValue:
    """Store the subscription of this device, or bring it up to date."""
    told = request.get_json(silent=True)
    try:
        wanted = service.read_subscription(told, local_host=current_app.config["SETTINGS"].push_local_host)
    except BadSubscription:
        return jsonify(status="rejected"), 422
    replaces = told.get("replaces") if isinstance(told, dict) else None
    service.subscribe(
        db.session,
        current_account(),
        wanted,
        session_id=session_object().row_id,
        now=clock.now(),
        replaces=replaces if isinstance(replaces, str) else None,
    )
    db.session.commit()
    return jsonify(status="on")


@reminders.post("/reminders/push/remove")
@policy(POST="patient")
def unsubscribe() -> ResponseReturnValue:
    """Forget one device, or all of them; a script is told with a status."""
    endpoint = request.form.get("endpoint") or None
    service.unsubscribe(db.session, current_account(), endpoint, clock.now())
    db.session.commit()
    if endpoint is not None:
        return Response(status=204)
    flash(_("No device is reminded any more."), "success")
    return redirect(url_for("reminders.settings"), 303)
