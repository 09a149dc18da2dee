"""Colours as the SVG pen writes them: as classes on a page, as literals where no style sheet is."""

from __future__ import annotations

from firststep.figures.theme import Palette, role_of


class Ink:
    """Writes the attributes that colour an element."""

    def __init__(self, palette: Palette | None) -> None:
        self._palette = palette

    def __call__(self, *, fill: str | None = None, stroke: str | None = None, name: str = "") -> str:
        """Write the attributes for a fill, a stroke, or both, given as "@role"."""
        roles = [("fill", "f", fill), ("stroke", "s", stroke)]
        asked = [(attribute, short, role_of(role)) for attribute, short, role in roles if role]
        if self._palette is not None:
            text = "".join(f' {attribute}="{self._palette[role]}"' for attribute, _, role in asked)
            return text + (' paint-order="stroke"' if name == "halo" else "")
        classes = [f"{short}-{role}" for _, short, role in asked]
        return f' class="{" ".join([name, *classes] if name else classes)}"'
