"""The progress page without a connection: a page that knows nobody; the browser shows the chart that it saw last."""

from __future__ import annotations

from flask import Response

from blueprints.charts.area import charts
from firststep.web import shell
from firststep.web.page import offline_nav
from firststep.web.policy import policy


@charts.get(shell.OFFLINE_PROGRESS)
@policy(GET="public")
def offline_progress() -> Response:
    """Serve the progress page as it opens without a connection."""
    return shell.serve(shell.OFFLINE_PROGRESS)


@shell.kept_on_the_phone(shell.OFFLINE_PROGRESS)
def _offline_progress() -> str:
    nav = offline_nav("charts.progress")
    return shell.render_for_everybody("charts/offline.html", offline_page="progress", nav_items=nav)
