"""Collects every sentence that people read, for translators, and compiles what they translated.

``python -m tools.messages`` writes translations/messages.pot, brings translations/*/LC_MESSAGES/messages.po up to date
and compiles them. A new language: copy the .pot to such a messages.po, translate, run this again. The .pot and the
compiled .mo are made from other files and therefore not kept in the repository; the .po are.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tools.shell import ROOT, Failed, ending, say

TRANSLATIONS = ROOT / "translations"
POT = TRANSLATIONS / "messages.pot"
# Texts of a benchmark file that people read. What a publication is called is a name and stays as it is.
_SOURCE_TEXTS = ("design", "read", "measured", "people", "not_said", "notes")
_UNPUBLISHED_TEXTS = ("short", "citation")
_NOT_OURS = ".* __pycache__ node_modules var static tests tools"
_ROW_TEXTS = ("intervention", "comparator", "scale", "note")
_DRUG_TEXTS = ("text", "source")
# Sources of stretching plans name authors and journals, but also say "patient handouts".
_PLAN_TEXTS = ("name", "how", "schedule_note", "remarks", "source")


def main() -> None:
    """Collect, bring every catalogue up to date, compile; with the word "compile" only that."""
    if sys.argv[1:] == ["compile"]:
        for catalogue in catalogues():
            compile_catalogue(catalogue)
        return
    TRANSLATIONS.mkdir(exist_ok=True)
    collected = collect(POT)
    say(f"{len(collected)} messages in {POT.relative_to(ROOT)}")
    for catalogue in catalogues():
        update(catalogue, collected)
        say(f"{catalogue.relative_to(ROOT)}: {compile_catalogue(catalogue)} of {len(collected)} translated")


def collect(pot: Path) -> Catalog:
    """Write every sentence of code, templates and benchmark files into a template for translators; return it."""
    options = [
        "--mapping",
        str(ROOT / "pyproject.toml"),
        "--keyword",
        "_l",
        "--keyword",
        "marked",
        "--no-wrap",
        "--sort-by-file",
    ]
    options += ["--no-location", "--project", "Firststep", "--output", str(pot), "--ignore-dirs", _NOT_OURS]
    CommandLineInterface().run(["pybabel", "--quiet", "extract", *options, str(ROOT)])  # type: ignore[no-untyped-call]
    with pot.open("rb") as file:
        return read_po(file)


def catalogues() -> list[Path]:
    """Return the translators' files, one per language."""
    return sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))


def update(catalogue: Path, collected: Catalog) -> None:
    """Add new messages and mark changed ones as fuzzy."""
    translated = _read(catalogue)
    translated.update(collected)
    with catalogue.open("wb") as file:
        write_po(file, translated, width=120, omit_header=False)


def compile_catalogue(catalogue: Path) -> int:
    """Write the .mo beside the catalogue; return how many messages are translated, refuse wrong placeholders."""
    translated = _read(catalogue)
    wrong = [f"{message.id}: {error}" for message, errors in translated.check() for error in errors]
    if wrong:
        raise Failed("\n".join([f"{catalogue}:", *wrong]))
    with catalogue.with_suffix(".mo").open("wb") as file:
        write_mo(file, translated)
    return sum(bool(message.id) and _is_translated(message) for message in translated)


def _is_translated(message: Message) -> bool:
    forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return bool(forms) and all(forms) and not message.fuzzy


def extract_benchmarks(
    file: IO[bytes], _keywords: object, _comment_tags: object, **_options: object
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Go through the texts of a benchmark file as Babel's own extractors do: line, function, message, comments."""
    source = tomllib.loads(file.read().decode())
    fields = _SOURCE_TEXTS if source["peer_reviewed"] else (*_SOURCE_TEXTS, *_UNPUBLISHED_TEXTS)
    for text in _texts(source, fields):
        yield 1, "gettext", text, []
    for row in source.get("rows", []):
        for text in _texts(row, _ROW_TEXTS):
            yield 1, "gettext", text, []


def extract_drugs(
    file: IO[bytes], _keywords: object, _comment_tags: object, **_options: object
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Go through the names, sentences and sources of a file about drugs, as Babel's own extractors do."""
    content = tomllib.loads(file.read().decode())
    tables = [*content.get("labels", []), *content.get("lines", [])]
    for text in (*_texts(content, ("name",)), *(text for table in tables for text in _texts(table, _DRUG_TEXTS))):
        yield 1, "gettext", text, []


def extract_plans(
    file: IO[bytes], _keywords: object, _comment_tags: object, **_options: object
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Go through the texts of a file about a stretching plan, as Babel's own extractors do."""
    for text in _texts(tomllib.loads(file.read().decode()), _PLAN_TEXTS):
        yield 1, "gettext", text, []


def _texts(table: Mapping[str, Any], fields: tuple[str, ...]) -> Iterator[str]:
    for field in fields:
        value = table.get(field) or []
        yield from [value] if isinstance(value, str) else value


def _read(catalogue: Path) -> Catalog:
    with catalogue.open("rb") as file:
        return read_po(file, locale=catalogue.parent.parent.name)


if __name__ == "__main__":
    ending(main)
