"""From the command line to the screens."""

from __future__ import annotations

import sys
from typing import Protocol

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _


class Screens(Protocol):
    """The TUI, as the command line sees it: `tui_import.__main__` gives it, since the two faces do not know each other."""

    def __call__(self, store: str | None, *, file: str | None = None, draft: str | None = None, demo: bool = False) -> int:
        """Run it on a store, with a file or a draft opened; returns its exit code."""


def has_terminal() -> bool:
    """Somebody sits before a keyboard and a screen."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def needs_terminal(hint: str) -> None:
    """Raise `UsageError` where the screens cannot be shown."""
    if not has_terminal():
        raise UsageError(_("The screens need a terminal."), hint=hint)
