"""Pages that the phone keeps: the same bytes for everybody, fetched again when they change."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from firststep.web import shell
from firststep.web.red_flag_words import reason_groups
from tests.cast import Browser

KEPT = ("/offline", "/try", "/stretching/timer", "/when-to-see-someone")


def kept(worker: str) -> dict[str, str]:
    """Return the pages and versions that the service worker was given."""
    found = re.search(r"[\"'`]((?:/[a-z/-]+=[0-9a-f]{10} ?)+)[\"'`]", worker)
    assert found is not None
    return dict(page.split("=") for page in found[1].split())


def test_the_worker_is_told_every_page_and_its_version(app: Flask, nobody: Browser) -> None:
    pages = kept(nobody.get("/sw.js").get_data(as_text=True))
    assert set(KEPT) <= pages.keys()
    with app.test_request_context():
        assert pages == shell.versions()


@pytest.mark.parametrize("path", KEPT)
def test_the_page_is_the_same_for_everybody_and_holds_nobody(
    nobody: Browser, ana: Browser, cho: Browser, path: str
) -> None:
    answers = [browser.get(path) for browser in (nobody, ana, cho)]
    assert {answer.status_code for answer in answers} == {200}
    (page,) = {answer.get_data(as_text=True) for answer in answers}
    assert "csrf" not in page
    assert "<nav" not in page
    assert "Ana" not in page
    assert all(answer.headers["Cache-Control"] == "no-cache" for answer in answers)
    assert all("Set-Cookie" not in answer.headers for answer in answers)


@pytest.mark.parametrize("path", ["/when-to-see-someone", "/start"])
def test_every_reason_stands_on_the_page_with_its_one_text(app: Flask, ben: Browser, path: str) -> None:
    page = ben.get(path).get_data(as_text=True)
    with app.test_request_context():
        groups = reason_groups()
    assert [group.title for group in groups] == ["At once", "Today", "In the next days"]
    for group in groups:
        assert page.count(f"<b>{group.text}</b>") == len(group.reasons)
        for reason in group.reasons:
            assert f"<span>{reason.question}</span>" in page
    boxes = re.findall(r'<input type="checkbox"[^>]*>', page)
    assert len(boxes) == sum(len(group.reasons) for group in groups)
    assert not [box for box in boxes if "name=" in box or "checked" in box], "a form would take it along"
    assert "does not say what you have" in page


def test_the_list_itself_sends_nothing(nobody: Browser) -> None:
    assert "<form" not in nobody.get("/when-to-see-someone").get_data(as_text=True)


@pytest.mark.parametrize("path", ["/", "/log", "/progress", "/login"])
def test_every_page_leads_there(ana: Browser, path: str) -> None:
    assert 'href="/when-to-see-someone"' in ana.get(path, follow_redirects=True).get_data(as_text=True)


def test_the_first_questions_lead_there(ben: Browser) -> None:
    assert ben.get("/start").get_data(as_text=True).count('href="/when-to-see-someone"') == 2
