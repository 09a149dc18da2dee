"""A patient's own course: the page, and the figure that the browser explores."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any, cast

import orjson
from flask import Response, request, url_for

from blueprints.charts import offline
from blueprints.charts.area import charts
from firststep.clinical.red_flag_triggers import red_flag_trigger
from firststep.extensions import db
from firststep.services.trajectories import read_course
from firststep.web import clock
from firststep.web.actors import current_account, current_patient
from firststep.web.choice import Choice, read_choice
from firststep.web.dates import long_date
from firststep.web.flare_words import asked_of, flare_card
from firststep.web.policy import policy
from firststep.web.progress import progress_page
from firststep.web.progress_alone import part_alone, progress_figure
from firststep.web.ratings import rating_asked, rating_card
from firststep.web.red_flag_words import trigger_words
from firststep.web.render import render
from firststep.web.writing import saved_strip

__all__ = ["charts", "offline"]


@charts.get("/progress")
@policy(GET="patient")
def progress() -> str:
    """Show the person's course beside the published ranges, or a part of that page alone."""
    choice, today = read_choice(request.args), _today()
    if choice.is_alone:
        return _alone(choice, today)
    course = read_course(db.session, current_patient().id, lately=choice.lately(today), kinds=choice.page_kinds)
    page = progress_page(
        course,
        choice,
        today=today,
        page=partial(url_for, "charts.progress"),
        figure=partial(url_for, "charts.figure"),
    )
    return render(
        "charts/progress.html",
        block="chart",
        progress=page,
        trigger=trigger_words(red_flag_trigger(course.diary, today)),
        asked=rating_card(rating_asked(course, today), today, back="progress"),
        flare=flare_card(asked_of(course, today), two_feet=len(course.diary.feet) > 1, back="progress"),
        saved=saved_strip("progress"),
        printed=_whose(today),
    )


def _alone(choice: Choice, today: date) -> str:
    course = read_course(db.session, current_patient().id, lately=choice.lately(today), kinds=choice.chart_kinds)
    return render(
        "charts/alone.html",
        block="alone",
        printed=_whose(today),
        alone=part_alone(course, choice, today=today, figure=partial(url_for, "charts.figure")),
        back=url_for("charts.progress", _anchor=choice.place, **cast(dict[str, Any], choice.as_query())),
    )


@charts.get("/progress/figure.json")
@policy(GET="patient")
def figure() -> Response:
    """Return the same figure for plotly.js."""
    choice, today = read_choice(request.args), _today()
    course = read_course(db.session, current_patient().id, lately=choice.lately(today), kinds=choice.chart_kinds)
    return Response(orjson.dumps(progress_figure(course, choice, today=today)), mimetype="application/json")


def _whose(today: date) -> str:
    """Say whose the page is and from when: on paper nobody knows that any more."""
    return ", ".join(part for part in (current_account().name, long_date(today)) if part)


def _today() -> date:
    return clock.local_day(clock.now(), current_account().time_zone)
