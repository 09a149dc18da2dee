"""Draws the app's icons as PNG into static/dist/ and lists them in icons.json: ``python static/icons.py``."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import resvg_py

SOURCE = Path(__file__).resolve().parent / "icons"
TARGET = Path(__file__).resolve().parent / "dist"

#: PNG, the SVG it is drawn from, width in pixels. The one for iOS is opaque: iOS rounds the corners itself.
ICONS = (
    ("icon-180.png", "icon-maskable.svg", 180),
    ("icon-192.png", "icon.svg", 192),
    ("icon-512.png", "icon.svg", 512),
    ("icon-maskable-512.png", "icon-maskable.svg", 512),
)


def draw_icons(target: Path = TARGET) -> dict[str, str]:
    """Write the icons under names that carry their content's hash; return name to hashed name."""
    target.mkdir(parents=True, exist_ok=True)
    names = {}
    for name, source, width_px in ICONS:
        png = bytes(resvg_py.svg_to_bytes(svg_path=str(SOURCE / source), width=width_px, height=width_px))
        digest = hashlib.sha256(png).hexdigest()[:10]
        names[name] = f"{Path(name).stem}-{digest}.png"
        (target / names[name]).write_bytes(png)
    (target / "icons.json").write_text(json.dumps(names, indent=1), encoding="utf-8")
    return names


if __name__ == "__main__":
    draw_icons()
