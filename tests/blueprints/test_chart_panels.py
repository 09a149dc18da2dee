"""The smaller charts and what happened meanwhile: from the tables to page, figure and practitioner's view."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import plotly.graph_objects as go
import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from firststep.extensions import db
from firststep.figures.theme import LIGHT, paint
from firststep.models import Day, Dose, Episode, Flare, FootDay, Pause, Pgic, Plan, Question, Share, TreatmentSession
from tests.cast import TODAY, Browser, Cast, sign_in
from tests.support.statements import counted

MONDAY = TODAY - timedelta(days=14 + TODAY.weekday())
TYPED = "Grandmother's <b>powder</b>"


def fill(session: Session, patient_id: UUID) -> None:
    """Add one thing of every kind, in the week of MONDAY."""
    on = [MONDAY + timedelta(days=offset) for offset in range(7)]
    session.add_all(
        [
            Dose(patient_id=patient_id, day=on[0], product="naproxen sodium", dose_mg=220),
            Dose(patient_id=patient_id, day=on[0], product="naproxen", dose_mg=250),
            Dose(patient_id=patient_id, day=on[1], product="ibuprofen"),
            Dose(patient_id=patient_id, day=on[2], product="diclofenac gel", form="gel"),
            Dose(patient_id=patient_id, day=on[3], product="paracetamol", dose_mg=500),
            Dose(patient_id=patient_id, day=on[4], product=TYPED, dose_mg=5, form="other"),
            Flare(patient_id=patient_id, day=on[1], settled_on=on[5], trigger="my trigger", note="my own note"),
            Flare(patient_id=patient_id, day=on[6], confirmed=False),
            Flare(patient_id=patient_id, day=on[2], foot="left", settled_on=on[3]),
            Pause(patient_id=patient_id, day=on[5], ends_on=on[6], reason="travel"),
            Pgic(patient_id=patient_id, day=on[0], week=4, rating=2),
            Plan(patient_id=patient_id, day=on[0], preset="own", sets_per_day=3, interval_days=2),
            Question(patient_id=patient_id, day=on[0], text="my question"),
            TreatmentSession(patient_id=patient_id, day=on[1], kind="both", number=3, note="my session"),
        ]
    )
    session.execute(delete(Day).where(Day.patient_id == patient_id, Day.day.in_(on)))
    session.add_all(
        Day(
            patient_id=patient_id,
            day=day,
            stretch_done=offset != 2,
            stretch_sets=2 if offset == 0 else None,
            nsaid_taken=offset < 2,
        )
        for offset, day in enumerate(on)
    )
    session.commit()


@pytest.fixture
def filled(app: Flask, cast: Cast) -> None:
    """Fill Ana's tables."""
    with app.app_context():
        fill(db.session, cast.ana)


def figure(browser: Browser, query: str = "", at: str = "/progress") -> dict[str, Any]:
    answer = browser.get(f"{at}/figure.json?{query}").get_json()
    assert isinstance(answer, dict)
    return answer


