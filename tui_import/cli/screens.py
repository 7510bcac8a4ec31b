"""From the command line to the screens."""

from __future__ import annotations

import sys

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _


def has_terminal() -> bool:
    """Somebody sits before a keyboard and a screen."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def needs_terminal(hint: str) -> None:
    """Raise `UsageError` where the screens cannot be shown."""
    if not has_terminal():
        raise UsageError(_("The screens need a terminal."), hint=hint)


def open_screens(store: str | None, *, file: str | None = None, draft: str | None = None, demo: bool = False) -> int:
    """Run the TUI; returns its exit code."""
    from tui_import.tui import run_tui

    return run_tui(store, file=file, draft=draft, demo=demo)
