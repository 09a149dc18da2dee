"""What a share shows, and what stands in the record of looks and shares, in the reader's words."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

# From here on the end of a share is said in days too.
SOON_DAYS = 14


def scope_words(scope: str) -> str:
    """Return what may be seen, in a few words."""
    return {
        "summary": _("The summary"),
        "charts": _("The charts"),
        "notes": _("The charts and your notes"),
    }[scope]


def days_left_words(until_on: date | None, today: date) -> str:
    """Return how many days a share still lasts when they are few, counting today; otherwise nothing."""
    left = (until_on - today).days + 1 if until_on else 0
    if not 1 <= left <= SOON_DAYS:
        return ""
    return _("today is its last day") if left == 1 else ngettext("%(num)d day left", "%(num)d days left", left)


def stated_reader(name: str) -> str:
    """Return somebody who looked at a visit without an account, by the name that they said."""
    return _("Somebody who said to be “%(name)s”", name=name)


def trail_words(what: str) -> str:
    """Return what happened."""
    return {
        "viewed_summary": _("looked at the summary"),
        "viewed_charts": _("looked at the charts"),
        "viewed_notes": _("looked at the charts and notes"),
        "exported_summary": _("took the summary along as a file"),
        "exported_charts": _("took what the charts show along as a file"),
        "exported_notes": _("took what the charts and notes show along as a file"),
        "share_invited": _("invited somebody"),
        "share_resent": _("sent the invitation again"),
        "share_withdrawn": _("withdrew an invitation"),
        "share_accepted": _("accepted the invitation"),
        "share_confirmed": _("confirmed the person and opened the share"),
        "share_taken_up": _("took up an invitation and opened the share"),
        "share_renewed": _("made the share last longer"),
        "share_reopened": _("opened the ended share again"),
        "share_stopped": _("stopped the share"),
        "share_expired": _("ended the share on its last day"),
        "share_added": _("opened a share by command"),
        "share_counted": _("allowed to be counted in the results of the practice"),
        "share_not_counted": _("took back being counted in the results of the practice"),
        "session_noted": _("noted a session"),
        "session_changed": _("changed a session that they had noted"),
        "session_withdrawn": _("withdrew a session that they had noted"),
        "session_disputed": _("disputed a session"),
        "session_dispute_ended": _("took a dispute back"),
        "visited_summary": _("looked at the summary at a visit"),
        "visited_charts": _("looked at the charts at a visit"),
        "visited_notes": _("looked at the charts and notes at a visit"),
        "visit_shown": _("made a visit code"),
        "visit_asked": _("entered the visit code"),
        "visit_allowed": _("allowed a look at the visit"),
        "visit_stopped": _("ended the look at the visit, or took the code back"),
        "visit_refused": _("refused the look at the visit"),
        "visit_left": _("ended the own look at the visit"),
        "visit_twice": _("ended the visit code, which two devices had entered"),
        "visit_replaced": _("made another visit code, which ended the earlier one"),
        "case_claimed": _("took over visits from a practice’s sheet"),
        "visits_imported": _("added visits from their sheet"),
        "imported_visit_removed": _("removed a visit that came from a practice’s sheet"),
        "exported": _("took all data along as a file"),
        "imported": _("brought data back from a file"),
        "diary_deleted": _("deleted the whole diary"),
        "account_deleted": _("deleted the account"),
    }[what]
