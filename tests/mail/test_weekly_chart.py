"""The picture in the detailed letter: the app's chart up to the end of the week, with letters, inside the mail."""

from __future__ import annotations

import struct
from datetime import date, timedelta

from flask import Flask
from markupsafe import Markup
from sqlalchemy import delete, update

from firststep.clinical.week import week_of
from firststep.extensions import db
from firststep.figures.png import to_png
from firststep.figures.svg import draw
from firststep.figures.theme import LIGHT
from firststep.mail.weekly_chart import SCALE, SIZE_PX, draw_chart
from firststep.models import FootDay, Patient
from firststep.services.digest import Digest, make_digest
from firststep.web.choice import Choice
from firststep.web.progress_alone import progress_figure, still_picture
from tests.cast import Cast
from tests.support.letters import write
from tests.support.mails import LAST_WEEK, log_last_week


def digest(cast: Cast, first: date = LAST_WEEK, *, detailed: bool = True) -> Digest:
    return make_digest(db.session, cast.ana, week_of(first), zone_name="Europe/Berlin", detailed=detailed)


def size_of(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


def test_only_the_detailed_letter_carries_the_picture(app: Flask, cast: Cast) -> None:
    assert write(app, cast, "weekly_summary", detailed=False).picture is None


def test_the_letter_shows_the_picture_that_it_carries_and_says_what_is_on_it(app: Flask, cast: Cast) -> None:
    letter = write(app, cast, "weekly_summary", detailed=True)
    picture = letter.picture
    assert picture is not None
    assert size_of(picture.png) == (SIZE_PX[0] * SCALE, SIZE_PX[1] * SCALE)
    assert len(picture.png) < 80_000
    assert f'src="{picture.src}"' in letter.html
    assert "Chart up to Sunday 22 November. Your first-step pain averaged 2.4." in picture.alt
    # All that it says is in the text as well.
    assert picture.alt.partition(". ")[2] in letter.text
    with app.app_context():
        again = draw_chart(digest(cast))
    assert again == picture


def test_what_was_entered_after_the_week_is_not_drawn(app: Flask, cast: Cast) -> None:
    with app.app_context():
        log_last_week(db.session, db.session.get_one(Patient, cast.ana))
        before = draw_chart(digest(cast))
        late = LAST_WEEK + timedelta(days=8)
        db.session.add(FootDay(patient_id=cast.ana, day=late, foot="right", first_step_pain=100))
        db.session.commit()
        assert draw_chart(digest(cast)) == before
        week_after = draw_chart(digest(cast, LAST_WEEK + timedelta(days=7)))
        assert week_after is not None
        assert before is not None
        assert week_after.png != before.png


def test_without_any_pain_entered_there_is_nothing_to_draw(app: Flask, cast: Cast) -> None:
    with app.app_context():
        db.session.execute(delete(FootDay).where(FootDay.patient_id == cast.ana))
        db.session.commit()
        assert draw_chart(digest(cast)) is None


def test_who_logs_only_pain_over_the_day_is_drawn_that(app: Flask, cast: Cast) -> None:
    with app.app_context():
        log_last_week(db.session, db.session.get_one(Patient, cast.ana))
        db.session.execute(update(FootDay).where(FootDay.patient_id == cast.ana).values(first_step_pain=None))
        db.session.commit()
        of_week = digest(cast)
        picture = draw_chart(of_week)
        assert picture is not None
        assert of_week.figures is not None
        wanted, last = Choice(measure="average"), of_week.told.last
        drawn = still_picture(
            of_week.figures.course, wanted, today=last, size=SIZE_PX, title=picture.alt, palette=LIGHT
        )
    assert picture.png == to_png(drawn, scale=SCALE)


def test_the_letters_of_the_picture_come_from_the_installed_font() -> None:
    words = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="20" font-family="system-ui, sans-serif">'
        '<path d="M0 0h300v20H0z" fill="#ffffff"/><text x="2" y="15" font-size="11">{}</text></svg>'
    )
    empty = to_png(words.format(""), scale=1)
    # Latin with its accents, Greek, Cyrillic, and the signs of a chart: a letter that the font lacks is left out.
    for letter in "First-steppainßŁódźěščřžΠόνοςБоль0–10−5.8,?":
        assert to_png(words.format(letter), scale=1) != empty, letter


def test_only_what_reaches_beyond_the_plot_is_clipped(app: Flask, cast: Cast) -> None:
    with app.test_request_context():
        of_week = digest(cast)
        assert of_week.figures is not None
        figure = progress_figure(of_week.figures.course, Choice(), today=of_week.told.last)
        drawing = str(draw(figure, width=344, height=300, title="t", description="d", palette=LIGHT))
    # Each clip costs the pen of pixels a layer of its own.
    assert "clip-path=" not in drawing
