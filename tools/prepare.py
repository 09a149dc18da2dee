"""Makes ready what a command needs, and does nothing that is already done: ``python3 -m tools.prepare run``."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.browser import install_browser
from tools.frontend import build, install_modules
from tools.python import PYTHON, install_to_develop, install_to_run, require_python
from tools.shell import ROOT, Failed, ending, run, say


def prepare_run() -> None:
    """Make ready what the product needs."""
    install_to_run()
    build()
    compile_translations()


def prepare_development() -> None:
    """Make ready what lint and most tests need."""
    install_to_develop()
    install_modules()
    build()
    compile_translations()


def prepare_test() -> None:
    """Make ready what all tests need."""
    prepare_development()
    if install_browser() is None:
        say("No browser was found and none could be installed: the browser tests cannot run.")


def compile_translations() -> None:
    """Compile the translators' catalogues for the program, where one is newer than what was compiled."""
    files = sorted((ROOT / "translations").glob("*/LC_MESSAGES/messages.po"))
    if all(po.with_suffix(".mo").exists() and _newer(po.with_suffix(".mo"), po) for po in files):
        return
    run("Compiling the translations", [PYTHON, "-m", "tools.messages", "compile"])


def _newer(one: Path, other: Path) -> bool:
    return one.stat().st_mtime >= other.stat().st_mtime


STEPS = {"run": prepare_run, "develop": prepare_development, "test": prepare_test}


def main() -> None:
    """Make ready what the command line names."""
    require_python()
    wanted = sys.argv[1:]
    if len(wanted) != 1 or wanted[0] not in STEPS:
        raise Failed(f"Say what to make ready: {', '.join(STEPS)}.")
    STEPS[wanted[0]]()


if __name__ == "__main__":
    ending(main)
