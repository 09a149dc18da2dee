"""Which drugs can be noted, by ingredient. Names only: nothing here says how much, how often or whether."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext as _

OTHER: Final = "other"
ORAL_NSAIDS: Final = (
    "ibuprofen",
    "naproxen",
    "naproxen sodium",
    "aspirin",
    "diclofenac",
    "celecoxib",
    "etoricoxib",
    "indometacin",
    "ketoprofen",
    "meloxicam",
    "nabumetone",
)


def product_choices() -> list[tuple[str, str]]:
    """Return (value, words) of the choice of an oral NSAID."""
    words = {
        "ibuprofen": _("Ibuprofen"),
        "naproxen": _("Naproxen"),
        "naproxen sodium": _("Naproxen sodium"),
        "aspirin": _("Aspirin"),
        "diclofenac": _("Diclofenac"),
        "celecoxib": _("Celecoxib"),
        "etoricoxib": _("Etoricoxib"),
        "indometacin": _("Indometacin"),
        "ketoprofen": _("Ketoprofen"),
        "meloxicam": _("Meloxicam"),
        "nabumetone": _("Nabumetone"),
    }
    return [*((name, words[name]) for name in ORAL_NSAIDS), (OTHER, _("Another one"))]


def product_words(product: str) -> str:
    """Return the words for a noted product; free text from elsewhere is shown as it was noted."""
    return dict(product_choices()).get(product, product)


def is_oral_nsaid(product: str, form: str) -> bool:
    """Tell whether the dose answers "an NSAID was taken": a gel does not, nor a drug that is no NSAID."""
    return form == "oral" and product.strip().casefold() in (*ORAL_NSAIDS, OTHER)
