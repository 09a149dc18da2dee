"""What a practitioner states about profession and credential, in the reader's words."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

#: The professions that have words in every language; any other one is what the person typed.
PROFESSIONS: Final = {"acupuncturist": _l("Acupuncturist"), "physical_therapist": _l("Physical therapist")}
#: The board that certifies acupuncturists in the United States.
NCCAOM: Final = "NCCAOM"


def profession_key(stated: str) -> str:
    """Return the key of a profession that has words, "" for another one or none."""
    key = stated.strip().casefold().replace(" ", "_")
    return key if key in PROFESSIONS else ""


def profession_words(stated: str) -> str:
    """Return the profession; what was typed stays as it is."""
    key = profession_key(stated)
    return str(PROFESSIONS[key]) if key else stated


def stated_words(profession: str, issuer: str, number: str) -> str:
    """Return profession and credential in one line, "" where nothing is stated."""
    credential = " ".join(part for part in (issuer, number) if part)
    return ", ".join(part for part in (profession_words(profession), credential) if part)


def not_checked() -> str:
    """Say whose word it is; it stands wherever a person decides by what is stated."""
    return _("Stated by the practitioner, not checked")
