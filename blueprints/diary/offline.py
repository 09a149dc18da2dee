"""The log without a connection or an account: pages that know nobody, which the browser fills from what it keeps."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, url_for

from blueprints.diary.area import diary
from blueprints.diary.dose_view import choices_context
from blueprints.diary.form import DayForm, empty_form
from blueprints.diary.view import extras_of, foot_cards, log_words
from firststep.web import shell
from firststep.web.label_words import all_that_was_read, sentences_for_scripts
from firststep.web.page import offline_nav
from firststep.web.policy import policy


@diary.get(shell.OFFLINE_LOG)
@policy(GET="public")
def offline_log() -> Response:
    """Serve the log as it opens without a connection."""
    return shell.serve(shell.OFFLINE_LOG)


@shell.kept_on_the_phone(shell.OFFLINE_LOG)
def _offline_log() -> str:
    return shell.render_for_everybody(
        "diary/offline.html",
        offline_page="log",
        nav_items=offline_nav("diary.today"),
        label_words=sentences_for_scripts(),
        labels_read=all_that_was_read(),
        **_context(timer_href=url_for("stretching.timer")),
    )


@diary.get(shell.TRY)
@policy(GET="public")
def tried() -> Response:
    """Serve the log for somebody without an account; nothing that is entered there comes here."""
    return shell.serve(shell.TRY)


@shell.kept_on_the_phone(shell.TRY)
def _tried() -> str:
    # The timer leads back to the log of an account.
    return shell.render_for_everybody("diary/try.html", offline_page="try", **_context(timer_href=""))


def _context(*, timer_href: str) -> dict[str, Any]:
    form: DayForm = empty_form(date.min)
    return {
        "for_everybody": True,
        "form": form,
        "feet": foot_cards("both"),
        "extras": extras_of(form),
        "plan": {"words": "", "timer_href": timer_href},
        "again": None,
        "doses": [],
        "first_entry": False,
        "log_words": log_words(),
        **choices_context(),
    }
