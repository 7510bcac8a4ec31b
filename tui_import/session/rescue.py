"""Bringing back a backup, also where the store is too damaged to be opened."""

from __future__ import annotations

import datetime
from pathlib import Path

from tui_import.api.errors import StoreDamagedError
from tui_import.session.workspace import Workspace, store_path

PARTS = ("", "-wal", "-shm")
"""Endings of the files that make up a store."""


def restore(store: str | Path | None, backup: str | Path) -> Path:
    """Put a backup in the place of the store; returns where the store as it was is kept.

    A sound store is backed up first. A damaged one is put aside under another name, and stays in its place where the backup is no better.
    Raises `StoreError` where the backup cannot be used.
    """
    try:
        with Workspace(store) as workspace:
            return Path(workspace.restore(backup).path)
    except StoreDamagedError as error:
        if error.where.file == str(backup):
            raise
    path = store_path(store)
    stamp = datetime.datetime.now(datetime.UTC).strftime("%Y%m%d-%H%M%S")
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    _move(path, aside)
    try:
        with Workspace(path) as workspace:
            workspace.restore(backup)
    except BaseException:
        _move(aside, path)
        raise
    return aside


def _move(source: Path, target: Path) -> None:
    """Rename a store with all its files; what is in the way of one goes."""
    for part in PARTS:
        file = Path(f"{source}{part}")
        if file.exists():
            file.replace(f"{target}{part}")
        else:
            Path(f"{target}{part}").unlink(missing_ok=True)
