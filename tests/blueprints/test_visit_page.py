"""The page before a visit: its figures and flags, the scopes, the neighbours of the list, and what it asks for."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from firststep.extensions import db
from firststep.models import (
    AccessEvent,
    Day,
    Flare,
    FootDay,
    Patient,
    Pgic,
    Practitioner,
    Question,
    Share,
    TreatmentSession,
)
from tests import factories
from tests.cast import TODAY, Browser, Cast
from tests.support.crowd import add_crowd
from tests.support.databases import runs_on_postgresql
from tests.support.statements import counted

SESSION_ON = TODAY - timedelta(days=10)
FLARE_ON = TODAY - timedelta(days=4)


def address(cast: Cast) -> str:
    return f"/practice/{cast.share}/visit"


def text_of(page: BeautifulSoup) -> str:
    return re.sub(r"\s+", " ", page.select_one("main").get_text(" "))  # type: ignore[union-attr]


def opened(cho: Browser, cast: Cast) -> BeautifulSoup:
    answer = cho.get(address(cast))
    assert answer.status_code == 200
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


@pytest.fixture
def noted(app: Flask, cast: Cast) -> None:
    """Let Ana have had a session, a flare-up that is open, and a question."""
    with app.app_context():
        add_noted(db.session, cast)
        db.session.commit()


def add_noted(session: Session, cast: Cast) -> None:
    of_ana: dict[str, Any] = {"patient_id": cast.ana}
    session.add(TreatmentSession(**of_ana, day=SESSION_ON, kind="acupuncture"))
    session.add(Flare(**of_ana, day=FLARE_ON, confirmed=True, trigger="A long walk"))
    session.add(Question(**of_ana, day=FLARE_ON, text="May I run?"))


def set_share(app: Flask, cast: Cast, **values: Any) -> None:
    with app.app_context():
        db.session.execute(update(Share).where(Share.id == cast.share).values(**values))
        db.session.commit()


@pytest.mark.usefixtures("noted")
def test_with_notes_everything_stands_there(app: Flask, cho: Browser, cast: Cast) -> None:
    set_share(app, cast, scope="notes")
    page = opened(cho, cast)
    text = text_of(page)
    assert "Since the last treatment session, 13 Nov 2026" in text
    assert "A flare-up is open, day 5." in text
    assert "“A long walk”" in text
    assert "May I run?" in text
    assert "not for emergencies" in text
    assert page.select_one(".visit svg") is not None
    assert len(page.select(".visit__numbers > div")) == 4


@pytest.mark.usefixtures("noted")
def test_charts_hold_no_words_of_the_person(cho: Browser, cast: Cast) -> None:
    text = text_of(opened(cho, cast))
    assert "A flare-up is open, day 5." in text
    assert "A long walk" not in text
    assert "May I run?" not in text


@pytest.mark.usefixtures("noted")
def test_a_summary_holds_no_single_day(app: Flask, cho: Browser, cast: Cast) -> None:
    set_share(app, cast, scope="summary")
    page = opened(cho, cast)
    text = text_of(page)
    assert "The last four weeks" in text
    for hidden in ("13 Nov 2026", "flare-up", "Flare-up", "Worst", "A long walk", "May I run?"):
        assert hidden not in text
    assert page.select_one(".visit svg") is None


@pytest.mark.parametrize(
    ("scope", "said"), [("charts", "None."), ("summary", "None. Of a summary flare-ups are not looked at.")]
)
def test_where_nothing_stands_out_it_says_what_was_not_looked_at(
    app: Flask, cho: Browser, cast: Cast, scope: str, said: str
) -> None:
    set_share(app, cast, scope=scope)
    with app.app_context():
        factories.make_diary(db.session, db.session.get_one(Patient, cast.ana), TODAY - timedelta(days=7), [2] * 8)
        db.session.commit()
    flags = opened(cho, cast).select_one("#flags + *")
    assert flags is not None
    assert flags.get_text().replace("\N{NON-BREAKING HYPHEN}", "-") == said


@pytest.mark.usefixtures("noted")
@pytest.mark.parametrize(
    ("lately", "said"),
    [
        # From 6.25 to 35/6: shown as 6.3 and 5.8.
        ([60, 60, 60, 60, 60, 50], "5.8 of 10 before: 6.3 (−0.5)"),
        # To 6.2667: what looks alike is called the same.
        ([63, 63, 62, 63, 62, 63], "6.3 of 10 before: 6.3 (the same)"),
        ([70] * 6, "7.0 of 10 before: 6.3 (+0.7)"),
    ],
)
def test_a_difference_is_that_of_the_numbers_beside_it(
    app: Flask, cho: Browser, cast: Cast, lately: list[int], said: str
) -> None:
    with app.app_context():
        db.session.execute(delete(FootDay).where(FootDay.patient_id == cast.ana))
        logged = {
            SESSION_ON - timedelta(days=back): pain for back, pain in zip((6, 5, 4, 3), (70, 60, 60, 60), strict=True)
        }
        logged |= {TODAY - timedelta(days=back): pain for back, pain in enumerate(lately)}
        db.session.add_all(
            FootDay(patient_id=cast.ana, day=day, foot="right", first_step_pain=pain) for day, pain in logged.items()
        )
        db.session.commit()
    assert said in text_of(opened(cho, cast))


def test_the_range_beside_the_chart_tells_its_grade(app: Flask, cho: Browser, cast: Cast) -> None:
    said = "Range: Acupuncture, weeks 3-6. Grade E: clinic-reported, not peer-reviewed; pain type not stated."
    assert said in text_of(opened(cho, cast))
    with app.app_context():
        db.session.execute(update(Share).values(scope="summary"))
        db.session.commit()
    assert "Range" not in text_of(opened(cho, cast))


@pytest.mark.usefixtures("noted")
def test_days_that_are_not_shared_are_not_counted(app: Flask, cho: Browser, cast: Cast) -> None:
    set_share(app, cast, from_day=TODAY - timedelta(days=1))
    text = text_of(opened(cho, cast))
    assert "The shared days, from 22 Nov 2026 on" in text
    assert "13 Nov 2026" not in text
    assert "Logged: 0 of 2 days" in text
    # The flare-up began before them, so nobody can say which day of it this is.
    assert "A flare-up is open, for at least 2 days." not in text
    set_share(app, cast, from_day=TODAY - timedelta(days=2))
    assert "A flare-up is open, for at least 3 days." in text_of(opened(cho, cast))


def test_silence_says_its_number_and_its_rule(app: Flask, cho: Browser, cast: Cast) -> None:
    with app.app_context():
        for table in (Day, FootDay):
            recent = (table.patient_id == cast.ana) & (table.day > TODAY - timedelta(days=9))
            db.session.execute(delete(table).where(recent))
        db.session.commit()
    text = text_of(opened(cho, cast))
    assert "No entry for 9 days. Rule: 7 days or more" in text
    assert "First-step pain, 7-day mean Too few days" in text


@pytest.mark.parametrize(
    ("feet", "says"),
    [(("right",), "No first-step entry."), (("right", "left"), "No first-step entry of this foot.")],
)
def test_that_a_foot_has_no_entry_does_not_say_it_of_the_other(
    app: Flask, cho: Browser, cast: Cast, feet: tuple[str, ...], says: str
) -> None:
    with app.app_context():
        recent = (FootDay.patient_id == cast.ana) & (FootDay.day > TODAY - timedelta(days=30))
        db.session.execute(delete(FootDay).where(recent))
        for foot in feet[1:]:
            days = (TODAY - timedelta(days=back) for back in range(10))
            db.session.add_all(FootDay(patient_id=cast.ana, day=day, foot=foot, first_step_pain=30) for day in days)
        db.session.commit()
    page = opened(cho, cast)
    assert "Right foot" in text_of(page)
    assert says in text_of(page)


def test_who_logs_only_pain_over_the_day_is_shown_with_it(app: Flask, cho: Browser, cast: Cast) -> None:
    with app.app_context():
        db.session.execute(delete(FootDay).where(FootDay.patient_id == cast.ana))
        db.session.add_all(
            FootDay(patient_id=cast.ana, day=TODAY - timedelta(days=back), foot="right", average_pain=pain)
            for back, pain in enumerate([30] * 25 + [60] * 25)
        )
        db.session.commit()
    page = opened(cho, cast)
    text = text_of(page)
    assert "Pain over the day: from 6.0 at the baseline (11 Oct 2026) to 3.0 (23 Nov 2026), 7-day means." in text
    assert "Pain over the day, 7-day mean 3.0 of 10 before: 6.0 (−3.0)" in text
    assert "Worst pain over the day logged 6.0 of 10" in text
    assert "First-step" not in text
    assert "from memory" not in text.casefold()
    drawn = page.select_one(".visit svg")
    assert drawn is not None
    assert "Pain over the day, right foot, 0–10" in drawn.get_text(" ")
    with app.app_context():
        db.session.execute(delete(FootDay).where(FootDay.day > TODAY - timedelta(days=28)))
        db.session.commit()
    assert "No entry of pain over the day." in text_of(opened(cho, cast))


def test_no_days_with_an_nsaid_are_told_with_their_answers(app: Flask, cho: Browser, cast: Cast) -> None:
    with app.app_context():
        db.session.execute(delete(Day).where(Day.patient_id == cast.ana))
        for back in range(5):
            day = TODAY - timedelta(days=back)
            db.session.add(Day(patient_id=cast.ana, day=day, nsaid_taken=False, stretch_done=True if back else None))
        db.session.commit()
    text = text_of(opened(cho, cast))
    assert "NSAID 0.0 days a week 5 answers; before: too few days" in text
    assert "Stretching 7.0 days a week 4 answers; before: too few days" in text
    with app.app_context():
        db.session.execute(delete(Day).where(Day.patient_id == cast.ana))
        db.session.add(Day(patient_id=cast.ana, day=TODAY, nsaid_taken=False))
        db.session.commit()
    text = text_of(opened(cho, cast))
    assert "NSAID Too few days 1 answer; before: too few days" in text
    assert "Stretching Too few days 0 answers; before: too few days" in text


def test_the_last_flare_up_is_named_where_none_came_since(app: Flask, cho: Browser, cast: Cast) -> None:
    none, last = "Flare-ups since then None noted.", "The last one: From 25 September 2026: settled after 7 days"
    text = text_of(opened(cho, cast))
    assert none in text
    assert "The last one" not in text
    with app.app_context():
        began, settled = TODAY - timedelta(days=59), TODAY - timedelta(days=52)
        db.session.add(Flare(patient_id=cast.ana, day=began, settled_on=settled, confirmed=True))
        earlier = began - timedelta(days=30)
        db.session.add(Flare(patient_id=cast.ana, day=earlier, settled_on=earlier, confirmed=True))
        db.session.commit()
    assert f"{none} {last}" in text_of(opened(cho, cast))
    set_share(app, cast, scope="summary")
    assert "The last one" not in text_of(opened(cho, cast))
    set_share(app, cast, scope="charts", from_day=TODAY - timedelta(days=40))
    assert "The last one" not in text_of(opened(cho, cast))


def test_each_mark_of_the_picture_has_its_key(app: Flask, cho: Browser, cast: Cast) -> None:
    with app.app_context():
        db.session.add(Pgic(patient_id=cast.ana, day=TODAY - timedelta(days=10), week=4, rating=2))
        db.session.add(TreatmentSession(patient_id=cast.ana, day=SESSION_ON, kind="acupuncture"))
        db.session.commit()
    key = opened(cho, cast).select(".visit__notes p")[0].get_text()
    for said in (
        "Dots: days",
        "line: 7-day mean",
        "◇ baseline",
        "▼ relief",
        "▲ relapse",
        "ticks are treatment sessions",
    ):
        assert said in key
    for said in ("□ own ratings", "Grey: flare-up, pause, or too few entries", "Tall columns: yes"):
        assert said in key


def test_a_look_is_noted_as_that_of_the_whole_course(app: Flask, cho: Browser, cast: Cast) -> None:
    def looks() -> int:
        with app.app_context():
            return db.session.scalar(select(func.count()).where(AccessEvent.share_id == cast.share)) or 0

    before = looks()
    opened(cho, cast)
    assert looks() == before + 1


def test_neighbours_are_those_of_the_list(app: Flask, cho: Browser, cast: Cast) -> None:
    with app.app_context():
        shares = []
        for alias in ("Aaa", "Zzz"):
            patient = Patient(alias=alias, created_at=factories.LONG_AGO)
            db.session.add(patient)
            db.session.flush()
            share = factories.make_share(db.session, patient, db.session.get_one(Practitioner, cast.cho))
            shares.append(share.id)
        db.session.commit()
    # Nobody of them entered anything lately, so they stand by name.
    cho.get("/practice")
    page = opened(cho, cast)
    links = {link["rel"][0]: link["href"] for link in page.select("main a[rel]")}
    assert links == {"prev": f"/practice/{shares[0]}/visit", "next": f"/practice/{shares[1]}/visit"}
    first = BeautifulSoup(cho.get(f"/practice/{shares[0]}/visit").get_data(as_text=True), "html.parser")
    assert first.select_one("a[rel=prev]") is None
    assert "Too few days" in text_of(first)


def test_both_pages_lead_here(cho: Browser, cast: Cast) -> None:
    for page in ("/practice", f"/practice/{cast.share}"):
        assert f'href="{address(cast)}"' in cho.get(page).get_data(as_text=True)


def test_statements_do_not_grow_with_other_patients(app: Flask, cho: Browser, cast: Cast) -> None:
    set_share(app, cast, scope="notes")
    add_sharing(app, cast, 3)
    with counted(app) as few:
        opened(cho, cast)
    add_sharing(app, cast, 200)
    with counted(app) as many:
        opened(cho, cast)
    # PostgreSQL takes the lock of the trail in a statement, once for the grant and once for the note of it.
    assert len(many.own) == len(few.own) <= 12 + 2 * runs_on_postgresql(), few.own


def add_sharing(app: Flask, cast: Cast, count: int) -> None:
    """Let so many more patients share with the practitioner."""
    with app.app_context():
        sharing = select(Share.patient_id)
        add_crowd(db.session, cast.ana, count)
        practitioner = db.session.get_one(Practitioner, cast.cho)
        for other in db.session.scalars(select(Patient).where(Patient.alias == "", Patient.id.not_in(sharing))):
            if other.user_id is None:
                factories.make_share(db.session, other, practitioner)
        db.session.commit()