def named(found: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [trace for trace in found["data"] if trace["name"] == name]


def said(found: dict[str, Any]) -> list[str]:
    return [text for trace in found["data"] for text in trace.get("hovertext", [])]


def panel(browser: Browser, key: str, query: str = "days=90", at: str = "/progress") -> Tag:
    page = BeautifulSoup(browser.get(f"{at}?{query}").get_data(as_text=True), "html.parser")
    found = page.find(id=key)
    assert isinstance(found, Tag)
    return found


def row_of(found: Tag, first: str) -> list[str]:
    for row in found.select("tbody tr"):
        cells = [cell.get_text() for cell in row.find_all(["th", "td"])]
        if cells[0].replace("\N{NO-BREAK SPACE}", " ") == first:
            return cells
    raise AssertionError(f"no row {first}")


def short(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def test_every_panel_has_sentence_picture_table_and_figure(filled: None, ana: Browser) -> None:
    for key in ("change", "nsaid", "stretching"):
        found = panel(ana, key)
        assert found.select("h2.figure__sentence")
        (picture,) = found.select("svg[role=img]")
        assert picture.title is not None
        assert picture.title.get_text() == found.select("h2")[0].get_text().replace("\xa0", " ")
        assert picture.desc is not None
        assert picture.desc.get_text()
        assert found.select("table caption")
        assert str(found["data-chart-src"]).endswith(f"chart={key}")
        drawn = ana.get(str(found["data-chart-src"])).get_json()
        assert len(go.Figure(paint(drawn, LIGHT)).data) == len(drawn["data"]) > 0


@pytest.mark.parametrize("with_care", [True, False])
@pytest.mark.parametrize("key", ["change", "nsaid", "stretching"])
def test_a_chart_alone_is_what_it_is_on_the_page(
    app: Flask, cast: Cast, filled: None, ana: Browser, key: str, with_care: bool
) -> None:
    if not with_care:
        # Then week 0 is the day of the baseline, which only pain tells.
        with app.app_context():
            db.session.execute(delete(Episode).where(Episode.patient_id == cast.ana))
            db.session.commit()
    on_the_page = panel(ana, key)
    alone = BeautifulSoup(ana.get(f"/progress?chart={key}").get_data(as_text=True), "html.parser")
    (found,) = alone.select(f"#{key}")
    drawn = [ana.get(str(one["data-chart-src"])).get_json() for one in (on_the_page, found)]
    assert drawn[0] == drawn[1]
    for one in (on_the_page, found):
        del one["data-chart-src"]
    assert str(found) == str(on_the_page)


def test_the_nsaid_week_counts_tablets_and_adds_up_by_ingredient(filled: None, ana: Browser) -> None:
    row = row_of(panel(ana, "nsaid"), short(MONDAY))
    assert row[1:3] == ["2.0", "7 / 7"]
    # 220 mg of naproxen sodium are 200 mg of naproxen; a dose without an amount adds none.
    for words in ("Naproxen 450 mg (2 doses)", "Ibuprofen (1 dose)", f"{TYPED} 5 mg (1 dose)", "Diclofenac gel"):
        assert words in row[3]
    drawn = figure(ana, "chart=nsaid&days=90")
    middle = (MONDAY + timedelta(days=3)).isoformat()
    (bars,) = named(drawn, "Days with an NSAID in the week")
    assert bars["y"][bars["x"].index(middle)] == 2
    assert bars["hovertext"][bars["x"].index(middle)].startswith("2.0 days a week, 7 days answered")
    (gel,), (paracetamol,) = named(drawn, "Days with a gel noted"), named(drawn, "Days with paracetamol noted")
    assert (gel["x"], gel["y"], paracetamol["y"]) == ([middle], [1.0], [1.0])
    assert "powder" not in str(drawn)


def test_a_drug_keeps_its_name_beside_one_of_that_name_that_is_none_of_ours(
    app: Flask, cast: Cast, ana: Browser
) -> None:
    first, second = MONDAY, MONDAY + timedelta(days=7)
    with app.app_context():
        for day, form, amount in ((first, "gel", 5), (first, "oral", 400), (second, "oral", 400)):
            db.session.add(Dose(patient_id=cast.ana, day=day, product="ibuprofen", form=form, dose_mg=amount))
        db.session.commit()
    listed = panel(ana, "nsaid")
    assert row_of(listed, short(second))[3] == "Ibuprofen 400 mg (1 dose)"
    assert row_of(listed, short(first))[3] == "Ibuprofen 400 mg (1 dose); ibuprofen 5 mg (1 dose)"
    (touched,) = (text for text in said(figure(ana, "chart=nsaid&days=90")) if "drug" in text)
    assert touched.endswith("<br>Another drug 5 mg (1 dose)<br>Ibuprofen 400 mg (1 dose)")


def test_weeks_with_too_few_answers_are_gaps_and_no_zeros(app: Flask, cast: Cast, filled: None, ana: Browser) -> None:
    with app.app_context():
        late = MONDAY + timedelta(days=3)
        of_week = Day.day.between(late, MONDAY + timedelta(days=6))
        db.session.execute(update(Day).where(Day.patient_id == cast.ana, of_week).values(nsaid_taken=None))
        db.session.commit()
    row = row_of(panel(ana, "nsaid"), short(MONDAY))
    assert row[1:3] == ["–", "3 / 7"]
    drawn = figure(ana, "chart=nsaid&days=90")
    middle = (MONDAY + timedelta(days=3)).isoformat()
    assert middle in named(drawn, "Too few answers in the week")[0]["x"]
    assert all(middle not in trace["x"] for trace in named(drawn, "Days with an NSAID in the week"))


def test_stretching_stands_against_the_days_of_the_plan(filled: None, ana: Browser) -> None:
    # Days 0, 2, 4 and 6 ask for 3 sets each; day 6 is paused. Done: 2 sets, a no, and a yes without a number.
    row = row_of(panel(ana, "stretching"), short(MONDAY))
    assert row[1:] == ["6", "7 / 7", "5 / 9", "56 %"]
    (line,) = named(figure(ana, "chart=stretching&days=90"), "Sets of the plan that were done")
    middle = (MONDAY + timedelta(days=3)).isoformat()
    assert line["y"][line["x"].index(middle)] == 55.6
    assert line["y"][0] is None


@pytest.mark.parametrize(("chart", "of_week"), [("", False), ("nsaid", True), ("stretching", True)])
def test_what_is_of_a_week_is_not_shown_as_of_the_day_in_its_middle(
    filled: None, ana: Browser, chart: str, of_week: bool
) -> None:
    axis = figure(ana, f"chart={chart}&days=90")["layout"]["xaxis"]
    assert axis["unifiedhovertitle"]["text"].startswith("The week around %{x|") == of_week


@pytest.mark.parametrize("chart", ["", "nsaid", "stretching"])
def test_care_that_has_ended_is_not_drawn_as_if_it_went_on(
    app: Flask, cast: Cast, filled: None, ana: Browser, chart: str
) -> None:
    def names() -> list[str]:
        found = figure(ana, f"chart={chart}&days=90")["layout"]["annotations"]
        return [note["text"] for note in found if note["text"].startswith("Acupuncture") and " 12 Oct" in note["text"]]

    assert names() == ["Acupuncture from 12 Oct"]
    with app.app_context():
        db.session.execute(update(Episode).where(Episode.patient_id == cast.ana).values(ends_on=date(2026, 11, 16)))
        db.session.commit()
    assert names() == ["Acupuncture, 12 Oct to 16 Nov"]


def test_days_on_which_stretching_hurt_are_told_to_both(app: Flask, cast: Cast, filled: None, ana: Browser) -> None:
    assert "hurt" not in panel(ana, "stretching").get_text()
    with app.app_context():
        of_ana = Day.patient_id == cast.ana
        for offset, hurt in ((0, True), (2, True), (3, False)):
            day = MONDAY + timedelta(days=offset)
            db.session.execute(update(Day).where(of_ana, Day.day == day).values(stretch_hurt=hurt))
        db.session.commit()
    for reader, at in ((ana, "/progress"), (sign_in(app, cast.cho_user), f"/practice/{cast.share}")):
        found = panel(reader, "stretching", "", at)
        assert "Stretching hurt on 2 days of this period, as it was noted." in found.get_text()
        assert row_of(found, short(MONDAY))[1:] == ["6", "7 / 7", "5 / 9", "56 %", "2"]


def test_without_a_plan_days_are_counted(ana: Browser) -> None:
    found = panel(ana, "stretching")
    assert "There is no plan for this period" in found.get_text()
    assert len(found.select("thead th")) == 3


def test_what_changed_says_how_many_days_and_whether_it_is_variation(ana: Browser) -> None:
    found = panel(ana, "change")
    row = row_of(found, "First-step pain")
    assert "What changed: First-step pain from 7.6 to 2.5" in found.get_text().replace("\xa0", " ")
    assert (row[1][:14], row[2][:14], row[3], row[4]) == ("7.6 (7 entries", "2.5 (6 entries", "−5.1", "Less pain")


def test_the_trajectory_marks_what_happened(filled: None, ana: Browser) -> None:
    drawn = figure(ana, "days=90")
    (visits,) = named(drawn, "Treatment session")
    assert (visits["x"], visits["hovertext"]) == (
        [(MONDAY + timedelta(days=1)).isoformat()],
        ["Treatment: Both, no. 3"],
    )
    # Not the one that was denied, nor the other foot's.
    ground, edges = named(drawn, "Flare-up")
    assert ground["x"] == [(MONDAY + timedelta(days=at)).isoformat() for at in (1, 5, 5, 1)]
    assert edges["x"] == [(MONDAY + timedelta(days=at)).isoformat() for at in (1, 1, 1, 5, 5)]
    assert edges["y"] == [0, 10.3, None, 0, 10.3]
    assert len(named(drawn, "Pause")) == 2
    cells = row_of(panel(ana, "trajectory"), short(MONDAY + timedelta(days=1)))
    assert cells[-1] == "Treatment: Both, no. 3, Flare-up: first day"


def test_both_measures_and_both_feet_are_lines_of_one_chart(app: Flask, cast: Cast, filled: None, ana: Browser) -> None:
    one = {trace["name"] for trace in figure(ana, "days=90&foot=both")["data"]}
    both = {trace["name"] for trace in figure(ana, "days=90&measure=both")["data"]}
    assert both - one == {"Pain over the day, right foot, 7-day mean"}
    with app.app_context():
        db.session.add_all(
            FootDay(patient_id=cast.ana, day=MONDAY + timedelta(days=at), foot="left", first_step_pain=20)
            for at in range(7)
        )
        db.session.commit()
    feet = figure(ana, "days=90&measure=both&foot=both")
    assert {"First-step pain, left foot, 7-day mean", "7-day mean"} <= {trace["name"] for trace in feet["data"]}
    # One foot's and the other's stand one after the other, parted.
    ground, _edges = named(feet, "Flare-up")
    assert (len(ground["x"]), ground["y"].count(None)) == (9, 1)
    head = [cell.get_text() for cell in panel(ana, "trajectory", "days=90&measure=both&foot=both").select("thead th")]
    assert head[1:3] == ["First-step pain, right foot", "7-day mean"]
    assert head[3:5] == ["First-step pain, left foot", "Pain over the day, right foot"]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "First-step pain, right foot: from 7.6 at the baseline (11 Oct 2026) to 2.5 (15 Nov 2026)"),
        ("?foot=right", "to 2.5 (15 Nov 2026)"),
        ("?foot=left", "First-step pain, left foot: from 4.0 at the baseline (11 Oct 2026) to 4.0 (23 Nov 2026)"),
    ],
)
def test_what_a_practitioner_reads_above_a_chart_is_of_the_foot_in_it(
    app: Flask, cast: Cast, cho: Browser, query: str, says: str
) -> None:
    with app.app_context():
        db.session.add_all(
            FootDay(patient_id=cast.ana, day=TODAY - timedelta(days=at), foot="left", first_step_pain=40)
            for at in range(60)
        )
        db.session.commit()
    page = BeautifulSoup(cho.get(f"/practice/{cast.share}{query}").get_data(as_text=True), "html.parser")
    drawn = page.select_one("#trajectory")
    assert drawn is not None
    # And no less of it by ear: the pictures have the same title, which is not the person's own.
    said = [drawn.select("h2.figure__sentence")[0], *drawn.select("svg[role=img] > title")]
    assert len(said) == 3
    assert all(says in one.get_text().replace("\u2011", "-") for one in said)


