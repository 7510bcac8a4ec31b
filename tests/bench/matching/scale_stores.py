"""The stores of the scale run: the million, and a tenth of it to see what the size of a store costs."""

from __future__ import annotations

from pathlib import Path

from tests.bench.scale_store import scale_store
from tests.servers import ROOT as FOLDER
from tui_import.session.workspace import Workspace

OWN = 1_000_000
"""Record ids up to it are rows of the file (place plus 1); what is above is there because a person's row names it."""


def store_of(size: int) -> Path:
    """The store with about so many companies and persons; built where it is not there yet (minutes)."""
    whole = scale_store()
    if size == OWN:
        return whole
    path = FOLDER / f"scale-{size}.sqlite"
    if not path.exists():
        part = path.with_suffix(".part")
        for old in FOLDER.glob(f"{part.name}*"):
            old.unlink()
        with Workspace(part) as workspace:
            _copy(workspace, whole, OWN // size)
            workspace.refresh_index()
            workspace.database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        part.rename(path)
    return path


def _copy(workspace: Workspace, whole: Path, every: int) -> None:
    """Each so-many-th row, and the companies that its persons belong to."""
    connection = workspace.database.connection
    connection.execute("ATTACH ? AS whole", (str(whole),))
    chosen = f"id <= {OWN} AND (id - 1) % {every} = 0"
    with workspace.database.transaction():
        _rows(workspace, "company", f"{chosen} OR id IN (SELECT company FROM whole.person WHERE {chosen})")
        _rows(workspace, "person", chosen)
        for entity in ("company", "person"):
            _rows(workspace, f"{entity}_value", f"record IN (SELECT id FROM main.{entity})")
    connection.execute("DETACH whole")


def _rows(workspace: Workspace, table: str, which: str) -> None:
    connection = workspace.database.connection
    names = ", ".join(f'"{column[1]}"' for column in connection.execute(f"PRAGMA main.table_info({table})"))
    connection.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM whole.{table} WHERE {which}")
