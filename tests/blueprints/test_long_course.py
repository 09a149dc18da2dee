"""The whole course: its page holds the picture, and all else is made when asked for, by month from two years on."""

from __future__ import annotations

import re
from datetime import date, timedelta

import plotly.graph_objects as go
import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy import delete, func, select, update

from firststep.extensions import db
from firststep.figures.theme import LIGHT, paint
from firststep.models import AccessEvent, Day, Dose, Episode, FootDay, Patient, Plan, Share
from tests import factories
from tests.cast import TODAY, Browser, Cast, sign_in
from tests.support.crowd import add_year
from tests.support.statements import counted

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
DAYS = 1_100
#: A month in the middle, of which all that is asked below is known.
MONTH = date(2025, 6, 1)
CHARTS = ("change", "nsaid", "stretching")


@pytest.fixture
def long_course(app: Flask, cast: Cast) -> None:
    """Let Ana answer everything for three years, with a known June of 2025."""
    with app.app_context():
        first = TODAY - timedelta(days=DAYS - 1)
        for table in (FootDay, Day):
            db.session.execute(delete(table).where(table.patient_id == cast.ana))
        add_year(db.session, cast.ana, TODAY, DAYS)
        of_ana = db.session.get_one(Patient, cast.ana)
        factories.make_episode(db.session, of_ana, "acupuncture", first + timedelta(days=40))
        answered = Day.patient_id == cast.ana
        db.session.execute(update(Day).where(answered).values(stretch_done=True, nsaid_taken=False, stretch_sets=None))
        on = [MONTH + timedelta(days=offset) for offset in range(30)]
        db.session.execute(
            update(Day).where(answered, Day.day.in_(on[:10])).values(nsaid_taken=True, stretch_done=False)
        )
        db.session.execute(
            update(Day).where(answered, Day.day.in_(on[20:])).values(nsaid_taken=None, stretch_done=None)
        )
        db.session.add(Plan(patient_id=cast.ana, day=first, preset="own", sets_per_day=2))
        db.session.add_all(Dose(patient_id=cast.ana, day=day, product="ibuprofen", dose_mg=400) for day in on[:10])
        db.session.add(Dose(patient_id=cast.ana, day=on[12], product="diclofenac gel", form="gel"))
        db.session.commit()


def page(browser: Browser, address: str) -> BeautifulSoup:
    answer = browser.get(address)
    assert answer.status_code == 200
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def part(browser: Browser, address: str) -> BeautifulSoup:
    answer = browser.get(address, headers=PART)
    assert answer.status_code == 200
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def row_of(table: Tag, first: str) -> list[str]:
    for row in table.select("tbody tr"):
        cells = [cell.get_text().replace("\xa0", " ") for cell in row.find_all(["th", "td"])]
        if cells[0] == first:
            return cells
    raise AssertionError(f"no row {first}")


def later(found: BeautifulSoup, key: str) -> str:
    """Return the address by which a chart comes, which a tap and a scroll ask for alike."""
    (place,) = found.select(f"#{key}[data-later]")
    (link,) = place.select("a")
    assert place["hx-get"] == link["href"] == link["hx-get"]
    assert not place.select("svg")
    return str(link["href"])


def test_the_page_holds_the_picture_and_leaves_the_rest_for_later(long_course: None, ana: Browser) -> None:
    whole = page(ana, "/progress?days=all")
    assert len(whole.select("svg[role=img]")) == 1
    assert not whole.select("table")
    assert [place["id"] for place in whole.select(".panels > [data-later]")] == list(CHARTS)
    # Of a year of the same person only the table of its days does.
    year = page(ana, "/progress?days=365")
    assert len(year.select("svg[role=img]")) == 5
    assert not year.select(".panels [data-later]")
    assert not year.select("#trajectory table")
    assert page(ana, "/progress?days=90").select("#trajectory table")


