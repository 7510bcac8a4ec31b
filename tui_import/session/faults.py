"""What SQLite says in the middle of reading, where no step of ours stands ready to explain it."""

from __future__ import annotations

from pathlib import Path

from tui_import.api.errors import TuiImportError
from tui_import.session.workspace import store_path
from tui_import.store import connection


def explained(error: Exception, store: str | Path | None) -> TuiImportError | None:
    """The sentence for an error of the store's file (a damaged page, a disk that is gone); None for all others."""
    return connection.explained(error, store_path(store))
