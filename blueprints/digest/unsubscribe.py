"""Unsubscribing from the mail itself: looking changes nothing, as mail scanners look; only a POST acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from flask import abort, request
from flask.typing import ResponseReturnValue

from blueprints.digest.area import digest
from firststep.extensions import csrf, db
from firststep.mail.unsubscribing import Unsubscription, read_token
from firststep.services import mail_preferences, monday_counts, reminders
from firststep.web import clock
from firststep.web.policy import policy
from firststep.web.render import render


@dataclass(frozen=True, kw_only=True)
class _Mail:
    """How mail of one kind is stopped: of a session, an owner's id and the moment.

    Each change tells whether there was anybody to do it for.
    """

    template: str
    is_on: Callable[..., bool]
    stop: Callable[..., bool]
    bring_back: Callable[..., bool]


_WEEKLY: Final = _Mail(
    template="digest/unsubscribe.html",
    is_on=mail_preferences.is_subscribed,
    stop=mail_preferences.unsubscribe,
    bring_back=mail_preferences.subscribe_again,
)
#: Every other kind is a weekly letter's.
_MAILS: Final[Mapping[str, _Mail]] = {
    "reminder": _Mail(
        template="reminders/unsubscribe.html",
        is_on=reminders.mail_is_on,
        stop=partial(reminders.switch_mail, on=False),
        bring_back=partial(reminders.switch_mail, on=True),
    ),
    monday_counts.KIND: _Mail(
        template="digest/unsubscribe_monday.html",
        is_on=monday_counts.is_wanted,
        stop=partial(monday_counts.switch, on=False),
        bring_back=partial(monday_counts.switch, on=True),
    ),
}


@digest.get("/mail/unsubscribe/<token>")
@policy(GET="token")
def unsubscribe(token: str) -> ResponseReturnValue:
    """Show a button."""
    wanted, mail = _read_or_404(token)
    return _page(mail, token, "asking" if mail.is_on(db.session, wanted.owner_id) else "done")


@digest.post("/mail/unsubscribe/<token>")
@policy(POST="token")
def unsubscribe_now(token: str) -> ResponseReturnValue:
    """Stop the letters, or take that back; mailbox providers send this without a page, a cookie or a form token."""
    wanted, mail = _read_or_404(token)
    undo = request.form.get("undo") == "yes"
    change = mail.bring_back if undo else mail.stop
    found = change(db.session, wanted.owner_id, clock.now())
    db.session.commit()
    if undo:
        return _page(mail, token, "back" if found else "done")
    # Somebody whose account is gone is unsubscribed as well.
    return _page(mail, token, "done", can_undo=found)


csrf.exempt(unsubscribe_now)
unsubscribe_now.accepts_foreign_post = True  # type: ignore[attr-defined]


def _read_or_404(token: str) -> tuple[Unsubscription, _Mail]:
    wanted = read_token(token)
    if wanted is None:
        abort(404)
    return wanted, _MAILS.get(wanted.kind, _WEEKLY)


def _page(mail: _Mail, token: str, state: str, *, can_undo: bool = False) -> str:
    return render(mail.template, token=token, state=state, can_undo=can_undo)
