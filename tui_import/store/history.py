"""What the journal says: the runs, and what each of them did to which record."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.model.fields import Catalogue, FieldType
from tui_import.model.plan import COUNTED, Counts, FieldChange, Stored, Verb
from tui_import.model.runs import RecordChange, RunInfo
from tui_import.model.sheets import row_of
from tui_import.store.connection import Database
from tui_import.store.images import Image
from tui_import.store.layout import NAMED_BY, called, joined, references_by_key

PAGE = 500
"""Records that `changes` gives at once, unless told otherwise."""
_COLUMNS = "id, kind, state, started, finished, user, source, rows, counts, backup, draft, seconds"


def runs(database: Database) -> list[RunInfo]:
    """All runs, newest first."""
    return [_info(row) for row in database.connection.execute(f"SELECT {_COLUMNS} FROM run ORDER BY id DESC")]


def run(database: Database, number: int) -> RunInfo:
    """One run. Raises `UsageError` where there is none."""
    row = database.connection.execute(f"SELECT {_COLUMNS} FROM run WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise UsageError(_("There is no run {run}.").format(run=number), hint=_("List them with: tui-import runs"))
    return _info(row)


def last_import_of(database: Database, content_hash: str) -> RunInfo | None:
    """The last import of this content that was not undone; None where there is none, or nothing is known of the content."""
    row = database.connection.execute(
        f"SELECT {_COLUMNS} FROM run WHERE kind = 'import' AND state <> 'undone' AND content_hash = ? AND content_hash <> ''"
        " ORDER BY id DESC LIMIT 1",
        (content_hash,),
    ).fetchone()
    return _info(row) if row else None


def locations(database: Database, limit: int = 50) -> list[str]:
    """What the last imports read, the newest first."""
    rows = database.connection.execute("SELECT location FROM run WHERE kind = 'import' ORDER BY id DESC LIMIT ?", (limit,))
    return [location for (location,) in rows if location]


def _info(row: tuple[Any, ...]) -> RunInfo:
    number, kind, state, started, finished, user, source, rows, counts, backup, draft, seconds = row
    return RunInfo(
        number,
        kind,
        state,
        started,
        finished,
        user,
        source,
        rows,
        as_counts(json.loads(counts)),
        backup=backup,
        draft=draft,
        seconds=seconds,
    )


def as_counts(stored: Mapping[str, Mapping[str, int]]) -> dict[str, Counts]:
    """``run.counts`` as `Counts` per entity."""
    return {entity: Counts(**{name: numbers.get(name, 0) for name in COUNTED}) for entity, numbers in stored.items()}


def changes(database: Database, catalogue: Catalogue, number: int, *, limit: int = PAGE, offset: int = 0) -> Sequence[RecordChange]:
    """What a run did, record by record in the order of the journal: ``limit`` of them from ``offset`` on.

    Raises `UsageError` where there is no such run.
    """
    run(database, number)
    connection = database.connection
    entries = connection.execute(
        "SELECT id, entity, record, op, state, row, image FROM journal WHERE run = ? ORDER BY id LIMIT ? OFFSET ?", (number, limit, offset)
    ).fetchall()
    shown = Shown(connection, catalogue)
    fields = _changes_of(connection, shown, {row[0]: row[1] for row in entries})
    return [
        RecordChange(entity, record, shown.name(entity, record, image), op, state, row and row_of(row), tuple(fields.get(entry, ())))
        for entry, entity, record, op, state, row, image in entries
    ]


def _changes_of(connection: sqlite3.Connection, shown: Shown, entries: Mapping[int, str]) -> dict[int, list[FieldChange]]:
    found: dict[int, list[FieldChange]] = {}
    for entry, name, before, after, verb, row in connection.execute(
        "SELECT entry, field, before, after, verb, row FROM journal_change"
        " WHERE entry IN (SELECT value FROM json_each(?)) ORDER BY entry, id",
        (json.dumps(list(entries)),),
    ):
        entity = entries[entry]
        stored, result = shown.value(entity, name, before), shown.value(entity, name, after)
        found.setdefault(entry, []).append(FieldChange(f"{entity}.{name}", stored, result, result, Verb(verb), row_of(row or 0)))
    return found


class Shown:
    """Turns stored values into what a person reads: list items, companies and consents by name."""

    def __init__(self, connection: sqlite3.Connection, catalogue: Catalogue) -> None:
        self._connection = connection
        self._catalogue = catalogue
        self._items: dict[Stored, str] = dict(connection.execute("SELECT id, name FROM list_item"))
        self._references = references_by_key(catalogue)

    def value(self, entity: str, name: str, value: Stored) -> Stored:
        """One value of one field (bare name)."""
        if value is None:
            return None
        key = f"{entity}.{name}"
        if key in self._catalogue and self._catalogue[key].type is FieldType.LIST:
            return self._items.get(value, value)
        target = self._references.get(key)
        if target is not None and isinstance(value, int):
            return called(self._connection, target, [value]).get(value, value)
        if key == "person.consent":
            return self._one(
                "SELECT p.name || ': ' || b.name FROM consent c JOIN list_item p ON p.id = c.purpose"
                " JOIN list_item b ON b.id = c.legal_basis WHERE c.id = ?",
                value,
            )
        return value

    def name(self, entity: str, record: int, image: str | None = None) -> str:
        """What a record is called; of a removed one, as its image says."""
        if entity == "list_item":
            return self._items.get(record) or str(Image.from_json(image).record.get("name", ""))
        found = called(self._connection, entity, [record])
        if record in found:
            return found[record]
        saved = Image.from_json(image).record
        return joined(self.value(entity, column, saved.get(column)) for column in NAMED_BY.get(entity, ("name",)))

    def _one(self, query: str, value: Stored) -> Stored:
        row = self._connection.execute(query, (value,)).fetchone()
        return str(row[0]) if row else value
