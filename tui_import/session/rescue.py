"""Bringing back a backup, also where the store is too damaged to be opened."""

from __future__ import annotations

from pathlib import Path

from tui_import.api.errors import StoreDamagedError
from tui_import.config import load_catalogue
from tui_import.session.workspace import Workspace, store_path
from tui_import.store import backup as store_backup


def restore(store: str | Path | None, backup: str | Path) -> Path:
    """Put a backup in the place of the store; returns where the store as it was is kept.

    A sound store is backed up first. A damaged one gets another name, and stays in its place where the backup is no better.
    Raises `StoreError` where the backup cannot be used.
    """
    try:
        with Workspace(store) as workspace:
            return Path(workspace.restore(backup).path)
    except StoreDamagedError as error:
        if error.where.file == str(backup):
            raise
    return store_backup.replace(store_path(store), Path(backup), load_catalogue())
