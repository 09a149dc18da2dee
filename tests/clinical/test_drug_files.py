"""The drug files, and what a wrong value in one is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import pytest

from firststep.clinical.nsaids import Drug, load_drugs, read_drugs
from firststep.clinical.tables import FileRefused
from tools.drug_data import drug_data

DRUG = """
id = "naproxen sodium"
ingredient = "naproxen"
name = "Naproxen sodium"
also_called = ["naproxennatrium"]
group = "oral_nsaid"
form = "oral"
strengths_mg = [220, 550]
salt_mg = 220
base_mg = 200
atc = "M01AE02"
source = "A label"
confidence = "V"
checked_on = 2026-11-23
"""
LABEL = """
[[labels]]
country = "US"
supply = "without_prescription"
most_mg_in_24_hours = 660
most_days_in_a_row = 10
source = "A label"
confidence = "V"
checked_on = 2026-11-23
"""
LINE = """
[[lines]]
id = "another_nsaid"
country = "US"
text = "Something."
source = "A label"
confidence = "V"
checked_on = 2026-11-23
"""


@dataclass
class Text:
    """A file that is only text."""

    text: str
    name: str = "one.toml"

    def read_text(self, encoding: str) -> str:
        """Return the text."""
        return self.text


def read_one(text: str) -> Drug:
    (drug,) = read_drugs([Text(text)], Text(LINE)).every
    return drug


def test_a_right_file_is_read_as_it_is_written() -> None:
    drug = read_one(DRUG + LABEL)
    assert (drug.rxnorm, drug.strengths_mg, drug.in_base_mg(550)) == (None, (220, 550), Fraction(500))
    label = drug.label_in("US")
    assert label is not None
    assert (label.most_mg_in_24_hours, label.most_days_in_a_row, label.checked_on) == (660, 10, date(2026, 11, 23))
    assert drug.label_in("GB") is None
    assert drug.label_in(None) is None


@pytest.mark.parametrize(
    ("old", "new", "field", "reason"),
    [
        ('id = "naproxen sodium"', 'id = "Naproxen"', "id", "not in small letters"),
        ('"oral_nsaid"', '"opioid"', "group", "is none of oral_nsaid, topical_nsaid, not_nsaid"),
        ('form = "oral"', 'form = "gel"', "form", "gel does not go with oral_nsaid"),
        ("[220, 550]", "[550, 220]", "strengths_mg", "are not amounts in rising order"),
        ("[220, 550]", "[0, 550]", "strengths_mg", "are not amounts in rising order"),
        ("[220, 550]", '["220"]', "strengths_mg", "is not a list of numbers"),
        ("[220, 550]", "[true]", "strengths_mg", "is not a list of numbers"),
        ("base_mg = 200", "base_mg = 221", "base_mg", "221 of the ingredient cannot be in 220"),
        ("base_mg = 200", "base_mg = 0", "base_mg", "cannot be in"),
        ('"M01AE02"', '"M01"', "atc", "M01 is no ATC code"),
        ("salt_mg = 220", 'rxnorm = "0142"\nsalt_mg = 220', "rxnorm", "0142 is no RxNorm code"),
        ("salt_mg = 220", "ddd_g = 0.5\nsalt_mg = 220", "ddd_g", "is no field of this table"),
        ('\nconfidence = "V"\n', '\nconfidence = "R"\n', "confidence", "is none of V, V2"),
        ("660", "66000", "labels.US.most_mg_in_24_hours", "is not between 1 and 10000"),
        ("660", "0", "labels.US.most_mg_in_24_hours", "is not between 1 and 10000"),
        ("_in_a_row = 10", "_in_a_row = 61", "labels.US.most_days_in_a_row", "is not between 1 and 60"),
        ("_in_a_row = 10", "_in_a_row = 0", "labels.US.most_days_in_a_row", "is not between 1 and 60"),
        ("660", "660.5", "labels.US.most_mg_in_24_hours", "is not a whole number"),
        ('"US"', '"USA"', "labels.USA.country", "USA is no code of two capitals"),
        ('"without_prescription"', '"prescription"', "labels.US.supply", "is none of without_prescription"),
        ('country = "US"', "", "labels.a label without country.country", "is missing"),
        ("660", "10001", "labels.US.most_mg_in_24_hours", "is not between 1 and 10000"),
        ('"oral_nsaid"', '"topical_nsaid"', "form", "oral does not go with topical_nsaid"),
    ],
)
def test_a_wrong_value_is_refused_with_file_field_and_reason(old: str, new: str, field: str, reason: str) -> None:
    text = DRUG + LABEL
    assert old in text
    with pytest.raises(FileRefused) as refused:
        read_one(text.replace(old, new, 1))
    assert (refused.value.file, refused.value.field) == ("one.toml", field)
    assert reason in refused.value.reason


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[220, 550]", "[1, 550]"),
        ("[220, 550]", "[]"),
        ("base_mg = 200", "base_mg = 1"),
        ("base_mg = 200", "base_mg = 220"),
        ("660", "1"),
        ("660", "10000"),
        ("_in_a_row = 10", "_in_a_row = 1"),
        ("_in_a_row = 10", "_in_a_row = 60"),
        ("most_days_in_a_row = 10\n", ""),
        ("most_mg_in_24_hours = 660\n", ""),
        ('group = "oral_nsaid"\nform = "oral"', 'group = "topical_nsaid"\nform = "gel"'),
    ],
)
def test_what_just_can_be_is_read(old: str, new: str) -> None:
    assert old in DRUG + LABEL
    assert read_one((DRUG + LABEL).replace(old, new, 1)).id == "naproxen sodium"


def test_a_label_that_states_nothing_is_refused() -> None:
    silent = LABEL.replace("most_mg_in_24_hours = 660\nmost_days_in_a_row = 10\n", "")
    with pytest.raises(FileRefused) as refused:
        read_one(DRUG + silent)
    assert refused.value.field == "labels.US.most_mg_in_24_hours"
    assert refused.value.reason == "is missing, and so are the days: the label says nothing"


@pytest.mark.parametrize(
    ("lines", "field", "reason"),
    [
        (LINE.replace("US", "USA"), "another_nsaid.country", "USA is no code of two capitals"),
        (LINE + LINE, "another_nsaid.id", "is there twice for the country"),
        (LINE.replace('id = "another_nsaid"', ""), "a line without id.id", "is missing"),
        (LINE.replace('text = "Something."', ""), "another_nsaid.text", "is missing"),
        (LINE.replace('"V"', '"R"'), "another_nsaid.confidence", "'R' is none of V, V2"),
    ],
)
def test_a_wrong_line_is_refused_with_file_field_and_reason(lines: str, field: str, reason: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_drugs([Text(DRUG)], Text(lines, name="lines.toml"))
    assert (refused.value.file, refused.value.field, refused.value.reason) == ("lines.toml", field, reason)


def test_there_may_be_no_line_and_one_for_each_country() -> None:
    assert read_drugs([Text(DRUG)], Text("")).lines == ()
    both = read_drugs([Text(DRUG)], Text(LINE + LINE.replace("US", "GB"))).lines
    assert [(line.id, line.country, line.text) for line in both] == [
        ("another_nsaid", "US", "Something."),
        ("another_nsaid", "GB", "Something."),
    ]


def test_drugs_stand_in_the_order_of_their_ids_whatever_their_files_are_called() -> None:
    first = DRUG.replace('id = "naproxen sodium"', 'id = "aspirin"').replace('["naproxennatrium"]', "[]")
    drugs = read_drugs([Text(DRUG, name="a.toml"), Text(first, name="b.toml")], Text(LINE))
    assert [drug.id for drug in drugs.every] == ["aspirin", "naproxen sodium"]


def test_a_drug_is_found_by_its_name_as_it_is_written() -> None:
    drugs = read_drugs([Text(DRUG.replace('"Naproxen sodium"', '"Naproxen (sodium)"'))], Text(LINE))
    for typed in ("naproxen sodium", " Naproxen (Sodium) ", "NAPROXENNATRIUM"):
        found = drugs.find(typed, "oral")
        assert found is not None
        assert found.id == "naproxen sodium"


def test_a_country_is_one_of_a_label() -> None:
    drugs = read_drugs([Text(DRUG + LABEL)], Text(LINE))
    assert drugs.labelled_in("US")
    assert not drugs.labelled_in("GB")
    assert not read_drugs([Text(DRUG)], Text(LINE)).labelled_in("US")


def test_nothing_is_there_twice() -> None:
    with pytest.raises(FileRefused, match="labels: has a country twice"):
        read_one(DRUG + LABEL + LABEL)
    other = DRUG.replace('id = "naproxen sodium"', 'id = "naproxennatrium"').replace('["naproxennatrium"]', "[]")
    with pytest.raises(FileRefused, match=r"two\.toml: id: naproxennatrium is there twice"):
        read_drugs([Text(DRUG), Text(other, name="two.toml")], Text(LINE))
    with pytest.raises(FileRefused, match="is there twice for the country"):
        read_drugs([Text(DRUG)], Text(LINE + LINE))
    with pytest.raises(FileRefused, match="USA is no code of two capitals"):
        read_drugs([Text(DRUG)], Text(LINE.replace("US", "USA")))


def test_the_numbers_of_the_labels_that_were_read() -> None:
    stated = {
        (drug.id, label.country): (label.most_mg_in_24_hours, label.most_days_in_a_row)
        for drug in load_drugs().every
        for label in drug.labels
    }
    assert stated == {
        ("aspirin", "US"): (3900, None),
        ("diclofenac gel", "US"): (None, 21),
        ("ibuprofen", "GB"): (1200, None),
        ("ibuprofen", "US"): (1200, 10),
        ("naproxen sodium", "US"): (660, 10),
    }


def test_what_was_only_recalled_is_not_there() -> None:
    rxnorm = {drug.id: drug.rxnorm for drug in load_drugs().every}
    without = {"naproxen sodium", "meloxicam", "etoricoxib", "ketoprofen", "indometacin", "nabumetone"}
    assert {name for name, code in rxnorm.items() if code is None} == without
    assert "41493" not in rxnorm.values()


def test_tablets_gel_and_paracetamol_are_told_apart() -> None:
    drugs = load_drugs()
    found = [
        drugs.find(*named) for named in (("diclofenac", "oral"), ("Diclofenac", "gel"), ("diclofenac gel", "oral"))
    ]
    assert [drug.group if drug else None for drug in found] == ["oral_nsaid", "topical_nsaid", "topical_nsaid"]
    paracetamol = drugs.find("acetaminophen", "oral")
    assert (paracetamol.id, paracetamol.group) == ("paracetamol", "not_nsaid") if paracetamol else False
    assert drugs.find("diclofenac", "other") is None
    assert drugs.find("Arnica", "oral") is None
    assert drugs.find("Arnica", "gel") is None


def test_the_browser_gets_every_drug_with_what_the_rules_need() -> None:
    data = {drug["id"]: drug for drug in drug_data()}
    assert list(data) == [drug.id for drug in load_drugs().every]
    sodium = data["naproxen sodium"]
    assert (sodium["salt_mg"], sodium["base_mg"], sodium["labels"][0]["most_mg_in_24_hours"]) == (220, 200, 660)
    assert sodium["labels"][0].keys() == {"country", "most_mg_in_24_hours", "most_days_in_a_row"}
