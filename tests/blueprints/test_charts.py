"""The progress page: each state says something helpful, the figure is the picture's, and the cost stays flat."""

from __future__ import annotations

import gzip
from datetime import timedelta

import plotly.graph_objects as go
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import update

from firststep.extensions import db
from firststep.figures.theme import LIGHT, paint
from firststep.models import Flare, FootDay, Patient
from firststep.web.dates import long_date
from tests import factories
from tests.cast import TODAY, Browser, Cast
from tests.support.crowd import add_crowd, add_year
from tests.support.statements import counted


def text_of(answer: object) -> str:
    """Return what a person reads on a page."""
    return " ".join(BeautifulSoup(answer.get_data(as_text=True), "html.parser").main.get_text(" ").split())  # type: ignore[attr-defined, union-attr]


def test_the_finding_stands_in_one_sentence(ana: Browser) -> None:
    page = text_of(ana.get("/progress"))
    assert "First-step pain up to 15 November 2026: your 7-day mean is 2.5, 5.1 lower than at your start (7.6)." in page
    assert "They do not predict one person's course" in page


def test_a_mean_says_of_how_many_days_it_is(app: Flask, ana: Browser, ben: Browser, cast: Cast) -> None:
    # What is filled in ends yesterday: six days of the last seven, and four for the baseline.
    _fill(app, cast.ben, [7, 6, None, 7, 6, *[3] * 9, None, 3, 3, 3, 3, 3])
    page = text_of(ben.get("/progress"))
    assert "7-day mean now (6 of 7 days)" in page
    assert "Baseline (4 of 7 days)" in page
    assert "7-day mean on 15 Nov 2026 (6 of 7 days)" in text_of(ana.get("/progress"))


def test_the_own_arm_is_drawn_and_the_others_are_an_option(ana: Browser) -> None:
    own = ana.get("/progress/figure.json?days=90").get_json()
    every = ana.get("/progress/figure.json?days=90&ranges=all").get_json()
    none = ana.get("/progress/figure.json?days=90&ranges=none").get_json()
    named = [{trace["name"] for trace in figure["data"]} for figure in (own, every, none)]
    assert any(name.startswith("Acupuncture: clinic-reported") for name in named[0])
    assert not any(name.startswith("Standard care") for name in named[0])
    assert any(name.startswith("Standard care: clinic-reported") for name in named[1])
    assert any(name.startswith("Combined care: clinic-reported") for name in named[1])
    assert not any("clinic-reported" in name for name in named[2])


@pytest.mark.parametrize("query", ["", "?days=30", "?days=365&ranges=all", "?measure=average&ranges=standard"])
def test_plotly_accepts_every_property_of_the_figure(ana: Browser, query: str) -> None:
    figure = ana.get(f"/progress/figure.json{query}").get_json()
    assert len(go.Figure(paint(figure, LIGHT)).data) > 3


@pytest.mark.parametrize(
    "query", ["days=9999999999", "measure=%00", "foot=both", "ranges=<script>", "days=٣٠", "days=-1"]
)
def test_a_wrong_choice_is_the_default(ana: Browser, query: str) -> None:
    assert ana.get(f"/progress/figure.json?{query}").get_json() == ana.get("/progress/figure.json").get_json()


