"""The list of patients: its order, its pages, what makes a row due, and that nothing is shown that is not true."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from firststep.extensions import db
from firststep.jobs.update_panels import add_missing_rows, update_panels
from firststep.models import Flare, NameBeginning, Patient, Practice, Practitioner, Share, Triage, User
from firststep.models.triage import AT_ONCE, HIDDEN
from firststep.services import panel, panel_names, panel_rows, sharing, snoozing, thresholds, treatment
from firststep.services.audit import Actor
from firststep.services.diary_events import EventChange
from firststep.services.diary_ops import Op, apply_op
from firststep.services.invitations import invitation_waits
from tests import factories
from tests.cast import NOW, TODAY, Cast
from tests.support.lists import compute_all, fail_with, listed, reader_of
from tests.support.statements import counted, stepped

LONG_AGO = TODAY - timedelta(days=60)


def person(
    session: Session, cast: Cast, name: str, pains: list[int | None] | None = None, *, until: date = TODAY, **share: Any
) -> UUID:
    """Add somebody who shares with Dr Cho, with a value a day that ends with ``until``; return the share."""
    email = f"{uuid4().hex}@example.com"
    patient = factories.make_patient(session, email, name=name)
    if pains:
        factories.make_diary(session, patient, until - timedelta(days=len(pains) - 1), pains)
    made = factories.make_share(session, patient, session.get_one(Practitioner, cast.cho), **share)
    session.commit()
    return made.id


def kinds(session: Session, cast: Cast, now: datetime = NOW, **asked: Any) -> dict[str, str]:
    """Return each name on the page with the reason, in the page's order; "" is one that is computed anew."""
    lines = listed(session, cast.cho, now, **asked)
    return {line.grant.patient_name: line.standing.reason.kind if line.standing else "" for line in lines}


def row(session: Session, share_id: UUID) -> Triage:
    return session.scalars(
        select(Triage).where(Triage.share_id == share_id).execution_options(populate_existing=True)
    ).one()


def is_due(session: Session, share_id: UUID, now: datetime = NOW) -> bool:
    due_at = row(session, share_id).due_at
    return due_at is not None and due_at <= now


CALM: list[int | None] = [4] * 21
WORSE: list[int | None] = [4] * 14 + [6] * 7


def test_reasons_come_in_their_order_and_names_within(session: Session, cast: Cast) -> None:
    person(session, cast, "zoe", WORSE)
    person(session, cast, "Yan", CALM)
    person(session, cast, "adam", CALM)
    person(session, cast, "Élan", CALM)
    person(session, cast, "Wim", [5] * 60)
    person(session, cast, "Nia", [6] * 20)
    silent = person(session, cast, "Sil", CALM, until=TODAY - timedelta(days=7))
    # Of Ana's diary the last entry is eight days ago.
    assert list(kinds(session, cast).items()) == [
        ("Ana Canary", "silent"),
        ("Sil", "silent"),
        ("zoe", "worse"),
        ("Nia", "nsaid"),
        ("Wim", "unchanged"),
        ("adam", "on_track"),
        ("Yan", "on_track"),
        ("Élan", "on_track"),
    ]
    (line,) = panel.read_lines(session, reader_of(cast.cho), [silent])
    assert line.standing is not None
    assert (line.standing.reason.days, line.standing.last_entry_on) == (7, TODAY - timedelta(days=7))


def test_somebody_elses_list_is_empty(session: Session, cast: Cast) -> None:
    assert listed(session, cast.cho) != []
    assert listed(session, cast.dee) == []
    assert panel.read_lines(session, reader_of(cast.dee), [cast.share]) == []
    assert panel.neighbours(session, reader_of(cast.dee), cast.share) == (None, None)


def test_an_entry_makes_the_row_due_in_its_own_transaction(session: Session, cast: Cast) -> None:
    share = person(session, cast, "Sil", CALM, until=TODAY - timedelta(days=7))
    assert kinds(session, cast)["Sil"] == "silent"
    session.commit()
    patient = session.get_one(Share, share).patient_id
    op = Op(id=uuid4(), day=TODAY, sets={"right": {"first_step_pain": 40}}, entered_at=NOW, zone="Europe/Berlin")
    apply_op(session, patient, op, now=NOW)
    assert is_due(session, share)
    lines = panel.read_page(session, reader_of(cast.cho), panel.Asked()).lines
    assert [line.standing for line in lines if line.grant.patient_name == "Sil"] == [None]
    session.rollback()
    assert not is_due(session, share)
    apply_op(session, patient, op, now=NOW)
    assert kinds(session, cast)["Sil"] == "on_track"


