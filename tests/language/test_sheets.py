"""The pages about a practice's sheet speak the reader's language; only what stands in the file does not."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from sqlalchemy import update

from firststep.extensions import db
from firststep.models import User
from tests.blueprints.test_sheets import form_of, send
from tests.cast import Browser, Cast
from tests.support.pseudo_locale import LANGUAGE
from tests.support.sheets import xlsx
from tests.support.visible import unmarked_of_page, unmarked_of_text

pytestmark = pytest.mark.sqlite_only

HEAD = ["Patient", "Date", "Treatment", "VAS", "NSAID", "Change"]
ROWS = [
    ["RM-17", "03/04/2026", "acu", "7", "daily", "same"],
    ["RM-17", "03/04/2026", "acu", "5-6", "prn", "fine"],
    ["RM-18", "03/04/2026", "usual care", "11", "none", "much better"],
    ["", "99/99/2026", "massage", "7", "", ""],
    ["RM-19", "03/05/2026", "both", "7", "none", "same"],
    ["RM-19", "03/05/2026", "both", "6", "none", "same"],
    ["RM-19", "03/06/2026", "acu", "6", "none", "same"],
]
WIDE = [["Patient", "Treatment", "Start", "VAS wk0", "VAS wk6"], ["RM-1", "acu", "2026-01-05", "8", "3"]]


@pytest.mark.parametrize("rows", [[HEAD, *ROWS], WIDE], ids=["long", "wide"])
def test_every_step_speaks_the_readers_language(app: Flask, cast: Cast, cho: Browser, rows: list[list[str]]) -> None:
    with app.app_context():
        db.session.execute(update(User).values(locale=LANGUAGE))
        db.session.commit()
    first = cho.post("/practice/sheets/read", data={"file": (io.BytesIO(xlsx(rows)), "log.xlsx")})
    form = form_of(first) | {"order-visit_date": ["dmy"]}
    refused = send(cho, form | {"header_row": ["x"], "column-patient": form["column-arm"]})
    preview = send(cho, form)
    done = send(cho, form_of(preview), "")
    report = send(cho, form_of(preview), "/report")
    texts = {text for row in rows for text in row if text}
    # A column is offered by its letter, its header and its first text.
    columns = {f"{letter} · {head} · {text}" for letter, head, text in zip("ABCDEF", *rows[:2], strict=False)}
    allowed = {"Firststep", "Dr Cho", "log.xlsx", *texts, *columns, *(f"“{text}”" for text in texts)}
    answers = {
        "first": first,
        "refused": refused,
        "preview": preview,
        "done": done,
        "list": cho.get("/practice/sheets"),
    }
    assert [answer.status_code for answer in answers.values()] == [200, 422, 200, 200, 200]
    assert [(step, unmarked_of_page(answer.text, allowed)) for step, answer in answers.items()] == [
        (step, []) for step in answers
    ]
    assert unmarked_of_text(report.data.decode("utf-8-sig").replace('"', ""), allowed) == []
