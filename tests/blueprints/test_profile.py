"""What a practitioner states: offered, refused, stored, and shown to patients as a word that nobody checked."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from firststep.extensions import db
from firststep.models import Practitioner, Share
from tests.cast import Browser, Cast

NCCAOM = {"profession": "acupuncturist", "credential": "nccaom", "number": "123456"}
LICENCE = {"profession": "physical_therapist", "credential": "licence", "issuer": "Oregon", "number": "PT-7"}
OTHER = {
    "profession": "other", "other_profession": "Podiatrist", "credential": "other", "issuer": "State board",
    "number": "9",
}  # fmt: skip
NONE = {"profession": "acupuncturist", "credential": "none", "issuer": "left over", "number": "left over"}


def stated(app: Flask, cast: Cast) -> tuple[str, str, str]:
    """Return what stands of Dr Cho."""
    with app.app_context():
        cho = db.session.get_one(Practitioner, cast.cho)
        return cho.profession, cho.credential_issuer, cho.credential_number


@pytest.mark.parametrize(
    ("sent", "stored", "seen"),
    [
        (NCCAOM, ("acupuncturist", "NCCAOM", "123456"), "Acupuncturist, NCCAOM 123456"),
        (LICENCE, ("physical_therapist", "Oregon", "PT-7"), "Physical therapist, Oregon PT-7"),
        (OTHER, ("Podiatrist", "State board", "9"), "Podiatrist, State board 9"),
        (NONE, ("acupuncturist", "", ""), "Acupuncturist"),
    ],
)
def test_what_is_stated_is_shown_to_patients_as_not_checked(
    app: Flask, cho: Browser, ana: Browser, cast: Cast, sent: dict[str, str], stored: tuple[str, str, str], seen: str
) -> None:
    assert cho.post("/practice/profile", data=sent).headers["Location"] == "/practice/profile"
    assert stated(app, cast) == stored
    for state in ("accepted", "active"):
        with app.app_context():
            db.session.get_one(Share, cast.share).state = state
            db.session.commit()
        card = BeautifulSoup(ana.get("/share").text, "html.parser").select_one("#share-1")
        assert card is not None
        assert seen in card.get_text(" ", strip=True), state
        assert "Stated by the practitioner, not checked" in card.get_text(" ", strip=True), state
    page = BeautifulSoup(cho.get("/practice/profile").text, "html.parser")
    chosen = {str(one["name"]): str(one["value"]) for one in page.select("input[type=radio][checked]")}
    # Nothing is chosen for who stated no credential.
    assert chosen == {name: sent[name] for name in ("profession", "credential") if sent[name] != "none"}
    typed = {name: page.select_one(f"input[name={name}]")["value"] for name in ("other_profession", "issuer", "number")}
    kept = {name: sent.get(name, "") if sent is not NONE else "" for name in typed}
    assert typed == kept


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        (NCCAOM | {"profession": ""}, "Choose your profession."),
        (NCCAOM | {"profession": "wizard"}, "Not a valid choice."),
        (OTHER | {"other_profession": " "}, "Say which profession it is."),
        (OTHER | {"other_profession": "x" * 81}, "Use at most 80 letters."),
        (OTHER | {"other_profession": "a\u202eb"}, "This text has a character that cannot be stored."),
        (NCCAOM | {"credential": ""}, "Choose a credential, or none."),
        (NCCAOM | {"number": ""}, "Enter the number, so that your patients can ask the issuer."),
        (LICENCE | {"issuer": ""}, "Say who issued it, such as a state or a board."),
        (LICENCE | {"number": " "}, "Enter the number, so that your patients can ask the issuer."),
        (OTHER | {"issuer": "x" * 121}, "Use at most 120 letters."),
        (OTHER | {"number": "1\n2"}, "This text has a character that cannot be stored."),
        (OTHER | {"number": "x" * 61}, "Use at most 60 letters."),
    ],
)
def test_what_cannot_be_stated_is_refused_with_its_sentence(
    app: Flask, cho: Browser, cast: Cast, sent: dict[str, str], complaint: str
) -> None:
    answer = cho.post("/practice/profile", data=sent)
    assert answer.status_code == 422
    assert complaint in BeautifulSoup(answer.text, "html.parser").get_text(" ")
    assert stated(app, cast) == ("Acupuncturist", "", "")
