"""A practice's sheet over the pages: looked at, mapped, brought in, found again, taken out; and files meant to harm."""

from __future__ import annotations

import base64
import csv
import io
import json
import random
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from firststep.extensions import db
from firststep.models import ImportBatch, ImportedCase, Patient, Practitioner, Visit
from tests import factories
from tests.cast import Browser, Cast, sign_in
from tests.services.test_sheet_reading import HOSTILE
from tests.support.servers import serving
from tests.support.sheets import changed, xlsx

DATA = Path(__file__).parent.parent / "data"
SAMPLE = (DATA / "practice_sheet.xlsx").read_bytes()
EXPECTED = json.loads((DATA / "practice_sheet_expected.json").read_text(encoding="utf-8"))
MAPPING = json.loads((DATA / "practice_sheet.map.json").read_text(encoding="utf-8"))
HEAD = ["Patient", "Date", "Treatment", "VAS"]
ROW = ["RM-17", "2026-03-04", "acu", "7"]


def sheet(*rows: list[Any]) -> bytes:
    return xlsx([HEAD, *rows])


def choose(browser: Browser, data: bytes, name: str = "log.xlsx") -> Any:
    return send(browser, {"file": FileStorage(io.BytesIO(data), name)})


def form_of(response: Any, action: str = "/practice/sheets/read") -> dict[str, list[str]]:
    """Return what a browser would send of the page's form: the names with their values."""
    page = BeautifulSoup(response.text, "html.parser")
    form = page.find("form", action=action)
    assert isinstance(form, Tag)
    sent: dict[str, list[str]] = {}
    for field in form.find_all(["input", "select", "textarea"]):
        if field.name == "select":
            value = (field.select("option[selected]") or field.select("option"))[0]["value"]
        elif field.name == "textarea":
            value = field.text.removeprefix("\n")
        elif field.get("type") in ("radio", "checkbox") and not field.has_attr("checked"):
            continue
        else:
            value = field.get("value", "")
        sent.setdefault(str(field["name"]), []).append(str(value))
    return sent


def send(browser: Browser, form: dict[str, Any], where: str = "/read") -> Any:
    # In memory: the client would leave a temporary file open for a large form.
    boundary, body = encode_multipart(form)
    kind = f'multipart/form-data; boundary="{boundary}"'
    return browser.post(f"/practice/sheets{where}", data=body, content_type=kind)


def counts(response: Any) -> dict[str, int]:
    page = BeautifulSoup(response.text, "html.parser")
    return {str(one.dt.text): int(one.dd.text) for one in page.select(".stats > div") if one.dt and one.dd}


def reported(response: Any) -> list[tuple[str, ...]]:
    page = BeautifulSoup(response.text, "html.parser")
    rows = page.select('[aria-label="What is not used, and why"] tbody tr')
    return [tuple(cell.text for cell in row.find_all(["th", "td"])) for row in rows]


def complaints(response: Any) -> list[str]:
    page = BeautifulSoup(response.text, "html.parser")
    return [one.text for one in page.select("[data-error-summary] li")]


