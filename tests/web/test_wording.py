"""Names and sentences that several pages share: one name for one thing, and nothing said that is not so."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from flask import Flask

from blueprints.treatment.forms import EpisodeForm
from firststep.clinical.benchmarks.shapes import Grade
from firststep.web.wording import arm_name, grade_name, weeks_since_start
from tests.cast import Browser, Cast
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
