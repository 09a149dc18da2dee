"""Finds what a person can read or hear, on a page or in a mail, outside the marks of the test language."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from bs4 import BeautifulSoup, CData, Comment, Declaration, Doctype, NavigableString, ProcessingInstruction, Tag

from tests.support.pseudo_locale import CLOSES, OPENS, calendar_words

_SPOKEN_ATTRIBUTES: Final = ("title", "alt", "placeholder", "label", "summary", "aria-label", "aria-description")
_SPOKEN_ATTRIBUTES_TOO: Final = ("aria-valuetext", "aria-roledescription", "aria-placeholder")
_BUTTONS: Final = ("submit", "button", "reset")
_UNREAD: Final = {"script", "style", "template"}
_NOT_TEXT: Final = (Comment, Doctype, Declaration, ProcessingInstruction, CData)
_ADDRESS: Final = re.compile(r"https?://\S+")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
# In data-* attributes stand ids and addresses too; what holds two words, or ends like a sentence, is for people.
_SENTENCE: Final = re.compile(r"[^\W\d_]{2,}[ ,:][^/{}\[\]\"]*[^\W\d_]{2,}|(?:^|\s)[A-Z][^\W\d_]+[.…?!]?$")
# Of values that a script is handed over as JSON only what it would show is for people.
_VALUES: Final = '{"'
# What a chart or a refusal shows, wherever it stands in the JSON.
_SHOWN_KEYS: Final = {
    "error",
    "errors",
    "message",
    "sentence",
    "text",
    "name",
    "hovertemplate",
    "hovertext",
    "title",
    "ticktext",
    "description",
    "label",
}


@dataclass
class Reader:
    """Reads text in order, keeps count of the open marks, and collects the words outside of them."""

    allowed: Collection[str] = ()
    depth: int = 0
    found: list[str] = field(default_factory=list)

    def read(self, text: str, where: str) -> None:
        """Read the next piece; a message may begin in one element and end in another."""
        outside = []
        for letter in text:
            self.depth += (letter == OPENS) - (letter == CLOSES)
            if self.depth == 0:
                outside.append(" " if letter == CLOSES else letter)
        self._note("".join(outside), where)

    def _note(self, text: str, where: str) -> None:
        rest = _ADDRESS.sub(" ", text)
        for name in sorted(self.allowed, key=len, reverse=True):
            rest = rest.replace(name, " ")
        words = [word for word in _WORD.findall(rest) if word.casefold() not in CALENDAR]
        if words:
            self.found.append(f"{where}: {' '.join(text.split())[:160]}")


CALENDAR: Final = calendar_words()


def unmarked_of_page(html: str, allowed: Collection[str]) -> list[str]:
    """Return the readable pieces of an HTML page or fragment that are not wholly inside marks."""
    soup = BeautifulSoup(html, "html.parser")
    body = Reader(allowed)
    for node in soup.descendants:
        if isinstance(node, Tag):
            for name, text in _spoken(node):
                if name.startswith("data-") and text.startswith(_VALUES):
                    body.found += unmarked_of_json(json.loads(text), allowed)
                else:
                    body.found += unmarked_of_text(text, allowed, f"<{node.name} {name}>")
        elif isinstance(node, NavigableString) and not isinstance(node, _NOT_TEXT) and _is_read(node):
            body.read(str(node), f"<{node.parent.name if node.parent else ''}>")
    return body.found + (["a mark is not closed"] if body.depth else [])


def unmarked_of_text(text: str, allowed: Collection[str], where: str = "text") -> list[str]:
    """Return the text if words of it are outside of marks."""
    reader = Reader(allowed)
    reader.read(text, where)
    return reader.found


def unmarked_of_json(value: Any, allowed: Collection[str], key: str = "") -> Iterator[str]:
    """Go through what a figure or a manifest shows to people."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from unmarked_of_json(inner, allowed, name)
    elif isinstance(value, list):
        for inner in value:
            yield from unmarked_of_json(inner, allowed, key)
    elif isinstance(value, str) and key in _SHOWN_KEYS:
        # Plotly's own placeholders and tags of a hover text.
        yield from unmarked_of_text(re.sub(r"%\{[^}]*\}|<[^>]*>", " ", value), allowed, key)


def _is_read(node: NavigableString) -> bool:
    return not any(parent.name in _UNREAD or parent.get("translate") == "no" for parent in node.parents)


def _spoken(tag: Tag) -> Iterator[tuple[str, str]]:
    for name, value in tag.attrs.items():
        text = value if isinstance(value, str) else " ".join(value)
        if (
            name in (*_SPOKEN_ATTRIBUTES, *_SPOKEN_ATTRIBUTES_TOO)
            or (name == "value" and (tag.name == "input" and tag.get("type") in _BUTTONS))
            or (name.startswith("data-") and _SENTENCE.search(text))
        ):
            yield name, text
    if tag.name == "meta" and tag.get("name") in ("description", "application-name"):
        yield "content", str(tag.get("content", ""))
