"""Selections: named sets of records of one entity; and deleting, which is soft and can be undone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.model.plan import Counts, SelectionInfo, Summary
from tui_import.store.connection import Database, bump_generation
from tui_import.store.journal import now, open_run
from tui_import.store.layout import SELECTABLE

LONGEST_NAME = 219
"""Characters (SPEC 7)."""
BLOCK = 2_000
MANUAL = "manual"
"""Kind of a selection whose members somebody chose."""
WAYS = ("union", "intersection", "difference")

_LIVE = "SELECT count(*) FROM selection_member m JOIN {entity} r ON r.id = m.record WHERE m.selection = ? AND r.deleted_at IS NULL"


def selections(database: Database) -> list[SelectionInfo]:
    """All selections, newest first; members are those that exist and are not deleted."""
    rows = database.connection.execute("SELECT id, name, entity, kind, run, created FROM selection ORDER BY id DESC").fetchall()
    return [_info(database.connection, row) for row in rows]


def selection(database: Database, number: int) -> SelectionInfo:
    """One selection. Raises `UsageError` where there is none."""
    row = database.connection.execute("SELECT id, name, entity, kind, run, created FROM selection WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise UsageError(_("There is no selection {number}.").format(number=number), hint=_("List them with: tui-import selections"))
    return _info(database.connection, row)


def _info(connection: sqlite3.Connection, row: tuple[int, str, str, str, int | None, str]) -> SelectionInfo:
    number, name, entity, kind, run, created = row
    members = connection.execute(_LIVE.format(entity=entity), (number,)).fetchone()[0]
    return SelectionInfo(number, name, entity, kind, members, run, created)


def members(database: Database, number: int) -> Iterator[int]:
    """Ids of the members that exist and are not deleted, in order. Raises `UsageError` where there is no such selection."""
    entity = selection(database, number).entity
    return _members(database, number, entity)


def _members(database: Database, number: int, entity: str) -> Iterator[int]:
    last = 0
    query = (
        f"SELECT m.record FROM selection_member m JOIN {entity} r ON r.id = m.record"
        f" WHERE m.selection = ? AND m.record > ? AND r.deleted_at IS NULL ORDER BY m.record LIMIT {BLOCK}"
    )
    while rows := database.connection.execute(query, (number, last)).fetchall():
        yield from (record for (record,) in rows)
        last = rows[-1][0]


def combine(database: Database, how: str, numbers: Sequence[int], name: str, user: str) -> SelectionInfo:
    """A new selection of the members of others: ``union``, ``intersection``, or ``difference`` (the first without the rest).

    Raises `UsageError` where one does not exist, they are of different entities, or fewer than two are given.
    """
    if how not in WAYS:
        names = ", ".join(WAYS)
        raise UsageError(
            _("Selections cannot be combined by “{how}”.").format(how=how), hint=_("Choose one of: {names}.").format(names=names)
        )
    if len(numbers) < 2:
        raise UsageError(_("Name at least two selections to combine."))
    entities = {selection(database, number).entity for number in numbers}
    if len(entities) > 1:
        raise UsageError(_("Only selections of the same kind of record can be combined."))
    chosen = _checked_name(name)
    with database.transaction() as connection:
        cursor = connection.execute(
            "INSERT INTO selection (name, entity, kind, created, created_by) VALUES (?, ?, ?, ?, ?)",
            (chosen, entities.pop(), how, now(), user),
        )
        number = cursor.lastrowid or 0
        # folded two at a time: SQLite takes at most 500 parts of one compound statement
        connection.execute("INSERT INTO selection_member SELECT ?, record FROM selection_member WHERE selection = ?", (number, numbers[0]))
        for other in numbers[1:]:
            _fold_in(connection, how, number, other)
        bump_generation(connection)
    return selection(database, number)


def create(database: Database, entity: str, name: str, records: Sequence[int], user: str) -> SelectionInfo:
    """A static selection, made by hand. Raises `UsageError` where a record does not exist or is deleted, or the name does not do."""
    text = _checked_name(name)
    with database.transaction() as connection:
        _check_records(connection, entity, records)
        number = connection.execute(
            "INSERT INTO selection (name, entity, kind, created, created_by) VALUES (?, ?, ?, ?, ?)", (text, entity, MANUAL, now(), user)
        ).lastrowid
        assert number is not None
        _add(connection, number, records)
        bump_generation(connection)
    return selection(database, number)


def copy(database: Database, number: int, name: str, user: str) -> SelectionInfo:
    """A selection by hand with the members of another. Raises `UsageError` without such a selection, or where the name does not do."""
    info, text = selection(database, number), _checked_name(name)
    with database.transaction() as connection:
        made = connection.execute(
            "INSERT INTO selection (name, entity, kind, created, created_by) VALUES (?, ?, ?, ?, ?)",
            (text, info.entity, MANUAL, now(), user),
        ).lastrowid
        assert made is not None
        connection.execute("INSERT INTO selection_member SELECT ?, record FROM selection_member WHERE selection = ?", (made, number))
        bump_generation(connection)
    return selection(database, made)


def add_members(database: Database, number: int, records: Sequence[int]) -> int:
    """Put records into a selection; returns how many were not in it. Raises `UsageError` where one does not exist or is deleted."""
    info = selection(database, number)
    with database.transaction() as connection:
        _check_records(connection, info.entity, records)
        count = _add(connection, number, records)
        bump_generation(connection)
    return count


def remove_members(database: Database, number: int, records: Sequence[int]) -> int:
    """Take records out of a selection, they stay in the store; returns how many were in it. Raises `UsageError` without a selection."""
    selection(database, number)
    with database.transaction() as connection:
        count = connection.execute(
            "DELETE FROM selection_member WHERE selection = ? AND record IN (SELECT value FROM json_each(?))",
            (number, json.dumps(list(records))),
        ).rowcount
        bump_generation(connection)
    return count


def _add(connection: sqlite3.Connection, number: int, records: Sequence[int]) -> int:
    return connection.execute(
        "INSERT OR IGNORE INTO selection_member SELECT ?, value FROM json_each(?)", (number, json.dumps(list(records)))
    ).rowcount


def _check_records(connection: sqlite3.Connection, entity: str, records: Sequence[int]) -> None:
    if entity not in SELECTABLE:
        raise UsageError(
            _("The store has no records of kind “{entity}”.").format(entity=entity),
            hint=_("Choose one of: {names}.").format(names=", ".join(SELECTABLE)),
        )
    missing = [
        str(record)
        for (record,) in connection.execute(
            f"SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM {entity} WHERE deleted_at IS NULL) LIMIT 6",
            (json.dumps(list(records)),),
        )
    ]
    if missing:
        raise UsageError(_("There is no {entity} {number}.").format(entity=entity, number=", ".join(missing)))


def _fold_in(connection: sqlite3.Connection, how: str, number: int, other: int) -> None:
    others = "(SELECT record FROM selection_member WHERE selection = ?)"
    if how == "union":
        connection.execute(f"INSERT OR IGNORE INTO selection_member SELECT ?, record FROM {others}", (number, other))
    else:
        condition = "NOT IN" if how == "intersection" else "IN"
        connection.execute(f"DELETE FROM selection_member WHERE selection = ? AND record {condition} {others}", (number, other))


def _checked_name(name: str) -> str:
    text = " ".join(name.split())
    if not text or not text.isprintable() or len(text) > LONGEST_NAME:
        raise UsageError(_("A selection needs a name of 1 to {count} printable characters.").format(count=LONGEST_NAME))
    return text


def delete_selection(database: Database, number: int) -> None:
    """Forget a selection; its records stay. Raises `UsageError` where there is none."""
    selection(database, number)
    with database.transaction() as connection:
        connection.execute("DELETE FROM selection WHERE id = ?", (number,))
        bump_generation(connection)


def delete_members(database: Database, number: int, user: str) -> Summary:
    """Delete a selection's records softly, companies with their persons, as a run that undo takes back.

    Raises `UsageError` where there is no such selection.
    """
    info = selection(database, number)
    with database.transaction() as connection:
        at = now()
        chosen = f"SELECT m.record FROM selection_member m WHERE m.selection = {int(number)}"
        condition = f"id IN ({chosen}) AND deleted_at IS NULL"
        # persons first: they are found by a company that is not yet deleted
        parts = [(info.entity, condition)]
        if info.entity == "company":
            parts.insert(0, ("person", f"deleted_at IS NULL AND company IN (SELECT id FROM company WHERE {condition})"))
        counts = {entity: Counts(updated=_count(connection, entity, where)) for entity, where in reversed(parts)}
        source = _("Selection “{name}”").format(name=info.name)
        run = open_run(connection, "delete", user, source, at=at, rows=sum(each.updated for each in counts.values()), entities=counts)
        for entity, where in parts:
            mark(connection, run, entity, where, user, at, deleted=True)
        bump_generation(connection)
    return Summary(run=run, draft="", rows=sum(each.updated for each in counts.values()), entities=counts)


def restore_record(database: Database, entity: str, record: int, user: str) -> int:
    """Take a softly deleted record back, as a run of its own; returns the run's number.

    With a company come the persons that were deleted together with it; with a person its deleted company. Raises `UsageError` where
    there is no such record or it is not deleted.
    """
    with database.transaction() as connection:
        row = connection.execute(f"SELECT deleted_at FROM {entity} WHERE id = ?", (record,)).fetchone()
        if row is None or row[0] is None:
            raise UsageError(_("There is no deleted {entity} {record}.").format(entity=entity, record=record))
        at = now()
        parts = [(entity, f"id = {int(record)} AND deleted_at IS NOT NULL")]
        if entity == "company":
            together = f"deleted_at = (SELECT deleted_at FROM company WHERE id = {int(record)})"
            parts.insert(0, ("person", f"company = {int(record)} AND {together}"))
        elif entity == "person":
            parts.insert(0, ("company", f"id = (SELECT company FROM person WHERE id = {int(record)}) AND deleted_at IS NOT NULL"))
        counts = {part: Counts(updated=_count(connection, part, where)) for part, where in parts}
        source = _("Restored by hand")
        run = open_run(connection, "restore", user, source, at=at, rows=sum(each.updated for each in counts.values()), entities=counts)
        for part, where in parts:
            mark(connection, run, part, where, user, at, deleted=False)
        bump_generation(connection)
    return run


def _count(connection: sqlite3.Connection, entity: str, where: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {entity} WHERE {where}").fetchone()[0])


def mark(connection: sqlite3.Connection, run: int, entity: str, where: str, user: str, at: str, *, deleted: bool) -> None:
    """Delete records softly or take them back, with their journal entries.

    The entry's one change is that of ``deleted_at``, so undo and redo treat it like any other field.
    """
    op, verb, after = ("delete", "fill", at) if deleted else ("restore", "clear", None)
    last = connection.execute("SELECT coalesce(max(id), 0) FROM journal").fetchone()[0]
    connection.execute(
        f"INSERT INTO journal (run, entity, record, op, version) SELECT ?, ?, id, ?, version + 1 FROM {entity} WHERE {where} ORDER BY id",
        (run, entity, op),
    )
    entries = "id > ? AND run = ?"
    connection.execute(
        "INSERT INTO journal_change (entry, field, before, after, verb)"
        f" SELECT j.id, 'deleted_at', r.deleted_at, ?, ? FROM journal j JOIN {entity} r ON r.id = j.record WHERE j.id > ? AND j.run = ?",
        (after, verb, last, run),
    )
    connection.execute(
        f"UPDATE {entity} SET deleted_at = ?, version = version + 1, updated_at = ?, updated_by = ?"
        f" WHERE id IN (SELECT record FROM journal WHERE {entries})",
        (after, at, user, last, run),
    )
