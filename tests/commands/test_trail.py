"""The operator checks the record of looks and shares, also against what a weekly mail gave away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, select, update

from firststep.extensions import db
from firststep.models import AccessEvent
from firststep.services import audit
from tests.cast import Browser, Cast
from tests.services.test_audit import without_guards

ANA = ("--patient", "ana@example.com")


def verify(app: Flask, *words: str) -> Result:
    """Run ``trail verify``."""
    return app.test_cli_runner().invoke(args=["trail", "verify", *words])


def look(browser: Browser, cast: Cast, times: int) -> None:
    """Open the shared course some times."""
    for _ in range(times):
        assert browser.get(f"/practice/{cast.share}").status_code == 200


def head(app: Flask, cast: Cast) -> str:
    """Return the head of Ana's trail as the weekly mail writes it."""
    with app.app_context():
        found = audit.trail_head(db.session, cast.ana)
    return f"{found.count} {found.hash}"


def tamper(app: Flask, change: Callable[[list[int]], object]) -> None:
    """Change the table behind the program's back; the numbers of its rows are handed over."""
    with app.app_context():
        seqs = list(db.session.scalars(select(AccessEvent.seq).order_by(AccessEvent.seq)))
        without_guards(db.session, lambda: change(seqs))


def test_a_record_that_nobody_changed_holds(app: Flask, cast: Cast, cho: Browser) -> None:
    assert verify(app).output == "0 of 0 records hold.\n"
    look(cho, cast, 2)
    earlier = head(app, cast)
    look(cho, cast, 1)
    now = head(app, cast).replace(" ", " rows, ")
    for words, name in (((), cast.ana), (ANA, "ana@example.com"), ((*ANA, "--record", earlier), "ana@example.com")):
        result = verify(app, *words)
        assert (result.exit_code, result.output) == (0, f"{name}: {now}\n1 of 1 records hold.\n")


def test_a_changed_row_is_named(app: Flask, cast: Cast, cho: Browser) -> None:
    look(cho, cast, 3)
    rows: list[int] = []

    def hide_the_second(seqs: list[int]) -> None:
        rows.extend(seqs)
        db.session.execute(update(AccessEvent).where(AccessEvent.seq == seqs[1]).values(actor_name="Dr Who"))

    tamper(app, hide_the_second)
    result = verify(app)
    assert result.exit_code == 1
    assert f"{cast.ana}: The trail does not hold at row {rows[1]}." in result.output
    assert "1 of 1 records do not hold." in result.output


def test_an_end_that_was_cut_off_shows_with_the_record_of_a_mail(app: Flask, cast: Cast, cho: Browser) -> None:
    look(cho, cast, 3)
    mailed = head(app, cast)
    tamper(app, lambda seqs: db.session.execute(delete(AccessEvent).where(AccessEvent.seq == seqs[-1])))
    assert verify(app, *ANA).exit_code == 0
    result = verify(app, *ANA, "--record", mailed)
    assert result.exit_code == 1
    assert "The trail is shorter than it was." in result.output


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--record", "1 " + "0" * 64), "add --patient"),
        ((*ANA, "--record", "1"), "64 hexadecimal digits"),
        ((*ANA, "--record", "٣ " + "0" * 64), "64 hexadecimal digits"),
        (("--patient", "dee@example.com"), "has no account as a patient"),
    ],
)
def test_what_cannot_be_checked_says_why(app: Flask, cast: Cast, words: tuple[str, ...], complaint: str) -> None:
    result = verify(app, *words)
    assert result.exit_code != 0
    assert complaint in result.output
