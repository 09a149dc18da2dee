"""A drawing as a picture, for mail: mailboxes show no SVG."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

import resvg_py
from markupsafe import Markup

#: Its regular cut has no second name: what the drawing asks for as "sans-serif" is found under this one.
FAMILY: Final = "Source Sans Pro"


def to_png(drawing: Markup, *, scale: float) -> bytes:
    """Return a drawing with a palette as PNG, ``scale`` pixels for each of its own.

    Letters are of the font that is installed with the program: without one, a server without fonts leaves every
    text out and says nothing. ValueError when the drawing is no SVG.
    """
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=str(drawing),
            zoom=scale,
            skip_system_fonts=True,
            font_files=[font_file()],
            sans_serif_family=FAMILY,
        )
    )


@cache
def font_file() -> str:
    """Return the path of the font; FileNotFoundError when it is not installed."""
    file = files("font_source_sans_pro") / "files" / "SourceSansPro-Regular.ttf"
    if not file.is_file():
        raise FileNotFoundError(str(file))
    return str(file)