def test_a_long_gap_is_shown_and_said(app: Flask, cast: Cast, ana: Browser) -> None:
    with app.app_context():
        gap = FootDay.day.between(TODAY - timedelta(days=35), TODAY - timedelta(days=14))
        db.session.execute(delete(FootDay).where(FootDay.patient_id == cast.ana, gap))
        db.session.commit()
    assert named(figure(ana, "days=90"), "Too few entries for over 14 days")
    page = " ".join(ana.get("/progress?days=90").get_data(as_text=True).split())
    assert "there were too few entries for more than 14 days" in page.replace("\xa0", " ")


def test_two_statements_with_every_table_filled(app: Flask, filled: None, ana: Browser) -> None:
    for address in ("/progress?days=365&ranges=all&measure=both", "/progress/figure.json?chart=nsaid"):
        with counted(app) as statements:
            assert ana.get(address).status_code == 200
        assert len(statements.own) == 2, statements.own


@pytest.mark.parametrize("scope", ["summary", "charts", "notes"])
def test_a_practitioner_sees_the_same_charts_within_the_scope(app: Flask, cast: Cast, filled: None, scope: str) -> None:
    with app.app_context():
        db.session.execute(update(Share).where(Share.id == cast.share).values(scope=scope))
        db.session.commit()
    cho, at = sign_in(app, cast.cho_user), f"/practice/{cast.share}"
    page = cho.get(at).get_data(as_text=True)
    figures = [cho.get(f"{at}/figure.json?chart={key}") for key in ("", "nsaid", "stretching", "change")]
    if scope == "summary":
        assert 'role="img"' not in page
        assert [answer.status_code for answer in figures] == [404] * 4
        return
    assert len({answer.get_data() for answer in figures}) == 4
    for key in ("change", "nsaid", "stretching"):
        assert panel(cho, key, "", at).select("svg[role=img]")
        assert f"{at}/figure.json" in str(panel(cho, key, "", at)["data-chart-src"])
    assert "Treatment: Both, no. 3" in page
    assert (BeautifulSoup(page, "html.parser").get_text().count(TYPED) > 0) == (scope == "notes")
    for words in ("my question", "my trigger", "my own note", "Both, number 3: my session"):
        assert (words in page) == (scope == "notes")
    for words in ("my trigger", "my own note", "my session", "my question"):
        assert not any(words in answer.get_data(as_text=True) for answer in figures)


