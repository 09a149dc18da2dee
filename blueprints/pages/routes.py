"""Pages for everybody: the start page, the sources of the published figures, and whether the server is well."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from firststep.extensions import db
from firststep.services.health import database_answers
from firststep.web import shell
from firststep.web.policy import policy
from firststep.web.red_flag_words import reason_groups
from firststep.web.render import render
from firststep.web.sources import source_groups
from firststep.web.wording import caution

pages = Blueprint("pages", __name__)


@pages.get("/")
@policy(GET="public")
def home() -> str | AnyResponse:
    """Lead a signed-in person to where the day begins, and tell everybody else what this is."""
    if not current_user.is_authenticated:
        return render("pages/home.html")
    if current_user.role == "practitioner":
        return redirect(url_for("practice.patients"))
    return redirect(url_for("diary.today"))


@pages.get("/benchmarks")
@policy(GET="public")
def benchmarks() -> str:
    """Show every published figure with its source, its grade, and what could not be verified."""
    return render("pages/benchmarks.html", groups=source_groups(), caution=caution())


@pages.get(shell.WHEN_TO_SEE_SOMEONE)
@policy(GET="public")
def when_to_see_someone() -> Response:
    """Show the list of reasons to have a foot looked at; nothing is asked of the server, and it opens offline."""
    return shell.serve(shell.WHEN_TO_SEE_SOMEONE)


@shell.kept_on_the_phone(shell.WHEN_TO_SEE_SOMEONE)
def _when_to_see_someone() -> str:
    return shell.render_for_everybody("pages/when_to_see_someone.html", groups=reason_groups())


@pages.get("/healthz")
@policy(GET="public")
def healthz() -> Response:
    """Tell a monitor whether the server and its database answer."""
    well = database_answers(db.session)
    return Response("ok\n" if well else "database away\n", status=200 if well else 503, mimetype="text/plain")
