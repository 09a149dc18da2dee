"""A still drawing of the course arranges its labels for its own size: on paper and in a mail nobody can move them."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations
from random import Random

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask

from blueprints.practice.visit import NARROW, WIDE
from firststep.clinical.diary import Diary, Episode, FootDay
from firststep.figures.labels import width_px
from firststep.mail.weekly_chart import SIZE_PX as LETTER
from firststep.services.trajectories import Course
from firststep.web.choice import Choice
from firststep.web.progress_alone import still_picture
from tests.cast import TODAY

Box = tuple[float, float, float, float]


def there_and_back() -> Course:
    """Return a course with a relief, a relapse and another fall: many labels want the same place."""
    chance = Random(6)
    levels = [7.0] * 20 + [3.2] * 25 + [8.0] * 20 + [3.0] * 20
    days = (TODAY - timedelta(days=84 - at) for at in range(len(levels)))
    pains = [max(0, min(10, round(chance.gauss(level, 1.1)))) for level in levels]
    rows = tuple(FootDay(day, "right", 10 * pain) for day, pain in zip(days, pains, strict=True))
    care = Episode("combined", TODAY - timedelta(days=70))
    return Course(diary=Diary(rows, (), (care,)), recalled=frozenset())


def box(label: Tag) -> Box:
    """Return where a label lies in pixels: left, top, right, bottom."""
    x, y, wide = float(str(label["x"])), float(str(label["y"])), width_px(label.get_text())
    left = x - wide * {"start": 0, "middle": 0.5, "end": 1}[str(label["text-anchor"])]
    return left, y - 10, left + wide, y + 2


def overlap(one: Box, other: Box) -> bool:
    """Tell whether two boxes share more than a hair."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    return across > 1 and min(one[3], other[3]) - max(one[1], other[1]) > 1


@pytest.mark.parametrize("size_px", [NARROW, WIDE, LETTER])
def test_no_label_covers_another(app: Flask, size_px: tuple[int, int]) -> None:
    with app.test_request_context():
        drawn = still_picture(there_and_back(), Choice(), today=TODAY, size=size_px, title="Course")
    labels = {
        label.get_text(): box(label) for label in BeautifulSoup(drawn, "html.parser").select("text[stroke-width]")
    }
    assert {text.split(" ")[0] for text in labels} >= {"Baseline", "Relief", "Relapse", "Combined"}
    assert [pair for pair in combinations(labels, 2) if overlap(labels[pair[0]], labels[pair[1]])] == []
