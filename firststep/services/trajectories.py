"""What the charts are made from: the diary, what was made later from memory, and the dated things. Two statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from firststep.clinical.diary import FIRST_DAY, LAST_DAY, Diary, Episode
from firststep.clinical.nsaids import load_drugs
from firststep.clinical.nsaids.facts import UNNAMED
from firststep.services.care_and_events import ALL_OF_IT, NOTED, Lately, read_care_and_events
from firststep.services.diary_events import Event
from firststep.services.diary_reading import read_days

#: The dated things that charts and the pages beside them show.
EVENT_KINDS: Final = ("dose", "flare", "pause", "pgic", "plan", "treatment_session")
#: The person's own words in a dated thing; only who may read notes sees them.
_OWN_WORDS: Final = ("note", "trigger")
#: What a thing that began before the first day read would tell about the days before.
_OF_THE_BEGINNING: Final = (*_OWN_WORDS, "worst_pain")


@dataclass(frozen=True, kw_only=True)
class Course:
    """One person's diary, its recalled entries and dated things, as far as the reader may see them.

    ``events`` are in the order of days. Of one that began before the first day read and went on, only that is known:
    it stands on that first day, and its id in ``begun_before``.
    """

    diary: Diary
    recalled: frozenset[tuple[date, str]]
    sets_done: Mapping[date, int] = field(default_factory=dict)
    hurt: frozenset[date] = frozenset()
    events: tuple[Event, ...] = ()
    begun_before: frozenset[UUID] = frozenset()

    def events_of(self, kind: str) -> Sequence[Event]:
        """Return the dated things of one kind, in the order of days."""
        return self._of_kind.get(kind, ())

    def sessions(self) -> Sequence[Event]:
        """Return the treatments, whoever noted them, in the order of days."""
        if not self.events_of(NOTED):
            return self.events_of("treatment_session")
        return [event for event in self.events if event.kind in ("treatment_session", NOTED)]

    @cached_property
    def _of_kind(self) -> Mapping[str, list[Event]]:
        found: dict[str, list[Event]] = {}
        for event in self.events:
            found.setdefault(event.kind, []).append(event)
        return found

    def as_seen_by(self, practitioner_id: UUID) -> Course:
        """Return the same as one practitioner may read it: of a session that another noted, not who that was."""
        return replace(self, events=tuple(_as_seen_by(practitioner_id, event) for event in self.events))

    def without_words(self) -> Course:
        """Return the same without what the person wrote in own words; a drug that they typed is another one."""
        return replace(self, events=tuple(map(_without_words, self.events)))


def read_course(
    session: Session,
    patient_id: UUID,
    *,
    first: date | None = None,
    last: date | None = None,
    lately: Lately = ALL_OF_IT,
    kinds: tuple[str, ...] = EVENT_KINDS,
) -> Course:
    """Return the course between two days, or all of it; doses and sessions as far back as ``lately`` says.

    The sets of stretching come with the plans that they are counted against, where those are among the ``kinds``.
    """
    first, last = first or FIRST_DAY, last or LAST_DAY
    days = read_days(session, patient_id, first=first, last=last, sets="plan" in kinds)
    care, events = read_care_and_events(session, patient_id, kinds, first=first, last=last, lately=lately)
    before = [event for event in events if event.day < first]
    return Course(
        diary=days.diary(_known_care(care, first)),
        recalled=days.recalled,
        sets_done=days.sets_done,
        hurt=days.hurt,
        events=(*_going_on(before, first), *events[len(before) :]),
        begun_before=frozenset(event.id for event in before),
    )


def _known_care(care: tuple[Episode, ...], first: date) -> tuple[Episode, ...]:
    """Return the course of care that counts, whenever it began, and of the others those since the first day read."""
    counts = Diary(episodes=care).episode
    return tuple(episode for episode in care if episode is counts or episode.starts_on >= first)


def _going_on(before: list[Event], first: date) -> Iterator[Event]:
    """Go through what was going on as the days began: of several plans the one that began last, which counts."""
    plans = [event for event in before if event.kind == "plan"]
    for event in before:
        if event.kind != "plan" or event is plans[-1]:
            kept = {name: value for name, value in event.values.items() if name not in _OF_THE_BEGINNING}
            yield replace(event, day=first, values=kept)


def _as_seen_by(practitioner_id: UUID, event: Event) -> Event:
    if event.kind != NOTED:
        return event
    own = event["practitioner_id"] == practitioner_id
    return replace(event, values={**event.values, "noted_by": "", "practitioner_id": None, "own": own})


def _without_words(event: Event) -> Event:
    kept = {name: value for name, value in event.values.items() if name not in _OWN_WORDS}
    if event.kind == "dose" and load_drugs().find(event["product"], event["form"]) is None:
        kept["product"] = UNNAMED
    return replace(event, values=kept)
