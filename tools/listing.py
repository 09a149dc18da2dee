"""Prints the commands of a Makefile with the words that stand after ``##``."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def commands(makefile: str) -> list[tuple[str, str]]:
    """Return each documented command with its words."""
    return re.findall(r"(?m)^([a-z-]+):.*?## (.+)$", makefile)


def main() -> None:
    """Print the commands of the Makefile that the command line names."""
    for name, words in commands(Path(sys.argv[1]).read_text(encoding="utf-8")):
        print(f"  make {name:<12} {words}")


if __name__ == "__main__":
    main()
