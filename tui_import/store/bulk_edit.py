"""One field of many records set at once, as a run that undo takes back record by record."""

from __future__ import annotations

import sqlite3

from tui_import.api.i18n import _
from tui_import.flow.folding import person_name_key
from tui_import.model.fields import Field
from tui_import.model.plan import Counts, Stored, Summary
from tui_import.model.progress import Progress
from tui_import.store import images
from tui_import.store.connection import Database, bump_generation
from tui_import.store.journal import note_counts, now, open_run
from tui_import.store.selections import selection as find_selection

EDIT = "edit"
"""Kind of the run."""
NAMES = ("first_name", "last_name")
_CHANGE = "INSERT INTO journal_change (entry, field, before, after, before_key, after_key, verb)"


def edit_members(
    database: Database,
    number: int,
    field: Field,
    value: Stored,
    key: str | None,
    user: str,
    progress: Progress | None = None,
    *,
    remove: bool = False,
) -> Summary:
    """Give a field of every member of a selection a value, or (a field of several values) one value more, or less.

    ``key``: what the value is compared by. Records that have it (``remove``: have it not) are left alone. Raises `UsageError` without such
    a selection.
    """
    info = find_selection(database, number)
    with database.transaction() as connection:
        at = now()
        source = _("Selection “{name}”: {field}").format(name=info.name, field=field.title)
        run = open_run(connection, EDIT, user, source, at=at, rows=0, entities={})
        edit = _remove if remove else _append if field.multiple else _set
        changed = edit(connection, run, number, field, value, key)
        _write(connection, run, field, value, key, user, at)
        counts = Counts(updated=changed, unchanged=info.members - changed)
        note_counts(connection, run, info.members, {field.entity: counts})
        bump_generation(connection)
        database.keep_up(connection, progress or Progress())
    return Summary(run=run, draft="", rows=info.members, entities={field.entity: counts})


def _enter(connection: sqlite3.Connection, run: int, number: int, field: Field, condition: str, value: Stored) -> int:
    """Journal entries of the members that change; returns how many."""
    return connection.execute(
        f"INSERT INTO journal (run, entity, record, op, version) SELECT ?, '{field.entity}', r.id, 'update', r.version + 1"
        f" FROM {field.entity} r JOIN selection_member m ON m.record = r.id AND m.selection = ? WHERE r.deleted_at IS NULL AND {condition}"
        " ORDER BY r.id",
        (run, number, value),
    ).rowcount


def _set(connection: sqlite3.Connection, run: int, number: int, field: Field, value: Stored, key: str | None) -> int:
    changed = _enter(connection, run, number, field, f'r."{field.name}" IS NOT ?', value)
    before_key = f"r.{field.key_column}" if field.is_key else "NULL"
    verb = "'clear'" if value is None else f"CASE WHEN r.\"{field.name}\" IS NULL THEN 'fill' ELSE 'overwrite' END"
    connection.execute(
        f'{_CHANGE} SELECT j.id, ?, r."{field.name}", ?, {before_key}, ?, {verb} FROM journal j JOIN {field.entity} r ON r.id = j.record'
        " WHERE j.run = ? ORDER BY j.id",
        (field.name, value, key if field.is_key else None, run),
    )
    return changed


def _append(connection: sqlite3.Connection, run: int, number: int, field: Field, value: Stored, key: str | None) -> int:
    table = f"{field.entity}_value"
    has_not = f"NOT EXISTS (SELECT 1 FROM {table} v WHERE v.record = r.id AND v.field = '{field.name}' AND v.key = ?)"
    changed = _enter(connection, run, number, field, has_not, key)
    connection.execute(
        f"{_CHANGE} SELECT j.id, ?, NULL, ?, NULL, ?, 'append' FROM journal j WHERE j.run = ? ORDER BY j.id", (field.name, value, key, run)
    )
    connection.execute(
        f"INSERT INTO {table} (record, field, value, key, rank) SELECT j.record, ?1, ?2, ?3, 1 + coalesce("
        f"(SELECT max(v.rank) FROM {table} v WHERE v.record = j.record AND v.field = ?1), 0) FROM journal j WHERE j.run = ?4",
        (field.name, value, key, run),
    )
    return changed


def _remove(connection: sqlite3.Connection, run: int, number: int, field: Field, _value: Stored, key: str | None) -> int:
    table = f"{field.entity}_value"
    which = f"SELECT v.record FROM {table} v WHERE v.field = '{field.name}' AND v.key = ?"
    changed = _enter(connection, run, number, field, f"r.id IN ({which})", key)
    connection.execute(
        f"{_CHANGE} SELECT j.id, v.field, v.value, NULL, v.key, NULL, 'remove' FROM journal j JOIN {table} v ON v.record = j.record"
        " AND v.field = ? AND v.key = ? WHERE j.run = ? ORDER BY j.id, v.id",
        (field.name, key, run),
    )
    images.remember_removed(connection, run, field.entity)
    connection.execute(
        f"DELETE FROM {table} WHERE field = ? AND key = ? AND record IN (SELECT record FROM journal WHERE run = ?)", (field.name, key, run)
    )
    return changed


def _write(connection: sqlite3.Connection, run: int, field: Field, value: Stored, key: str | None, user: str, at: str) -> None:
    """The records themselves, each in one statement, since every one counts its version up."""
    setting, values = "", []
    if not field.multiple:
        setting, values = f'"{field.name}" = ?, ', [value]
        if field.is_key:
            setting, values = f"{setting}{field.key_column} = ?, ", [*values, key]
    update = f"UPDATE {field.entity} SET {setting}version = version + 1, updated_at = ?, updated_by = ?"
    if field.entity == "person" and field.name in NAMES:
        persons = connection.execute(
            "SELECT id, first_name, last_name FROM person WHERE id IN (SELECT record FROM journal WHERE run = ?)", (run,)
        ).fetchall()
        names = [(person, *((value, last) if field.name == "first_name" else (first, value))) for person, first, last in persons]
        connection.executemany(
            f"{update}, name_key = ? WHERE id = ?",
            [(*values, at, user, person_name_key(first, last), person) for person, first, last in names],
        )
    else:
        connection.execute(f"{update} WHERE id IN (SELECT record FROM journal WHERE run = ?)", (*values, at, user, run))