@pytest.mark.parametrize(
    "change",
    [
        lambda s, c: treatment.add_episode(s, c.ana, arm="standard", starts_on=TODAY),
        lambda s, c: apply_op(
            s,
            c.ana,
            Op(
                id=uuid4(), day=TODAY, sets={}, entered_at=NOW, zone="UTC",
                event=EventChange(kind="flare", id=uuid4(), values={"confirmed": True}),
            ),
            now=NOW,
        ),
        lambda s, c: setattr(s.get_one(Share, c.share), "scope", "summary"),
        lambda s, c: setattr(s.get_one(Share, c.share), "from_day", TODAY),
        lambda s, c: setattr(s.get_one(Share, c.share), "until_on", TODAY),
        lambda s, c: setattr(s.get_one(User, c.ana_user), "time_zone", "Asia/Tokyo"),
        lambda s, c: setattr(s.get_one(User, c.ana_user), "active", False),
        lambda s, c: setattr(s.get_one(Patient, c.ana), "alias", "Anna"),
        lambda s, c: setattr(s.get_one(Patient, c.ana), "diary_closed_at", NOW),
        lambda s, c: thresholds.save_thresholds(
            s, s.get_one(Practitioner, c.cho), thresholds.whole_numbers({"silent_days": 30})
        ),
        lambda s, c: setattr(s.get_one(Practitioner, c.cho), "practice", Practice(name="P", created_at=NOW)),
    ],
)  # fmt: skip
def test_whatever_a_row_depends_on_makes_it_due(session: Session, cast: Cast, change: Any) -> None:
    compute_all(session)
    session.commit()
    assert not is_due(session, cast.share)
    before = row(session, cast.share).revision
    change(session, cast)
    session.commit()
    assert is_due(session, cast.share)
    assert row(session, cast.share).revision > before


@pytest.mark.parametrize("name", ["week_starts_on", "locale"])
def test_what_it_does_not_depend_on_changes_nothing(session: Session, cast: Cast, name: str) -> None:
    compute_all(session)
    session.commit()
    setattr(session.get_one(User, cast.ana_user), name, {"week_starts_on": 6, "locale": "de"}[name])
    session.commit()
    assert not is_due(session, cast.share)


def test_a_share_has_its_row_from_the_moment_it_opens_until_it_ends(session: Session, cast: Cast) -> None:
    ana = session.get_one(Patient, cast.ana)
    actor = Actor(user_id=cast.ana_user, name="", now=NOW, key=b"k" * 32)
    terms = sharing.Terms(scope="charts", until_on=None)
    share = sharing.add_active(session, actor, ana, session.get_one(Practitioner, cast.dee), terms)
    session.commit()
    assert is_due(session, share.id)
    assert kinds(session, cast) == {"Ana Canary": "silent"}
    sharing.stop(session, actor, cast.ana, share.id)
    session.commit()
    assert session.scalars(select(Triage.share_id)).all() == [cast.share]
    accepted = factories.make_share(session, ana, session.get_one(Practitioner, cast.dee), state="accepted")
    session.commit()
    assert session.scalars(select(Triage.share_id)).all() == [cast.share]
    sharing.confirm(session, actor, cast.ana, accepted.id)
    session.commit()
    assert is_due(session, accepted.id)


def test_a_share_that_shows_nothing_has_no_place_until_it_does_again(session: Session, cast: Cast) -> None:
    ana = session.get_one(User, cast.ana_user)
    ana.active = False
    session.commit()
    assert kinds(session, cast) == {}
    kept = row(session, cast.share)
    assert (kept.place, kept.due_at, kept.outlook, kept.last_entry_on) == (HIDDEN, None, None, None)
    ana.active = True
    session.commit()
    assert kinds(session, cast) == {"Ana Canary": "silent"}


