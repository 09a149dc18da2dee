"""The cohort's page: figures as the command prints them, few people, who is counted, and the choice in the address."""

from __future__ import annotations

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select, update

from firststep.extensions import db
from firststep.models import ImportedCase, Patient, Share
from tests.blueprints.test_extracts import of_csv, of_xlsx
from tests.cast import Browser, Cast
from tests.commands.test_sheets import bring_in, cohort

PAGE = "/practice/cohort"


def opened(browser: Browser, address: str = PAGE, status: int = 200) -> BeautifulSoup:
    answer = browser.get(address)
    assert answer.status_code == status
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def text_of(page: BeautifulSoup, selector: str = "main") -> str:
    found = page.select_one(selector)
    assert found is not None, selector
    return re.sub(r"\s+", " ", found.get_text(" ").replace("\N{NO-BREAK SPACE}", " ")).strip()


def lines(page: BeautifulSoup, figure: str) -> list[str]:
    """Return the text of each arm's line of a figure."""
    rows = page.select(f"#{figure} > tr:has(> th[scope=row])")
    return [re.sub(r"\s+", " ", row.get_text(" ").replace("\N{NO-BREAK SPACE}", " ")).strip() for row in rows]


@pytest.fixture
def sample(app: Flask, cast: Cast) -> Any:
    """Bring the sample sheet in, and return what the command prints of it."""
    bring_in(app)
    return {arm["arm"]: arm for arm in cohort(app)["arms"]}


def test_the_page_says_what_the_command_prints(cho: Browser, sample: Any) -> None:
    page = opened(cho)
    for at, arm in enumerate(("standard", "acupuncture", "combined")):
        of = sample[arm]
        mean, line = of["reduction_week12"], lines(page, "reduction_week12")[at].replace("\N{MINUS SIGN}", "-")
        assert f"{mean['value']:.1f} {mean['n']} people" in line
        assert f"95 % interval {mean['low']:.1f} to {mean['high']:.1f}" in line
        weeks, line = of["weeks_to_relief"], lines(page, "weeks_to_relief")[at]
        assert f"{weeks['n']} people · {weeks['events']} had relief while followed" in line
        assert (f"{weeks['median']:.1f} weeks" if weeks["median"] else "Not reached by half") in line
        share, line = of["improved_after_4"], lines(page, "improved_after_4")[at]
        assert f"{share['k']} of {share['n']}" in line
        assert f"{round(100 * share['value'])} %" in line
        who = page.select("#arms dd")[at].get_text(" ")
        assert f"{of['n']} people" in who
        assert all(str(people) in who for people in of["left_out"].values())
        assert "visits-1" in who


def test_beside_it_stands_what_the_clinic_reported_with_its_grade(cho: Browser, sample: Any) -> None:
    page = opened(cho)
    assert [line.rpartition(" ")[2] for line in lines(page, "reduction_week12")] == ["3.2", "5.8", "7.1"]
    assert "Grade E: clinic-reported, not peer-reviewed" in text_of(page, "caption")
    assert lines(page, "relapse_6_months")[2].endswith("11 %")
    assert 'together: 73 %; "Significant improvement" after 4 sessions' in text_of(page, "#improved_after_4")
    # Orders and superlatives have no place here.
    assert not re.search(r"\b(best|better than|worst|winner|rank \d|#1)\b", text_of(page, "table").lower())


def test_what_overlaps_is_too_few_to_compare(cho: Browser, sample: Any) -> None:
    page = opened(cho)
    assert "Any two of the three are too few to compare." in text_of(page, "#improved_after_4")
    # Of standard care too few had relief to say anything of a relapse.
    assert "Too few to compare: Acupuncture · Combined care." in text_of(page, "#relapse_6_months")


def test_the_curves_are_those_of_the_table(cho: Browser, sample: Any) -> None:
    page = opened(cho)
    figures = {figure["id"]: figure for figure in page.select("figure[data-chart-src]")}
    assert list(figures) == ["relief", "relapse"]
    drawn = cho.get(figures["relapse"]["data-chart-src"]).get_json()
    lines = {trace["name"]: trace for trace in drawn["data"] if trace["mode"] == "lines"}
    # Of standard care only four had relief.
    assert list(lines) == ["Acupuncture", "Combined care"]
    at_26_weeks = [y for x, y in zip(lines["Acupuncture"]["x"], lines["Acupuncture"]["y"], strict=True) if x <= 26][-1]
    assert at_26_weeks == pytest.approx(100 * sample["acupuncture"]["relapse_6_months"]["value"], abs=0.05)
    assert "too few to show" in text_of(page, "#relapse figcaption")
    followed = [row for row in page.select("#relief tbody tr") if row.th and row.th.text == "0"]
    assert "13 followed" in followed[0].td.text  # type: ignore[union-attr]


def test_a_figure_that_is_not_there_is_not_found(cho: Browser, dee: Browser, sample: Any) -> None:
    assert cho.get(f"{PAGE}/figure.json?chart=relief").status_code == 200
    assert dee.get(f"{PAGE}/figure.json?chart=relief").status_code == 404
    for query in ("chart=other", "", "chart=relief&side=middle", "chart=relief&first_day=2027"):
        assert cho.get(f"{PAGE}/figure.json?{query}").status_code == 404, query


