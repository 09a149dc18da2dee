"""The Monday mail of a practitioner: how many people share, and how many stand under each reason. Numbers only."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from firststep.mail.message import Letter
from firststep.mail.unsubscribing import unsubscribe_link
from firststep.mail.weekly_words import short_day, whole_day
from firststep.mail.writing import link_to, write_letter
from firststep.models import OutboxMail
from firststep.services.mail_schedule import LATEST
from firststep.services.monday_counts import KIND, Counts, Recipient, count_list, willing
from firststep.web.language import spoken
from firststep.web.logs import log_fault
from firststep.web.triage_words import group_words


def build(session: Session, row: OutboxMail, now: datetime) -> Letter | None:
    """Write the counts as they are now, unless nobody shares or the practitioner does not want them any more."""
    recipient = willing(session, row.user_id)
    # Its day stands in it, and the numbers are those of now.
    if recipient is None or now - row.created_at > LATEST:
        return None
    counts = count_list(session, recipient.practitioner.id, now, on_fault=log_fault)
    if not counts.people:
        return None
    return counts_letter(recipient, counts, date.fromisoformat(row.parameters["day"]))


def counts_letter(recipient: Recipient, counts: Counts, day: date) -> Letter:
    """Return the letter that says the counts of a day."""
    with force_locale(spoken(recipient.user.locale)):
        lead = _(
            "Your summary for %(day)s, as you asked for it: numbers only, and no names. Settings lead to "
            "another time, or switch it off.",
            day=whole_day(day),
        )
        said = ngettext("%(num)d person shares with you.", "%(num)d people share with you.", counts.people)
        lines = _lines(counts)
        short = short_day(day)
    return write_letter(
        KIND,
        to=recipient.user.email,
        locale=recipient.user.locale,
        preheader=lead,
        list_unsubscribe=unsubscribe_link(recipient.practitioner.id, KIND),
        day=short,
        lead=lead,
        said=said,
        lines=lines,
        list_url=link_to("practice.patients"),
        counts_url=link_to("digest.monday"),
    )


def _lines(counts: Counts) -> list[tuple[str, int]]:
    """Return each reason with its count, and what else there is where there is any."""
    lines = [(group_words(reason), count) for reason, count in counts.reasons.items()]
    if counts.snoozed:
        lines.append((group_words("snoozed"), counts.snoozed))
    if counts.unknown:
        lines.append((_("Being brought up to date"), counts.unknown))
    return lines
