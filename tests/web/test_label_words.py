"""What labels state, in words: quotations, never advice (clinical facts 3.2 rule 5, section 6)."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from firststep.clinical.nsaids import load_drugs
from firststep.clinical.nsaids.facts import AboveLabel, LabelFact, NoLimitKnown, NotedDose, TwoNsaids
from firststep.clinical.nsaids.label_facts import label_facts
from firststep.web.label_words import LabelNote, label_notes
from tests.clinical.test_label_facts import dose_of

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "label_facts.json").read_text(encoding="utf-8")
)
#: What an advice, a verdict or an alarm would say.
FORBIDDEN = (
    r"take|taken|taking|you may|you can|you should|should|must|reduce|lower your|increase|safe|unsafe|dangerous|danger|"
    r"risky|warning|alert|too much|too many|too long|overdose|stop|avoid|never|better|worse|recommend\w*|advise\w*|ok|"
    r"okay|fine|allowed|wrong|sorry|careful|please"
)
TODAY = date(2026, 11, 23)
LEAFLET = " This does not mean that there is none: see the package leaflet."
UNCOUNTED = " Doses that are marked as prescribed are not counted here."


def notes_of(case: dict[str, Any]) -> list[LabelNote]:
    facts = label_facts(
        [dose_of(values) for values in case["doses"]],
        {date.fromisoformat(day) for day in case["nsaid_days"]},
        case["country"],
        date.fromisoformat(case["today"]),
        load_drugs(),
    )
    return label_notes(facts, case["country"])


def note_of(fact: LabelFact, country: str | None = "US") -> LabelNote:
    (note,) = label_notes([fact], country)
    return note


def test_no_sentence_gives_advice_or_a_verdict(app: Flask) -> None:
    with app.test_request_context():
        notes = [note for case in CASES for note in notes_of(case)]
    assert len(notes) > 50
    for note in notes:
        text = " ".join((note.noted, note.quoted, note.ask, note.source))
        # The name of the page that was read is a name, and what stands in quotation marks is the label's, word by word.
        said = re.sub("“[^”]+”", "", text.replace('"How and when to take ibuprofen"', ""))
        assert not re.search(rf"\b({FORBIDDEN})\b", said, re.I), said
        assert "%(" not in text


def test_what_stands_in_quotation_marks_is_a_line_of_the_data_as_it_was_read(app: Flask) -> None:
    with app.test_request_context():
        notes = [note for case in CASES for note in notes_of(case)]
    marked = {text for note in notes for text in re.findall("“[^”]+”", note.noted + note.quoted + note.ask)}
    assert marked == {line.text for line in load_drugs().lines}


def test_each_quotation_names_country_source_date_and_whom_to_ask(app: Flask) -> None:
    with app.test_request_context():
        notes = [note for case in CASES for note in notes_of(case)]
    quoted = [note for note in notes if note.quoted and "your prescription" not in note.quoted]
    assert quoted
    for note in quoted:
        assert "(United States)" in note.quoted or "(United Kingdom)" in note.quoted
        assert re.fullmatch(r"Source: .+\. Checked on 2[34] November 2026\.", note.source)
        assert note.ask == "Ask your doctor or pharmacist."


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (
            AboveLabel("ibuprofen", 1400, 1200, False, False),
            "Ibuprofen: 1,400 mg are noted within 24 hours." + UNCOUNTED,
        ),
        (
            AboveLabel("ibuprofen", 1400, 1200, True, False),
            "Ibuprofen: at least 1,400 mg are noted within 24 hours." + UNCOUNTED,
        ),
        (
            AboveLabel("naproxen sodium", 825, 660, False, True),
            "825 mg are noted within 24 hours, counted as Naproxen sodium." + UNCOUNTED,
        ),
        (
            AboveLabel("naproxen sodium", 825, 660, True, True),
            "At least 825 mg are noted within 24 hours, counted as Naproxen sodium." + UNCOUNTED,
        ),
        (TwoNsaids(("aspirin", "ibuprofen"), True), "Noted within 24 hours: Aspirin and Ibuprofen."),
        (NoLimitKnown("other", "drug"), "A drug without a name: no limit known here." + LEAFLET),
        (NoLimitKnown("Arnica", "drug"), "Arnica: no limit known here." + LEAFLET),
        (NoLimitKnown("meloxicam", "country"), "Meloxicam: no limit known here (United States)." + LEAFLET),
    ],
)
def test_what_is_noted_is_said_plainly(app: Flask, fact: LabelFact, said: str) -> None:
    with app.test_request_context():
        assert note_of(fact).noted == said


def test_what_is_not_known_is_called_so_and_quotes_nothing(app: Flask) -> None:
    with app.test_request_context():
        note = note_of(NoLimitKnown("ibuprofen", "country"), None)
    assert note == LabelNote(noted="Ibuprofen: no limit known here, because no country is set." + LEAFLET)


def test_a_line_of_another_country_is_quoted_under_its_own_name(app: Flask) -> None:
    with app.test_request_context():
        note = note_of(TwoNsaids(("ibuprofen", "naproxen"), False), "DE")
    assert note.quoted.startswith("The label (United States) says: “This product contains an NSAID")


def test_the_persons_own_prescription_is_no_label_of_ours(app: Flask) -> None:
    dose = NotedDose(day=TODAY, product="naproxen", dose_mg=750, prescribed=True, prescribed_most_mg=500)
    facts = label_facts([dose], {TODAY - timedelta(days=1)}, "US", TODAY, load_drugs())
    with app.test_request_context():
        (note,) = label_notes(facts, "US")
    assert note.quoted == "The amount that you typed from your prescription: 500 mg in 24 hours."
    assert (note.ask, note.source) == ("Ask whoever prescribed it, or a pharmacist.", "")
