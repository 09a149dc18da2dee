"""What stands on the page of the cohort."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from blueprints.cohort.form import ChoiceForm, query_of
from blueprints.cohort.found import Found
from firststep.clinical.cohort_choice import Counted
from firststep.clinical.cohort_table import cohort_table
from firststep.services.table_files import FORMS
from firststep.web import dates
from firststep.web.actors import current_account
from firststep.web.cohort_panel import cohort_panels
from firststep.web.cohort_words import arm_people, clinic_grade, definitions, figure_groups


def cohort_view(form: ChoiceForm, found: Found, counted: Counted) -> dict[str, Any]:
    """Return the template's variables."""
    table, query = cohort_table(counted.tallies), query_of(form.choice())
    if found.made_at:
        # What the page fetches is of the same moment or a later one.
        query["since"] = found.made_at.isoformat()
    return {
        "waiting": None,
        "form": form,
        "is_narrowed": form.choice().asks,
        "nobody": not (counted.diaries or counted.cases),
        "who": _who(counted),
        "made": _made_words(found),
        "groups": figure_groups(table),
        "panels": cohort_panels(table, lambda chart: url_for("cohort.figure", chart=chart, **query)),
        "files": {form: url_for("cohort.file", form=form, **query) for form in FORMS},
        "people": arm_people(table),
        "clinic_grade": clinic_grade(),
        "definitions": definitions(),
    }


def refused_view(form: ChoiceForm) -> dict[str, Any]:
    """Return the template's variables where what is asked for cannot be read: the form, and no figure."""
    return {"form": form, "is_narrowed": True, "groups": [], "nobody": False, "waiting": None}


def waiting_view(form: ChoiceForm, found: Found) -> dict[str, Any]:
    """Return the template's variables while the worker counts, or before it is asked to."""
    query = query_of(form.choice())
    return {
        "form": form,
        "is_narrowed": form.choice().asks,
        "groups": [],
        "nobody": False,
        "waiting": {
            "people": found.people,
            "is_asked": found.is_asked,
            "count": url_for("cohort.overview", **query),
            "again": url_for("cohort.overview", since=request.args.get("since"), **query),
        },
    }


def _made_words(found: Found) -> str:
    if found.made_at is None:
        return ""
    moment = dates.moment_words(found.made_at, current_account().time_zone)
    return _("Counted on %(moment)s, from what was recorded until then.", moment=moment)


def _who(found: Counted) -> list[str]:
    """Say who is counted, and who could be and is not."""
    said = [
        _(
            "%(diaries)s and %(cases)s.",
            diaries=ngettext("%(num)d person with a diary", "%(num)d people with a diary", found.diaries),
            cases=ngettext("%(num)d case of your own log", "%(num)d cases of your own log", found.cases),
        ),
        _("Counted are those who share with you and allow it, for as long as they do, and the cases of your own log."),
    ]
    if found.without_course:
        said.append(
            ngettext(
                "%(num)d more has nothing recorded, or no course of care, and is in no arm.",
                "%(num)d more have nothing recorded, or no course of care, and are in no arm.",
                found.without_course,
            )
        )
    if found.not_recorded:
        said.append(
            ngettext(
                "%(num)d more is left away here because the side, or since when it hurt, is not recorded.",
                "%(num)d more are left away here because the side, or since when it hurt, is not recorded.",
                found.not_recorded,
            )
        )
    return said
