"""A draft: one import in progress, in a SQLite file of its own beside the store. Rows as read, corrections, and at last the plan."""

from __future__ import annotations

import datetime
import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tui_import.api.errors import StoreDamagedError, StoreError, Where
from tui_import.api.i18n import _
from tui_import.api.source import Column, Row, Scalar
from tui_import.flow.cells import Cell, as_cell, column_letter
from tui_import.model.mapping import ColumnInfo
from tui_import.model.runs import DraftInfo
from tui_import.model.sheets import ROWS, Sheet
from tui_import.store.connection import BESIDE, Database, as_store_error, is_damaged
from tui_import.store.holding import LOCK, busy_error, holder, holding, is_own
from tui_import.store.layout import ENTITIES

FORMAT = 1
DAMAGED = "damaged"
"""State of a draft that cannot be read."""
BLOCK = 2_000
"""Rows that are planned at once: few enough to stay in the processor's cache, many enough to make a query worth it."""
MAX_COLUMNS = 1_000
"""SQLite takes 2,000; nobody maps more than a few dozen."""
SAMPLE_ROWS = 5_000
SAMPLE_VALUES = 200

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE source_column (position INTEGER PRIMARY KEY, header TEXT, note TEXT, field TEXT, locked INTEGER, filled INTEGER DEFAULT 0,
    samples TEXT DEFAULT '[]');
CREATE TABLE correction (id INTEGER PRIMARY KEY, step INTEGER, n INTEGER, column INTEGER, before, after);
CREATE INDEX correction_by_row ON correction(n);
"""


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a draft, column by column."""

    n: Sequence[int]
    """Row keys."""
    checked: Sequence[int | None]
    """1 and 0 as the user said, None: automatic."""
    columns: Mapping[int, Sequence[Cell]]
    """Position → one cell per row, for the columns asked for."""


