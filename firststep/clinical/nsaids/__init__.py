"""Drugs that people note, as data with its sources, and what labels state about a person's own doses.

Nothing here is advice: labels are quoted with country, source and date, and what is not known is called so.
The figure "NSAID-days per week" lives in `firststep.clinical.nsaid`.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from firststep.clinical.nsaids.reading import read_drugs
from firststep.clinical.nsaids.shapes import Drug, Drugs, Label, LabelLine

__all__ = ["Drug", "Drugs", "Label", "LabelLine", "load_drugs", "read_drugs"]


@cache
def load_drugs() -> Drugs:
    """Return every drug and sentence; raises FileRefused where a file cannot be trusted."""
    folder = files("firststep.clinical.nsaids")
    drug_files = (file for file in folder.joinpath("drugs").iterdir() if file.name.endswith(".toml"))
    return read_drugs(drug_files, folder.joinpath("label_lines.toml"))