def stored(app: Flask, table: type = Visit) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def with_the_words_of_the_map(form: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the form with the meaning of each text as the sample's mapping has it."""
    meaning = {"arm": MAPPING["arms"]}
    for key in ("nsaid", "change"):
        meaning[key] = {text: one for one, texts in MAPPING[key].items() for text in texts}
    for key, of_text in meaning.items():
        folded = {text.casefold(): one for text, one in of_text.items()}
        form[f"meaning-{key}"] = [folded.get(text.casefold(), "") for text in form.get(f"text-{key}", [])]
    form["empty"] = ["\n".join(MAPPING["empty"])]
    return form | {f"order-{key}": [MAPPING["date_order"]] for key in ("visit_date", "start")}


def test_the_sample_is_mapped_looked_at_brought_in_found_again_and_taken_out(app: Flask, cho: Browser) -> None:
    people_before = stored(app, Patient)
    first = choose(cho, SAMPLE)
    assert first.status_code == 200
    preview = send(cho, with_the_words_of_the_map(form_of(first)))
    assert preview.status_code == 200
    found = counts(preview)
    assert found["Accepted"] == len(EXPECTED["accepted"])
    assert found["Accepted"] + found["Rejected"] + found["Empty"] == found["Rows below the header"]
    assert [(int(row[0]), row[1]) for row in reported(preview)] == [
        (one["row"], one["value"] or "–") for one in EXPECTED["reported"]
    ]
    assert stored(app) == stored(app, ImportBatch) == 0
    done = send(cho, form_of(preview), "")
    assert done.status_code == 200
    visits = stored(app)
    assert (visits > 300, stored(app, ImportBatch), stored(app, ImportedCase)) == (True, 1, EXPECTED["people"])
    again = choose(cho, SAMPLE)
    assert counts(again) == found, "the mapping is remembered"
    assert f"{visits} rows were brought over before" in again.text
    result = send(cho, form_of(again), "")
    assert f"Brought over before: {visits}" in result.text
    assert (stored(app), stored(app, ImportBatch)) == (visits, 1)
    with app.app_context():
        batch = db.session.scalars(select(ImportBatch.id)).one()
    assert f"{visits} visits were taken out." in cho.post(f"/practice/sheets/{batch}/undo", follow_redirects=True).text
    assert stored(app) == stored(app, ImportedCase) == 0
    assert stored(app, Patient) == people_before
    send(cho, form_of(choose(cho, SAMPLE)), "")
    assert stored(app) == visits


def test_hundreds_of_words_are_said_in_one_form(app: Flask, cho: Browser) -> None:
    rows = [["RM-17", f"{2015 + number // 28}-01-{1 + number % 28:02}", "acu", 7] for number in range(250)]
    said = [[*row, f"ibu {number}", f"feels {number}"] for number, row in enumerate(rows)]
    form = form_of(choose(cho, xlsx([[*HEAD, "Painkillers", "Change"], *said])))
    form["meaning-nsaid"], form["meaning-change"] = ["some"] * 250, ["no_change"] * 250
    preview = send(cho, form)
    assert (preview.status_code, counts(preview)["Accepted"]) == (200, 250)


def test_a_mended_row_that_is_there_already_is_told_with_the_way_to_use_it(app: Flask, cho: Browser) -> None:
    send(cho, form_of(choose(cho, sheet(ROW))), "")
    again = choose(cho, sheet([*ROW[:3], "6"]))
    done = send(cho, form_of(again), "")
    for answer in (again, done):
        assert "1 of them says something else now. To use it, take out the earlier file first" in answer.text
    assert "something else now" not in choose(cho, sheet(ROW)).text


def test_a_sheet_is_read_as_a_colleague_taught(app: Flask, cho: Browser, dee: Browser, cast: Cast) -> None:
    strange = sheet(["RM-18", "2026-03-04", "Kim’s own way", "7"])
    assert "Kim’s own way" in choose(dee, strange).text
    with app.app_context():
        cho_, dee_ = (db.session.get_one(Practitioner, one) for one in (cast.cho, cast.dee))
        factories.make_practice(db.session, cho_, dee_)
        db.session.commit()
    form = form_of(choose(cho, strange))
    assert form["meaning-arm"] == [""]
    form["meaning-arm"] = ["acupuncture"]
    assert send(cho, form_of(send(cho, form)), "").status_code == 200
    assert form_of(choose(dee, strange))["meaning-arm"] == ["acupuncture"]


def test_nothing_but_what_the_preview_showed_is_brought_in(app: Flask, cho: Browser) -> None:
    form = form_of(choose(cho, sheet(ROW, ["RM-18", "2026-03-04", "massage", "7"])))
    form["meaning-arm"] = ["combined", "combined"]
    other = send(cho, form, "")
    assert (other.status_code, stored(app)) == (422, 0)
    assert "This is not what the preview showed." in other.text
    form["carried"] = form_of(choose(cho, sheet(["RM-19", *ROW[1:]])))["carried"]
    form["meaning-arm"] = form_of(other)["meaning-arm"]
    form["seen"] = form_of(other)["seen"]
    assert (send(cho, form, "").status_code, stored(app)) == (422, 0)
    assert send(cho, form_of(other), "").status_code == 200
    assert stored(app) == 2


def test_an_order_of_dates_is_asked_with_an_example_and_never_guessed(app: Flask, cho: Browser) -> None:
    first = choose(cho, sheet(["RM-17", "03/04/2026", "acu", "7"], ["RM-17", "05/06/2026", "acu", "5"]))
    assert first.status_code == 200
    assert "Row 2 says “03/04/2026”." in first.text
    assert "3 April 2026" in first.text
    assert "4 March 2026" in first.text
    assert "Preview" not in BeautifulSoup(first.text, "html.parser").get_text().replace("Show the preview", "")
    form = form_of(first)
    assert "order-visit_date" not in form
    for where in ("/read", "", "/report"):
        refused = send(cho, form, where)
        assert (refused.status_code, stored(app)) == (422, 0)
        assert complaints(refused) == ["Say how the dates are written: Day of the visit."]
    preview = send(cho, form | {"order-visit_date": ["dmy"]})
    send(cho, form_of(preview), "")
    with app.app_context():
        days = db.session.scalars(select(Visit.day).order_by(Visit.day)).all()
    assert [day.isoformat() for day in days] == ["2026-04-03", "2026-06-05"]


def test_each_cell_that_is_not_used_is_named_with_its_reason(cho: Browser) -> None:
    pains = ["5-6", "five", "12", "6?", "=RAND()", None]
    preview = choose(cho, sheet(*(["P", f"2026-03-{day:02d}", "acu", pain] for day, pain in enumerate(pains, 1)), []))
    assert [row[:2] for row in reported(preview)][:4] == [(str(row), pain) for row, pain in enumerate(pains[:4], 2)]
    reasons = [row[2] for row in reported(preview)]
    assert reasons[0] == "Pain, 0 to 10: This can be read in more than one way."
    assert reasons[2] == "Pain, 0 to 10: This is no number from 0 to 10 with at most one decimal."
    assert counts(preview) == {"Rows below the header": 6, "Accepted": 1, "Rejected": 5, "Empty": 0}


def test_the_later_of_two_rows_of_one_day_counts_and_an_imported_day_stays(app: Flask, cho: Browser) -> None:
    preview = choose(cho, sheet(ROW, [*ROW[:3], "4"]))
    later = "Day of the visit: A later row is about the same person and day; that one counts."
    assert reported(preview) == [("2", "2026-03-04", later)]
    send(cho, form_of(preview), "")
    other = choose(cho, sheet([*ROW[:3], "9"], ["RM-17", "2026-04-04", "usual care", "3"]))
    assert "Other rows of this person, or an earlier sheet, say something else." in other.text
    again = send(cho, form_of(choose(cho, sheet([*ROW[:3], "9"]))), "")
    assert "Brought over before: 1" in again.text
    with app.app_context():
        assert db.session.scalars(select(Visit.pain)).all() == [40]


def test_a_column_is_chosen_by_hand_and_what_was_typed_stays(app: Flask, cho: Browser) -> None:
    first = choose(cho, xlsx([["a", "b", "c", "d"], ROW]))
    assert first.status_code == 200
    form = form_of(first)
    for key, letter in zip(("patient", "visit_date", "arm"), "ABC", strict=True):
        form[f"column-{key}"] = [letter]
    lacking = send(cho, form)
    assert (lacking.status_code, complaints(lacking)) == (422, ["Say which column it is: Pain, 0 to 10."])
    assert form_of(lacking)["column-arm"] == ["C"]
    twice = send(cho, form | {"column-pain": ["C"]})
    assert complaints(twice)[0] == "Column C is chosen twice."
    assert form_of(twice)["column-pain"] == ["C"]
    bad_row = send(cho, form | {"column-pain": ["D"], "header_row": ["x"]})
    assert complaints(bad_row) == ["The header is in a row from 1 to 100."]
    assert form_of(bad_row)["header_row"] == ["x"]
    send(cho, form_of(send(cho, form | {"column-pain": ["D"]})), "")
    assert stored(app) == 1


def test_a_wide_sheet_has_a_week_for_each_column(app: Flask, cho: Browser) -> None:
    rows = [["Patient", "Treatment", "Start", "VAS wk0", "VAS wk6"], ["RM-1", "acu", "2026-01-05", "8", "3"]]
    preview = choose(cho, xlsx(rows))
    form = form_of(preview)
    assert (form["shape"], form["week-D"], form["week-E"]) == (["wide"], ["0"], ["6"])
    wrong = send(cho, form | {"week-E": ["0"]})
    assert (wrong.status_code, complaints(wrong)) == (422, ["Week 0 is there twice."])
    send(cho, form_of(send(cho, form | {"week-E": ["7"]})), "")
    with app.app_context():
        days = db.session.scalars(select(Visit.day).order_by(Visit.day)).all()
    assert [day.isoformat() for day in days] == ["2026-01-05", "2026-02-23"]


def test_another_sheet_or_header_row_is_looked_at_anew(cho: Browser) -> None:
    first = choose(cho, SAMPLE)
    other = send(cho, form_of(first) | {"sheet": ["old 2019"]})
    assert other.status_code == 200
    assert form_of(other)["sheet"] == ["old 2019"]
    lower = send(cho, form_of(first) | {"header_row": ["3"]})
    assert form_of(lower)["header_row"] == ["3"]
    assert send(cho, form_of(first) | {"header_row": ["99999"]}).status_code == 422


def test_the_report_is_a_file_in_which_nothing_is_a_formula(cho: Browser) -> None:
    preview = choose(cho, sheet(ROW, ["RM-18", "2026-03-04", "acu", "=1+1"], ["RM-19", "@x", "-acu", "7"]))
    report = send(cho, form_of(preview), "/report")
    assert report.headers["Content-Disposition"] == 'attachment; filename="sheet-report.csv"'
    assert report.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(report.data.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["Row", "Result", "Column", "Reason", "Found"]
    assert rows[1] == ["2", "Accepted", "", "", ""]
    assert {row[0] for row in rows[1:]} == {"2", "3", "4"}
    assert "'@x" in [row[4] for row in rows]
    assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))] == []


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("carried", [False, True], ids=["chosen", "carried"])
def test_a_hostile_file_is_refused_in_a_sentence_and_nothing_is_stored(
    app: Flask, cho: Browser, name: str, carried: bool
) -> None:
    make, (status, sentence) = HOSTILE[name]
    if carried:
        # Only one of each kind: what is carried goes the same way as what is chosen.
        if name not in ("a bomb", "a PNG", "an entity bomb"):
            return
        form = form_of(choose(cho, sheet(ROW))) | {"carried": [base64.b64encode(make()).decode()]}
        answers = [send(cho, form, where) for where in ("/read", "", "/report")]
    else:
        answers = [choose(cho, make())]
    for answer in answers:
        assert answer.status_code == status
        if name != "nothing":
            assert f"{sentence} Nothing was brought over." in complaints(answer)
    assert stored(app) == stored(app, ImportBatch) == stored(app, ImportedCase) == 0


