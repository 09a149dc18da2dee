"""Pages for everybody: the start page, the sources of the published figures, and how the server is."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from firststep.extensions import alembic, db
from firststep.services.health import revision_found
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
    """Tell a service manager whether this process answers: a database that is away is no reason to restart it."""
    return Response("ok\n", mimetype="text/plain")


@pages.get("/readyz")
@policy(GET="public")
def readyz() -> Response:
    """Tell a proxy whether to send requests here: the database answers, and its tables are those of this release.

    Those of the next one are as good, because a release is made so that the one before it goes on beside it.
    """
    revision = revision_found(db.session)
    if revision is None:
        return _not_ready("database away")
    if alembic.state_of(revision) == "behind":
        return _not_ready("database not upgraded")
    return Response("ready\n", mimetype="text/plain")


def _not_ready(why: str) -> Response:
    return Response(f"{why}\n", status=503, mimetype="text/plain", headers={"Retry-After": "5"})
