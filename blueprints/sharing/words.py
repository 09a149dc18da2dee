"""Shares, steps and looks in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _

from firststep.models import AccessEvent, VisitAccess
from firststep.services.audit import CHANGED
from firststep.services.patient_invitations import MadeInvitation
from firststep.services.share_lists import Person, ShareLine
from firststep.services.visit_access import ASK_LIFE, is_over
from firststep.web import clock, dates
from firststep.web.actors import current_account
from firststep.web.practitioner_words import stated_words
from firststep.web.share_words import days_left_words, scope_words, stated_reader, trail_words

# So long the page of a visit says how the last one ended.
_SAID_FOR = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """One row of the trail as the patient reads it."""

    when: str
    who: str
    what: str
    #: The invited address of the share that was changed; a look names the person itself.
    whom: str


def own_today() -> date:
    """Return the calendar date that the signed-in person sees."""
    return clock.local_day(clock.now(), current_account().time_zone)


def day_words(day: date) -> str:
    """Return the date in words."""
    return dates.long_date(day)


def moment_words(moment: datetime) -> str:
    """Return the moment as the person's clock showed it."""
    return dates.moment_words(moment, current_account().time_zone)


def scope_hint(scope: str) -> str:
    """Return what exactly may be seen."""
    return {
        "summary": _("One sentence about your course and a few numbers. No single days."),
        "charts": _(
            "The summary, and the charts and tables with each day: pain, stretching and its plan, NSAIDs with the "
            "doses you noted, treatments, flare-ups and pauses."
        ),
        "notes": _("All of that, and what you wrote in your own words."),
    }[scope]


def state_words(line: ShareLine) -> str:
    """Return how the share stands."""
    if line.invitation_over:
        return _("The invitation was not used in time")
    return {
        "invited": _("Invited, not accepted yet"),
        "accepted": _("Accepted. Nothing is visible until you confirm the person"),
        "active": _("Can look"),
        "stopped": _("Stopped"),
        "expired": _("Ended by itself"),
        "withdrawn": _("Withdrawn"),
    }[line.state]


def person_words(person: Person) -> str:
    """Return the name, and what the person says about themselves."""
    return ", ".join(part for part in (person.name or person.email, person_states(person)) if part)


def person_states(person: Person) -> str:
    """Return the profession and the credential that the person states."""
    return stated_words(person.profession, person.credential_issuer, person.credential_number)


@dataclass(frozen=True, kw_only=True)
class VisitView:
    """How a patient's visit stands: ``kind`` is none, shown, asked, open or ended; ``until`` the end of the step."""

    kind: str
    id: UUID | None = None
    said: str = ""
    until: str = ""
    who: str = ""
    device: str = ""
    sign: str = ""

    @property
    def mark(self) -> str:
        """Return a word that changes with what the page must say."""
        return f"{self.kind}-{self.id}"


def visit_view(visit: VisitAccess | None, now: datetime) -> VisitView:
    """Return how the visit stands in the patient's words."""
    if visit is None:
        return VisitView(kind="none")
    if is_over(visit, now):
        return VisitView(kind="none", id=visit.id, said=_visit_over_words(visit, now))
    account = visit.reader_user_id is not None
    name = visit.reader_name
    return VisitView(
        kind=visit.state,
        id=visit.id,
        until=moment_words(_ends_at(visit, now)),
        who=_("%(name)s, who is signed in", name=name) if account else stated_reader(name),
        device=visit.reader_device,
        sign=visit.sign,
    )


def _ends_at(visit: VisitAccess, now: datetime) -> datetime:
    """Return when the step ends that the visit is at."""
    if visit.state == "shown":
        return visit.code_expires_at
    return (visit.asked_at or now) + ASK_LIFE if visit.state == "asked" else visit.ends_at or now


def _visit_over_words(visit: VisitAccess, now: datetime) -> str:
    """Say what became of a visit that has just ended; nothing about one of hours ago."""
    if not timedelta() <= now - (visit.ended_at or _ends_at(visit, now)) <= _SAID_FOR:
        return ""
    return {
        "stopped": _("Ended. Nobody sees anything."),
        "refused": _("Refused. Nobody saw anything."),
        "left": _("They ended the look."),
        "twice": _("Two devices entered the code, and nobody can tell which one sits with you. Nobody saw anything."),
    }.get(visit.ended_by or "", _("The time is over. Nobody sees anything."))


def made_rows(made: MadeInvitation) -> list[tuple[str, str]]:
    """Return (term, value) pairs about an invitation that a practitioner made."""
    rows = [(_("Made"), moment_words(made.made_at))]
    if made.state == "taken" and made.ended_at:
        rows.append((_("Taken up"), moment_words(made.ended_at)))
    elif made.state == "withdrawn" and made.ended_at:
        rows.append((_("Withdrawn"), moment_words(made.ended_at)))
    else:
        rows.append((_("Ended unused") if made.over else _("Works until"), moment_words(made.expires_at)))
    return rows


def made_title(made: MadeInvitation) -> str:
    """Return for whom the invitation was, as far as that is kept."""
    if made.invited_email:
        return made.invited_email
    return _("Hand-out: %(meant_for)s", meant_for=made.meant_for) if made.meant_for else _("An invitation")


def renewable(lines: Sequence[ShareLine]) -> set[UUID]:
    """Return the shares that ended by themselves and can be opened again: nothing open took their place."""
    now_with = {line.person.email for line in lines if line.state == "active" and line.person}
    return {line.id for line in lines if line.state == "expired" and line.person and line.person.email not in now_with}


def share_rows(line: ShareLine) -> list[tuple[str, str]]:
    """Return (term, value) pairs about the share."""
    rows = [(_("May see"), scope_words(line.scope))]
    if line.from_day:
        rows.append((_("Entries from"), day_words(line.from_day)))
    if line.cohort_use or line.state in ("accepted", "active"):
        counts = _("Counted without your name") if line.cohort_use else _("Not counted")
        rows.append((_("Results of the practice"), counts))
    if line.state in ("invited", "accepted", "active"):
        left = days_left_words(line.until_on, own_today())
        until = day_words(line.until_on) if line.until_on else _("You stop it")
        rows.append((_("Until"), f"{until} · {left}" if left else until))
    elif line.ended_at or line.until_on:
        ended = moment_words(line.ended_at) if line.ended_at else day_words(line.until_on or own_today())
        rows.append((_("Ended"), ended))
    if line.state == "active" or line.last_looked_at:
        rows.append((_("Last looked"), moment_words(line.last_looked_at) if line.last_looked_at else _("Not yet")))
    return rows


def log_line(event: AccessEvent, own_user_id: object, addresses: Mapping[UUID, str]) -> LogLine:
    """Return one row of the trail in words; ``addresses`` are those that the shares were offered to."""
    if event.actor_user_id is None and event.actor_name:
        who = stated_reader(event.actor_name)
    elif event.actor_user_id is None:
        by_itself = event.what in ("share_expired", "visit_twice")
        who = _("Firststep") if by_itself else _("The operator of this site")
    else:
        who = _("You") if event.actor_user_id == own_user_id else event.actor_name
    whom = addresses.get(event.share_id, "") if event.share_id and event.what in CHANGED else ""
    return LogLine(when=moment_words(event.at), who=who, what=trail_words(event.what), whom=whom)