@pytest.mark.parametrize(
    "data",
    [
        "Patient;Datum;Behandlung;VAS\nMüller;3.4.2026;Akupunktur;6,5\n".encode("cp1252"),
        "Patient;Datum;Behandlung;VAS\nMüller;13.4.2026;Akupunktur;6,5\n".encode("utf-8-sig"),
        "Patient,Datum,Behandlung,VAS\nMüller,13.4.2026,Akupunktur,6.5\n".encode("utf-16"),
    ],
)
def test_texts_of_every_kind_are_read(cho: Browser, data: bytes) -> None:
    form = form_of(choose(cho, data, "log.csv"))
    preview = send(cho, form | {"order-visit_date": ["dmy"]})
    assert "Müller" in preview.text
    assert counts(preview)["Accepted"] == 1


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"file": "x"},
        {"carried": "%%%"},
        {"carried": "é"},
        {"shown": "1 long "},
        {"carried": "YTtiCjE7Mg==", "shown": "", "header_row": "-1", "shape": "x", "column-arm": "ZZZ"},
        {"carried": "YTtiCjE7Mg==", "shown": "1 long ", "header_row": "1", "shape": "long", "column-arm": "ZZ"},
        {"carried": "YTtiCjE7Mg==", "shown": "1 wide ", "header_row": "1", "shape": "wide", "week-A": "9" * 9},
        {"carried": "YTtiCjE7Mg==", "shown": "1 long ", "header_row": "١", "shape": "long", "empty": "x" * 300},
        {"carried": "YTtiCjE7Mg==", "shown": "1 long nowhere", "sheet": "nowhere", "header_row": "1", "shape": "long"},
    ],
)
@pytest.mark.parametrize("where", ["/read", "", "/report"])
def test_a_form_of_nonsense_is_refused(app: Flask, cho: Browser, sent: dict[str, str], where: str) -> None:
    answer = send(cho, sent, where)
    assert answer.status_code in (200, 422) if where == "/read" else answer.status_code == 422
    assert stored(app, ImportBatch) == 0


