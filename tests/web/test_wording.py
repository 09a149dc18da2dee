"""Names and sentences that several pages share: one name for one thing, and nothing said that is not so."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import get_args

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from blueprints.treatment.forms import EpisodeForm
from firststep.clinical.benchmarks.shapes import Grade
from firststep.extensions import db
from firststep.figures import words
from firststep.figures.series import short
from firststep.models import FootDay
from firststep.web import wording
from firststep.web.wording import arm_name, grade_name, weeks_since_start
from tests.cast import TODAY, Browser, Cast
from tests.support.letters import write


def test_a_grade_says_its_letter_as_the_legend_does(app: Flask) -> None:
    with app.test_request_context():
        assert all(grade_name(grade).startswith(f"Grade {grade}: ") for grade in get_args(Grade))


def test_care_has_one_name_in_forms_and_on_charts(app: Flask) -> None:
    with app.test_request_context():
        for arm, label, *_ in EpisodeForm(formdata=None).arm.choices:
            assert str(label).startswith(arm_name(arm))


@pytest.mark.parametrize(
    ("weeks", "said"),
    [(0, "Less than a week since the start"), (1, "1 week since the start"), (46, "46 weeks since the start")],
)
def test_weeks_since_the_start(app: Flask, weeks: int, said: str) -> None:
    with app.test_request_context():
        assert weeks_since_start(weeks) == said


def test_the_weekly_mail_and_the_practitioner_count_weeks_alike(app: Flask, cast: Cast, cho: Browser) -> None:
    letter = write(app, cast, "weekly_summary", detailed=True)
    page = cho.get(f"/practice/{cast.share}").get_data(as_text=True)
    counted = [re.findall(r"([0-9]+) weeks since the start", text) for text in (letter.text, page)]
    # 41 days on the Sunday that the letter ends with, 42 on the Monday of the look.
    assert counted == [["5"], ["6"]]


def test_no_mail_calls_a_clinics_own_report_published(app: Flask, cast: Cast) -> None:
    letter = write(app, cast, "weekly_summary", detailed=True)
    assert "what a clinic reported for" in letter.text
    assert "ublished" not in letter.text


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (6.25, "6.3"),
        (Fraction(25, 4), "6.3"),
        (6.75, "6.8"),
        (Fraction(121, 20), "6.1"),
        (6.05, "6.1"),
        (Fraction(1, 7), "0.1"),
        (-0.04, "0.0"),
        (-0.25, "-0.3"),
    ],
)
def test_a_half_is_rounded_up_on_charts_and_in_sentences_alike(app: Flask, value: Fraction | float, said: str) -> None:
    with app.test_request_context():
        assert wording.points(value) == words.points(value) == said


def test_a_baseline_of_four_entries_is_one_number_everywhere(app: Flask, cast: Cast, ben: Browser) -> None:
    with app.app_context():
        for back, pain in enumerate((60, 70, 60, 60), start=1):
            day = TODAY - timedelta(days=back)
            db.session.add(FootDay(patient_id=cast.ben, day=day, foot="right", first_step_pain=pain))
        db.session.commit()
    page = " ".join(BeautifulSoup(ben.get("/progress").get_data(as_text=True), "html.parser").get_text(" ").split())
    assert page.count("Baseline 6.3") == 2, "in both drawings"
    assert "6.2" not in page
    # As the browser writes it on a touch.
    (mark,) = [
        trace
        for trace in ben.get("/progress/figure.json").get_json()["data"]
        if trace["name"] == "Baseline" and trace["mode"] == "markers"
    ]
    assert (mark["y"], mark["hovertemplate"]) == ([6.25], "Baseline: %{y:.1f}<extra></extra>")


@pytest.mark.parametrize("hundredths", [*range(0, 1001, 5)])
def test_a_touch_rounds_a_half_as_the_words_do(app: Flask, hundredths: int) -> None:
    # plotly.js writes ".1f" by toFixed, which rounds the binary number; an exact half goes up.
    drawn = short(hundredths / 100)
    exact = Decimal(drawn if drawn is not None else "nan").quantize(Decimal("0.1"), ROUND_HALF_UP)
    with app.test_request_context():
        assert str(exact) == words.points(hundredths / 100)
    assert abs(float(drawn or 0) - hundredths / 100) <= 0.0011