def test_htmx_gets_the_part_that_the_page_holds(ana: Browser) -> None:
    page = ana.get("/progress?days=30")
    part = ana.get("/progress?days=30", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert part.get_data(as_text=True).strip() in page.get_data(as_text=True)
    assert "<html" not in part.get_data(as_text=True)
    assert {"HX-Request", "HX-Request-Type"} <= set(page.headers["Vary"].replace(",", " ").split())


def test_the_table_says_what_the_picture_shows(ana: Browser) -> None:
    page = BeautifulSoup(ana.get("/progress?days=90").get_data(as_text=True), "html.parser")
    figure = ana.get("/progress/figure.json?days=90").get_json()
    drawn = [
        value
        for trace in figure["data"]
        if trace["name"].startswith("Entry")
        for value in trace["y"]
        if value is not None
    ]
    assert page.table is not None
    rows = [row.find_all(["td", "th"])[1].get_text() for row in page.table.select("tbody tr")]
    assert [float(cell) for cell in reversed(rows) if cell != "–"] == drawn


def _fill(app: Flask, patient_id: object, values: list[int | None]) -> None:
    with app.app_context():
        patient = db.session.get_one(Patient, patient_id)
        factories.make_diary(db.session, patient, TODAY - timedelta(days=len(values)), values)
        db.session.commit()


def test_day_one_invites_to_log(ben: Browser) -> None:
    page = ben.get("/progress")
    assert "Your chart begins with your first entry" in text_of(page)
    assert BeautifulSoup(page.get_data(as_text=True), "html.parser").select("svg[role=img]") == []


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ([6, 6], "a 7-day mean needs at least 4 entries in 7 days"),
        ([6, 6], "There is no baseline yet"),
        ([2] * 10, "The start was below 3 of 10"),
        ([7] * 10, "your 7-day mean is 7.0, as at your start"),
        # From 8.75 to 9: the difference is that of the numbers shown, and smaller than noticeable.
        (
            [9, 9, 9, 8, 9, 9, 9, 9, 9, 9, 9],
            "7-day mean is 9.0, 0.2 higher than at your start (8.8), within day-to-day variation.",
        ),
    ],
)
def test_each_early_state_has_its_helpful_sentence(
    app: Flask, ben: Browser, cast: Cast, values: list[int], sentence: str
) -> None:
    _fill(app, cast.ben, values)
    assert sentence in text_of(ben.get("/progress"))


def test_who_logs_only_pain_over_the_day_sees_it_unless_first_steps_are_asked_for(
    app: Flask, ben: Browser, cast: Cast
) -> None:
    _fill(app, cast.ben, [6] * 20)
    with app.app_context():
        db.session.execute(update(FootDay).where(FootDay.patient_id == cast.ben).values(first_step_pain=None))
        db.session.commit()
    page = BeautifulSoup(ben.get("/progress").get_data(as_text=True), "html.parser")
    assert page.h2 is not None
    assert page.h2.get_text().startswith("Pain over the day: your")
    (current,) = page.select("nav[aria-label=Measure] [aria-current]")
    assert current.get_text(strip=True) == "Over the day"
    src = page.select("#trajectory")[0]["data-chart-src"]
    drawn = [trace for trace in ben.get(str(src)).get_json()["data"] if trace["name"] == "7-day mean"]
    assert len(drawn) == 1
    assert ben.get("/progress/figure.json").get_json() == ben.get(str(src)).get_json()
    asked = text_of(ben.get("/progress?measure=first_step"))
    assert "First-step pain: a 7-day mean needs at least 4 entries in 7 days." in asked


@pytest.mark.parametrize(
    ("days_since", "begins"), [(6, "First-step pain: your"), (7, "First-step pain up to 16 November 2026: your")]
)
def test_a_mean_from_before_this_week_is_told_with_its_day(
    app: Flask, ben: Browser, cast: Cast, days_since: int, begins: str
) -> None:
    # What is filled in ends yesterday.
    _fill(app, cast.ben, [*[7] * 20, *[None] * (days_since - 1)])
    page = BeautifulSoup(ben.get("/progress").get_data(as_text=True), "html.parser")
    assert page.h2 is not None
    assert page.h2.get_text().startswith(begins)
    drawn = page.select("#trajectory svg > title")
    assert [title.get_text().startswith(begins) for title in drawn] == [True, True]


def test_a_difference_is_that_of_the_numbers_beside_it_wherever_it_stands(app: Flask, ben: Browser, cast: Cast) -> None:
    # From 6.25 to 6: shown as 6.3 and 6.0.
    _fill(app, cast.ben, [7, 6, 6, 6, *[6] * 7])
    answer = ben.get("/progress")
    assert "your 7-day mean is 6.0, 0.3 lower than at your start (6.3)" in text_of(answer)
    row = BeautifulSoup(answer.get_data(as_text=True), "html.parser").select("#change tbody tr")[0]
    before, now, difference, _what = [cell.get_text() for cell in row.find_all("td")]
    assert (before[:3], now[:3], difference) == ("6.3", "6.0", "−0.3")