def test_labels_that_cannot_be_meant_are_refused(app: Flask, cho: Browser) -> None:
    form = form_of(choose(cho, sheet(ROW)))
    for wrong in ({"meaning-arm": ["nonsense"]}, {"empty": ["x" * 300]}):
        answer = send(cho, form | wrong)
        assert answer.status_code == 422
    assert stored(app, ImportBatch) == 0


def test_a_file_of_almost_5_mb_goes_through_every_step(app: Flask, cho: Browser) -> None:
    filler = random.Random(1).randbytes(4_900_000)
    preview = choose(cho, changed(sheet(ROW), "xl/media/image1.png", lambda _old: filler))
    assert counts(preview)["Accepted"] == 1
    assert send(cho, form_of(preview), "/report").status_code == 200
    assert send(cho, form_of(preview), "").status_code == 200
    assert stored(app) == 1


def test_another_practitioners_batch_is_not_there(app: Flask, cho: Browser, dee: Browser) -> None:
    send(cho, form_of(choose(cho, sheet(ROW))), "")
    with app.app_context():
        batch = db.session.scalars(select(ImportBatch.id)).one()
    assert dee.post(f"/practice/sheets/{batch}/undo").status_code == 404
    assert "RM-17" not in dee.get("/practice/sheets").text
    assert stored(app) == 1
    cho.post(f"/practice/sheets/{batch}/undo")
    assert "0 visits were taken out." in cho.post(f"/practice/sheets/{batch}/undo", follow_redirects=True).text