@pytest.mark.parametrize(
    ("zone", "last_moment"),
    [
        ("Europe/Berlin", datetime(2026, 11, 29, 22, 59, 59, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2026, 11, 29, 9, 59, 59, tzinfo=UTC)),
        ("Pacific/Pago_Pago", datetime(2026, 11, 30, 10, 59, 59, tzinfo=UTC)),
    ],
)
def test_silence_begins_at_midnight_where_the_patient_lives(
    session: Session, cast: Cast, zone: str, last_moment: datetime
) -> None:
    share = person(session, cast, "Mo", CALM)
    patient = session.get_one(Share, share).patient_id
    session.get_one(Patient, patient).user.time_zone = zone  # type: ignore[union-attr]
    session.commit()
    assert kinds(session, cast, last_moment - timedelta(days=5))["Mo"] == "on_track"
    session.commit()
    # Nobody computes anything from here on: the row itself knows until when it is true.
    asked = panel.Asked(name="mo")
    (line,) = panel.read_page(session, reader_of(cast.cho, last_moment), asked).lines
    assert line.standing is not None
    assert line.standing.reason.kind == "on_track"
    (line,) = panel.read_page(session, reader_of(cast.cho, last_moment + timedelta(seconds=1)), asked).lines
    assert line.standing is None
    assert kinds(session, cast, last_moment + timedelta(seconds=1))["Mo"] == "silent"
    session.commit()
    assert row(session, share).due_at is None
    (line,) = panel.read_page(session, reader_of(cast.cho, last_moment + timedelta(days=100)), asked).lines
    assert line.standing is not None
    assert line.standing.reason.days == 106


def test_numbers_are_those_of_the_day_on_which_they_are_read(session: Session, cast: Cast) -> None:
    pains: list[int | None] = [6] * 10 + [4] * 4
    person(session, cast, "Nia", pains)
    shown = []
    for days in range(7):
        now = NOW + timedelta(days=days)
        if days == 0:
            compute_all(session, now)
        (line,) = panel.read_page(session, reader_of(cast.cho, now), panel.Asked(name="nia")).lines
        shown.append(line.standing and line.standing.reason.days)
    # Ten of the last 14 days today, and from tomorrow on nine, which is another reason.
    assert shown == [10, None, None, None, None, None, None]
    person(session, cast, "Mia", [6] * 14)
    compute_all(session)
    shown = []
    for days in range(6):
        (line,) = panel.read_page(
            session, reader_of(cast.cho, NOW + timedelta(days=days)), panel.Asked(name="mia")
        ).lines
        shown.append(line.standing and line.standing.reason.days)
    assert shown == [14, 13, 12, 11, 10, None]


def test_what_was_written_while_it_was_computed_stays_due(session: Session, cast: Cast) -> None:
    due = panel_rows.due_rows(session, now=NOW, most=10)
    (computed,) = panel_rows.compute(session, due, now=NOW, on_fault=fail_with)
    session.rollback()
    op = Op(id=uuid4(), day=TODAY, sets={"right": {"first_step_pain": 40}}, entered_at=NOW, zone="UTC")
    apply_op(session, cast.ana, op, now=NOW)
    session.commit()
    panel_rows.store(session, computed)
    session.commit()
    assert is_due(session, cast.share)
    assert row(session, cast.share).reason is None


def test_one_row_that_cannot_be_computed_keeps_nobody_elses_back(app: Flask, session: Session, cast: Cast) -> None:
    # No page takes such a day: it stands for whatever may be wrong with one person's data.
    broken = person(session, cast, "Bea", CALM, until_on=date.max)
    fine = person(session, cast, "Fay", CALM)
    assert update_panels(NOW) == 3
    assert row(session, fine).reason == "on_track"
    assert (row(session, broken).reason, is_due(session, broken)) == (None, False)
    assert is_due(session, broken, NOW + timedelta(hours=1))
    names = [line.grant.patient_name for line in panel.read_page(session, reader_of(cast.cho), panel.Asked()).lines]
    assert names == ["Ana Canary", "Fay", "Bea"]


