"""What SQLite says in the middle of reading, where no step of ours stands ready to explain it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tui_import.api.errors import TuiImportError
from tui_import.session.workspace import store_path
from tui_import.store.connection import as_store_error


def explained(error: Exception, store: str | Path | None) -> TuiImportError | None:
    """The sentence for an error of the store's file (a damaged page, a disk that is gone); None for all others."""
    return as_store_error(error, store_path(store)) if isinstance(error, sqlite3.Error) else None
