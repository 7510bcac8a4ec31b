"""Merging two items of a list: records move to the one that stays, as a run that undo takes back."""

from __future__ import annotations

import re
import sqlite3

from tui_import.api.errors import RefusedError, UsageError
from tui_import.api.i18n import _
from tui_import.model.fields import Catalogue, FieldType
from tui_import.model.plan import Counts, Summary
from tui_import.model.runs import ListItem
from tui_import.store.connection import Database, bump_generation
from tui_import.store.images import remember_removed
from tui_import.store.journal import note_counts, now, open_run
from tui_import.store.layout import CONSENT_LISTS
from tui_import.store.lists import find_item
from tui_import.store.undo_items import DEACTIVATED, DEFAULT, ENTITY, MERGED

MERGE = "list_merge"
"""Kind of the run."""


def merge_items(database: Database, catalogue: Catalogue, name: str, item: str, into: str, user: str) -> Summary:
    """Let every record that has ``item`` have ``into``; the former is deactivated, and found as the latter from then on.

    Raises `UsageError` where there is no such list or item, or they are the same, `RefusedError` for the lists of consents: those say
    what a person agreed to.
    """
    gone, stays = find_item(database, catalogue, name, item), find_item(database, catalogue, name, into)
    if name in CONSENT_LISTS:
        raise RefusedError(
            _("Items of the list {list} are not merged: consents say what somebody agreed to.").format(list=name),
            hint=_("Rename the item or deactivate it."),
        )
    if gone.id == stays.id:
        raise UsageError(_("These are the same item: “{name}”.").format(name=gone.name))
    if stays.deactivated:
        raise UsageError(_("“{name}” is not in use any more.").format(name=stays.name), hint=_("Activate it first."))
    with database.transaction() as connection:
        at = now()
        source = _("List {list}: “{name}” into “{into}”").format(list=name, name=gone.name, into=stays.name)
        run = open_run(connection, MERGE, user, source, at=at, rows=0, entities={})
        entities = {}
        for entity in sorted({field.entity for field in catalogue if field.list == name}):
            changed = _move(connection, catalogue, run, entity, gone, stays, user, at)
            entities[entity] = Counts(updated=changed)
        _retire(connection, run, gone, stays)
        rows = sum(counts.updated for counts in entities.values())
        note_counts(connection, run, rows, entities)
        bump_generation(connection)
    return Summary(run=run, draft="", rows=rows, entities=entities)


def _move(
    connection: sqlite3.Connection, catalogue: Catalogue, run: int, entity: str, gone: ListItem, stays: ListItem, user: str, at: str
) -> int:
    """Records of one entity, deleted ones included; returns how many."""
    fields = [field for field in catalogue.of(entity) if field.type is FieldType.LIST and field.list == gone.list and not field.virtual]
    single = [field.name for field in fields if not field.multiple]
    multiple = [field.name for field in fields if field.multiple]
    having = [f'"{name}" = :gone' for name in single]
    having += [f"id IN (SELECT record FROM {entity}_value WHERE field = '{name}' AND key = :key)" for name in multiple]
    if not having:
        return 0
    facts = {"run": run, "entity": entity, "gone": gone.id, "stays": stays.id, "key": str(gone.id), "stays_key": str(stays.id)}
    query = (
        "INSERT INTO journal (run, entity, record, op, version) SELECT :run, :entity, id, 'update', version + 1"
        f" FROM {entity} WHERE {' OR '.join(having)} ORDER BY id"
    )
    count = _execute(connection, query, facts)
    change = "INSERT INTO journal_change (entry, field, before, after, before_key, after_key, verb)"
    mine = "j.run = :run AND j.entity = :entity"
    for name in single:
        had = f'FROM journal j JOIN {entity} r ON r.id = j.record WHERE {mine} AND r."{name}" = :gone'
        _execute(connection, f"{change} SELECT j.id, '{name}', :gone, :stays, NULL, NULL, 'overwrite' {had}", facts)
    for name in multiple:
        had = f"FROM journal j JOIN {entity}_value v ON v.record = j.record AND v.field = '{name}' AND v.key = :key WHERE {mine}"
        _execute(connection, f"{change} SELECT j.id, '{name}', :gone, NULL, :key, NULL, 'remove' {had}", facts)
        had += f" AND NOT {_has_both(entity)}"
        _execute(connection, f"{change} SELECT j.id, '{name}', NULL, :stays, NULL, :stays_key, 'append' {had}", facts)
    remember_removed(connection, run, entity)
    for name in multiple:
        _execute(connection, f"DELETE FROM {entity}_value AS v WHERE v.field = '{name}' AND v.key = :key AND {_has_both(entity)}", facts)
        _execute(connection, f"UPDATE {entity}_value SET value = :stays, key = :stays_key WHERE field = '{name}' AND key = :key", facts)
    setting = "".join(f'"{name}" = CASE WHEN "{name}" = :gone THEN :stays ELSE "{name}" END, ' for name in single)
    _execute(
        connection,
        f"UPDATE {entity} SET {setting}version = version + 1, updated_at = :at, updated_by = :user"
        " WHERE id IN (SELECT record FROM journal j WHERE j.run = :run AND j.entity = :entity)",
        facts | {"at": at, "user": user},
    )
    return count


def _has_both(entity: str) -> str:
    """SQL: the record of a value ``v`` has the item that stays already."""
    return f"EXISTS (SELECT 1 FROM {entity}_value o WHERE o.record = v.record AND o.field = v.field AND o.key = :stays_key)"


def _execute(connection: sqlite3.Connection, query: str, facts: dict[str, object]) -> int:
    """Run a statement with those of the facts that it names; returns how many rows it wrote."""
    named = set(re.findall(r":(\w+)", query))
    return connection.execute(query, {name: value for name, value in facts.items() if name in named}).rowcount


def _retire(connection: sqlite3.Connection, run: int, gone: ListItem, stays: ListItem) -> None:
    """The item itself, those that were merged into it before, and the default."""
    aliases = connection.execute("SELECT id FROM list_item WHERE merged_into = ?", (gone.id,)).fetchall()
    for (alias,) in aliases:
        _change_item(connection, run, alias, [(MERGED, gone.id, stays.id)])
    changes: list[tuple[str, int | str | None, int | str]] = [(MERGED, None, stays.id)]
    if not gone.deactivated:
        changes.append((DEACTIVATED, 0, 1))
    moved = connection.execute(
        "UPDATE preference SET value = ? WHERE key = ? AND value = ?", (stays.name, f"default.{gone.list}", gone.name)
    ).rowcount
    if moved:
        changes.append((DEFAULT, gone.name, stays.name))
    _change_item(connection, run, gone.id, changes)


def _change_item(connection: sqlite3.Connection, run: int, item: int, changes: list[tuple[str, int | str | None, int | str]]) -> None:
    entry = connection.execute(
        "INSERT INTO journal (run, entity, record, op, version) VALUES (?, ?, ?, 'update', 1)", (run, ENTITY, item)
    ).lastrowid
    for name, before, after in changes:
        connection.execute(
            "INSERT INTO journal_change (entry, field, before, after, verb) VALUES (?, ?, ?, ?, 'overwrite')", (entry, name, before, after)
        )
        if name != DEFAULT:
            connection.execute(f"UPDATE list_item SET {name} = ? WHERE id = ?", (after, item))
