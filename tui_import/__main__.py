"""The door: a command goes to the command line, a file or nothing to the screens. Whatever is not needed is not imported."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program with these words (default: the command line's); returns the exit code of CONTRACT."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words in (["--version"], ["-V"]):
        from tui_import import __version__

        sys.stdout.write(f"tui-import {__version__}\n")
        return 0
    from tui_import.cli.main import main as run
    from tui_import.umask import be_private

    be_private()
    return run(words, open_screens)


def open_screens(store: str | None, *, file: str | None = None, draft: str | None = None, demo: bool = False) -> int:
    """The TUI on a store, with a file or a draft opened; returns its exit code. The command line knows it as a function only."""
    from tui_import.tui import run_tui

    return run_tui(store, file=file, draft=draft, demo=demo)


if __name__ == "__main__":
    sys.exit(main())
