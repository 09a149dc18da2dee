"""What somebody of a list is found by: kept beside the row, in the list's order, and gone with the row."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from firststep.extensions import db
from firststep.jobs.update_panels import add_missing_rows, update_panels
from firststep.models import NameBeginning, Patient, Practitioner, Share, Triage, User
from firststep.models.triage import UNKNOWN
from firststep.services import panel, panel_names, panel_rows
from firststep.services.deletion_ledger import erase_account_rows, erase_diary_rows
from firststep.services.panel_rows import name_key
from tests import factories
from tests.cast import NOW, TODAY, Cast
from tests.support.lists import compute_all, fail_with, reader_of

OF_ANA = {"a", "an", "ana", "c", "ca", "can", "cana", "canar", "canary"}

_LETTERS = "aAbàÅßŁŉǰİıΣς'’ʼ-‐–.,%_ \u0301\u0323\u094d\u3099かがﾊﾞ山金각ᄀ\u00a8ﬁ①"
_texts = st.text(st.sampled_from(_LETTERS), max_size=12) | st.text(max_size=12)


def found_by(session: Session, share_id: UUID) -> set[str]:
    """Return what the person of the share is found by, each in the place that the list has for them."""
    kept, row = NameBeginning, session.get_one(Triage, share_id, populate_existing=True)
    rows = session.execute(
        select(kept.beginning, kept.place, kept.name_key, kept.practitioner_id).where(kept.share_id == share_id)
    ).all()
    assert {one[1:] for one in rows} <= {(row.place, row.name_key, row.practitioner_id)}
    return {one.beginning for one in rows}


@given(_texts, _texts, st.integers(0, 40), st.integers(0, 40))
def test_whoever_types_the_beginning_of_a_word_finds_the_name(name: str, other: str, at: int, end: int) -> None:
    """Hold that nobody is lost whom comparing the plain words would find."""
    words = name_key(f"{name} {other}").split()
    typed = [words[at % len(words)][: 1 + end]] if words else []
    typed += [word[: 1 + at] for word in words[1:2]]
    asked = name_key(" ".join(typed))
    # What a beginning is cut off before may make it another text: an accent that its letter was waiting for.
    if all(any(word.startswith(one) for word in words) for one in asked.split()):
        beginnings = panel_names.beginnings(name_key(f"{name} {other}"))
        assert set(panel_names.asked_words(asked)) <= beginnings


@pytest.mark.parametrize("written", ["Anna-Maria Roth", "Anna Maria Roth", "Roth, Anna\u2010Maria"])
@pytest.mark.parametrize("asked", ["anna-maria", "Anna-M", "Anna-", "roth anna\u2013maria"])
def test_a_hyphen_is_asked_for_as_a_space_is(written: str, asked: str) -> None:
    found = panel_names.beginnings(name_key(written))
    words = panel_names.asked_words(name_key(asked))
    assert words
    assert set(words) <= found


@pytest.mark.parametrize("asked", ["-", "-'", "-\u2019-", "--("])
def test_nothing_but_signs_from_a_hyphen_on_asks_for_nothing(asked: str) -> None:
    assert panel_names.asked_words(name_key(f" {asked} ")) == []


@pytest.mark.parametrize("name", ["A -'", "Ana-'t Hooft", "Ana-(Mia)"])
def test_a_sign_behind_a_hyphen_is_no_part_of_what_is_asked(name: str) -> None:
    key = name_key(name)
    assert set(panel_names.asked_words(key)) <= panel_names.beginnings(key)


@pytest.mark.parametrize("name", ["Ana Maria Lopez", "Müller-Lüdenscheidt", "O'Brien", "山田太郎", "Đorđe-Đ."])
def test_every_beginning_leads_to_longer_ones(name: str) -> None:
    found = panel_names.beginnings(name_key(name))
    assert all(one[:-1] in found for one in found if len(one) > 1)
    assert all(one == one.strip() for one in found)


@pytest.mark.parametrize("name", ["x" * 120, "山" * 120, " ".join("山" * 12 for _ in range(9)), "a-" * 60, "김" * 120])
def test_no_name_has_rows_without_bound(name: str) -> None:
    found = panel_names.beginnings(name_key(name))
    assert 0 < len(found) < 4_000
    assert max(map(len, found)) <= 120


def test_beginnings_are_those_of_the_name_and_stand_where_the_person_stands(session: Session, cast: Cast) -> None:
    assert session.scalars(select(NameBeginning)).all() == []
    compute_all(session)
    session.commit()
    assert found_by(session, cast.share) == OF_ANA
    before = session.get_one(Triage, cast.share).place
    factories.make_diary(session, session.get_one(Patient, cast.ana), TODAY, [3])
    session.get_one(Patient, cast.ana).alias = "Eva O'Hara"
    session.commit()
    compute_all(session)
    session.commit()
    of_eva = {"e", "ev", "eva", "o", "o'", "o'h", "o'ha", "o'har", "o'hara"}
    of_eva |= {"h", "ha", "har", "hara", "oh", "oha", "ohar", "ohara"}
    assert found_by(session, cast.share) == of_eva
    assert session.get_one(Triage, cast.share).place != before


@pytest.mark.parametrize("end", ["the share", "the diary", "the account", "the practitioner", "the sign-in"])
def test_nothing_of_a_name_outlives_what_it_is_kept_for(session: Session, cast: Cast, end: str) -> None:
    compute_all(session)
    session.commit()
    assert found_by(session, cast.share) == OF_ANA
    if end == "the share":
        session.get_one(Share, cast.share).state = "stopped"
    elif end == "the diary":
        erase_diary_rows(session, cast.ana)
    elif end == "the account":
        erase_account_rows(session, cast.ana_user)
    elif end == "the practitioner":
        erase_account_rows(session, session.get_one(Practitioner, cast.cho).user_id)
    else:
        session.get_one(User, cast.ana_user).active = False
    session.commit()
    compute_all(session)
    session.commit()
    assert session.scalars(select(NameBeginning)).all() == []


def test_what_was_computed_too_late_leaves_them_alone(session: Session, cast: Cast) -> None:
    due = panel_rows.due_rows(session, now=NOW, most=10)
    (computed,) = panel_rows.compute(session, due, now=NOW, on_fault=fail_with)
    session.rollback()
    session.get_one(Patient, cast.ana).alias = "Eva"
    session.commit()
    panel_rows.store(session, computed)
    session.commit()
    assert found_by(session, cast.share) == set()


def test_of_two_who_compute_a_row_at_once_one_set_is_left(app: Flask, session: Session, cast: Cast) -> None:
    factories.make_diary(session, session.get_one(Patient, cast.ana), TODAY, [4])
    session.commit()
    computed = []
    for now in (NOW, NOW + timedelta(days=10)):
        due = panel_rows.due_rows(session, now=now, most=10)
        computed += panel_rows.compute(session, due, now=now, on_fault=fail_with)
    session.rollback()
    assert len({one.values["place"] for one in computed}) == 2

    def second() -> None:
        with app.app_context():
            panel_rows.store(db.session, computed[1])
            db.session.commit()

    with ThreadPoolExecutor(1) as other:
        with app.app_context():
            panel_rows.store(db.session, computed[0])
            waiting = other.submit(second)
            assert wait([waiting], timeout=0.5).not_done
            db.session.commit()
        waiting.result(timeout=20)
    assert found_by(session, cast.share) == OF_ANA
    assert session.get_one(Triage, cast.share).place == computed[1].values["place"]


def test_a_row_that_cannot_be_computed_is_found_where_it_stands_now(app: Flask, session: Session, cast: Cast) -> None:
    compute_all(session)
    session.commit()
    # No page takes such a day: it stands for whatever may be wrong with one person's data.
    session.get_one(Share, cast.share).until_on = type(TODAY).max
    session.commit()
    assert update_panels(NOW) == 1
    assert session.get_one(Triage, cast.share, populate_existing=True).place == UNKNOWN
    assert found_by(session, cast.share) == OF_ANA


@pytest.mark.parametrize("before", ["none", "another place", "another name", "no name any more"])
def test_what_an_earlier_release_wrote_is_put_right(app: Flask, session: Session, cast: Cast, before: str) -> None:
    compute_all(session)
    session.commit()
    own = Triage.share_id == cast.share
    if before == "none":
        session.execute(delete(NameBeginning))
    else:
        wrote = {
            "another place": {"place": 4},
            "another name": {"name_key": "eva"},
            "no name any more": {"name_key": ""},
        }
        session.execute(update(Triage).where(own).values(wrote[before]))
    session.commit()
    assert (add_missing_rows(NOW), add_missing_rows(NOW)) == (1, 0)
    expected = {"another name": {"e", "ev", "eva"}, "no name any more": set()}
    assert found_by(session, cast.share) == expected.get(before, OF_ANA)


def test_pages_of_a_search_hold_everybody_with_the_name_once_and_lead_back(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel, "ROWS_PER_PAGE", 3)
    cho = session.get_one(Practitioner, cast.cho)
    for number in range(24):
        name = ("Mara Marx", "Lo Maran", "Mo Lind", "Mar Lo")[number % 4]
        patient = factories.make_patient(session, f"{number}@example.com", name=f"{name} {number // 8}")
        factories.make_diary(session, patient, TODAY, [4] if number % 3 else [])
        factories.make_share(session, patient, cho)
    dee = factories.make_share(session, session.get_one(Patient, cast.ana), session.get_one(Practitioner, cast.dee))
    session.commit()
    compute_all(session)
    reader = reader_of(cast.cho)
    listed = {share: (row.place, row.name_key) for share, row in rows_of(session, cast.cho).items()}
    assert dee.id not in listed
    for words, group in (("mar", ""), ("l", ""), ("mar lo", ""), ("lo mar 1", ""), ("m", "silent"), ("m", "new")):
        expected = [
            share
            for share, (place, key) in sorted(listed.items(), key=lambda one: (*one[1], one[0].hex))
            if all(any(part.startswith(word) for part in key.split()) for word in words.split())
            and group in ("", panel.REASONS[place])
        ]
        page, pages = panel.read_page(session, reader, panel.Asked(name=words, group=group)), []
        while True:
            pages.append([line.grant.share_id for line in page.lines])
            if page.next_after is None:
                break
            page = panel.read_page(session, reader, panel.Asked(name=words, group=group, after=page.next_after))
        assert [share for shares in pages for share in shares] == expected
        back = [pages[-1]]
        while page.previous_before is not None:
            page = panel.read_page(session, reader, panel.Asked(name=words, group=group, before=page.previous_before))
            back.append([line.grant.share_id for line in page.lines])
        assert back == pages[::-1]
        assert all(len(shares) == 3 for shares, _rest in pairwise(pages))


def rows_of(session: Session, practitioner_id: UUID) -> dict[UUID, Triage]:
    """Return the rows of a list by their shares."""
    rows = session.scalars(select(Triage).where(Triage.practitioner_id == practitioner_id))
    return {row.share_id: row for row in rows}
