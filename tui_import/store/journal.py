"""What the modules that write and read the journal share: the clock, opening a run, walking through its entries."""

from __future__ import annotations

import datetime
import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.model.plan import Counts

BLOCK = 2_000
"""Entries that are worked on at once."""
DONE = "done"
UNDONE = "undone"
PARTLY_UNDONE = "partly undone"


class Entry(NamedTuple):
    """One line of ``journal``."""

    id: int
    record: int
    version: int
    op: str
    state: str
    row: int | None
    image: str | None


def now() -> str:
    """The time as the store writes it: ISO 8601, UTC, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def open_run(
    connection: sqlite3.Connection, kind: str, user: str, source: str, *, at: str, rows: int, entities: Mapping[str, Counts]
) -> int:
    """Write the run of a change that is no import; returns its number."""
    counts = json.dumps({entity: counted.as_dict() for entity, counted in entities.items()})
    cursor = connection.execute(
        "INSERT INTO run (kind, state, started, finished, user, source, rows, counts) VALUES (?, 'done', ?, ?, ?, ?, ?, ?)",
        (kind, at, at, user, source, rows, counts),
    )
    return cursor.lastrowid or 0


def note_counts(connection: sqlite3.Connection, run: int, rows: int, entities: Mapping[str, Counts]) -> None:
    """What came of a run that was opened before that was known."""
    counts = json.dumps({entity: counted.as_dict() for entity, counted in entities.items()})
    connection.execute("UPDATE run SET rows = ?, counts = ? WHERE id = ?", (rows, counts, run))


def run_times(connection: sqlite3.Connection, run: int) -> tuple[str, str]:
    """When a run was started and finished. Raises `UsageError` where there is none."""
    row = connection.execute("SELECT started, finished FROM run WHERE id = ?", (run,)).fetchone()
    if row is None:
        raise UsageError(_("There is no run {run}.").format(run=run), hint=_("List them with: tui-import runs"))
    return row[0], row[1]


class Targets:
    """The entries of a run that undo (or redo) has still to take back, in blocks."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        run: int,
        state: str,
        selection: int | None = None,
        records: Mapping[str, Collection[int]] | None = None,
    ) -> None:
        """``state`` is what they are in now: `DONE` for undo, `UNDONE` for redo. A selection narrows them to its members, ``records``
        (entity → ids) to those."""
        self._connection = connection
        self._run = run
        self._state = state
        self._selection = selection
        self._records = records

    def count(self) -> int:
        """How many there are."""
        condition, values = self._condition()
        return int(self._connection.execute(f"SELECT count(*) FROM journal j WHERE {condition}", values).fetchone()[0])

    def blocks(self, entity: str, *, inserts: bool) -> Iterator[list[Entry]]:
        """Those of one entity, new records or changed ones: for undo the last one first, for redo the first one first."""
        condition, values = self._condition()
        backwards = self._state == DONE
        order, beyond = ("DESC", "<") if backwards else ("ASC", ">")
        last = 1 << 62 if backwards else 0
        op = "= 'insert'" if inserts else "<> 'insert'"
        query = (
            f"SELECT id, record, version, op, state, row, image FROM journal j WHERE {condition} AND entity = ? AND op {op}"
            f" AND id {beyond} ? ORDER BY id {order} LIMIT {BLOCK}"
        )
        while rows := self._connection.execute(query, (*values, entity, last)).fetchall():
            yield [Entry(*row) for row in rows]
            last = rows[-1][0]

    def _condition(self) -> tuple[str, tuple[int | str, ...]]:
        # an update of which some fields were kept is done, with changes that are undone
        some_change = "j.op <> 'insert' AND EXISTS (SELECT 1 FROM journal_change c WHERE c.entry = j.id AND c.state = ?)"
        condition = f"j.run = ? AND (j.state = ? OR {some_change})"
        values: tuple[int | str, ...] = (self._run, self._state, self._state)
        if self._selection is not None:
            condition += (
                " AND j.entity = (SELECT entity FROM selection WHERE id = ?)"
                " AND j.record IN (SELECT record FROM selection_member WHERE selection = ?)"
            )
            values += (self._selection, self._selection)
        if self._records is not None:
            either = " OR ".join(["j.entity = ? AND j.record IN (SELECT value FROM json_each(?))"] * len(self._records))
            condition += f" AND ({either or 'FALSE'})"
            values += tuple(value for entity, ids in self._records.items() for value in (entity, json.dumps(sorted(ids))))
        return condition, values
