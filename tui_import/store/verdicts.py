"""Verdicts about pairs that the store remembers from one import to the next."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tui_import.store.connection import Database


class Remembered(NamedTuple):
    """One verdict."""

    entity: str
    text: str
    """What identified the one record then: the incoming one."""
    other_text: str
    verdict: str
    record: int | None
    """The other record's id."""
    at: str
    by: str


def keep_of_draft(connection: sqlite3.Connection) -> None:
    """Remember what was decided in the attached draft about stored records. Inside the transaction of the import."""
    if not connection.execute("SELECT 1 FROM draft.sqlite_master WHERE name = 'decision'").fetchone():
        return
    connection.execute(
        "INSERT OR REPLACE INTO pair_verdict (entity, text, other_text, verdict, record, at, by)"
        " SELECT entity, text, other_text, verdict, record, at, by FROM draft.decision"
        " WHERE record > 0 AND verdict IN ('same', 'different') AND text <> '' AND other_text <> ''"
    )


def keep(connection: sqlite3.Connection, verdicts: Iterable[Remembered]) -> int:
    """Remember verdicts; returns how many."""
    rows = list(verdicts)
    connection.executemany("INSERT OR REPLACE INTO pair_verdict VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    return len(rows)


def of_records(database: Database, entity: str, records: Iterable[int]) -> Mapping[int, list[Remembered]]:
    """Record → what was said about it, last first."""
    found: dict[int, list[Remembered]] = {}
    for row in database.connection.execute(
        "SELECT entity, text, other_text, verdict, record, at, by FROM pair_verdict WHERE entity = ?"
        " AND record IN (SELECT value FROM json_each(?)) ORDER BY at DESC",
        (entity, json.dumps(list(records))),
    ):
        remembered = Remembered(*row)
        assert remembered.record is not None
        found.setdefault(remembered.record, []).append(remembered)
    return found


def all_of(database: Database) -> list[Remembered]:
    """Everything that is remembered."""
    return [
        Remembered(*row)
        for row in database.connection.execute(
            "SELECT entity, text, other_text, verdict, record, at, by FROM pair_verdict ORDER BY entity, at, text, other_text"
        )
    ]


def text_of_each(database: Database, entity: str, records: Iterable[int]) -> dict[int, str]:
    """Record → its cleaned text; those that are deleted or do not exist are left out."""
    rows = database.connection.execute(
        f"SELECT record, text FROM {entity}_match WHERE record IN (SELECT value FROM json_each(?))", (json.dumps(list(records)),)
    )
    return dict(rows.fetchall())
