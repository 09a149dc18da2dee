"""The colour roles of every figure, their two palettes, and how a role becomes a colour.

A figure names roles ("@series"), never colours. Each pen resolves them in its own way:

* plotly.js: the browser replaces every string that begins with "@" by the resolved colour of the
  CSS variable ``--chart-<role>`` before it draws, and again when the colour scheme changes.
* the SVG pen on a page writes classes: ``f-<role>`` fills, ``s-<role>`` strokes.
* the SVG pen for mail and pictures, and the tests, write the literal colours of ``LIGHT``.

What the style sheet has to define, for every role in ``LIGHT``/``DARK`` below:

    :root         { --chart-<role>: <light colour>; }       and the dark colour in the dark scheme
    svg .f-<role> { fill: var(--chart-<role>); }
    svg .s-<role> { stroke: var(--chart-<role>); }
    svg .halo     { paint-order: stroke; stroke-linejoin: round; }

Roles: ink, muted, grid, axis, surface, series, point, baseline, band, guide, other, published,
event, strip, quiet. The surface is the colour behind the chart. Colours carry no judgement (no
red or green), and no two things on a chart differ by colour alone: shape, dash or place differs too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Palette = Mapping[str, str]

LIGHT: Palette = {
    "ink": "#1b2430",
    "muted": "#55606d",
    "grid": "#e4e8ec",
    "axis": "#7d8893",
    "surface": "#ffffff",
    "series": "#0b5cad",
    "point": "#6f8299",
    "baseline": "#55606d",
    "band": "#a85b00",
    "guide": "#a85b00",
    "other": "#6d4fa3",
    "published": "#a1286a",
    "event": "#1b2430",
    "strip": "#3f5b78",
    "quiet": "#7d8893",
}

DARK: Palette = {
    "ink": "#eef2f6",
    "muted": "#aab5c1",
    "grid": "#2b343e",
    "axis": "#75818d",
    "surface": "#161c22",
    "series": "#74b7ff",
    "point": "#8698ab",
    "baseline": "#aab5c1",
    "band": "#f2ab52",
    "guide": "#f2ab52",
    "other": "#bda4f0",
    "published": "#f08fc0",
    "event": "#eef2f6",
    "strip": "#a3bdd8",
    "quiet": "#75818d",
}

ROLES = frozenset(LIGHT)


def role_of(colour: str) -> str:
    """Give the role that a placeholder such as "@series" names; refuse anything else."""
    role = colour.removeprefix("@")
    if role == colour or role not in ROLES:
        raise ValueError(f"not a colour role: {colour!r}")
    return role


def paint(figure: Any, palette: Palette) -> Any:
    """Copy a figure with every colour role replaced by the palette's colour.

    Only whole strings that name a known role are replaced, so a label may begin with "@".
    """
    if isinstance(figure, dict):
        return {
            key: palette[value[1:]] if _is_colour(key, value) else paint(value, palette)
            for key, value in figure.items()
        }
    if isinstance(figure, list):
        return [paint(value, palette) for value in figure]
    return figure


def _is_colour(key: str, value: Any) -> bool:
    names_colour = key.lower().endswith("color")
    return names_colour and isinstance(value, str) and value[:1] == "@" and value[1:] in ROLES