def test_the_picture_for_a_wide_screen_comes_where_it_is_seen(long_course: None, ana: Browser) -> None:
    whole = page(ana, "/progress?days=all&measure=both")
    (wide,) = whole.select(".only-narrow + .only-wide")
    assert wide.get_text(strip=True) == ""
    assert wide["hx-trigger"] == "intersect once"
    came = part(ana, str(wide["hx-get"]))
    (drawing,) = came.select("svg[role=img]")
    assert drawing["viewbox"] == "0 0 672 346"
    # The same words in another size.
    (narrow,) = whole.select(".only-narrow svg[role=img]")
    assert (drawing.title, drawing.desc) != (None, None)
    assert [drawing.find(tag).get_text() for tag in ("title", "desc")] == [
        narrow.find(tag).get_text() for tag in ("title", "desc")
    ]
    alone = page(ana, str(wide["hx-get"]))
    assert str(alone.select_one("svg[role=img]")) == str(drawing)
    assert str(alone.find("a", string="All charts")["href"]).endswith("#trajectory")


@pytest.mark.parametrize("key", CHARTS)
def test_a_chart_comes_alone_with_all_that_belongs_to_it(long_course: None, ana: Browser, key: str) -> None:
    address = later(page(ana, "/progress?days=all&measure=both"), key)
    came = part(ana, address)
    (chart,) = came.find_all(recursive=False)
    assert chart["id"] == key
    assert (
        len(chart.select("svg[role=img]"))
        == len(chart.select("h2.figure__sentence"))
        == len(chart.select("table"))
        == 1
    )
    # The browser explores the same: with the same choices.
    source = str(chart["data-chart-src"])
    assert "days=all" in source
    assert "measure=both" in source
    drawn = ana.get(source).get_json()
    assert len(go.Figure(paint(drawn, LIGHT)).data) == len(drawn["data"]) > 0
    # Without scripts the same address is a page with a way back to this place.
    alone = page(ana, address)
    assert alone.select_one("html") is not None
    assert str(alone.select_one(f"#{key} svg[role=img]")) == str(chart.select_one("svg[role=img]"))
    (back,) = alone.find_all("a", string="All charts")
    assert str(back["href"]).endswith(f"#{key}")
    assert later(page(ana, str(back["href"])), key) == address


def test_nsaids_go_by_month(long_course: None, ana: Browser) -> None:
    found = part(ana, "/progress?days=all&chart=nsaid")
    # 10 of 20 answered days in a month of 30: half of its days are enough.
    assert row_of(found, "Jun 2025")[1:] == ["3.5", "20 / 30", "Diclofenac gel (1 dose); Ibuprofen 4,000 mg (10 doses)"]
    assert row_of(found, "May 2025")[1:3] == ["0.0", "31 / 31"]
    drawn = ana.get("/progress/figure.json?days=all&chart=nsaid").get_json()
    bars = {trace["name"]: trace for trace in drawn["data"]}["NSAID days a week, of each month"]
    assert (bars["x"], bars["y"]) == (["2025-06-16"], [3.5])
    assert len(next(trace for trace in drawn["data"] if trace["name"] == "None in the month")["x"]) >= 35
    assert drawn["layout"]["xaxis"]["unifiedhovertitle"]["text"] == "%{x|%b %Y}"


@pytest.mark.parametrize(("answers", "said"), [(15, "0.0"), (14, "–")])
def test_a_month_with_answers_on_fewer_than_half_of_its_days_says_nothing(
    app: Flask, cast: Cast, long_course: None, ana: Browser, answers: int, said: str
) -> None:
    april = date(2025, 4, 1)
    with app.app_context():
        few = Day.day.between(april + timedelta(days=answers), date(2025, 4, 30))
        db.session.execute(update(Day).where(Day.patient_id == cast.ana, few).values(nsaid_taken=None))
        db.session.commit()
    assert row_of(part(ana, "/progress?days=all&chart=nsaid"), "Apr 2025")[1:3] == [said, f"{answers} / 30"]
    drawn = ana.get("/progress/figure.json?days=all&chart=nsaid").get_json()
    few_marks = [trace["x"] for trace in drawn["data"] if trace["name"] == "Too few answers in the month"]
    assert ("2025-04-16" in (few_marks or [[]])[0]) == (said == "–")


