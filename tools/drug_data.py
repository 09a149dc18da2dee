"""Writes the drugs for the browser, from the same files that the server reads: ``python -m tools.drug_data``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from firststep.clinical.nsaids import Drug, load_drugs
from tools.shell import ROOT

TARGET = ROOT / "static" / "dist" / "drugs.json"
#: What a rule in the browser reads, and nothing else: the chunk stays small. Where it was read stands in the page.
_OF_DRUG = ("id", "ingredient", "name", "also_called", "group", "form", "strengths_mg", "salt_mg", "base_mg")
_OF_LABEL = ("country", "most_mg_in_24_hours", "most_days_in_a_row")


def drug_data() -> list[dict[str, Any]]:
    """Return every drug as the browser reads it."""
    return [_plain(drug) for drug in load_drugs().every]


def write_drug_data(target: Path = TARGET) -> None:
    """Write the file that static/build.mjs puts into the script of the label facts."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(drug_data(), ensure_ascii=False), encoding="utf-8")


def _plain(drug: Drug) -> dict[str, Any]:
    values = asdict(drug)
    labels = [{name: label[name] for name in _OF_LABEL} for label in values["labels"]]
    strengths = [float(mg) if mg % 1 else int(mg) for mg in drug.strengths_mg]
    return {name: values[name] for name in _OF_DRUG} | {"strengths_mg": strengths, "labels": labels}


if __name__ == "__main__":
    write_drug_data()
