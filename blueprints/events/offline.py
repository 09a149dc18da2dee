"""Treatments, flare-ups and pauses without a connection: a page that knows nobody, whose forms the phone keeps."""

from __future__ import annotations

from flask import Response

from blueprints.events.area import events
from blueprints.events.forms import FORMS
from blueprints.events.view import adding, limits, triggers
from firststep.services.happenings import HAPPENINGS
from firststep.web import shell
from firststep.web.event_words import event_name
from firststep.web.page import offline_nav
from firststep.web.policy import policy


@events.get(shell.OFFLINE_EVENTS)
@policy(GET="public")
def offline_events() -> Response:
    """Serve the page of what waits on the phone, with the forms for more."""
    return shell.serve(shell.OFFLINE_EVENTS)


@shell.kept_on_the_phone(shell.OFFLINE_EVENTS)
def _offline_events() -> str:
    # Forms without a token, which would be somebody's: what the phone sends later has its own.
    kinds = [
        {
            "kind": kind,
            "name": event_name(kind),
            "add": adding(kind),
            "form": FORMS[kind](formdata=None, meta={"csrf": False}),
        }
        for kind in HAPPENINGS
    ]
    return shell.render_for_everybody(
        "events/offline.html",
        offline_page="events",
        nav_items=offline_nav(""),
        kinds=kinds,
        asks_foot=True,
        triggers=triggers(),
        **limits(),
    )