@pytest.mark.parametrize(("scope", "told"), [("summary", False), ("charts", True)])
def test_where_a_range_ends_is_told_only_with_the_picture_that_it_is_drawn_in(
    app: Flask, cast: Cast, cho: Browser, scope: str, told: bool
) -> None:
    with app.app_context():
        db.session.execute(update(Share).where(Share.id == cast.share).values(scope=scope))
        db.session.execute(update(FootDay).where(FootDay.patient_id == cast.ana).values(first_step_pain=40))
        db.session.commit()
    page = cho.get(f"/practice/{cast.share}").get_data(as_text=True)
    assert ("so the range ends at 0" in page) == told


@pytest.mark.parametrize(("days", "said"), [(1, "on 1 of 1 day with an answer"), (2, "on 2 of 2 days with an answer")])
def test_days_of_stretching_are_counted_in_good_grammar(
    app: Flask, cast: Cast, ben: Browser, days: int, said: str
) -> None:
    with app.app_context():
        answers = (TODAY - timedelta(days=back) for back in range(days))
        db.session.add_all(Day(patient_id=cast.ben, day=day, stretch_done=True) for day in answers)
        db.session.commit()
    assert f"Stretching: done {said}." in ben.get("/progress").get_data(as_text=True)


def test_what_happened_before_the_first_shared_day_is_not_shown(app: Flask, cast: Cast, filled: None) -> None:
    with app.app_context():
        later = MONDAY + timedelta(days=7)
        db.session.execute(update(Share).where(Share.id == cast.share).values(from_day=later))
        db.session.commit()
    cho, at = sign_in(app, cast.cho_user), f"/practice/{cast.share}"
    drawn = figure(cho, "", at)
    assert not named(drawn, "Treatment session")
    assert not named(drawn, "Flare-up")
    assert "Naproxen" not in cho.get(at).get_data(as_text=True)


@pytest.mark.parametrize(
    ("scope", "days_back", "said"),
    [("summary", 10, "3 of 11"), ("charts", 10, "3 of 11"), ("charts", None, "39 of 50")],
)
def test_days_that_are_not_shared_are_no_days_without_an_entry(
    app: Flask, cast: Cast, scope: str, days_back: int | None, said: str
) -> None:
    from_day = None if days_back is None else TODAY - timedelta(days=days_back)
    with app.app_context():
        db.session.execute(update(Share).where(Share.id == cast.share).values(scope=scope, from_day=from_day))
        db.session.commit()
    page = BeautifulSoup(sign_in(app, cast.cho_user).get(f"/practice/{cast.share}").data, "html.parser")
    assert f"Days logged {said}" in " ".join(page.get_text(" ").split())
