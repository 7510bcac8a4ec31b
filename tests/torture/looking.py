"""What a folder holds after a crash: is it sound, and is it this or that."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.torture.phases import DAMAGE, store
from tui_import.store import backup, leftovers

VOLATILE = (
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00)?"), "TIME"),
    (re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}"), "DRAFT"),
    (re.compile(r"/[^' ]*/store\.sqlite\.backups/[^' ]*"), "BACKUP"),
)
"""Moments, and what is named after moments."""
UNSTEADY_COLUMNS = frozenset({"seconds", "location"})
DERIVED = re.compile(r"(company|person)_(match|key|stale)|matching_state|sqlite_.*")
"""What is made from the records, at its own time; it is compared at the end only."""


def faults(folder: Path) -> list[str]:
    """Everything that is not sound: the store, its drafts, its backups."""
    found = []
    if store(folder).exists():
        found += list(_unsound(store(folder)))
    for draft in Path(f"{store(folder)}.drafts").glob("*.sqlite"):
        found += list(_unsound(draft))
    for copy in Path(f"{store(folder)}.backups").glob("*.sqlite"):
        try:
            backup.verify(copy)
        except Exception as error:
            found.append(f"{copy.name}: {error}")
    return found


def tidied(folder: Path) -> list[str]:
    """Have everything removed that was left behind; what is still there afterwards."""
    places = (store(folder), Path(f"{store(folder)}.drafts"), [folder / "configuration", folder / "state"])
    leftovers.tidy(*places)
    return [f"left behind for good: {path}" for path in leftovers.leftovers(*places)]


def _damaged(path: Path) -> bool:
    """It is one of those that begin as no database (phase "rescue")."""
    with path.open("rb") as stream:
        return stream.read(len(DAMAGE)) == DAMAGE


def _unsound(path: Path) -> Iterator[str]:
    if _damaged(path):
        return  # told by `content`, which then is neither as before nor as after where that should not be
    with closing(sqlite3.connect(path)) as connection:
        for check in ("integrity_check", "foreign_key_check"):
            rows = [row for row in connection.execute(f"PRAGMA {check}") if row != ("ok",)]
            if rows:
                yield f"{path.name}: {check}: {rows[:3]}"


def content(folder: Path, *, derived: bool) -> list[str]:
    """All rows of the store, without moments; nothing where there is no store. ``derived``: with what is made from the records."""
    if not store(folder).exists():
        return []
    if _damaged(store(folder)):
        return ["damaged"]
    lines = []
    with closing(sqlite3.connect(store(folder))) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall():
            if DERIVED.fullmatch(table) and not derived:
                continue
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] not in UNSTEADY_COLUMNS]
            names = ", ".join(f'"{column}"' for column in columns)
            lines += sorted(f"{table} {row}" for row in connection.execute(f"SELECT {names} FROM {table}"))
        lines.append(f"version {connection.execute('PRAGMA user_version').fetchone()}")
    for pattern, name in VOLATILE:
        lines = [pattern.sub(name, line) for line in lines]
    return lines
