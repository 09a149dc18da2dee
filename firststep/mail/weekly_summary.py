"""The weekly or monthly letter, and the one question after weeks without an entry."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from flask_babel import force_locale
from sqlalchemy.orm import Session

from firststep.clinical.week import Month
from firststep.mail import weekly_words as words
from firststep.mail.message import Letter
from firststep.mail.unsubscribing import unsubscribe_link
from firststep.mail.weekly_chart import draw_chart
from firststep.mail.writing import link_to, write_letter
from firststep.models import OutboxMail
from firststep.services.digest import Digest, make_digest
from firststep.services.mail_preferences import Reader, find_reader_of_user, may_be_written_to, sees_figures
from firststep.services.weekly_mail import told_by
from firststep.web.language import spoken


def build_weekly_summary(session: Session, row: OutboxMail, _now: datetime) -> Letter | None:
    """Write the letter about the row's week or month, unless the person does not want it any more."""
    reader = _willing_reader(session, row)
    if reader is None:
        return None
    digest = make_digest(
        session,
        reader.patient.id,
        told_by(row.parameters),
        zone_name=reader.user.time_zone,
        detailed=sees_figures(session, reader),
    )
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
        monthly="month" in row.parameters,
        log_url=link_to("diary.today"),
    )


def weekly_letter(reader: Reader, digest: Digest) -> Letter:
    """Return the letter that says what the digest holds."""
    with force_locale(spoken(reader.user.locale)):
        dates = words.days_in_words(digest.told)
        lead = words.lead(digest)
        sentences = words.figure_sentences(digest)
        picture = draw_chart(digest)
    letter = write_letter(
        "weekly_summary",
        to=reader.user.email,
        locale=reader.user.locale,
        preheader=lead,
        list_unsubscribe=unsubscribe_link(reader.patient.id, "weekly_summary"),
        dates=dates,
        monthly=isinstance(digest.told, Month),
        lead=lead,
        sentences=sentences,
        picture=picture,
        log_url=link_to("diary.today"),
        chart_url=link_to("charts.progress"),
    )
    letter = replace(letter, picture=picture)
    if digest.trail.count == 0:
        return letter
    # Given away week by week, so that whoever cuts the end of the trail off is found out.
    return replace(letter, headers=(("X-Access-Record", f"{digest.trail.count} {digest.trail.hash}"),))


def _willing_reader(session: Session, row: OutboxMail) -> Reader | None:
    """Return the person if the mail may still go to them: what was true when it was noted may have changed."""
    reader = find_reader_of_user(session, row.user_id) if row.user_id else None
    if reader is None or not may_be_written_to(session, reader.user):
        return None
    # One that was asked for goes also to somebody who stopped the others; whoever stops them later drops it.
    wanted = reader.preference.suspended_at is None if row.parameters.get("asked") else reader.is_on
    return reader if wanted else None
