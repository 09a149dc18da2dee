"""The list of patients as a page: what it says, its forms and their refusals, what it asks for, what it prints."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from firststep.extensions import db
from firststep.jobs.update_panels import update_panels
from firststep.models import AccessEvent, Patient, Practice, Practitioner, Share, Triage
from firststep.services.panel import MOST_PICKED, ROWS_PER_PAGE
from firststep.web.panel_upkeep import MOST_IN_REQUEST
from tests import factories
from tests.cast import CANARY_NAME, NOW, TODAY, Browser, Cast
from tests.support.statements import counted

Changed = Callable[..., dict[str, str]]


def page_of(answer: TestResponse, status: int = 200) -> BeautifulSoup:
    assert answer.status_code == status
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def text_of(part: Any) -> str:
    # The hyphen that keeps "7-day" in one line is a hyphen.
    return re.sub(r"\s+", " ", part.get_text(" ")).replace("\u2011", "-").strip()


def people_of(page: BeautifulSoup) -> list[str]:
    return [text_of(link) for link in page.select(".person h2 a")]


def add(session: Session, cast: Cast, *names: str, pains: list[int | None] | None = None) -> list[UUID]:
    """Add people who share with Dr Cho, and commit."""
    cho, shares = session.get_one(Practitioner, cast.cho), []
    for name in names:
        patient = Patient(alias=name, created_at=factories.LONG_AGO)
        session.add(patient)
        session.flush()
        if pains:
            factories.make_diary(session, patient, TODAY - timedelta(days=len(pains) - 1), pains)
        shares.append(factories.make_share(session, patient, cho).id)
    session.commit()
    return shares


@pytest.fixture
def bea(app: Flask, cast: Cast) -> UUID:
    """Return the share of somebody of whom no rule says anything."""
    with app.app_context():
        return add(db.session, cast, "Bea", pains=[4] * 21)[0]


@pytest.fixture
def wim(app: Flask, cast: Cast) -> UUID:
    """Return the share of somebody whose pain rose."""
    with app.app_context():
        return add(db.session, cast, "Wim", pains=[*[4] * 14, *[6] * 7])[0]


@pytest.mark.usefixtures("bea", "wim")
def test_each_person_stands_under_one_reason_in_words_with_an_icon(cho: Browser) -> None:
    page = page_of(cho.get("/practice"))
    assert people_of(page) == [CANARY_NAME, "Wim", "Bea"]
    lines = [text_of(person) for person in page.select(".person")]
    assert "Silent No entry for 8 days. The last one: 15 Nov 2026." in lines[0]
    assert "Worse 7-day mean 6.0; mean of the 14 days before 4.0. Last entry: Today." in lines[1]
    assert "On track No rule applies; 7-day mean 4.0. Last entry: Today." in lines[2]
    assert len(page.select(".reason-mark svg")) == 3
    assert "Not monitored in real time, not for emergencies." in text_of(page.main)
    assert "no entry for 7 days or more" in text_of(page.select_one("#rules"))


def test_nothing_is_said_that_is_computed_anew(app: Flask, cho: Browser, cast: Cast) -> None:
    with app.app_context():
        add(db.session, cast, *(f"Case {number:02}" for number in range(MOST_IN_REQUEST + 5)))
    page = page_of(cho.get("/practice"))
    marks = [text_of(mark) for mark in page.select(".reason-mark")]
    assert marks.count("Silent") == MOST_IN_REQUEST
    assert marks.count("Being brought up to date") == 6
    with app.app_context():
        assert update_panels(NOW) == 6
    marks = [text_of(mark) for mark in page_of(cho.get("/practice")).select(".reason-mark")]
    assert set(marks) == {"Silent"}


@pytest.mark.usefixtures("bea", "wim")
def test_the_list_is_narrowed_by_reason_and_name(cho: Browser) -> None:
    assert people_of(page_of(cho.get("/practice?group=worse"))) == ["Wim"]
    assert people_of(page_of(cho.get("/practice?name=BE"))) == ["Bea"]
    assert people_of(page_of(cho.get("/practice?name=B%00e"))) == ["Bea"]
    nobody = page_of(cho.get("/practice?name=Bea&group=worse"))
    assert people_of(nobody) == []
    assert "Nobody found" in text_of(nobody.main)
    assert nobody.select_one("#name")["value"] == "Bea"  # type: ignore[index]
    assert nobody.select_one("#group option[selected]")["value"] == "worse"  # type: ignore[index]
    assert people_of(page_of(cho.get("/practice?group=nothing&after=x&share=y"))) == [CANARY_NAME, "Wim", "Bea"]


def test_pages_keep_who_is_picked(app: Flask, cho: Browser, cast: Cast) -> None:
    with app.app_context():
        shares = add(db.session, cast, *(f"Case {number:02}" for number in range(ROWS_PER_PAGE)))
        update_panels(NOW)
    first = page_of(cho.get(f"/practice?share={shares[0]}"))
    assert len(people_of(first)) == ROWS_PER_PAGE
    assert first.select_one(f"#pick-{shares[0]}").has_attr("checked")  # type: ignore[union-attr]
    following = first.select_one("button[name=after]")["value"]  # type: ignore[index]
    second = page_of(cho.get(f"/practice?share={shares[0]}&after={following}"))
    assert people_of(second) == [f"Case {ROWS_PER_PAGE - 1:02}"]
    picked = second.select_one(f"#picked-{shares[0]}")
    assert picked is not None
    assert picked.has_attr("checked")
    assert "Case 00" in text_of(second.select_one(".panel__picked"))
    back = second.select_one("button[name=before]")["value"]  # type: ignore[index]
    assert people_of(page_of(cho.get(f"/practice?before={back}"))) == people_of(first)


def test_an_open_list_ends_with_a_share_on_it(app: Flask, cho: Browser, dee: Browser, cast: Cast, bea: UUID) -> None:
    page = page_of(cho.get(f"/practice?name=ana&share={bea}"))
    asks = page.select_one("[hx-get^='/practice/open']")["hx-get"]  # type: ignore[index]
    assert (cho.get(asks).status_code, dee.get(asks).status_code) == (204, 404)
    with app.app_context():
        db.session.execute(update(Share).where(Share.id == bea).values(state="stopped"))
        db.session.commit()
    ended = cho.get(asks)
    assert ended.status_code == 404
    assert "Access ended" in ended.text
    assert "Somebody on this page no longer shares with you." in ended.text


@pytest.mark.parametrize("number", [10, 1000])
def test_what_a_page_of_the_list_asks_for_does_not_grow(app: Flask, cho: Browser, cast: Cast, number: int) -> None:
    with app.app_context():
        add(db.session, cast, *("Case" for _ in range(30)))
        patients = [{"id": uuid4(), "alias": f"P {at}", "created_at": NOW} for at in range(number)]
        db.session.execute(insert(Patient), patients)
        kept = {"invited_email": "x@example.com", "scope": "charts", "state": "active", "invited_at": NOW}
        shares = [
            {"id": uuid4(), "patient_id": one["id"], "practitioner_id": cast.cho, "confirmed_at": NOW, **kept}
            for one in patients
        ]
        db.session.execute(insert(Share), shares)
        rows = [{"share_id": one["id"], "patient_id": one["patient_id"], "practitioner_id": cast.cho} for one in shares]
        db.session.execute(insert(Triage), rows)
        db.session.commit()
        while update_panels(NOW):
            pass
    with counted(app) as first:
        page = page_of(cho.get("/practice"))
    assert len(page.select(".person")) == ROWS_PER_PAGE
    following = page.select_one("button[name=after]")["value"]  # type: ignore[index]
    with counted(app) as second:
        page_of(cho.get(f"/practice?after={following}"))
    assert (len(first.own), len(second.own)) == (5, 6), "\n\n".join(first.own)


def typed(**changed: str) -> dict[str, str]:
    """Return what the form of the rules sends when nothing is changed but this."""
    proposed = {
        "silent_days": "7", "rise_points": "1.5", "flare_days": "3",
        "nsaid_days": "10", "unchanged_weeks": "6", "new_days": "7",
    }  # fmt: skip
    return proposed | changed


@pytest.mark.usefixtures("wim")
def test_rules_that_are_changed_count_at_once(app: Flask, cho: Browser, cast: Cast) -> None:
    shown = page_of(cho.get("/practice/rules"))
    assert {field["name"]: field["value"] for field in shown.select("form input.input")} == typed()
    assert cho.post("/practice/rules", data=typed(silent_days="30", rise_points="2,1")).location == "/practice#rules"
    page = page_of(cho.get("/practice"))
    assert [text_of(mark) for mark in page.select(".reason-mark")] == ["On track", "On track"]
    assert "no entry for 30 days or more" in text_of(page.select_one("#rules"))
    assert "up by 2.1 or more" in text_of(page.select_one("#rules"))
    visit = page_of(cho.get(f"/practice/{cast.share}/visit"))
    assert "No entry for" not in text_of(visit.main)
    assert cho.post("/practice/rules", data={"proposed": "yes"}).status_code == 303
    assert [text_of(mark) for mark in page_of(cho.get("/practice")).select(".reason-mark")] == ["Silent", "Worse"]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("silent_days", "1", "Enter a whole number from 2 to 60."),
        ("silent_days", "61", "Enter a whole number from 2 to 60."),
        ("silent_days", "7.5", "Enter a whole number from 2 to 60."),
        ("silent_days", "-7", "Enter a whole number from 2 to 60."),
        ("silent_days", "٧", "Enter a whole number from 2 to 60."),
        ("silent_days", "", "Enter a number."),
        ("nsaid_days", "15", "Enter a whole number from 1 to 14."),
        ("rise_points", "0.4", "Enter a number from 0.5 to 6.0, with at most one decimal."),
        ("rise_points", "6.1", "Enter a number from 0.5 to 6.0, with at most one decimal."),
        ("rise_points", "1.55", "Enter a number from 0.5 to 6.0, with at most one decimal."),
        ("rise_points", "1e0", "Enter a number from 0.5 to 6.0, with at most one decimal."),
        ("unchanged_weeks", "six", "Enter a whole number from 2 to 26."),
    ],
)
def test_a_number_that_cannot_be_is_refused_and_stays_in_its_field(
    app: Flask, cho: Browser, cast: Cast, field: str, value: str, sentence: str
) -> None:
    page = page_of(cho.post("/practice/rules", data=typed(**{field: value, "new_days": "9"})), 422)
    assert [text_of(one) for one in page.select(".notice--error li")] == [sentence]
    assert page.select_one(f"#{field}")["value"] == value  # type: ignore[index]
    assert page.select_one("#new_days")["value"] == "9"  # type: ignore[index]
    with app.app_context():
        assert db.session.get_one(Practitioner, cast.cho).triage_thresholds is None


@pytest.mark.parametrize("role", ["owner", "member"])
def test_owner_and_members_change_the_rules_of_their_practice(
    app: Flask, cho: Browser, dee: Browser, cast: Cast, role: str
) -> None:
    with app.app_context():
        practice = Practice(name="Heel House", created_at=NOW)
        other = {"owner": "member", "member": "owner"}[role]
        for one, own_role in ((cast.dee, role), (cast.cho, other)):
            member = db.session.get_one(Practitioner, one)
            member.practice, member.practice_role = practice, own_role
        db.session.commit()
    assert "They count for everybody in Heel House." in text_of(page_of(dee.get("/practice/rules")).main)
    assert dee.post("/practice/rules", data=typed(silent_days="9")).status_code == 303
    assert page_of(cho.get("/practice/rules")).select_one("#silent_days")["value"] == "9"  # type: ignore[index]
    assert [text_of(mark) for mark in page_of(cho.get("/practice")).select(".reason-mark")] == ["On track"]


@pytest.mark.usefixtures("bea")
def test_somebody_is_put_off_with_a_note_and_brought_back(cho: Browser, wim: UUID) -> None:
    way = f"/practice/{wim}/snooze"
    form = page_of(cho.get(way))
    assert form.select_one("#until")["value"] == (TODAY + timedelta(days=7)).isoformat()  # type: ignore[index]
    assert form.select_one(f"form[action='{way}/end']") is None
    assert cho.post(way, data={"until": TODAY.isoformat(), "note": "Sees me on Friday"}).location == "/practice"
    page = page_of(cho.get("/practice"))
    assert people_of(page) == [CANARY_NAME, "Bea", "Wim"]
    assert "Put off until 23 Nov 2026. Sees me on Friday" in text_of(page.select(".person")[-1])
    assert people_of(page_of(cho.get("/practice?group=snoozed"))) == ["Wim"]
    assert page_of(cho.get(way)).select_one("#note")["value"] == "Sees me on Friday"  # type: ignore[index]
    assert cho.post(f"{way}/end").status_code == 303
    assert people_of(page_of(cho.get("/practice"))) == [CANARY_NAME, "Wim", "Bea"]


@pytest.mark.parametrize(
    ("until", "note", "sentence"),
    [
        ("2026-11-22", "", "Choose a day from 23 Nov 2026 to 24 Nov 2027."),
        ("2027-11-25", "", "Choose a day from 23 Nov 2026 to 24 Nov 2027."),
        ("", "", "Choose the last day."),
        ("2026-12-01", "x" * 201, "Use at most 200 letters."),
        ("2026-12-01", "a\u202eb", "This text has a character that cannot be stored."),
    ],
)
def test_a_day_or_note_that_cannot_be_is_refused_and_stays(
    app: Flask, cho: Browser, cast: Cast, until: str, note: str, sentence: str
) -> None:
    page = page_of(cho.post(f"/practice/{cast.share}/snooze", data={"until": until, "note": note}), 422)
    assert sentence in text_of(page.select_one(".notice--error"))
    assert (page.select_one("#until")["value"], page.select_one("#note")["value"]) == (until, note)  # type: ignore[index]
    with app.app_context():
        assert db.session.get_one(Triage, cast.share).snoozed_until is None


def looks(app: Flask, share_id: UUID) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).where(AccessEvent.share_id == share_id)) or 0


def test_those_who_are_picked_stand_one_after_another_each_with_a_look(
    app: Flask, cho: Browser, cast: Cast, bea: UUID, wim: UUID
) -> None:
    cho.get("/practice")
    page = page_of(cho.get(f"/practice/today?share={bea}&share={cast.share}&share={bea}"))
    # In the order of the list, whatever the order in which they were picked.
    assert [text_of(name) for name in page.select(".sheet h2")] == [CANARY_NAME, "Bea"]
    assert len(page.select(".sheet .visit")) == 2
    assert [looks(app, share) for share in (cast.share, bea, wim)] == [1, 1, 0]
    ids = [part["id"] for part in page.select("[id]")]
    assert len(ids) == len(set(ids))
    with app.app_context():
        db.session.execute(update(Share).where(Share.id == bea).values(state="stopped"))
        db.session.commit()
    page = page_of(cho.get(f"/practice/today?share={bea}&share={cast.share}"))
    assert [text_of(name) for name in page.select(".sheet h2")] == [CANARY_NAME]
    assert "1 person whom you picked does not share with you any more." in text_of(page.main)
    assert looks(app, bea) == 1


def test_too_many_or_nobody_is_said_and_nobody_is_looked_at(app: Flask, cho: Browser, dee: Browser, cast: Cast) -> None:
    with app.app_context():
        shares = add(db.session, cast, *("Case" for _ in range(MOST_PICKED + 1)))
    many = "&".join(f"share={share}" for share in shares)
    assert "At most 20 people can be printed at once." in text_of(page_of(cho.get(f"/practice/today?{many}")).main)
    assert "Nobody is picked." in text_of(page_of(cho.get("/practice/today")).main)
    page = page_of(dee.get(f"/practice/today?share={cast.share}"))
    assert page.select(".sheet") == []
    assert CANARY_NAME not in page.text
    assert sum(looks(app, share) for share in (*shares, cast.share)) == 0
    few = "&".join(f"share={share}" for share in shares[:MOST_PICKED])
    assert len(page_of(cho.get(f"/practice/today?{few}")).select(".sheet")) == MOST_PICKED