@pytest.mark.parametrize(("measure", "marked"), [("first_step", True), ("average", False)])
def test_only_first_steps_are_marked_as_told_from_memory(
    app: Flask, ana: Browser, cast: Cast, measure: str, marked: bool
) -> None:
    with app.app_context():
        db.session.execute(update(FootDay).where(FootDay.patient_id == cast.ana).values(first_step_recalled=True))
        db.session.commit()
    figure = ana.get(f"/progress/figure.json?measure={measure}").get_json()
    assert len(figure["data"]) > 2
    assert any(trace["name"] == "Entered later, from memory" for trace in figure["data"]) == marked


def test_a_reported_fall_above_the_own_start_is_clipped_and_explained(app: Flask, ben: Browser, cast: Cast) -> None:
    _fill(app, cast.ben, [5] * 10)
    page = text_of(ben.get("/progress?ranges=combined"))
    assert "Combined care: the reported average fall of 7.1 is more than the start of 5.0" in page
    assert "it would be 142 % of the start" in page


def test_the_page_costs_two_statements_whatever_is_in_the_table(
    app: Flask, ana: Browser, ben: Browser, cast: Cast
) -> None:
    counts = []
    for browser in (ben, ana):
        with counted(app) as statements:
            assert browser.get("/progress?days=365&ranges=all").status_code == 200
        counts.append(len(statements.own))
    with app.app_context():
        add_year(db.session, cast.ben, TODAY)
        add_crowd(db.session, cast.ben)
        db.session.commit()
    for browser in (ben, ana):
        with counted(app) as statements:
            assert browser.get("/progress?days=365&ranges=all").status_code == 200
        counts.append(len(statements.own))
    assert set(counts) == {2}


def test_ten_years_stay_small(app: Flask, ben: Browser, cast: Cast) -> None:
    _fill(app, cast.ben, [5, 6, None, 7, 4] * 730)
    page = ben.get("/progress?days=365&ranges=all", headers={"Accept-Encoding": "gzip"})
    figure = ben.get("/progress/figure.json?days=365", headers={"Accept-Encoding": "gzip"})
    assert len(gzip.decompress(page.data)) > len(page.data)
    assert len(page.data) < 40_000
    assert len(figure.data) < 15_000


def _period_names(browser: Browser, address: str = "/progress") -> list[str]:
    page = BeautifulSoup(browser.get(address).get_data(as_text=True), "html.parser")
    return [tab.get_text(strip=True) for tab in page.select('nav[aria-label="Period"] a')]


def test_a_course_of_more_than_a_year_can_be_seen_whole(app: Flask, ben: Browser, cast: Cast) -> None:
    _fill(app, cast.ben, [5] * 364)
    assert _period_names(ben) == ["30 days", "90 days", "1 year"]
    with app.app_context():
        ben_himself = db.session.get_one(Patient, cast.ben)
        factories.make_diary(db.session, ben_himself, TODAY - timedelta(days=799), [8] * 435)
        db.session.commit()
    assert _period_names(ben) == ["30 days", "90 days", "1 year", "All"]
    year, whole = (ben.get(f"/progress/figure.json?days={days}").get_json() for days in (365, "all"))
    entries = [next(trace for trace in figure["data"] if trace.get("x")) for figure in (year, whole)]
    assert entries[0]["x"][0] >= (TODAY - timedelta(days=365)).isoformat()
    # A point a week, in the middle of it.
    assert entries[1]["x"][0] <= (TODAY - timedelta(days=799 - 6)).isoformat()
    page = BeautifulSoup(ben.get("/progress?days=all").get_data(as_text=True), "html.parser")
    assert "of 800" in page.select_one(".stats").get_text(" ", strip=True)  # type: ignore[union-attr]
    page = BeautifulSoup(ben.get("/progress?days=all&chart=table").get_data(as_text=True), "html.parser")
    (table,) = page.select("table")
    assert [one.get_text(strip=True) for one in page.select("caption")] == ["Month by month"]
    rows = [[cell.get_text(strip=True) for cell in row.select("th, td")] for row in table.select("tbody tr")]
    assert len(rows) == len({(TODAY - timedelta(days=back)).replace(day=1) for back in range(800)})
    assert [row[1] for row in rows[:12]] == ["5"] * 12
    assert [row[1] for row in rows[-14:]] == ["8"] * 14
    assert {row[2] for row in rows[1:11]} <= {"28", "29", "30", "31"}
    assert all(row[5].endswith(f" of {row[2]}") for row in rows)


