"""What SQLite says in the middle of reading, where no step of ours stands ready to explain it."""

from __future__ import annotations

from pathlib import Path

from tui_import.api.errors import StoreDamagedError, TuiImportError
from tui_import.session.workspace import store_path
from tui_import.store import connection


def explained(error: Exception, store: str | Path | None) -> TuiImportError | None:
    """The sentence for an error of the store's file (a damaged page, a disk that is gone) or of a draft's; None for all others."""
    path = store_path(store)
    told = error if isinstance(error, StoreDamagedError) and error.where.file == str(path) else connection.explained(error, path)
    if isinstance(told, StoreDamagedError) and not connection.is_damaged(path):
        # SQLite does not say which of the files it was that it worked on
        damaged = (draft for draft in sorted(Path(f"{path}{connection.DRAFTS}").glob("*.sqlite")) if connection.is_damaged(draft))
        return next(map(connection.damaged_error, damaged), told)
    return told
