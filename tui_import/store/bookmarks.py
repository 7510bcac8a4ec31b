"""Where the next reading of an account can go on: what a source left, kept beside the run that imported it."""

from __future__ import annotations

import json

from tui_import.store.connection import Database

_PREFIX = "bookmark:"


def keep_bookmark(database: Database, place: str, run: int, bookmark: str) -> None:
    """Keep the bookmark of what a run imported from a place, over an earlier one."""
    with database.transaction() as connection:
        connection.execute(
            "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (_PREFIX + place, json.dumps([run, bookmark])),
        )


def bookmark_of(database: Database, place: str) -> str:
    """The bookmark of a place; empty where there is none, or where the import that left it has been undone since."""
    row = database.connection.execute("SELECT value FROM meta WHERE key = ?", (_PREFIX + place,)).fetchone()
    if row is None:
        return ""
    run, bookmark = json.loads(row[0])
    done = database.connection.execute("SELECT 1 FROM run WHERE id = ? AND state = 'done'", (run,)).fetchone()
    return str(bookmark) if done else ""