def test_only_what_the_period_shows_is_numbered_as_on_the_chart(app: Flask, ben: Browser, cast: Cast) -> None:
    _fill(app, cast.ben, [7] * 120)
    with app.app_context():
        ben_himself = db.session.get_one(Patient, cast.ben)
        factories.make_episode(db.session, ben_himself, "standard", TODAY - timedelta(days=100))
        db.session.commit()
    whole, month = (text_of(ben.get(f"/progress?days={days}")) for days in (365, 30))
    assert "1 · Radford 2007" in whole
    assert "outside this period" not in whole
    assert "1 · Radford 2007" not in month
    assert "It lies outside this period." in month


@pytest.mark.parametrize("values", [[6], [2] * 10])
def test_no_kind_of_care_is_offered_where_none_can_stand_beside(
    app: Flask, ben: Browser, cast: Cast, values: list[int | None]
) -> None:
    _fill(app, cast.ben, values)
    assert "ranges=all" not in ben.get("/progress").get_data(as_text=True)


def test_what_cannot_be_said_has_no_unit(app: Flask, ben: Browser, cast: Cast) -> None:
    _fill(app, cast.ben, [6])
    page = BeautifulSoup(ben.get("/progress").get_data(as_text=True), "html.parser")
    assert [number.get_text() for number in page.select(".stats dd")][:2] == ["–", "–"]


def test_high_pain_leads_to_the_list_of_when_to_see_someone(app: Flask, ana: Browser, cho: Browser, cast: Cast) -> None:
    quiet = ana.get("/progress").get_data(as_text=True)
    assert 'class="aside"' not in quiet
    with app.app_context():
        for back in range(4):
            day = TODAY - timedelta(days=back)
            db.session.merge(FootDay(patient_id=cast.ana, day=day, foot="right", first_step_pain=80))
        db.session.commit()
    page = text_of(ana.get("/progress"))
    assert "First-step pain, right foot: 8 or more on at least 3 of the last 4 days. When to see someone" in page
    # A practitioner gets no alarm: nothing here is watched over.
    assert "of the last 4 days" not in cho.get(f"/practice/{cast.share}").get_data(as_text=True)


def test_pain_that_rose_two_weeks_ago_and_stayed_leads_there_too(app: Flask, ben: Browser, cast: Cast) -> None:
    _fill(app, cast.ben, [*[3] * 20, *[6] * 21])
    page = text_of(ben.get("/progress"))
    rose = "for 14 days the 7-day mean was at least 2 points higher than before them. When to see someone"
    assert f"First-step pain, right foot: {rose}" in page


def test_of_many_flare_ups_the_newest_are_open_and_the_earlier_behind_one_tap(
    app: Flask, ben: Browser, cast: Cast
) -> None:
    _fill(app, cast.ben, [6] * 20)
    first = [TODAY - timedelta(days=back) for back in (200, 170, 140, 110, 80, 50)]
    with app.app_context():
        noted = {"patient_id": cast.ben, "confirmed": True}
        db.session.add_all(Flare(day=day, settled_on=day + timedelta(days=3), **noted) for day in first)
        db.session.commit()
    page = BeautifulSoup(ben.get("/progress").text, "html.parser")
    flares = page.select_one("section[aria-labelledby=flares]")
    assert flares is not None
    told = [line.text for line in flares.select("li")]
    assert told == [f"From {long_date(day)}: settled after 3 days" for day in reversed(first)]
    assert [line.text for line in flares.select("details li")] == told[4:]
    assert flares.select_one("summary").text == "Earlier (2)"  # type: ignore[union-attr]
