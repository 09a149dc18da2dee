"""The second pen: draws a figure as one SVG, for first paint, print and mail.

It knows the part of Plotly's figure language that our figures use, and refuses the rest, so that
the two pens cannot come to show different things.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zlib import crc32

from markupsafe import Markup

from firststep.figures import marks
from firststep.figures.ink import Ink
from firststep.figures.marks import num
from firststep.figures.markup import markup, text
from firststep.figures.scales import Frame
from firststep.figures.theme import Palette
from firststep.figures.traces import DASHES, draw_trace, reaches_beyond, share

ANCHORS = {"left": "start", "center": "middle", "right": "end"}
#: How far below the given height the letters' line lies, in shares of the font size.
BASELINES = {"top": 0.95, "middle": 0.35, "bottom": -0.25}
FONT = "system-ui, sans-serif"


def draw(
    figure: dict[str, Any],
    *,
    width: int,
    height: int,
    title: str,
    description: str,
    palette: Palette | None = None,
) -> Markup:
    """Draw a figure as an SVG of the given size in pixels, which scales with its container.

    Without a palette the colours are classes (see ``theme``); with one they are written out and
    the surface is painted, so that the drawing stands alone.
    """
    layout, ink = figure["layout"], Ink(palette)
    frame = Frame(layout, width, height)
    area = _area(frame)
    # All that ids lead to, and what tells figures apart; the whole layout would take longer than many a drawing.
    ident = f"c{crc32(repr((area, title, description, layout['xaxis'])).encode()):08x}"
    clip = f' clip-path="url(#{ident}p)"'
    body = "".join(
        [
            f'<path d="M0 0h{width}v{height}H0z"{ink(fill="@surface")}/>' if palette else "",
            *_grid(layout, frame, ink),
            *_shapes(layout, frame, ink, clip),
            *(part for trace in figure["data"] for part in draw_trace(trace, frame, ink, clip)),
            *_annotations(layout, frame, ink),
        ]
    )
    return markup(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-labelledby="{ident}t {ident}d" '
        f'font-family="{FONT}" fill="none" stroke-linejoin="round">'
        f'<title id="{ident}t">{text(title)}</title>'
        f'<desc id="{ident}d">{text(description)}</desc>'
        f'<clipPath id="{ident}p"><path d="{area}"/></clipPath>{body}</svg>'
    )


def _area(frame: Frame) -> str:
    left, right = num(frame.left), num(frame.right)
    return f"M{left} {num(frame.top)}H{right}V{num(frame.bottom)}H{left}z"


def _grid(layout: dict[str, Any], frame: Frame, ink: Ink) -> Iterator[str]:
    """Draw grid lines and tick labels of all axes."""
    x_axis = layout["xaxis"]
    xs = [frame.x("x", value) for value in x_axis["tickvals"]]
    lines, labels = marks.Path(), ""
    for name, axis in layout.items():
        if not name.startswith("yaxis"):
            continue
        scale = frame.scales[name.replace("axis", "")]
        ys = [scale(value) for value in axis["tickvals"]]
        for y in ys if axis["showgrid"] else ():
            lines.move(frame.left, y)
            lines.line(frame.right, y)
        for x in xs if x_axis["showgrid"] else ():
            lines.move(x, scale.end_px)
            lines.line(x, scale.start_px)
        if axis["showticklabels"]:
            placed = [(frame.left - 5, y + 4) for y in ys]
            labels += _tick_labels(axis, placed, "end", ink)
    yield f'<path d="{lines}"{ink(stroke=x_axis["gridcolor"])}/>'
    yield labels + _tick_labels(x_axis, [(x, frame.bottom + 15) for x in xs], "middle", ink)


def _tick_labels(axis: dict[str, Any], placed: list[marks.Point], anchor: str, ink: Ink) -> str:
    labels = "".join(
        f'<text x="{num(x)}" y="{num(y)}">{text(words)}</text>'
        for (x, y), words in zip(placed, axis["ticktext"], strict=True)
    )
    size, colour = num(axis["tickfont"]["size"]), ink(fill=axis["tickfont"]["color"])
    return f'<g text-anchor="{anchor}" font-size="{size}"{colour}>{labels}</g>'


def _shapes(layout: dict[str, Any], frame: Frame, ink: Ink, clip: str) -> Iterator[str]:
    """Draw the shapes, which all lie between the grid and the traces."""
    placed = [(shape, *_corners(shape, frame)) for shape in layout["shapes"]]
    corners = [(x, y) for _shape, x0, x1, y0, y1 in placed for x, y in ((x0, y0), (x1, y1))]
    yield f"<g{clip if reaches_beyond(frame, corners) else ''}>"
    for shape, x0, x1, y0, y1 in placed:
        if shape["type"] == "line":
            path = marks.line([(x0, y0), (x1, y1)])
        elif shape["type"] == "rect":
            path = marks.polygons([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
        else:
            raise ValueError(f"no such shape: {shape['type']!r}")
        if fill := shape.get("fillcolor"):
            yield f'<path d="{path}" opacity="{share(shape["opacity"])}"{ink(fill=fill)}/>'
        if edge := shape["line"].get("width"):
            dash = DASHES[shape["line"].get("dash", "solid")]
            yield (f'<path d="{path}" stroke-width="{num(edge)}"{dash}{ink(stroke=shape["line"]["color"])}/>')
    yield "</g>"


def _corners(shape: dict[str, Any], frame: Frame) -> tuple[float, float, float, float]:
    if shape["layer"] != "between":
        raise ValueError(f"no such layer: {shape['layer']!r}")
    x0, x1 = (frame.x(shape["xref"], shape[end]) for end in ("x0", "x1"))
    y0, y1 = (frame.y(shape["yref"], shape[end]) for end in ("y0", "y1"))
    return x0, x1, y0, y1


def _annotations(layout: dict[str, Any], frame: Frame, ink: Ink) -> Iterator[str]:
    for note in layout["annotations"]:
        size = note["font"]["size"]
        x = frame.x(note["xref"], note["x"]) + note.get("xshift", 0)
        y = frame.y(note["yref"], note["y"]) - note.get("yshift", 0)
        y += BASELINES[note["yanchor"]] * size
        colours = ink(fill=note["font"]["color"], stroke="@surface", name="halo")
        yield (
            f'<text x="{num(x)}" y="{num(y)}" text-anchor="{ANCHORS[note["xanchor"]]}" '
            f'font-size="{num(size)}" stroke-width="3"{colours}>{text(note["text"])}</text>'
        )
