"""A language made for tests: every message in marks, so that text outside of them did not go through gettext."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from tools.messages import collect

# A language that has dates and plurals of its own, and that nobody translates the product into by accident.
LANGUAGE: Final = "eo"
OPENS, CLOSES = "⟦", "⟧"


def make_catalogue(folder: Path) -> Catalog:
    """Write the compiled catalogue into the folder, as the program looks for it; return what was collected."""
    collected = collect(folder / "messages.pot")
    catalogue = Catalog(locale=LANGUAGE)
    for message in collected:
        if message.id:
            catalogue.add(message.id, _marked(message.id), context=message.context)
    path = folder / LANGUAGE / "LC_MESSAGES" / "messages.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, catalogue)
    return catalogue


def _marked(text: str | tuple[str, ...]) -> str | tuple[str, ...]:
    return f"{OPENS}{text}{CLOSES}" if isinstance(text, str) else tuple(f"{OPENS}{form}{CLOSES}" for form in text)


def calendar_words() -> set[str]:
    """Return the language's own names of months and weekdays, and of the halves of a day."""
    locale = Locale.parse(LANGUAGE)
    tables = [table for forms in (locale.months, locale.days) for widths in forms.values() for table in widths.values()]
    names = [str(name) for table in tables for name in table.values()]
    names += [
        str(name) for widths in locale.day_periods.values() for table in widths.values() for name in table.values()
    ]
    return {word.strip(".").casefold() for name in names for word in name.split()}
