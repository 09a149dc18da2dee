"""What building the detailed weekly letter costs, step by step, against the bare message of the same words.

The bare message is what the email package makes of finished words: headers, a plain part and an HTML part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from bench.pages import site
from bench.ratio import Ratio, compare
from firststep.clinical.diary import Diary
from firststep.clinical.week import week_of
from firststep.extensions import db
from firststep.mail.delivery import sender_of
from firststep.mail.message import Letter, Sender, to_bytes
from firststep.mail.weekly_chart import draw_chart
from firststep.mail.weekly_summary import build_weekly_summary, weekly_letter
from firststep.models import OutboxMail
from firststep.services.digest import Digest, make_digest
from firststep.services.mail_preferences import change_level, find_reader
from firststep.services.trajectories import Course
from tests import cast as people
from tests import factories
from tests.support.crowd import add_year

_DAYS: Final = 365
_WEEK: Final = week_of(people.TODAY - timedelta(days=7))


def ratios() -> Iterator[Ratio]:
    """Go through the steps, each against the bare message."""
    with site() as app, app.app_context():
        patient_id, row = _patient()
        reader = find_reader(db.session, patient_id)
        assert reader is not None
        digest = _read(patient_id)
        undrawn = _without_chart(digest)
        letter, sender = weekly_letter(reader, digest), sender_of(app)
        bare = replace(letter, picture=None)

        def without_picture() -> None:
            read_again = find_reader(db.session, patient_id)
            assert read_again is not None
            _message(weekly_letter(read_again, _without_chart(_read(patient_id))), sender)

        def whole() -> None:
            built = build_weekly_summary(db.session, row, people.NOW)
            assert built is not None
            assert built.picture is not None
            _message(built, sender)

        steps: tuple[tuple[str, Callable[[], object], int], ...] = (
            ("the message with its picture put in, both finished", lambda: _message(letter, sender), 60),
            ("the week read and computed", lambda: _read(patient_id), 60),
            ("the words, by the templates", lambda: weekly_letter(reader, undrawn), 60),
            (
                "words and message without the picture, goal 2",
                lambda: _message(weekly_letter(reader, undrawn), sender),
                60,
            ),
            ("all that and the week read and computed", without_picture, 40),
            ("the chart drawn, as figure, SVG and PNG", lambda: draw_chart(digest), 10),
            ("the whole letter with the picture", whole, 10),
        )
        for name, step, calls in steps:
            yield compare(
                "building the detailed letter",
                tried=(name, step),
                base=("the bare message", lambda: _message(bare, sender)),
                calls=calls,
            )


def _patient() -> tuple[UUID, OutboxMail]:
    patient = factories.make_patient(db.session, "letter@example.com")
    factories.make_episode(db.session, patient, "acupuncture", people.TODAY - timedelta(days=60))
    add_year(db.session, patient.id, people.TODAY - timedelta(days=1), _DAYS)
    reader = find_reader(db.session, patient.id)
    assert reader is not None
    change_level(db.session, reader, "detailed", people.NOW)
    db.session.commit()
    about = {"week": _WEEK.first.isoformat()}
    return patient.id, OutboxMail(kind="weekly_summary", user_id=patient.user_id, parameters=about)


def _read(patient_id: UUID) -> Digest:
    return make_digest(db.session, patient_id, _WEEK, zone_name="Europe/Berlin", detailed=True)


def _without_chart(digest: Digest) -> Digest:
    """Return the same figures without what the chart is drawn from: where nobody entered pain, none is drawn."""
    assert digest.figures is not None
    nothing = Course(diary=Diary(), recalled=frozenset())
    return replace(digest, figures=replace(digest.figures, course=nothing))


def _message(letter: Letter, sender: Sender) -> bytes:
    return to_bytes(letter, sender=sender, message_id="0123456789abcdef" * 2, now=people.NOW)