@pytest.mark.parametrize("first", ["the entry", "the share"])
def test_an_entry_while_a_share_opens_is_in_the_list(app: Flask, session: Session, cast: Cast, first: str) -> None:
    share_id = person(session, cast, "Sil", CALM, until=TODAY - timedelta(days=7), state="accepted")
    patient_id = session.get_one(Share, share_id).patient_id
    session.rollback()
    actor = Actor(user_id=None, name="Sil", now=NOW, key=b"a key")
    op = Op(id=uuid4(), day=TODAY, sets={"right": {"first_step_pain": 40}}, entered_at=NOW, zone="Europe/Berlin")
    steps: list[Callable[[], object]] = [
        lambda: apply_op(db.session, patient_id, op, now=NOW),
        lambda: sharing.confirm(db.session, actor, patient_id, share_id),
    ]
    if first == "the share":
        steps.reverse()

    def second() -> None:
        with app.app_context():
            steps[1]()
            db.session.commit()

    with ThreadPoolExecutor(1) as other:
        with app.app_context():
            steps[0]()
            waiting = other.submit(second)
            # Whichever comes second waits for the first to end.
            assert wait([waiting], timeout=0.5).not_done
            db.session.commit()
        waiting.result(timeout=20)
    # Without the entry it would be "silent", which comes first.
    assert kinds(session, cast)["Sil"] == "new"


def test_a_share_whose_last_day_is_over_gives_up_its_place(session: Session, cast: Cast) -> None:
    share = person(session, cast, "Sil", until_on=TODAY)
    assert kinds(session, cast)["Sil"] == "silent"
    # Midnight in Berlin, where the person lives.
    compute_all(session, datetime(2026, 11, 23, 22, 59, tzinfo=UTC))
    assert row(session, share).place != HIDDEN
    compute_all(session, datetime(2026, 11, 23, 23, tzinfo=UTC))
    assert row(session, share).place == HIDDEN


def test_a_row_that_nobody_found_due_still_says_nothing_untrue(session: Session, cast: Cast) -> None:
    share = person(session, cast, "Mo", CALM)
    compute_all(session)
    session.execute(update(Triage).where(Triage.share_id == share).values(due_at=None))
    for days, shown in ((6, "on_track"), (7, None), (8, None)):
        (line,) = panel.read_page(
            session, reader_of(cast.cho, NOW + timedelta(days=days)), panel.Asked(name="mo")
        ).lines
        assert (line.standing.reason.kind if line.standing else None) == shown


@pytest.mark.parametrize(("scope", "expected"), [("summary", "on_track"), ("charts", "worse"), ("notes", "worse")])
def test_a_flare_up_is_a_reason_only_where_single_days_are_shared(
    session: Session, cast: Cast, scope: str, expected: str
) -> None:
    share = person(session, cast, "Flo", CALM, scope=scope)
    session.add(Flare(patient_id=session.get_one(Share, share).patient_id, day=TODAY - timedelta(days=3)))
    session.commit()
    assert kinds(session, cast)["Flo"] == expected


def test_days_that_are_not_shared_are_no_reason(session: Session, cast: Cast) -> None:
    share = person(session, cast, "Zoe", WORSE)
    assert kinds(session, cast)["Zoe"] == "worse"
    session.get_one(Share, share).from_day = TODAY - timedelta(days=6)
    session.commit()
    assert kinds(session, cast)["Zoe"] == "on_track"
    session.get_one(Share, share).from_day = TODAY + timedelta(days=0)
    session.commit()
    (line,) = listed(session, cast.cho, name="zoe")
    assert line.standing is not None
    assert line.standing.last_entry_on == TODAY


@pytest.mark.parametrize("terms", [{"scope": "summary"}, {"from_day": TODAY - timedelta(days=6)}])
def test_what_was_found_through_other_terms_is_not_shown(session: Session, cast: Cast, terms: dict[str, Any]) -> None:
    person(session, cast, "Zoe", WORSE)
    compute_all(session)
    # Past all that keeps the rows: nothing marks them.
    session.execute(update(Share).values(terms))
    lines = panel.read_page(session, reader_of(cast.cho), panel.Asked()).lines
    assert [line.standing for line in lines] == [None, None]


def test_a_reason_keeps_the_day_on_which_it_began(session: Session, cast: Cast) -> None:
    share = person(session, cast, "Mo", CALM)
    kinds(session, cast)
    later = NOW + timedelta(days=2)
    panel_rows_due(session, share)
    compute_all(session, later)
    assert row(session, share).since == TODAY
    compute_all(session, NOW + timedelta(days=9))
    assert (row(session, share).reason, row(session, share).since) == ("silent", TODAY + timedelta(days=9))


def panel_rows_due(session: Session, share_id: UUID) -> None:
    session.execute(update(Triage).where(Triage.share_id == share_id).values(due_at=NOW))


