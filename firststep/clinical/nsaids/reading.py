"""Reads the drug files and refuses a wrong value with the file, the field and the reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from firststep.clinical.nsaids.shapes import CONFIDENCES, FORMS, GROUPS, SUPPLIES, Drug, Drugs, Label, LabelLine
from firststep.clinical.tables import FileRefused, TextFile, read_table, read_toml

_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "group": GROUPS,
    "form": FORMS,
    "supply": SUPPLIES,
    "confidence": CONFIDENCES,
}
_ID: Final = re.compile(r"[a-z]+( [a-z]+)*")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_ATC: Final = re.compile(r"[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}")
_RXNORM: Final = re.compile(r"[1-9][0-9]{0,7}")
#: More than this is a slip of the pen: the most that any of these labels states is 3,900 mg, and 21 days.
_MOST_MG: Final = 10_000
_MOST_DAYS: Final = 60


def read_drugs(drug_files: Iterable[TextFile], line_file: TextFile) -> Drugs:
    """Return every drug and every sentence; raise FileRefused for the first thing that is wrong."""
    drugs: list[Drug] = []
    seen: set[str] = set()
    for file in sorted(drug_files, key=lambda one: one.name):
        drug = _read_drug(file)
        for name in (drug.id, *drug.also_called):
            if name in seen:
                raise FileRefused(file.name, "id", f"{name} is there twice")
            seen.add(name)
        drugs.append(drug)
    return Drugs(tuple(sorted(drugs, key=lambda drug: drug.id)), tuple(_read_lines(line_file)))


def _read_drug(file: TextFile) -> Drug:
    content = read_toml(file)
    tables = content.pop("labels", [])
    labels = tuple(_read_label(table, file.name) for table in tables)
    drug = read_table(Drug, content, file=file.name, choices=_CHOICES, given={"labels": labels})
    for field, reason in _wrong_of_drug(drug):
        raise FileRefused(file.name, field, reason)
    return drug


def _read_label(table: dict[str, Any], file: str) -> Label:
    where = f"labels.{table.get('country', 'a label without country')}."
    label = read_table(Label, table, file=file, where=where, choices=_CHOICES)
    for field, reason in _wrong_of_label(label):
        raise FileRefused(file, where + field, reason)
    return label


def _read_lines(file: TextFile) -> Iterator[LabelLine]:
    seen: set[tuple[str, str]] = set()
    for table in read_toml(file).get("lines", []):
        where = f"{table.get('id', 'a line without id')}."
        line = read_table(LabelLine, table, file=file.name, where=where, choices=_CHOICES)
        if not _COUNTRY.fullmatch(line.country):
            raise FileRefused(file.name, where + "country", f"{line.country} is no code of two capitals")
        if (line.id, line.country) in seen:
            raise FileRefused(file.name, where + "id", "is there twice for the country")
        seen.add((line.id, line.country))
        yield line


def _wrong_of_drug(drug: Drug) -> Iterator[tuple[str, str]]:
    for name in (drug.id, drug.ingredient, *drug.also_called):
        if not _ID.fullmatch(name):
            yield "id", f"{name} is not in small letters"
    if (drug.form == "gel") != (drug.group == "topical_nsaid"):
        yield "form", f"{drug.form} does not go with {drug.group}"
    if list(drug.strengths_mg) != sorted(set(drug.strengths_mg)) or any(mg <= 0 for mg in drug.strengths_mg):
        yield "strengths_mg", "are not amounts in rising order"
    if not 0 < drug.base_mg <= drug.salt_mg:
        yield "base_mg", f"{drug.base_mg} of the ingredient cannot be in {drug.salt_mg} of the product"
    if drug.atc is not None and not _ATC.fullmatch(drug.atc):
        yield "atc", f"{drug.atc} is no ATC code"
    if drug.rxnorm is not None and not _RXNORM.fullmatch(drug.rxnorm):
        yield "rxnorm", f"{drug.rxnorm} is no RxNorm code"
    countries = [label.country for label in drug.labels]
    if len(countries) != len(set(countries)):
        yield "labels", "has a country twice"


def _wrong_of_label(label: Label) -> Iterator[tuple[str, str]]:
    if not _COUNTRY.fullmatch(label.country):
        yield "country", f"{label.country} is no code of two capitals"
    if label.most_mg_in_24_hours is None and label.most_days_in_a_row is None:
        yield "most_mg_in_24_hours", "is missing, and so are the days: the label says nothing"
    if label.most_mg_in_24_hours is not None and not 0 < label.most_mg_in_24_hours <= _MOST_MG:
        yield "most_mg_in_24_hours", f"{label.most_mg_in_24_hours} is not between 1 and {_MOST_MG}"
    if label.most_days_in_a_row is not None and not 0 < label.most_days_in_a_row <= _MOST_DAYS:
        yield "most_days_in_a_row", f"{label.most_days_in_a_row} is not between 1 and {_MOST_DAYS}"
