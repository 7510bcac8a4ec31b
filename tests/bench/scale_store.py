"""A store of a million companies and persons to measure the duplicate finder with, and the records that are looked up in it.

``scale_store()`` builds it once (minutes) and gives its path; record ids are places in ``scale_existing_1M.parquet`` plus 1; companies that
only a person's row names have ids above a million. ``scale_incoming`` gives the incoming records, ids are places in their file.
"""

from __future__ import annotations

import csv
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.matching.environment import peers_python
from tests.servers import ROOT as FOLDER
from tests.shared import shared
from tui_import.matching.records import Records
from tui_import.session.workspace import Workspace

COLUMNS = ("kind", "name", "given", "surname", "street", "city", "postcode", "country", "email", "phone", "cluster")
FIELDS = {
    "company": {"name": 1, "street_address_line1": 4, "street_city": 5, "street_code": 6, "country": 7, "email": 8, "phone": 9},
    "person": {
        "company": 1, "first_name": 2, "last_name": 3, "private_address_line1": 4, "private_city": 5, "private_code": 6, "country": 7,
        "email": 8, "mobile": 9,
    },
}  # fmt: skip
"""Entity → field → column."""


def rows(name: str) -> Iterator[list[str]]:
    """The rows of one of the shared Parquet files, through CSV."""
    target = FOLDER / f"{name}.csv"
    if not target.exists():
        source = shared(f"matching/{name}.parquet")
        copy = f"COPY (SELECT {', '.join(COLUMNS)} FROM '{source}') TO '{target}' (HEADER)"
        subprocess.run([peers_python(), "-c", "import duckdb, sys; duckdb.sql(sys.argv[1])", copy], check=True)
    with target.open(newline="", encoding="utf-8") as stream:
        lines = csv.reader(stream)
        next(lines)
        yield from lines


def scale_incoming(entity: str, count: int | None = None) -> tuple[Records, list[str]]:
    """Incoming records of one entity among the first ``count`` rows, and the cluster of each."""
    chosen = [(at, row) for at, row in zip(range(count or 10**9), rows("scale_incoming_100k"), strict=False) if row[0] == entity[0].upper()]
    columns = {field: [row[column] or None for _at, row in chosen] for field, column in FIELDS[entity].items()}
    return Records(entity, [at for at, _row in chosen], columns), [row[10] for _at, row in chosen]


def scale_store() -> Path:
    """The store; built where it is not there yet."""
    path = FOLDER / "scale-1M.sqlite"
    if not path.exists():
        part = path.with_suffix(".part")
        for old in FOLDER.glob(f"{part.name}*"):
            old.unlink()
        with Workspace(part) as workspace:
            _fill(workspace)
            started = time.perf_counter()
            workspace.refresh_index()
            print(f"index of a million: {time.perf_counter() - started:.1f} s")
            workspace.database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        part.rename(path)
    return path


def _fill(workspace: Workspace) -> None:
    with workspace.database.transaction() as connection:
        now = ("2026-01-01T00:00:00+00:00", "bench", "2026-01-01T00:00:00+00:00", "bench")
        companies: dict[str, int] = {}
        last = 1_000_000
        for turn in ("C", "P"):  # companies first: persons refer to them
            for record, row in enumerate(rows("scale_existing_1M"), 1):
                kind, name, given, surname, street, city, postcode, country, email, phone, _cluster = (value or None for value in row)
                if kind != turn:
                    continue
                if kind == "C":
                    entity = "company"
                    companies.setdefault(name or "", record)
                    identity: dict[str, object] = {"name": name, "name_key": name}
                else:
                    entity = "person"
                    if name and name not in companies:
                        companies[name] = last = last + 1
                        connection.execute(
                            "INSERT INTO company (id, name, name_key, created_at, created_by, updated_at, updated_by)"
                            " VALUES (?, ?, ?, ?, ?, ?, ?)",
                            (last, name, name, *now),
                        )
                    identity = {"first_name": given, "last_name": surname, "company": companies.get(name or "")}
                place = "street" if entity == "company" else "private"
                values = {
                    "id": record, **identity, f"{place}_address_line1": street, f"{place}_city": city, f"{place}_code": postcode,
                    "country": country, "created_at": now[0], "created_by": now[1], "updated_at": now[2], "updated_by": now[3],
                }  # fmt: skip
                connection.execute(
                    f"INSERT INTO {entity} ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", tuple(values.values())
                )
                for field, value in (("email", email), ("phone" if entity == "company" else "mobile", phone)):
                    if value:
                        connection.execute(
                            f"INSERT INTO {entity}_value (record, field, value, key) VALUES (?, ?, ?, ?)", (record, field, value, value)
                        )


if __name__ == "__main__":
    print(scale_store())