def test_stretching_goes_by_month(long_course: None, ana: Browser) -> None:
    found = part(ana, "/progress?days=all&chart=stretching")
    # 20 answers, 10 of them yes; of 2 sets on each of 30 days a yes without a number stands for the planned ones.
    assert row_of(found, "Jun 2025")[1:] == ["10", "20 / 30", "20 / 60", "33 %"]
    assert row_of(found, "May 2025")[1:] == ["31", "31 / 31", "62 / 62", "100 %"]
    assert f"{DAYS - 10} days with an answer" in found.get_text().replace("\xa0", " ")
    assert "Months are counted whole" in found.get_text()
    drawn = ana.get("/progress/figure.json?days=all&chart=stretching").get_json()
    names = {trace["name"]: trace for trace in drawn["data"]}
    done = names["Days of stretching"]
    assert done["y"][done["x"].index("2025-06-16")] == 10
    assert drawn["layout"]["yaxis"]["range"][1] > 31


def test_the_table_of_the_whole_course_comes_when_it_is_opened(long_course: None, ana: Browser) -> None:
    whole = page(ana, "/progress?days=all")
    (details,) = whole.select("#trajectory details[data-later]")
    (link,) = details.select("a")
    assert details["hx-get"] == link["href"]
    assert details["hx-target"] == f"#{link.parent['id'] if link.parent else ''}"
    came = part(ana, str(link["href"]))
    (table,) = came.select("table")
    assert row_of(table, "Jun 2025")[2] == "30"
    alone = page(ana, str(link["href"]))
    assert str(alone.select_one("table")) == str(table)
    (back,) = alone.find_all("a", string="All charts")
    address, _, place = str(back["href"]).partition("#")
    assert len(page(ana, address).select(f"#{place}")) == 1


def test_by_itself_it_says_what_it_is_of_and_on_paper_from_when(
    cast: Cast, long_course: None, ana: Browser, cho: Browser
) -> None:
    told = "First-step pain, right foot, 20 Nov 2023 to 23 Nov 2026"
    pages = [page(browser, f"{at}?days=all&chart=table") for browser, at in seen_by(cast, ana, cho)]
    assert [str(one.select_one(".page-head .lead").get_text()) for one in pages] == [told, told]  # type: ignore[union-attr]
    for browser, at in seen_by(cast, ana, cho):
        for address in (at, f"{at}?days=all&chart=nsaid"):
            (paper,) = page(browser, address).select("main > .printed")
            assert paper.get_text().endswith("23 November 2026"), address


def seen_by(cast: Cast, ana: Browser, cho: Browser) -> list[tuple[Browser, str]]:
    """List who may see the course, and where."""
    return [(ana, "/progress"), (cho, f"/practice/{cast.share}")]


def test_up_to_two_years_the_charts_go_by_week(app: Flask, cast: Cast, long_course: None, ana: Browser) -> None:
    # 105 weeks, Monday first, that end with the one of today.
    monday = TODAY - timedelta(days=TODAY.weekday() + 7 * 104)
    with app.app_context():
        for table in (FootDay, Day):
            db.session.execute(delete(table).where(table.patient_id == cast.ana, table.day < monday))
        earlier = (Episode.patient_id == cast.ana, Episode.starts_on < monday)
        db.session.execute(delete(Episode).where(*earlier))
        db.session.commit()
    by_week = part(ana, "/progress?days=all&chart=nsaid")
    # One of them, in June, has no answer.
    assert len(by_week.select("tbody tr")) == 104
    assert by_week.select("th")[0].get_text() == "Week from"
    with app.app_context():
        db.session.add(Day(patient_id=cast.ana, day=monday - timedelta(days=1), nsaid_taken=False))
        db.session.commit()
    by_month = part(ana, "/progress?days=all&chart=nsaid")
    assert len(by_month.select("tbody tr")) == 25
    assert by_month.select("th")[0].get_text() == "Month"


def test_a_part_that_does_not_exist_is_the_page(long_course: None, ana: Browser) -> None:
    assert page(ana, "/progress?days=all&chart=nonsense").select("#trajectory")


