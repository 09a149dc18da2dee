"""What a share shows, and what stands in the record of looks and shares, in the reader's words."""

from __future__ import annotations

from flask_babel import gettext as _


def scope_words(scope: str) -> str:
    """Return what may be seen, in a few words."""
    return {
        "summary": _("The summary"),
        "charts": _("The charts"),
        "notes": _("The charts and your notes"),
    }[scope]


def trail_words(what: str) -> str:
    """Return what happened."""
    return {
        "viewed_summary": _("looked at the summary"),
        "viewed_charts": _("looked at the charts"),
        "viewed_notes": _("looked at the charts and notes"),
        "share_invited": _("invited somebody"),
        "share_resent": _("sent the invitation again"),
        "share_withdrawn": _("withdrew an invitation"),
        "share_accepted": _("accepted the invitation"),
        "share_confirmed": _("confirmed the person and opened the share"),
        "share_taken_up": _("took up an invitation and opened the share"),
        "share_renewed": _("made the share last longer"),
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
        "exported": _("took all data along as a file"),
        "imported": _("brought data back from a file"),
        "diary_deleted": _("deleted the whole diary"),
        "account_deleted": _("deleted the account"),
    }[what]
