"""The one place where a drawing becomes markup that templates do not escape again."""

from __future__ import annotations

from markupsafe import Markup, escape


def text(words: str) -> str:
    """Escape a text for a drawing, without the control characters that XML cannot hold."""
    if not words.isprintable():
        words = "".join(c for c in words if c >= " " and c not in "\ufffe\uffff")
    return str(escape(words))


def markup(drawing: str) -> Markup:
    """Mark a drawing as finished markup: numbers, roles and class names, and texts that went through ``text``."""
    return Markup(drawing)  # noqa: S704
