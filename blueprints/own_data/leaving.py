"""Deleting the diary or the whole account: at once, by the person, after the password and one typed word."""

from __future__ import annotations

from typing import cast

from flask import current_app, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import auth_required, logout_user

from blueprints.own_data.area import own_data
from blueprints.own_data.forms import WordForm
from firststep.extensions import db
from firststep.mail.kept import forget_kept
from firststep.mail.sink import sink_folder
from firststep.models import User
from firststep.services import erasure
from firststep.services.share_lists import list_shares
from firststep.settings import Settings
from firststep.web import clock
from firststep.web.actors import current_account, current_patient
from firststep.web.dates import long_date
from firststep.web.erasing import finish_erasure
from firststep.web.phone import sync_user
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.security.devices import session_object
from firststep.web.security.limits import FACTOR, limited
from firststep.web.trail import acting
from firststep.web.wake import wake_worker


@own_data.route("/settings/delete-diary", methods=["GET", "POST"])
@policy(GET="signed_in", POST="signed_in")
@limited(FACTOR, "delete", failures_only=True)
@auth_required("session", within=10, grace=0)
def delete_diary() -> ResponseReturnValue:
    """Say what goes and what stays, and empty the diary once the word is typed; the account stays."""
    current_patient()
    user, form = current_account(), WordForm()
    if not form.validate_on_submit():
        return _page("own_data/delete_diary.html", user, form)
    phone, address = sync_user(user.id), user.email
    erasure.erase_diary(db.session, acting(), user)
    db.session.commit()
    forget_kept(sink_folder(_settings()), address)
    finish_erasure()
    return _gone(phone, account=False)


@own_data.route("/settings/delete-account", methods=["GET", "POST"])
@policy(GET="signed_in", POST="signed_in")
@limited(FACTOR, "delete", failures_only=True)
@auth_required("session", within=10, grace=0)
def delete_account() -> ResponseReturnValue:
    """Say what goes and what stays, and delete the account once the word is typed."""
    current_patient()
    user, form = current_account(), WordForm()
    if not form.validate_on_submit():
        return _page("own_data/delete_account.html", user, form)
    actor, phone, address = acting(), sync_user(user.id), user.email
    erasure.erase_account(db.session, actor, user)
    db.session.commit()
    forget_kept(sink_folder(_settings()), address)
    finish_erasure()
    _leave()
    wake_worker()
    return _gone(phone, account=True)


def _page(template: str, user: User, form: WordForm) -> ResponseReturnValue:
    now = clock.now()
    today = clock.local_day(now, user.time_zone)
    assert user.patient is not None
    lines = list_shares(db.session, user.patient.id, today=today, now=now)
    looking = [line.person.name or line.person.email for line in lines if line.person and line.state == "active"]
    page = render(
        template,
        form=form,
        word=_("delete"),
        looking=looking,
        backups_until=long_date(erasure.backups_until(today)),
    )
    return page, 422 if request.method == "POST" else 200


def _leave() -> None:
    """Sign out somebody of whom there is no row any more."""
    db.session.expunge_all()
    session_object().clear()
    logout_user()


def _gone(phone: str, *, account: bool) -> ResponseReturnValue:
    """Answer with a page whose script takes the diary off this phone as well."""
    response = make_response(render("own_data/gone.html", account=account, forget=phone))
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _settings() -> Settings:
    return cast(Settings, current_app.config["SETTINGS"])