def test_an_upload_that_breaks_off_stores_nothing_and_the_next_works(app: Flask, cast: Cast, cho: Browser) -> None:
    with serving(app) as address:
        parts = urlsplit(address)
        with socket.create_connection((parts.hostname, parts.port), timeout=10) as line:
            body = (
                b'--x\r\nContent-Disposition: form-data; name="file"; filename="log.xlsx"\r\n\r\n'
                + SAMPLE
                + b"\r\n--x--"
            )
            cookie = cho.get_cookie(app.config["SESSION_COOKIE_NAME"])
            assert cookie is not None
            head = (
                "POST /practice/sheets/read HTTP/1.1\r\n"
                f"Host: {parts.netloc}\r\nCookie: {cookie.key}={cookie.value}\r\n"
                f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            line.sendall(head.encode() + body[: len(body) // 2])
    assert stored(app, ImportBatch) == 0
    assert choose(cho, SAMPLE).status_code == 200


def test_the_time_of_import_is_the_practitioners(
    app: Flask, cast: Cast, cho: Browser, set_clock: Callable[[datetime], None]
) -> None:
    future = choose(cho, sheet(["RM-17", "2026-11-24", "acu", "7"]))
    assert counts(future)["Rejected"] == 1
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    set_clock(late)
    assert (
        counts(choose(sign_in(app, cast.cho_user, at=late), sheet(["RM-17", "2026-11-24", "acu", "7"])))["Accepted"]
        == 1
    )
