"""The page of sources: every source explained, nothing made up, and what is missing said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask

from firststep.clinical.benchmarks import Benchmark, Benchmarks, load_benchmarks
from firststep.web.sources import SourceGroup, sentence, source_groups
from firststep.web.typography import unbroken
from tests.cast import Browser

ROWS = {row.id: row for row in load_benchmarks().rows}


@pytest.fixture
def speaking(app: Flask) -> Iterator[None]:
    """Let sentences be made as for a page in English."""
    with app.test_request_context():
        yield


@pytest.fixture
def page(nobody: Browser) -> BeautifulSoup:
    """Return the page as somebody without an account sees it."""
    answer = nobody.get("/benchmarks")
    assert answer.status_code == 200
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def only(row: Benchmark) -> list[SourceGroup]:
    """Return the page of a source with this one figure."""
    source = replace(row.source, beside=())
    return source_groups(Benchmarks((source,), (replace(row, source=source),)))


def heading_of(paragraph: Tag) -> str:
    """Return the heading that a paragraph stands under."""
    heading = paragraph.find_previous("h4")
    return heading.get_text() if heading else ""


def test_every_source_is_on_the_page_once_with_all_that_is_asked_of_it(page: BeautifulSoup) -> None:
    for source in load_benchmarks().sources:
        (part,) = page.select(f"details#{source.id}")
        text = part.get_text(" ", strip=True)
        for heading in ("What it measured", "In whom", "What it found", "What it does not say"):
            assert heading in text, source.id
        assert f"Grade {source.grade}: " in text
        assert f"Checked on {source.checked_on.day} November 2026" in text.replace("Nov ", "November ")
        links = [link["href"] for link in part.select("a[rel]")]
        assert links == ([f"https://doi.org/{source.doi}"] if source.doi else [])


def test_nothing_that_is_known_stands_under_what_a_source_does_not_say(page: BeautifulSoup) -> None:
    for source in load_benchmarks().sources:
        (part,) = page.select(f"details#{source.id}")
        known = {paragraph.get_text(): heading_of(paragraph) for paragraph in part.find_all("p")}
        assert [known[unbroken(note)] for note in source.notes] == ["What else to know"] * len(source.notes)


def test_every_link_of_the_page_leads_to_a_part_of_it_and_no_id_is_there_twice(page: BeautifulSoup) -> None:
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))
    targets = [link["href"][1:] for link in page.select("main a[href^='#']")]
    assert len(targets) >= 9
    assert set(targets) <= set(ids)


def test_what_misleads_alone_stands_next_to_its_neighbour(page: BeautifulSoup) -> None:
    ids = [part["id"] for part in page.select("details.source")]
    for one, other in (("hansen-2018", "aaos"), ("rathleff-2015", "riel-2023")):
        assert abs(ids.index(one) - ids.index(other)) == 1
        assert page.select(f"details#{one} a[href='#{other}']")
        assert page.select(f"details#{other} a[href='#{one}']")


def test_the_terms_of_the_trade_are_explained_before_they_are_used(page: BeautifulSoup) -> None:
    text = page.get_text(" ", strip=True)
    for term in ("A VAS is a line", unbroken("A 95 % interval says")):
        assert 0 < text.index(term) < text.index("On this page")


def test_what_could_not_be_verified_is_said(page: BeautifulSoup) -> None:
    (section,) = page.select("section#not-verified")
    text = section.get_text(" ", strip=True)
    for said in ("JAMA Internal Medicine", "how many people", "relapse within six months", "NCT04185259"):
        assert said in text
    section.decompose()
    # Nowhere else: the trial that was not found is cited by nothing.
    assert "JAMA" not in page.get_text()


def test_the_page_needs_no_script_to_open_a_source(page: BeautifulSoup) -> None:
    assert not page.select("details.source [hidden], details.source[hidden]")
    assert all(part.select("summary h3") for part in page.select("details.source"))


@pytest.mark.usefixtures("speaking")
@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("radford-2007-control", "Sham ultrasound alone in week 2: fell by 13.2 on average (VAS 0-100 mm)."),
        ("zhang-2011-pc7", "fell by 22.6 on average (VAS 0-100, morning pain); 95 % interval 14.8 to 30.4."),
        (
            "cotchett-2014-first-step",
            "in week 6: 14.4 lower than in that group (VAS 0-100 mm); 95 % interval 23.5 lower to 5.2 lower.",
        ),
        (
            "cotchett-2014-fhsq-pain",
            "10 higher than in that group (FHSQ pain, 0 worst to 100 best); 95 % interval 1 higher to 19.1 higher.",
        ),
        # An interval with no difference in it says so in words, and not by a sign that is easily missed.
        (
            "radford-2007-difference",
            "7.9 lower than in that group (VAS 0-100 mm); 95 % interval 18.3 lower to 2.6 higher.",
        ),
        ("wang-2020-manual", "21 of 42 people (50 %; 95 % interval 35.5 to 64.5 %, computed here)."),
        ("wang-2020-electroacupuncture", "23 of 42 people (54.8 %; 95 % interval 39.9 to 68.8 %, computed here)."),
        ("hansen-2018-year-1", "Any care in week 52: 80.5 % of people. Still had it"),
        (
            "clinic-report-combined",
            "fell by 7.1 on average (VAS 0-10); relief after 2 to 4 weeks; relapse within 6 months",
        ),
        ("clinic-report-after-4-sessions", "Four sessions: 73 % of people."),
        (
            "clinic-report-nsaids",
            'Care at the clinic: "Over half" reduced or stopped daily NSAIDs; no number is given.',
        ),
        ("koc-2023-exists", "Physical therapy: Listed because it is the current guideline"),
    ],
)
def test_figures_in_words(row: str, said: str) -> None:
    assert said in sentence(ROWS[row])


@pytest.mark.usefixtures("speaking")
def test_a_rise_is_called_one() -> None:
    row = replace(ROWS["radford-2007-control"], change_mean=Decimal("2.5"))
    assert "rose by 2.5 on average" in sentence(row)


@pytest.mark.usefixtures("speaking")
@pytest.mark.parametrize(
    ("row", "kind", "drawn"),
    [
        ("radford-2007-control", "Fall from the start", "Drawn as a point on the chart of: First-step pain."),
        ("radford-2007-difference", "Difference between two groups", "Not drawn: a difference between two groups"),
        ("kumnerddee-2012-usual-care", "Fall from the start", "Not drawn: it does not say which pain was measured."),
        ("riel-2023-advice-injection", "Difference between two groups", "Not drawn: a difference"),
        ("wang-2020-manual", "Share of people", "Not drawn: a share of people"),
        ("hansen-2018-year-5", "Share who still had it", "Not drawn: a share of people"),
        ("clinic-report-combined", "Fall from the start", "Drawn as a range beside either kind of pain"),
        ("clinic-report-nsaids", "In words", None),
    ],
)
def test_each_figure_says_what_it_is_and_where_it_is_drawn(row: str, kind: str, drawn: str | None) -> None:
    (group,) = only(ROWS[row])
    (figure,) = group.sources[0].figures
    assert figure.kind == kind
    assert figure.drawn == drawn if drawn is None else figure.drawn is not None and figure.drawn.startswith(drawn)


@pytest.mark.usefixtures("speaking")
@pytest.mark.parametrize(
    ("changes", "drawn"),
    [
        ({"week": None}, "Not drawn: it does not say after how many weeks."),
        ({"measure": "ffi"}, "Not drawn: it was not measured on a 0-10 scale of pain."),
        ({"measure": "average"}, "Drawn as a point on the chart of: Pain over the day."),
    ],
)
def test_the_reason_for_a_figure_that_is_not_drawn(changes: dict[str, object], drawn: str) -> None:
    (group,) = only(replace(ROWS["radford-2007-control"], **changes))  # type: ignore[arg-type]
    assert group.sources[0].figures[0].drawn == drawn


@pytest.mark.usefixtures("speaking")
def test_a_recalled_figure_is_not_told() -> None:
    (group,) = only(replace(ROWS["radford-2007-control"], confidence="R"))
    assert group.sources[0].figures == []