def test_pages_hold_everybody_once_and_lead_back(session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel, "ROWS_PER_PAGE", 3)
    for number in range(7):
        person(session, cast, f"Case {number % 4}", CALM if number % 2 else WORSE)
    compute_all(session)
    reader = reader_of(cast.cho)
    page, pages = panel.read_page(session, reader, panel.Asked()), []
    assert page.previous_before is None
    while True:
        pages.append([line.grant.share_id for line in page.lines])
        if page.next_after is None:
            break
        page = panel.read_page(session, reader, panel.Asked(after=page.next_after))
    everybody = [share for shares in pages for share in shares]
    assert [len(shares) for shares in pages] == [3, 3, 2]
    assert len(set(everybody)) == 8
    back = [pages[2]]
    while page.previous_before is not None:
        page = panel.read_page(session, reader, panel.Asked(before=page.previous_before))
        back.append([line.grant.share_id for line in page.lines])
        assert page.next_after == back[-1][-1]
    assert back == pages[::-1]
    for at, share in enumerate(everybody):
        around = panel.neighbours(session, reader, share)
        assert around == (everybody[at - 1] if at else None, everybody[at + 1] if at < 7 else None)


def test_neighbours_that_ended_a_moment_ago_are_passed_over(session: Session, cast: Cast) -> None:
    shares = [person(session, cast, name, CALM) for name in ("A", "B", "C")]
    compute_all(session)
    session.execute(update(Share).where(Share.id == shares[1]).values(state="stopped"))
    assert panel.neighbours(session, reader_of(cast.cho), shares[0])[1] == shares[2]


NAMES = {"Ana Maria Lopez", "100% Joe", "Straße", "Zoë Müller-Łukasz", "Pat O’Brien", "山田太郎", "김민수"}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ana", {"Ana Maria Lopez"}),
        ("LOPEZ", {"Ana Maria Lopez"}),
        ("ma lo", {"Ana Maria Lopez"}),
        ("opez", set()),
        ("ＡＮＡ", {"Ana Maria Lopez"}),
        ("100%", {"100% Joe"}),
        ("1__", set()),
        ("strasse", {"Straße"}),
        ("Lopez, Ana", {"Ana Maria Lopez"}),
        ("ana an lo l", {"Ana Maria Lopez"}),
        ("lo ma lu", set()),
        ("muller", {"Zoë Müller-Łukasz"}),
        ("ZOË", {"Zoë Müller-Łukasz"}),
        ("luk mu", {"Zoë Müller-Łukasz"}),
        ("müller-l", {"Zoë Müller-Łukasz"}),
        ("müllerlu", {"Zoë Müller-Łukasz"}),
        ("brien", {"Pat O’Brien"}),
        ("o'b", {"Pat O’Brien"}),
        ("obri", {"Pat O’Brien"}),
        ("山田", {"山田太郎"}),
        ("太郎", {"山田太郎"}),
        ("민수", {"김민수"}),
        ("기", {"김민수"}),
        ("  ", NAMES),
        (" , ", NAMES),
    ],
)
def test_names_are_found_by_the_beginnings_of_their_words(
    session: Session, cast: Cast, words: str, found: set[str]
) -> None:
    for name in NAMES:
        person(session, cast, name, CALM)
    assert kinds(session, cast, name=words, group="on_track").keys() == found


def test_somebody_put_off_stands_at_the_end_until_the_day_is_over(session: Session, cast: Cast) -> None:
    share = person(session, cast, "Aba", WORSE)
    person(session, cast, "Bea", CALM)
    snoozing.put_off(session, reader_of(cast.cho), share, until=TODAY, note="Called on Monday")
    assert list(kinds(session, cast)) == ["Ana Canary", "Bea", "Aba"]
    (line,) = listed(session, cast.cho, group="snoozed")
    assert line.snooze == panel.Snooze(until=TODAY, note="Called on Monday")
    # It is the practitioner's day: in Berlin it ends at 23 UTC.
    midnight = datetime(2026, 11, 23, 23, tzinfo=UTC)
    before = midnight - timedelta(seconds=1)
    assert list(kinds(session, cast, before)) == ["Ana Canary", "Bea", "Aba"]
    assert list(kinds(session, cast, midnight)) == ["Ana Canary", "Aba", "Bea"]
    kept = row(session, share)
    assert (kept.snoozed_until, kept.snooze_note, kept.snoozed_reason) == (None, None, None)