def test_few_people_show_no_figure(app: Flask, cho: Browser, cast: Cast) -> None:
    with app.app_context():
        db.session.execute(update(Share).where(Share.id == cast.share).values(cohort_use=True))
        db.session.commit()
    page = opened(cho)
    assert "1 person with a diary and 0 cases of your own log." in text_of(page, "#who")
    assert (
        lines(page, "reduction_week12")[1] == "Acupuncture Too few to show 1 person 5.8"
        or "0 people" in (lines(page, "reduction_week12")[1])
    )
    assert all("Too few to show" in line for line in lines(page, "nsaid_stopped"))
    assert page.select("#weeks_to_relief b, figure") == []


def test_nobody_counts_without_their_word(cho: Browser, cast: Cast) -> None:
    text = text_of(opened(cho))
    assert "Nobody to count" in text
    assert "allow it" in text


def test_a_stopped_share_leaves_at_once(app: Flask, cho: Browser, cast: Cast) -> None:
    for state, counts in (("active", True), ("stopped", False)):
        with app.app_context():
            db.session.execute(update(Share).where(Share.id == cast.share).values(cohort_use=True, state=state))
            db.session.commit()
        assert ("1 person with a diary" in text_of(opened(cho))) is counts


def test_the_choice_is_kept_and_narrows(app: Flask, cho: Browser, cast: Cast, sample: Any) -> None:
    page = opened(cho, f"{PAGE}?first_day=2026-01-01&last_day=2026-12-31&side=left&lasted=under_3_months")
    assert page.select_one("#first_day")["value"] == "2026-01-01"  # type: ignore[index]
    assert page.select_one("#side option[selected]")["value"] == "left"  # type: ignore[index]
    assert "Nobody to count" in text_of(page)
    # Of cases of a sheet nobody knows the side.
    with app.app_context():
        cases = db.session.scalars(select(ImportedCase.patient_id)).all()
        db.session.execute(update(Patient).where(Patient.id.in_(cases[:9])).values(feet="left"))
        db.session.commit()
    text = text_of(opened(cho, f"{PAGE}?side=left"))
    assert "9 cases of your own log" in text
    assert f"{len(cases) - 9} more are left away here" in text


@pytest.mark.parametrize(
    "query",
    ["side=middle", "lasted=ever", "first_day=01.02.2026", "first_day=2026-05-02&last_day=2026-05-01", "last_day=x"],
)
def test_what_cannot_be_read_is_named_and_nothing_is_computed(cho: Browser, sample: Any, query: str) -> None:
    page = opened(cho, f"{PAGE}?{query}", status=422)
    assert page.select_one("[data-error-summary]") is not None
    assert page.select("table") == []


def test_another_practitioner_counts_their_own(dee: Browser, sample: Any) -> None:
    assert "Nobody to count" in text_of(opened(dee))


@pytest.mark.parametrize(("form", "read"), [("xlsx", of_xlsx), ("csv", of_csv)])
def test_the_file_holds_the_table_unrounded_with_its_definitions(
    cho: Browser, sample: Any, form: str, read: Any
) -> None:
    answer = cho.get(f"{PAGE}/file?form={form}&side=", buffered=True)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert "firststep-cohort-2026-11-23" in answer.headers["Content-Disposition"]
    tables = read(answer.data)
    for row in tables["figures"]:
        expected = sample[row["arm"]][row["figure"]]
        for name in ("n", "k", "events", "value", "median", "q1", "q3", "low", "high"):
            value = expected.get(name)
            assert row[name] == "" if value is None else float(row[name]) == pytest.approx(value, rel=1e-12)
    assert len(tables["figures"]) == 18
    assert tables["figures"][0]["reported"] == "3.2"
    assert {row["reported_grade"] for row in tables["figures"]} == {"Grade E: clinic-reported, not peer-reviewed"}
    for row in tables["arms"]:
        assert int(row["people"]) == sample[row["arm"]]["n"]
        assert {
            reason: people for reason, people in sample[row["arm"]]["left_out"].items() if int(row[reason]) != people
        } == {}
    assert ("relapse_6_months", "acupuncture", "combined", "too_few_to_compare") in {
        (row["figure"], row["one"], row["other"], row["said"]) for row in tables["comparisons"]
    }
    assert "Kaplan and Meier" in {row["word"]: row["meaning"] for row in tables["definitions"]}["Meaningful relief"]
    of_relapse = [row for row in tables["curves"] if (row["event"], row["arm"]) == ("relapse", "acupuncture")]
    at_26_weeks = [row for row in of_relapse if int(row["days"]) <= 182][-1]
    relapse = sample["acupuncture"]["relapse_6_months"]
    for name, value in (("share", "value"), ("low", "low"), ("high", "high")):
        assert float(at_26_weeks[name]) == pytest.approx(relapse[value])
    about = {row["what"]: row["value"] for row in tables["about"]}
    assert (about["cases_of_sheets"], about["side"]) == ("48", "")


def test_a_file_of_another_form_or_choice_is_not_there(cho: Browser, sample: Any) -> None:
    for query in ("", "form=pdf", "form=csv&side=middle"):
        assert cho.get(f"{PAGE}/file?{query}").status_code == 404, query
