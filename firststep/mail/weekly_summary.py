"""The weekly letter, and the one question after weeks without an entry."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_date
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from firststep.mail.message import Letter
from firststep.mail.unsubscribing import unsubscribe_link
from firststep.mail.writing import link_to, write_letter
from firststep.models import OutboxMail
from firststep.services.digest import Digest, make_digest
from firststep.services.mail_preferences import Reader, find_reader_of_user, may_be_written_to, sees_figures
from firststep.services.mail_schedule import Week, week_of


def build_weekly_summary(session: Session, row: OutboxMail, _now: datetime) -> Letter | None:
    """Write the letter about the row's week, unless the person does not want it any more."""
    reader = _willing_reader(session, row)
    if reader is None:
        return None
    week = week_of(date.fromisoformat(row.parameters["week"]))
    digest = make_digest(session, reader.patient.id, week, detailed=sees_figures(session, reader))
    if not digest.days_logged:
        return None
    return weekly_letter(reader, digest)


def build_weekly_question(session: Session, row: OutboxMail, _now: datetime) -> Letter | None:
    """Write the question whether the letters shall rest, unless the person logged or left meanwhile."""
    reader = _willing_reader(session, row)
    if reader is None or not reader.rests:
        return None
    return write_letter(
        "weekly_question",
        to=reader.user.email,
        locale=reader.user.locale,
        list_unsubscribe=unsubscribe_link(reader.patient.id, "weekly_summary"),
        log_url=link_to("diary.today"),
    )


def weekly_letter(reader: Reader, digest: Digest) -> Letter:
    """Return the letter that says what the digest holds."""
    with force_locale(reader.user.locale):
        dates = week_in_words(digest.week)
        lead = _lead(digest)
    return write_letter(
        "weekly_summary",
        to=reader.user.email,
        locale=reader.user.locale,
        preheader=lead,
        list_unsubscribe=unsubscribe_link(reader.patient.id, "weekly_summary"),
        digest=digest,
        dates=dates,
        lead=lead,
        log_url=link_to("diary.today"),
        chart_url=link_to("charts.progress"),
    )


def week_in_words(week: Week) -> str:
    """Return the week's days for a subject line: "16-22 Nov"."""
    last = format_date(week.last, "d MMM", locale=get_locale())
    first = format_date(week.first, "d" if week.first.month == week.last.month else "d MMM", locale=get_locale())
    return f"{first}-{last}"


def _lead(digest: Digest) -> str:
    """Return the first sentence, which lock screens show: it never says what the diary is about."""
    if digest.figures is None:
        return _("%(days)s of 7 days logged.", days=digest.days_logged)
    # Long enough to fill what a list of mails shows of a mail's beginning.
    return _(
        "Your weekly summary for %(first)s to %(last)s is ready, in the detailed form that you chose. "
        "You can go back to the short form in your settings at any time.",
        first=format_date(digest.week.first, "EEEE d MMMM", locale=get_locale()),
        last=format_date(digest.week.last, "EEEE d MMMM", locale=get_locale()),
    )


def _willing_reader(session: Session, row: OutboxMail) -> Reader | None:
    """Return the person if the mail may still go to them: what was true when it was noted may have changed."""
    reader = find_reader_of_user(session, row.user_id) if row.user_id else None
    if reader is None or not may_be_written_to(session, reader.user):
        return None
    wanted = reader.preference.suspended_at is None if row.parameters.get("asked") else reader.is_on
    return reader if wanted else None
