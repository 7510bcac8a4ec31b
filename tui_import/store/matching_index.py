"""The index of the duplicate finder: of every record that is not deleted, its cleaned text and its blocking keys.

Triggers note in ``<entity>_stale`` which records have changed, whoever changed them; `MatchingIndex.refresh` cleans those again. Neither
cleaning nor keys are known here: they are an `Indexing`, which the session gives. Keys are a function of the text, so what stands in the
index under a record's old text is found without being listed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from tui_import.api.i18n import _
from tui_import.flow.garbage import garbage_collector_off
from tui_import.flow.shared_out import shared_out
from tui_import.model.fields import Catalogue
from tui_import.model.matches import SEPARATOR
from tui_import.model.progress import Progress
from tui_import.store.connection import Database
from tui_import.store.layout import CONTACTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]

BLOCK = 5_000
"""Records that are read and cleaned at a time."""
SHARED = 200_000
"""From so many changed records on, they are cleaned in processes of their own: those take as much work again as 30,000 records."""
AT_ONCE = 100
"""Rows of one INSERT: a third of the work that as many statements take."""
FLUSH = 500_000
"""Keys that are gathered before they are written: sorted, so that each page of the index is touched once."""
SAMPLE = 20_000
"""Records by which values are counted, where there are more."""
GROWTH = 0.2
"""Values are counted again when the number of records has changed by this share."""
PEOPLE = 50
"""Persons of a company by which it is recognised, at most."""


class Made(Protocol):
    """Records in the form in which they are compared."""

    def packed(self) -> list[str]:
        """Each as one text."""

    def take(self, rows: Sequence[int]) -> Made:
        """Some of them, by place."""


class Indexing(Protocol):
    """What the matcher makes of a record."""

    @property
    def version(self) -> str:
        """Changes when the same record would be cleaned differently."""

    def fields(self, entity: str) -> Sequence[str]:
        """Fields of the catalogue that are read; beside them a person's ``company`` and a company's ``people``, by name."""

    def made(self, entity: str, ids: Sequence[int], columns: Mapping[str, Sequence[str | None]]) -> Made:
        """The cleaned records."""

    def unpacked(self, entity: str, ids: Sequence[int], texts: Sequence[str]) -> Made:
        """Cleaned records from their texts."""

    def keys(self, made: Any) -> tuple[Ids, Ids]:
        """Keys, and for each its record. ``made``: what `made` or `unpacked` gave."""

    def count(self, entity: str, texts: Sequence[str]) -> str:
        """How common values are, as a text that the store keeps."""


class Batch(NamedTuple):
    """Records that may have changed."""

    entity: str
    stale: list[int]
    before: dict[int, str]
    """Record → its text in the index."""
    ids: list[int]
    """Those that are there and not deleted, and their columns."""
    columns: dict[str, list[str | None]]


class Changes(NamedTuple):
    """What becomes of a batch."""

    looked_at: int
    texts: list[tuple[int, str]]
    gone: list[int]
    growth: int
    """Records more than before."""
    added: tuple[Ids, Ids]
    """Keys, and the record of each."""
    removed: tuple[Ids, Ids]


def changes(indexing: Indexing, batch: Batch) -> Changes:
    """Clean a batch and compare it with what the index has."""
    made = indexing.made(batch.entity, batch.ids, batch.columns)
    before, after = batch.before, dict(zip(batch.ids, made.packed(), strict=True))
    places = [at for at, record in enumerate(batch.ids) if before.get(record) != after[record]]
    gone = [record for record in batch.stale if record in before and record not in after]
    old = {record: text for record, text in before.items() if text != after.get(record)}
    changed = [batch.ids[at] for at in places]
    return Changes(
        len(batch.stale),
        [(record, after[record]) for record in changed],
        gone,
        sum(record not in before for record in changed) - len(gone),
        indexing.keys(made if len(places) == len(batch.ids) else made.take(places)),
        indexing.keys(indexing.unpacked(batch.entity, list(old), list(old.values()))),
    )


class MatchingIndex:
    """The index of one store."""

    def __init__(self, catalogue: Catalogue, indexing: Indexing) -> None:
        self._catalogue = catalogue
        self._indexing = indexing

    # -- keeping it

    def is_fresh(self, connection: sqlite3.Connection) -> bool:
        """Nothing has changed since it was brought up to date."""
        stale = " OR ".join(f"EXISTS (SELECT 1 FROM {entity}_stale)" for entity in CONTACTS)
        return self._version(connection) == self._indexing.version and not connection.execute(f"SELECT {stale}").fetchone()[0]

    def refresh(self, connection: sqlite3.Connection, progress: Progress | None = None) -> None:
        """Bring it up to date; inside a write transaction. Raises `StoppedError`."""
        progress = progress or Progress()
        if self._version(connection) != self._indexing.version:
            self._start_anew(connection)
        for entity in CONTACTS:
            stale = connection.execute(f"SELECT count(*) FROM {entity}_stale").fetchone()[0]
            if not stale:
                continue
            if stale > BLOCK:
                progress.begin(_("Preparing the search for duplicates"), stale)
            writer = _Writer(connection, entity)
            batches = (self._read(connection, entity, ids) for ids in _blocks(connection, entity))
            work = partial(changes, self._indexing)
            with garbage_collector_off():
                for change in shared_out(work, batches) if stale > SHARED else map(work, batches):
                    writer.write(change)
                    progress.advance(change.looked_at)
                    progress.check()
                writer.flush()
            connection.execute(f"DELETE FROM {entity}_stale")
            connection.execute("UPDATE matching_state SET size = size + ? WHERE entity = ?", (writer.growth, entity))
            self._count(connection, entity)

    def _version(self, connection: sqlite3.Connection) -> str:
        row = connection.execute("SELECT value FROM meta WHERE key = 'matching'").fetchone()
        return row[0] if row else ""

    def _start_anew(self, connection: sqlite3.Connection) -> None:
        for entity in CONTACTS:
            connection.execute(f"DELETE FROM {entity}_match")
            connection.execute(f"DELETE FROM {entity}_key")
            connection.execute(f"INSERT OR IGNORE INTO {entity}_stale SELECT id FROM {entity}")
        connection.execute("UPDATE matching_state SET size = 0, counted = 0, counts = ''")
        connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('matching', ?)", (self._indexing.version,))

    def _read(self, connection: sqlite3.Connection, entity: str, stale: list[int]) -> Batch:
        """What is stored of these records, and what the index has."""
        some = f"(SELECT record FROM {entity}_stale WHERE record BETWEEN ? AND ?)"
        within = (stale[0], stale[-1])
        before = dict(connection.execute(f"SELECT record, text FROM {entity}_match WHERE record IN {some}", within))
        fields = set(self._indexing.fields(entity))
        single = [field.name for field in self._catalogue.stored(entity) if field.name in fields]
        multiple = [field.name for field in self._catalogue.multiple(entity) if field.name in fields]
        names = "".join(f', CAST(r."{name}" AS TEXT)' for name in single)
        also = _COMPANY_OF_PERSON if entity == "person" else _PEOPLE_OF_COMPANY
        rows = connection.execute(
            f"SELECT r.id, {also}{names} FROM {entity} r WHERE r.id IN {some} AND r.deleted_at IS NULL", within
        ).fetchall()
        ids, extra, *values = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _name in range(2 + len(single))]
        columns: dict[str, list[str | None]] = {"company" if entity == "person" else "people": extra}
        columns |= dict(zip(single, values, strict=True))
        columns |= {name: [None] * len(ids) for name in multiple}
        place = {record: at for at, record in enumerate(ids)}
        for record, field, value in connection.execute(
            f"SELECT record, field, value FROM {entity}_value WHERE record IN {some} ORDER BY record, field, rank, id",
            within,
        ):
            if field in columns and record in place:
                column, at = columns[field], place[record]
                column[at] = str(value) if column[at] is None else f"{column[at]}{SEPARATOR}{value}"
        return Batch(entity, stale, before, ids, columns)

    def _count(self, connection: sqlite3.Connection, entity: str) -> None:
        """Count values, where the number of records has changed so much that it matters."""
        size, counted = connection.execute("SELECT size, counted FROM matching_state WHERE entity = ?", (entity,)).fetchone()
        if abs(size - counted) <= GROWTH * counted:
            return
        counts = self._indexing.count(entity, _sample(connection, entity, SAMPLE)[1])
        connection.execute("UPDATE matching_state SET counted = ?, counts = ? WHERE entity = ?", (size, counts, entity))


_COMPANY_OF_PERSON = "(SELECT name FROM company WHERE id = r.company)"
_PEOPLE_OF_COMPANY = (
    "(SELECT group_concat(name, char(31)) FROM (SELECT trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')) AS name"
    f" FROM person WHERE company = r.id AND deleted_at IS NULL ORDER BY name_key, id LIMIT {PEOPLE}))"
)


def _sample(connection: sqlite3.Connection, entity: str, count: int) -> tuple[list[int], list[str]]:
    """Ids and texts of about so many records, evenly from all."""
    first, last = connection.execute(f"SELECT coalesce(min(record), 0), coalesce(max(record), 0) FROM {entity}_match").fetchone()
    step = max((last - first + 1) / count, 1)
    wanted = json.dumps([int(first + at * step) for at in range(min(count, last - first + 1))])
    rows = connection.execute(
        f"SELECT record, text FROM json_each(?) j CROSS JOIN {entity}_match ON record = j.value", (wanted,)
    ).fetchall()
    return [row[0] for row in rows], [row[1] for row in rows]


def _blocks(connection: sqlite3.Connection, entity: str) -> Iterator[list[int]]:
    last = 0
    while ids := [
        row[0] for row in connection.execute(f"SELECT record FROM {entity}_stale WHERE record > ? ORDER BY record LIMIT {BLOCK}", (last,))
    ]:
        yield ids
        last = ids[-1]


class _Writer:
    """Gathers keys and writes them in their order."""

    def __init__(self, connection: sqlite3.Connection, entity: str) -> None:
        self._connection, self._entity = connection, entity
        self._added: list[tuple[Ids, Ids]] = []
        self._removed: list[tuple[Ids, Ids]] = []
        self._gathered = 0
        self.growth = 0

    def write(self, change: Changes) -> None:
        """Write the texts, gather the keys."""
        connection, table = self._connection, f"{self._entity}_match"
        connection.executemany(f"INSERT OR REPLACE INTO {table} (record, text) VALUES (?, ?)", change.texts)
        connection.executemany(f"DELETE FROM {table} WHERE record = ?", zip(change.gone))
        self.growth += change.growth
        self._added.append(change.added)
        self._removed.append(change.removed)
        self._gathered += len(change.added[0]) + len(change.removed[0])
        if self._gathered > FLUSH:
            self.flush()

    def flush(self) -> None:
        """Write what was gathered: what goes first, since a record may keep a key."""
        table = f"{self._entity}_key"
        removed, added = _in_order(self._removed), _in_order(self._added)
        for start in range(0, len(removed), BLOCK):
            some = removed[start : start + BLOCK].tolist()
            self._connection.executemany(f"DELETE FROM {table} WHERE key = ? AND record = ?", some)
        for start in range(0, len(added), AT_ONCE):
            some = added[start : start + AT_ONCE]
            values = ", ".join(["(?, ?)"] * len(some))
            self._connection.execute(f"INSERT OR IGNORE INTO {table} (key, record) VALUES {values}", some.ravel().tolist())
        self._removed.clear()
        self._added.clear()
        self._gathered = 0


def _in_order(parts: list[tuple[Ids, Ids]]) -> Ids:
    """Keys and their records as rows, ascending: so each page of the index is touched once."""
    import numpy as np

    keys, records = (np.concatenate([np.zeros(0, np.int64), *(part[at] for part in parts)]).astype(np.uint64) for at in (0, 1))
    packed = np.sort(keys << np.uint64(32) | records)
    return np.stack([packed >> np.uint64(32), packed & np.uint64(0xFFFFFFFF)], axis=1).astype(np.int64)


# -- asking it


class State(NamedTuple):
    """What is kept of one entity."""

    size: int
    """Records in the index."""
    counts: str
    """What `Indexing.count` said."""


def state(database: Database, entity: str) -> State:
    """Size and counts."""
    return State(*database.connection.execute("SELECT size, counts FROM matching_state WHERE entity = ?", (entity,)).fetchone())


def sample(database: Database, entity: str, count: int) -> tuple[list[int], list[str]]:
    """Ids and texts of about so many records, evenly from all."""
    return _sample(database.connection, entity, count)


def sharing(database: Database, entity: str, keys: Ids, common: int) -> tuple[Ids, Ids, int]:
    """Distinct keys (ascending) → (key, record) of all records that have one, and how many keys were left out since more than
    ``common`` records have them. No more than that many are looked at of a key."""
    import numpy as np

    connection = database.connection
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS wanted (key INTEGER PRIMARY KEY)")
    connection.execute("SAVEPOINT wanted")  # else each key is a transaction and goes to the disk by itself
    try:
        connection.execute("DELETE FROM temp.wanted")
        connection.executemany("INSERT INTO temp.wanted VALUES (?)", zip(keys.tolist(), strict=True))
        connection.execute(
            f"DELETE FROM temp.wanted WHERE EXISTS (SELECT 1 FROM main.{entity}_key k WHERE k.key = wanted.key LIMIT 1 OFFSET ?)", (common,)
        )
        left = len(keys) - connection.execute("SELECT count(*) FROM temp.wanted").fetchone()[0]
        rows = connection.execute(  # one number a row: half the time of two
            f"SELECT k.key << 32 | k.record FROM temp.wanted w CROSS JOIN main.{entity}_key k ON k.key = w.key"
        )
        packed = np.fromiter((row for (row,) in rows), np.int64).view(np.uint64)
    finally:
        connection.execute("RELEASE wanted")
    return (packed >> np.uint64(32)).astype(np.int64), (packed & np.uint64(0xFFFFFFFF)).astype(np.int64), left


def texts_of(database: Database, entity: str, records: Ids) -> list[str]:
    """The cleaned texts of these records (ascending ids that are in the index)."""
    return [
        text
        for (text,) in database.connection.execute(
            f"SELECT m.text FROM json_each(?) j CROSS JOIN {entity}_match m ON m.record = j.value", (json.dumps(records.tolist()),)
        )
    ]


def blocks(database: Database, entity: str, size: int) -> Iterator[tuple[list[int], list[str]]]:
    """All records of the index with their texts, block by block."""
    last = 0
    while rows := database.connection.execute(
        f"SELECT record, text FROM {entity}_match WHERE record > ? ORDER BY record LIMIT ?", (last, size)
    ).fetchall():
        ids, texts = zip(*rows, strict=True)
        yield list(ids), list(texts)
        last = ids[-1]
