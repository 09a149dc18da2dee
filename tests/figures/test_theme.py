"""The palettes: readable in both schemes, and the same in the style sheet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from firststep.figures.theme import DARK, LIGHT, ROLES, Palette, paint, role_of

STYLE_SHEET = Path(__file__).parents[2] / "static" / "css" / "chart.css"
TEXT = ("ink", "muted", "baseline", "band", "other", "published")
MARKS = ("axis", "series", "point", "event", "strip", "quiet")


def luminance(colour: str) -> float:
    """Return a colour's relative luminance as WCAG 2.2 defines it."""
    digits = colour.removeprefix("#")
    wide = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    shares = [int(wide[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_marks_stand_out_from_the_surface(palette: Palette) -> None:
    faint = {role for role in TEXT if contrast(palette[role], palette["surface"]) < 4.5}
    faint |= {role for role in MARKS if contrast(palette[role], palette["surface"]) < 3}
    assert not faint


def test_both_palettes_colour_the_same_roles() -> None:
    assert set(LIGHT) == set(DARK) == ROLES


@pytest.mark.parametrize("role", sorted(ROLES))
def test_the_style_sheet_has_the_colours_and_classes_of_a_role(role: str) -> None:
    css = STYLE_SHEET.read_text(encoding="utf-8")
    both = re.search(rf"--chart-{role}: light-dark\((#\w+), (#\w+)\)", css)
    assert both is not None
    assert luminance(both[1]) == luminance(LIGHT[role])
    assert luminance(both[2]) == luminance(DARK[role])
    assert re.search(rf"\.f-{role} *{{ *fill: *var\(--chart-{role}\)", css)
    assert re.search(rf"\.s-{role} *{{ *stroke: *var\(--chart-{role}\)", css)


def test_painting_changes_colours_and_no_texts() -> None:
    figure = {"data": [{"text": "@ink", "line": {"color": "@ink"}}], "bgcolor": "@surface"}
    painted = paint(figure, LIGHT)
    assert painted["data"][0] == {"text": "@ink", "line": {"color": LIGHT["ink"]}}
    assert painted["bgcolor"] == LIGHT["surface"]
    assert figure["bgcolor"] == "@surface"


@pytest.mark.parametrize("colour", ["ink", "@unknown", "#000000", ""])
def test_only_roles_are_colours(colour: str) -> None:
    with pytest.raises(ValueError, match="not a colour role"):
        role_of(colour)
