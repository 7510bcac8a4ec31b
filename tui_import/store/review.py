"""What a review of probable duplicates reads of a draft: single rows, which rows speak of one record, and where it stood."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from tui_import.store.connection import Database
from tui_import.store.draft import Block, Draft


def some_rows(draft: Draft, keys: Sequence[int], positions: Sequence[int]) -> Block:
    """These rows in the order of their keys, some columns of them."""
    wanted = "".join(f", c{position}" for position in positions)
    rows = draft.database.connection.execute(
        f"SELECT n, checked{wanted} FROM row WHERE n IN (SELECT value FROM json_each(?)) ORDER BY n", (json.dumps(list(keys)),)
    ).fetchall()
    n, checked, *cells = zip(*rows, strict=True) if rows else ((), (), *(() for _position in positions))
    return Block(n, checked, dict(zip(positions, cells, strict=True)))


def row_facts(draft: Draft, key: int) -> tuple[int, str]:
    """(row in the sheet, when its source says that it was changed: ISO 8601 or empty)."""
    row = draft.database.connection.execute("SELECT number, changed FROM row WHERE n = ?", (key,)).fetchone()
    return (int(row[0]), str(row[1] or "")) if row else (0, "")


def rows_of_records(draft: Draft, entity: str) -> dict[int, list[int]]:
    """First row of each record of the plan → the later rows that join it; records of one row are absent."""
    found: dict[int, list[int]] = {}
    for first, n in draft.database.connection.execute(
        "SELECT joins, n FROM plan_row WHERE entity = ? AND joins IS NOT NULL ORDER BY n", (entity,)
    ):
        found.setdefault(first, []).append(n)
    return found


def companies_of_rows(draft: Draft) -> Mapping[int, int]:
    """Row → the first row of its company, for rows whose company an earlier row brings."""
    return dict(
        draft.database.connection.execute("SELECT n, joins FROM plan_row WHERE entity = 'company' AND joins IS NOT NULL").fetchall()
    )


def recipes_of(store: Database, entity: str, record: int) -> dict[str, str]:
    """Bare field name ("": all that came with the record) → the recipe of the run that wrote it last; empty where that was no import."""
    rows = store.connection.execute(
        "SELECT CASE j.op WHEN 'insert' THEN '' ELSE c.field END, r.recipe FROM journal j JOIN run r ON r.id = j.run"
        " LEFT JOIN journal_change c ON c.entry = j.id AND j.op <> 'insert' AND c.state = 'done'"
        " AND c.verb IN ('fill', 'overwrite', 'append') WHERE j.record = ? AND j.entity = ? AND j.state = 'done' ORDER BY j.id, c.id",
        (record, entity),
    )
    return {name: recipe for name, recipe in rows if name is not None}


def count_persons(store: Database, companies: Collection[int]) -> dict[int, int]:
    """Stored company → its persons; those without are absent."""
    rows = store.connection.execute(
        "SELECT company, count(*) FROM person WHERE company IN (SELECT value FROM json_each(?)) AND deleted_at IS NULL GROUP BY 1",
        (json.dumps(sorted(companies)),),
    )
    return dict(rows.fetchall())


def persons_of(store: Database, company: int, limit: int) -> list[int]:
    """Ids of a stored company's persons, deleted ones left out."""
    rows = store.connection.execute("SELECT id FROM person WHERE company = ? AND deleted_at IS NULL ORDER BY id LIMIT ?", (company, limit))
    return [person for (person,) in rows]