def test_another_reason_ends_it_and_a_change_within_the_same_does_not(session: Session, cast: Cast) -> None:
    share = person(session, cast, "Aba", WORSE)
    patient = session.get_one(Share, share).patient_id
    snoozing.put_off(session, reader_of(cast.cho), share, until=TODAY + timedelta(days=90), note="")
    tomorrow = TODAY + timedelta(days=1)
    op = Op(id=uuid4(), day=tomorrow, sets={"right": {"first_step_pain": 70}}, entered_at=NOW, zone="Europe/Berlin")
    apply_op(session, patient, op, now=NOW + timedelta(days=1))
    assert list(kinds(session, cast, NOW + timedelta(days=1)))[-1] == "Aba"
    assert next(iter(kinds(session, cast, NOW + timedelta(days=8)).items())) == ("Aba", "silent")
    assert row(session, share).snooze_note is None


def test_it_is_brought_back_by_hand_and_only_by_its_practitioner(session: Session, cast: Cast) -> None:
    share = person(session, cast, "Aba", WORSE)
    snoozing.put_off(session, reader_of(cast.cho), share, until=TODAY, note="")
    compute_all(session)
    for act in (snoozing.bring_back, lambda *given: snoozing.put_off(*given, until=TODAY, note="")):
        with pytest.raises(Exception, match="No row was found"):
            act(session, reader_of(cast.dee), share)
    snoozing.bring_back(session, reader_of(cast.cho), share)
    assert list(kinds(session, cast)) == ["Ana Canary", "Aba"]


def test_thresholds_of_a_practice_count_for_its_members(session: Session, cast: Cast) -> None:
    cho, dee = (session.get_one(Practitioner, one) for one in (cast.cho, cast.dee))
    thresholds.save_thresholds(session, cho, thresholds.whole_numbers({"silent_days": 9}))
    assert kinds(session, cast) == {"Ana Canary": "on_track"}
    assert thresholds.thresholds_of(dee).silent_days == 7
    practice = Practice(name="Practice", created_at=NOW)
    session.add(practice)
    cho.practice = dee.practice = practice
    session.flush()
    # The own ones rest.
    assert kinds(session, cast) == {"Ana Canary": "silent"}
    thresholds.save_thresholds(session, dee, thresholds.whole_numbers({"silent_days": 12}))
    assert thresholds.thresholds_of(cho).silent_days == 12
    assert kinds(session, cast) == {"Ana Canary": "on_track"}
    cho.practice = None
    session.flush()
    assert thresholds.thresholds_of(cho).silent_days == 9


@pytest.mark.parametrize("stored", [{"silent_days": "9"}, {"silent_days": True}, {"silent_days": 1}, {"count": 0}, {}])
def test_what_cannot_be_meant_is_as_proposed(session: Session, stored: dict[str, Any]) -> None:
    assert thresholds.whole_numbers(stored)["silent_days"] == 7
    with pytest.raises(ValueError, match="silent_days"):
        thresholds.save_thresholds(session, Practitioner(), thresholds.whole_numbers({}) | {"silent_days": 1})


def test_the_worker_computes_what_is_due_in_portions(app: Flask, session: Session, cast: Cast) -> None:
    for number in range(120):
        person(session, cast, f"Case {number}")
    session.commit()
    assert update_panels(NOW) == 121
    assert update_panels(NOW) == 0
    assert len(session.scalars(select(Triage).where(Triage.reason.is_(None))).all()) == 0


def test_a_share_without_a_row_gets_one(app: Flask, session: Session, cast: Cast) -> None:
    session.execute(Triage.__table__.delete())
    session.commit()
    assert (add_missing_rows(NOW), add_missing_rows(NOW)) == (1, 0)
    assert kinds(session, cast) == {"Ana Canary": "silent"}


@pytest.mark.parametrize("people", [10, 1000])
def test_a_page_costs_the_same_for_any_number(app: Flask, session: Session, cast: Cast, people: int) -> None:
    patients = [Patient(alias=f"Case {number:04}", created_at=NOW) for number in range(people)]
    session.add_all(patients)
    session.flush()
    session.add_all(
        Share(
            patient_id=patient.id, practitioner_id=cast.cho, invited_email="cho@example.com", scope="charts",
            state="active", invited_at=NOW, confirmed_at=NOW,
        )
        for patient in patients
    )  # fmt: skip
    session.commit()
    session.execute(update(Triage).values(place=5, reason="new", due_at=None, name_key="case"))
    session.commit()
    with counted(app) as statements:
        page = panel.read_page(session, reader_of(cast.cho), panel.Asked())
    assert len(statements.texts) == 2
    assert len(page.lines) == min(people + 1, panel.ROWS_PER_PAGE)
    middle = page.lines[4].grant.share_id
    with counted(app) as statements:
        panel.neighbours(session, reader_of(cast.cho), middle)
    assert len(statements.texts) == 4


