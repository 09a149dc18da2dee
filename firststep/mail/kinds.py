"""Which function writes which kind of mail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from firststep.mail import monday_counts, reminder, weekly_summary
from firststep.mail.account_kinds import ACCOUNT_KINDS
from firststep.mail.case_mails import CASE_KINDS
from firststep.mail.message import Letter
from firststep.mail.practice_mails import PRACTICE_KINDS
from firststep.mail.share_mails import SHARE_KINDS
from firststep.models import OutboxMail
from firststep.services.outbox import LIST_KINDS

# Returns None when the mail is no longer wanted; it is called right before sending, so what it reads is current.
Builder = Callable[[Session, OutboxMail, datetime], Letter | None]


def _nobody(_session: Session, _row: OutboxMail, _now: datetime) -> None:
    """Write nothing: the row exists so that answers about known and unknown addresses take the same time."""


# Their builders only read, so that writing a letter keeps nobody from writing to the database; others store a token.
STORE_NOTHING = frozenset({*ACCOUNT_KINDS, *LIST_KINDS})

BUILDERS: Mapping[str, Builder] = {
    **ACCOUNT_KINDS,
    **SHARE_KINDS,
    **PRACTICE_KINDS,
    **CASE_KINDS,
    "monday_counts": monday_counts.build,
    "nobody": _nobody,
    "reminder": reminder.build,
    "reminder_test": reminder.build_test,
    "weekly_summary": weekly_summary.build_weekly_summary,
    "weekly_question": weekly_summary.build_weekly_question,
}
