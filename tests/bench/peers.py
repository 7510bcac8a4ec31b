"""What the same rows cost when they are only written: sqlite3's executemany, and sqlite-utils' insert_all. Prints a line of JSON.

``python -m tests.bench.peers STORE FOLDER`` takes every record of a store that an import has filled, as ready tuples, and writes them into
empty stores of the same shape: same tables, columns, indexes, foreign keys, journal mode; one transaction.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sqlite_utils import Database

from tui_import import config
from tui_import.store.connection import open_store

TABLES = ("company", "person", "company_value", "person_value")
Rows = dict[str, tuple[list[str], list[tuple[object, ...]]]]


def main(store: str, folder: str) -> dict[str, float]:
    """CPU and wall seconds of both."""
    with sqlite3.connect(store) as connection:
        rows: Rows = {}
        for table in TABLES:
            cursor = connection.execute(f"SELECT * FROM {table} ORDER BY id")
            everything = cursor.fetchall()
            names = [column[0] for column in cursor.description]
            used = [i for i, name in enumerate(names) if any(row[i] is not None for row in everything)]
            rows[table] = [names[i] for i in used], [tuple(row[i] for i in used) for row in everything]
    figures: dict[str, float] = {}
    for name, write in (("executemany", _executemany), ("sqlite_utils", _sqlite_utils)):
        _measure(figures, name, Path(folder) / f"{name}.sqlite", lambda path, write=write: write(path, rows))  # type: ignore[misc]
    return figures


def _measure(figures: dict[str, float], name: str, path: Path, write: Callable[[Path], None]) -> None:
    open_store(path, config.load_catalogue(), config.shipped_lists).close()
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM list_item")  # ids of the filled store come with its lists, which are not measured
    wall, cpu = time.perf_counter(), time.process_time()
    write(path)
    figures[name], figures[f"{name}_cpu"] = time.perf_counter() - wall, time.process_time() - cpu


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -32768")
    return connection


def _executemany(path: Path, rows: Rows) -> None:
    connection = _open(path)
    connection.execute("BEGIN IMMEDIATE")
    for table, (names, values) in rows.items():
        columns = ", ".join(f'"{name}"' for name in names)
        connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(names))})", values)
    connection.execute("COMMIT")
    connection.close()


def _sqlite_utils(path: Path, rows: Rows) -> None:
    connection = _open(path)
    database = Database(connection, execute_plugins=False)
    with database.atomic():
        for table, (names, values) in rows.items():
            database.table(table).insert_all((dict(zip(names, row, strict=True)) for row in values), batch_size=1000)
    connection.close()


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2])))