class Draft:
    """One draft file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = Database(path, synchronous="NORMAL", shared=False)
        self._begun = ExitStack()
        """While it is not `complete`: its lock, by which others see that somebody is at work on it."""

    # -- life

    @classmethod
    def create(cls, folder: Path) -> Draft:
        """A new draft, mode 0600. It counts when it is `complete`."""
        stamp = datetime.datetime.now(datetime.UTC).strftime("%Y%m%d-%H%M%S")
        path = folder / f"{stamp}-{secrets.token_hex(2)}.sqlite"
        draft = cls(path)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft._begun.enter_context(holding(path, _("beginning an import")))
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except OSError as error:
            draft.close()
            message = _("A draft cannot be made there: {reason}.").format(reason=error.strerror)
            raise StoreError(message, where=Where(file=str(folder)), hint=_("Check the folder and its permissions.")) from error
        try:
            with draft.database.transaction() as connection:
                for statement in filter(str.strip, TABLES.split(";\n")):
                    connection.execute(statement)
            draft.write_meta(id=path.stem, state="opened", rows=0, changed=_now())
        except BaseException:
            draft.remove()
            raise
        return draft

    def complete(self) -> None:
        """Everything that a new draft begins with is written: from now on it can be opened. What was broken off before is no draft."""
        self.write_meta(format=FORMAT)
        self._begun.close()

    @classmethod
    def open(cls, path: Path) -> Draft:
        """An existing draft. Raises `StoreError` where it is none, or a later version's."""
        where = Where(file=str(path))
        if not path.exists():
            raise StoreError(_("There is no such draft."), where=where, hint=_("List them with: tui-import drafts"))
        draft = cls(path)
        try:
            made_for = draft.meta("format")
        except sqlite3.Error as error:
            draft.close()
            raise as_store_error(error, path) from error
        if made_for != FORMAT:
            draft.close()
            raise StoreError(_("This draft was made by another version of tui-import."), where=where)
        return draft

    def refuse_where_held(self) -> None:
        """Raise `StoreBusyError` where another process imports it now."""
        found = holder(self.path)
        if found is not None and not is_own(found):
            raise busy_error(self.path)

    def close(self) -> None:
        """Close the file; nothing is lost."""
        self.database.close()
        self._begun.close()

    def remove(self) -> None:
        """Delete the file and what SQLite keeps beside it."""
        self.close()
        for suffix in ("", *BESIDE, LOCK):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)

    @property
    def id(self) -> str:
        """Its name, as in ``tui-import resume ID``."""
        return self.path.stem

    # -- facts

    def meta(self, key: str, default: Any = None) -> Any:
        """A fact about the import, as it was written by `write_meta`."""
        row = self.database.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return default if row is None else json.loads(row[0])

    def write_meta(self, **facts: Any) -> None:
        """Write facts (anything JSON can hold), all or none."""
        facts.setdefault("changed", _now())
        rows = [(key, json.dumps(value)) for key, value in facts.items()]
        with self.database.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)

    def info(self) -> DraftInfo:
        """For the list of drafts."""
        meta = dict(self.database.connection.execute("SELECT key, value FROM meta"))
        fact = {key: json.loads(value) for key, value in meta.items()}
        return DraftInfo(
            id=self.id,
            path=str(self.path),
            state=fact.get("state", "opened"),
            kind=fact.get("kind", "contacts"),
            source=fact.get("shown_source", ""),
            rows=fact.get("rows", 0),
            changed=fact.get("changed", ""),
            recipe=fact.get("recipe_name", ""),
            run=fact.get("run"),
            waiting=fact.get("waiting", 0),
            running=holder(self.path),
            unattended=fact.get("unattended", False),
            failure=fact.get("failure", ""),
        )

    def sheets(self) -> list[Sheet]:
        """The sheets that are stacked in it; none where it is of one table."""
        return [
            Sheet(each["name"], tuple(each["columns"]), tuple(each["rows"]), each["kind"]) for each in self.meta("sheets", [])
        ]

    def write_sheets(self, sheets: Sequence[Sheet]) -> None:
        """Note them."""
        self.write_meta(sheets=[asdict(sheet) for sheet in sheets])

    # -- rows as read

    def write_rows(self, columns: Sequence[Column], rows: Iterable[Sequence[Row]]) -> int:
        """Replace all rows by what a source streams (in batches), in one transaction; returns how many there are.

        With them goes whatever was made of the rows before: the draft's state is "opened" again.
        """
        connection = self.database.connection
        count = len(columns)
        samples: list[dict[str, None]] = [{} for _column in columns]
        total = 0
        with self.database.transaction():
            for table in ("row", "match", "matched", "decision", "decision_step", "imported", "imported_record", *plan_tables(connection)):
                connection.execute(f"DROP TABLE IF EXISTS {table}")
            connection.execute("DELETE FROM source_column")
            connection.execute("DELETE FROM correction")
            cells = "".join(f", c{position}" for position in range(count))
            connection.execute(f"CREATE TABLE row (n INTEGER PRIMARY KEY, number INTEGER, checked INTEGER, key TEXT, changed TEXT{cells})")
            insert = f"INSERT INTO row VALUES (?, ?, NULL, ?, ?{', ?' * count})"
            for batch in rows:
                cells_of_batch = [[as_cell(value) for value in row.values] for row in batch]
                if total < SAMPLE_ROWS:
                    _collect(samples, cells_of_batch)
                connection.executemany(
                    insert,
                    [
                        (n, row.number, row.key or None, row.changed or None, *values)
                        for n, (row, values) in enumerate(zip(batch, cells_of_batch, strict=True), total + 1)
                    ],
                )
                total += len(batch)
            filled = (0,) * count
            if count:
                filled = connection.execute(f"SELECT {', '.join(f'count(c{i})' for i in range(count))} FROM row").fetchone()
            connection.executemany(
                "INSERT INTO source_column VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (position, column.name, column.note, column.field, column.locked, filled[position], json.dumps(list(samples[position])))
                    for position, column in enumerate(columns)
                ],
            )
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('rows', ?), ('state', '\"opened\"')", (str(total),))
        return total

    def columns(self) -> list[ColumnInfo]:
        """The columns with some of their values."""
        return [
            ColumnInfo(position, header, column_letter(position), note, field, bool(locked), tuple(json.loads(samples)), filled)
            for position, header, note, field, locked, filled, samples in self.database.connection.execute(
                "SELECT position, header, note, field, locked, filled, samples FROM source_column ORDER BY position"
            )
        ]

    def blocks(self, positions: Sequence[int], size: int = BLOCK, parts: Sequence[tuple[int, int]] = ()) -> Iterator[Block]:
        """All rows in order, some columns of them, block by block. ``parts``: (first, last) of the row keys, in another order."""
        wanted = "".join(f", c{position}" for position in positions)
        for first, last in parts or ((0, 2**62),):
            cursor = self.database.connection.cursor()
            cursor.execute(f"SELECT n, checked{wanted} FROM row WHERE n BETWEEN ? AND ? ORDER BY n", (first, last))
            while rows := cursor.fetchmany(size):
                n, checked, *cells = zip(*rows, strict=True)
                yield Block(n, checked, dict(zip(positions, cells, strict=True)))

    def sample(self, position: int, limit: int = SAMPLE_VALUES) -> list[str]:
        """Some distinct values of a column, as text."""
        row = self.database.connection.execute("SELECT samples FROM source_column WHERE position = ?", (position,)).fetchone()
        values: list[str] = json.loads(row[0]) if row else []
        return values[:limit]

    def distinct(self, position: int, limit: int) -> list[tuple[Cell, int]]:
        """The values of a column with the number of their rows, most frequent first."""
        return self.database.connection.execute(
            f"SELECT c{position}, count(*) FROM row GROUP BY c{position} ORDER BY 2 DESC, 1 LIMIT ?", (limit,)
        ).fetchall()

    def largest_number(self, position: int) -> int:
        """The greatest whole number in a column; 0 where there is none."""
        row = self.database.connection.execute(
            f"SELECT max(CAST(c{position} AS INTEGER)) FROM row WHERE c{position} NOT GLOB '*[^0-9]*' AND length(c{position}) < 16"
        ).fetchone()
        return int(row[0] or 0)

    def last_rows(self, sheets: int) -> list[int]:
        """Key of the last row of each of so many sheets; of an empty one that of the sheet before."""
        found: dict[int, int] = dict(self.database.connection.execute(f"SELECT number / {ROWS}, max(n) FROM row GROUP BY 1").fetchall())
        ends: list[int] = []
        for at in range(1, sheets + 1):
            ends.append(found.get(at, ends[-1] if ends else 0))
        return ends

    def number(self, n: int) -> int:
        """Row in the sheet of a row key."""
        row = self.database.connection.execute("SELECT number FROM row WHERE n = ?", (n,)).fetchone()
        return int(row[0]) if row else 0

    def keys_of(self, numbers: Sequence[int]) -> dict[int, int]:
        """Row in the sheet → row key, for those that exist."""
        rows = self.database.connection.execute(
            "SELECT number, n FROM row WHERE number IN (SELECT value FROM json_each(?))", (json.dumps(list(numbers)),)
        )
        return dict(rows.fetchall())

    # -- corrections: written into the rows, remembered to be taken back

    def correct(self, changes: Iterable[tuple[int, int, Scalar]]) -> int:
        """Set cells (row key, column, value) as one step that `undo_correction` takes back; returns how many changed."""
        connection = self.database.connection
        changed = 0
        with self.database.transaction():
            step = 1 + connection.execute("SELECT coalesce(max(step), 0) FROM correction").fetchone()[0]
            for n, column, value in changes:
                after = as_cell(value)
                row = connection.execute(f"SELECT c{column} FROM row WHERE n = ?", (n,)).fetchone()
                if row is None or (row[0] == after and type(row[0]) is type(after)):
                    continue
                connection.execute(
                    "INSERT INTO correction (step, n, column, before, after) VALUES (?, ?, ?, ?, ?)", (step, n, column, row[0], after)
                )
                connection.execute(f"UPDATE row SET c{column} = ? WHERE n = ?", (after, n))
                changed += 1
        return changed

    def replace_values(self, column: int, changes: Iterable[tuple[Scalar, Scalar]]) -> int:
        """Change every cell of a column that has one of the old values, as one step; returns how many cells."""
        connection = self.database.connection
        with self.database.transaction():
            connection.execute("CREATE TEMP TABLE IF NOT EXISTS value_change (old PRIMARY KEY, new) WITHOUT ROWID")
            connection.execute("DELETE FROM temp.value_change")
            connection.executemany(
                "INSERT OR IGNORE INTO temp.value_change VALUES (?, ?)", [(as_cell(old), as_cell(new)) for old, new in changes]
            )
            step = 1 + connection.execute("SELECT coalesce(max(step), 0) FROM correction").fetchone()[0]
            connection.execute(
                f"INSERT INTO correction (step, n, column, before, after) SELECT ?, r.n, ?, r.c{column}, t.new FROM row r"
                f" JOIN temp.value_change t ON t.old = r.c{column} AND typeof(t.old) = typeof(r.c{column})",
                (step, column),
            )
            return connection.execute(
                f"UPDATE row SET c{column} = (SELECT after FROM correction WHERE step = ?1 AND n = row.n)"
                " WHERE n IN (SELECT n FROM correction WHERE step = ?1)",
                (step,),
            ).rowcount

    def rows_with(self, column: int, value: Scalar) -> list[int]:
        """Keys of the rows whose cell is exactly this."""
        cell = as_cell(value)
        return [
            n
            for (n,) in self.database.connection.execute(
                f"SELECT n FROM row WHERE c{column} IS ? AND typeof(c{column}) = typeof(?)", (cell, cell)
            )
        ]

    def undo_correction(self) -> int:
        """Take the last step of corrections back; returns the number of cells, 0 where there was none."""
        connection = self.database.connection
        with self.database.transaction():
            cells = connection.execute(
                "SELECT id, n, column, before FROM correction WHERE step = (SELECT max(step) FROM correction) ORDER BY id DESC"
            ).fetchall()
            for _id, n, column, before in cells:
                connection.execute(f"UPDATE row SET c{column} = ? WHERE n = ?", (before, n))
            connection.executemany("DELETE FROM correction WHERE id = ?", [(cell[0],) for cell in cells])
        return len(cells)

    def set_checked(self, keys: Iterable[int], checked: bool | None) -> int:
        """Tick rows, un-tick them, or leave them to the program (None); returns how many."""
        value = None if checked is None else int(checked)
        with self.database.transaction() as connection:
            before = connection.total_changes
            connection.executemany("UPDATE row SET checked = ? WHERE n = ?", [(value, n) for n in keys])
            return connection.total_changes - before


