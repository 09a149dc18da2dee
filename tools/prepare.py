"""Makes ready what a command needs, and does nothing that is already done: ``python3 -m tools.prepare run``."""

from __future__ import annotations

import sys

from tools.browser import install_browser
from tools.frontend import build, install_modules
from tools.python import install_to_develop, install_to_run, require_python
from tools.shell import Failed, ending, say


def prepare_run() -> None:
    """Make ready what the product needs."""
    install_to_run()
    build()


def prepare_development() -> None:
    """Make ready what lint and most tests need."""
    install_to_develop()
    install_modules()
    build()


def prepare_test() -> None:
    """Make ready what all tests need."""
    prepare_development()
    if install_browser() is None:
        say("No browser was found and none could be installed: the browser tests cannot run.")


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