@pytest.mark.parametrize(
    ("chart", "said"),
    [
        ("change", "What changed Nothing to compare: it takes a baseline and a later 7-day mean."),
        ("nsaid", "NSAIDs Nothing to draw in this period"),
        ("stretching", "Stretching Nothing to draw in this period"),
        ("table", "No entries yet"),
        ("wide", "No entries yet"),
    ],
)
def test_with_nothing_to_draw_it_says_so_of_which_chart(nobody_yet: Browser, chart: str, said: str) -> None:
    # It takes the place of what the page called by its name.
    assert " ".join(part(nobody_yet, f"/progress?days=all&chart={chart}").get_text().split()) == said


@pytest.fixture
def nobody_yet(app: Flask, cast: Cast) -> Browser:
    """Return the browser of a patient without an entry."""
    with app.app_context():
        new: Patient = factories.make_patient(db.session, "new@example.com")
        db.session.commit()
        return sign_in(app, new.user_id)


@pytest.mark.parametrize("scope", ["summary", "charts"])
def test_a_practitioner_gets_the_parts_within_the_scope(app: Flask, cast: Cast, long_course: None, scope: str) -> None:
    with app.app_context():
        db.session.execute(update(Share).where(Share.id == cast.share).values(scope=scope))
        db.session.commit()
    cho, at = sign_in(app, cast.cho_user), f"/practice/{cast.share}"
    opened = page(cho, f"{at}?days=all")
    looks = looked(app, cast)
    for chart in (*CHARTS, "table", "wide"):
        came = part(cho, f"{at}?days=all&chart={chart}")
        assert bool(came.select("svg[role=img], table")) == (scope == "charts"), chart
    if scope == "summary":
        assert not opened.select("[data-later]")
        return
    # What the open page fetches belongs to the look that opened it.
    assert looked(app, cast) == looks == 1
    assert later(opened, "nsaid").startswith(at)
    alone = page(cho, later(opened, "nsaid"))
    assert alone.select("[hx-get$='/still']")
    assert re.search(r"figure\.json\?.*chart=nsaid", str(alone.select("#nsaid")[0]["data-chart-src"]))


def test_the_first_look_at_a_part_is_noted(app: Flask, cast: Cast, long_course: None, cho: Browser) -> None:
    before = looked(app, cast)
    part(cho, f"/practice/{cast.share}?days=all&chart=nsaid")
    assert looked(app, cast) == before + 1


@pytest.mark.parametrize("scope", ["summary", "charts"])
def test_a_page_of_its_own_is_a_look_as_any_other(
    app: Flask, cast: Cast, long_course: None, cho: Browser, scope: str
) -> None:
    with app.app_context():
        db.session.execute(update(Share).where(Share.id == cast.share).values(scope=scope))
        db.session.commit()
    before = looked(app, cast)
    for count in (1, 2):
        page(cho, f"/practice/{cast.share}?days=all&chart=nsaid")
        assert looked(app, cast) == before + count


def test_a_page_of_its_own_says_from_which_day_entries_are_shared(
    app: Flask, cast: Cast, long_course: None, cho: Browser
) -> None:
    address = f"/practice/{cast.share}?days=all&chart=nsaid"
    said = "Only entries from 17 Jun 2024 on are shared."
    assert "Only entries from" not in page(cho, address).get_text()
    with app.app_context():
        db.session.execute(update(Share).where(Share.id == cast.share).values(from_day=date(2024, 6, 17)))
        db.session.commit()
    alone = page(cho, address)
    assert said in alone.get_text().replace("\xa0", " ")
    # Of the month with that day the shared ones count: fourteen, which are fewer than half of it.
    assert row_of(alone, "Jun 2024")[1:3] == ["–", "14 / 30"]
    assert "Only entries from" not in part(cho, address).get_text()


def looked(app: Flask, cast: Cast) -> int:
    with app.app_context():
        views = select(func.count()).where(AccessEvent.patient_id == cast.ana, AccessEvent.what.startswith("viewed"))
        return db.session.scalars(views).one()


def test_each_part_takes_two_statements(app: Flask, long_course: None, ana: Browser) -> None:
    for chart in (*CHARTS, "table"):
        with counted(app) as statements:
            part(ana, f"/progress?days=all&chart={chart}")
        assert len(statements.own) == 2, statements.own