def plan_tables(connection: sqlite3.Connection, prefix: str = "plan_") -> list[str]:
    """Names of all tables that hold a plan (or, with another prefix, what is kept of the one before)."""
    pattern = prefix.replace("_", "\\_") + "%"
    return [
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE ? ESCAPE '\\'", (pattern,))
    ]


def planned_entities(connection: sqlite3.Connection, schema: str = "main") -> tuple[str, ...]:
    """The entities that the plan in a draft has tables for, parents first; none where there is no plan."""
    tables = {name for (name,) in connection.execute(f"SELECT name FROM {schema}.sqlite_master WHERE name LIKE 'plan!_%!_new' ESCAPE '!'")}
    return tuple(entity for entity in ENTITIES if f"plan_{entity}_new" in tables)


def drafts_in(folder: Path) -> list[DraftInfo]:
    """All drafts of a store, the last touched first, damaged ones included; those that were not begun to their end are passed over."""
    found = _infos(folder.glob("*.sqlite"))
    return sorted(found, key=lambda info: info.changed, reverse=True)


def _infos(paths: Iterable[Path]) -> list[DraftInfo]:
    found = []
    for path in paths:
        try:
            draft = Draft.open(path)
        except StoreDamagedError:
            found.append(_damaged(path))
            continue
        except StoreError:
            continue
        try:
            found.append(draft.info())
        except sqlite3.DatabaseError:
            found.append(_damaged(path))
        finally:
            draft.close()
    return found