ASKED: dict[str, Callable[[UUID], panel.Asked]] = {
    "the first page": lambda _share: panel.Asked(),
    "the next page": lambda share: panel.Asked(after=share),
    "the page before": lambda share: panel.Asked(before=share),
    "one group": lambda _share: panel.Asked(group="new"),
    "the next page of a group": lambda share: panel.Asked(group="new", after=share),
    "the page before in a group": lambda share: panel.Asked(group="new", before=share),
    "a letter that everybody's name has": lambda _share: panel.Asked(name="c"),
    "the next page of it": lambda share: panel.Asked(name="c", after=share),
    "the page before it": lambda share: panel.Asked(name="c", before=share),
    "the next page of it in a group": lambda share: panel.Asked(name="c", group="new", after=share),
    "two of everybody's words": lambda share: panel.Asked(name="cas o", after=share),
    "everybody's word and a rare one": lambda _share: panel.Asked(name="case 00001 100"),
}


def crowd(session: Session, cast: Cast, count: int) -> UUID:
    """Let so many people more share with Dr Cho, all computed; return a share from their middle."""
    patients = [{"id": uuid4(), "alias": "", "created_at": NOW} for _ in range(count)]
    session.execute(insert(Patient), patients)
    kept = {"invited_email": "x@example.com", "scope": "charts", "state": "active", "invited_at": NOW}
    kept |= {"practitioner_id": cast.cho, "confirmed_at": NOW}
    shares = [{"id": uuid4(), "patient_id": patient["id"], **kept} for patient in patients]
    session.execute(insert(Share), shares)
    computed = {"practitioner_id": cast.cho, "place": 5, "reason": "new", "due_at": NOW + timedelta(days=1)}
    rows = [
        {"share_id": share["id"], "patient_id": share["patient_id"], "name_key": f"case {at:05} of {count}", **computed}
        for at, share in enumerate(shares)
    ]
    session.execute(insert(Triage), rows)
    source = [column.key for column in panel_names.SOURCE]
    found_by = [
        {"beginning": one, **{name: row[name] for name in source}}
        for row in rows
        for one in panel_names.beginnings(str(row["name_key"]))
    ]
    session.execute(insert(NameBeginning), found_by)
    session.commit()
    return UUID(str(shares[count // 2]["id"]))


@pytest.mark.sqlite_only
@pytest.mark.parametrize("asked", ASKED)
def test_the_database_does_as_much_for_a_page_of_many_as_of_few(
    app: Flask, session: Session, cast: Cast, asked: str
) -> None:
    taken = []
    for count in (100, 2_000):
        middle = crowd(session, cast, count)
        for _ in range(2):
            with stepped(app) as steps:
                page = panel.read_page(session, reader_of(cast.cho), ASKED[asked](middle))
                panel.neighbours(session, reader_of(cast.cho), middle)
                panel_rows.due_rows(session, now=NOW, most=10, practitioner_id=cast.cho)
                panel_rows.due_rows(session, now=NOW, most=10)
                invitation_waits(session, "cho@example.com", now=NOW)
                session.rollback()
        assert len(page.lines) == (1 if "a rare one" in asked else panel.ROWS_PER_PAGE)
        taken.append(steps.number)
    assert taken[1] < 1.02 * taken[0], taken


@pytest.mark.sqlite_only
def test_what_is_due_is_found_without_sorting_all_of_it(app: Flask, session: Session, cast: Cast) -> None:
    taken = []
    for count in (100, 2_000):
        crowd(session, cast, count)
        session.execute(update(Triage).values(due_at=AT_ONCE))
        session.commit()
        for _ in range(2):
            with stepped(app) as steps:
                assert len(panel_rows.due_rows(session, now=NOW, most=10, practitioner_id=cast.cho)) == 10
                assert len(panel_rows.due_rows(session, now=NOW, most=10)) == 10
                session.rollback()
        taken.append(steps.number)
    assert taken[1] < 1.02 * taken[0], taken
