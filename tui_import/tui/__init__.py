"""The screens. `run_tui` is all that the program calls."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _

SSH_ESCAPE_MILLISECONDS = "250"
"""How long an Esc may be the beginning of a longer key: over a slow line the parts arrive late (100 ms turned arrows into letters)."""


def run_tui(store: str | Path | None, file: str | None = None, draft: str | None = None, demo: bool = False) -> int:
    """Open the screens on a store, perhaps with a file or an unfinished import; returns the exit code.

    Raises UsageError where there is no terminal that can show them; the sentence names the commands that do without.
    """
    _refuse_without_terminal()
    if os.environ.get("SSH_CONNECTION"):
        os.environ.setdefault("ESCDELAY", SSH_ESCAPE_MILLISECONDS)

    from tui_import.session.workspace import Workspace
    from tui_import.tui.app import ImportApp

    workspace = Workspace(store)
    try:
        app = ImportApp(workspace, location=file or "", draft=draft or "", demo=demo, signals=True)
        try:
            result = app.run()
        finally:
            app.close_released()
        return result if result is not None else app.return_code or 0
    finally:
        workspace.close()


def _refuse_without_terminal() -> None:
    hint = _("Use the command line instead: tui-import run FILE, or tui-import --help.")
    # Textual draws on standard error and reads standard input
    if not all(stream is not None and stream.isatty() for stream in (sys.__stdin__, sys.__stderr__)):
        raise UsageError(_("The screens need a terminal, and this is none."), hint=hint)
    term = os.environ.get("TERM", "")
    if term in ("", "dumb", "unknown"):
        raise UsageError(_("The screens cannot be shown on this terminal (TERM={term}).").format(term=term), hint=hint)