def _damaged(path: Path) -> DraftInfo:
    """It is listed, so that its user learns of it and can throw it away."""
    changed = datetime.datetime.fromtimestamp(path.stat().st_mtime, datetime.UTC).isoformat(timespec="seconds")
    return DraftInfo(path.stem, str(path), DAMAGED, kind="contacts", source=path.stem, rows=0, changed=changed)


def broken_off(folder: Path) -> list[Path]:
    """Files that were to become drafts and never did; damaged ones and those of other versions are not among them."""
    paths = sorted(folder.glob("*.sqlite"))
    return [path for path in paths if holder(path) is None and not _was_completed(path) and not is_damaged(path)]


def _was_completed(path: Path) -> bool:
    draft = Draft(path)
    try:
        return draft.meta("format") is not None
    except sqlite3.OperationalError as error:
        return "no such table" not in str(error)
    except (sqlite3.Error, StoreError):
        return True
    finally:
        draft.close()


def remove_old(folder: Path, days: float, *, unfinished: bool = False) -> list[str]:
    """Remove drafts that nobody touched for so many days; returns their ids. Those that are not done stay, unless ``unfinished``."""
    before = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)
    untouched = [path for path in folder.glob("*.sqlite") if path.stat().st_mtime <= before.timestamp()]  # so that others are not opened
    old = [info for info in _infos(untouched) if info.changed <= before.isoformat() and (unfinished or info.done)]
    for info in old:
        Draft(Path(info.path)).remove()
    return [info.id for info in old]


def locations_of_drafts(folder: Path) -> list[str]:
    """What the drafts of a store read, the last made first."""
    found = []
    for path in sorted(folder.glob("*.sqlite"), reverse=True):
        try:
            draft = Draft.open(path)
        except StoreError:
            continue
        found.append(str(draft.meta("location", "")))
        draft.close()
    return found


def _collect(samples: list[dict[str, None]], rows: Sequence[Sequence[Cell]]) -> None:
    for position, seen in enumerate(samples):
        for row in rows:
            if len(seen) >= SAMPLE_VALUES:
                break
            value = row[position]
            if value is not None:
                seen.setdefault(str(value)[:200])


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
