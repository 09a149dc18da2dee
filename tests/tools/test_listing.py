"""`make help` lists every command of the Makefile that has words."""

from __future__ import annotations

import re

from tools.listing import commands
from tools.shell import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_every_command_is_explained() -> None:
    phony = re.search(r"(?m)^\.PHONY: (.+)$", MAKEFILE)
    assert phony
    assert [name for name, _ in commands(MAKEFILE)] == phony[1].split()


def test_the_words_are_those_of_the_makefile() -> None:
    assert commands("run: build ## Serve\nbuild:\n\techo ## no\n") == [("run", "Serve")]
