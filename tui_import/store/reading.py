"""Whole records under their field names: for exports, other commands and the screens."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.model.fields import Catalogue, Field, FieldType
from tui_import.model.plan import Stored
from tui_import.store.connection import Database
from tui_import.store.layout import ENTITIES, PARENTS, called, references
from tui_import.store.selections import selection as find_selection

BLOCK = 1_000
"""Records that are read at once: four queries for so many, never one per record."""
_STILL_TO_DO = "f.deleted_at IS NULL AND f.done_date IS NULL AND f.status IS NOT 'completed'"
COMPUTED: Mapping[str, Mapping[str, str]] = {
    "project": {
        "next_milestone": f"SELECT min(substr(f.start, 1, 10)) FROM follow_up f WHERE f.project = r.id AND f.milestone AND {_STILL_TO_DO}"
    },
    "sale": {"next_due_date": f"SELECT min(substr(f.start, 1, 10)) FROM follow_up f WHERE f.sale = r.id AND {_STILL_TO_DO}"},
}
"""Entity → what is worked out for each record ``r`` when it is read (SPEC 8): the day of the first follow-up that is still to be done."""
BOOKKEEPING = ("version", "created_at", "created_by", "updated_at", "updated_by")


def count(database: Database, entity: str, *, selection: int | None = None) -> int:
    """How many records there are, or members of a selection; deleted ones left out. Raises `UsageError`."""
    _check(database, entity, selection)
    condition, values = _members_only(selection)
    return int(database.connection.execute(f"SELECT count(*) FROM {entity} WHERE deleted_at IS NULL{condition}", values).fetchone()[0])


def record(database: Database, catalogue: Catalogue, entity: str, number: int) -> dict[str, Any]:
    """One record, as `records` gives it. Raises `UsageError` where there is none, or it is deleted."""
    _check(database, entity, None)
    found = _read(database, catalogue, entity, "id = ? AND deleted_at IS NULL", (number,))
    if not found:
        raise UsageError(_("There is no {entity} {number}.").format(entity=entity, number=number))
    return found[0]


def records(
    database: Database, catalogue: Catalogue, entity: str, *, selection: int | None = None, parent: int | None = None
) -> Iterator[dict[str, Any]]:
    """All records in the order of their ids, deleted ones left out; or those of a selection, of a parent, or of both.

    Keys are ``id``, the catalogue's field names without entity (list items by name, booleans as such, multiple fields as lists, dates as
    text), of a record that it belongs to (a person's company, a sale's project) its name and id, what is `COMPUTED`, for persons also
    ``consents``, and at the end who made and changed it, and when.
    Read in blocks, so that nothing stays locked between them. Raises `UsageError`.
    """
    _check(database, entity, selection)
    return _stream(database, catalogue, entity, selection, parent)


def _stream(database: Database, catalogue: Catalogue, entity: str, selection: int | None, parent: int | None) -> Iterator[dict[str, Any]]:
    condition, values = _members_only(selection)
    if parent is not None:
        condition, values = f"{condition} AND {PARENTS[entity]} = ?", (*values, parent)
    last = 0
    while block := _read(
        database, catalogue, entity, f"deleted_at IS NULL{condition} AND id > ? ORDER BY id LIMIT {BLOCK}", (*values, last)
    ):
        yield from block
        last = block[-1]["id"]


def _check(database: Database, entity: str, selection: int | None) -> None:
    if entity not in ENTITIES:
        names = ", ".join(ENTITIES)
        raise UsageError(
            _("The store has no records of kind “{entity}”.").format(entity=entity), hint=_("Choose one of: {names}.").format(names=names)
        )
    if selection is not None and (of := find_selection(database, selection).entity) != entity:
        raise UsageError(_("Selection {number} is one of {other}, not of {entity}.").format(number=selection, other=of, entity=entity))


def _members_only(selection: int | None) -> tuple[str, tuple[int, ...]]:
    if selection is None:
        return "", ()
    return " AND id IN (SELECT record FROM selection_member WHERE selection = ?)", (selection,)


def columns(catalogue: Catalogue, entity: str) -> list[str]:
    """The names under which `records` gives a record's parts, in its order."""
    links = references(catalogue, entity)
    both = [part for name in links for part in (name, f"{name}_id")]
    fields = [field.name for field in catalogue.of(entity) if not field.virtual and field.name not in ("id", *links)]
    consents = ["consents"] if entity == "person" else []
    return ["id", *both, *fields, *COMPUTED.get(entity, {}), *consents, *BOOKKEEPING]


def _read(database: Database, catalogue: Catalogue, entity: str, where: str, values: Sequence[int]) -> list[dict[str, Any]]:
    connection = database.connection
    links = references(catalogue, entity)
    single = [field.name for field in catalogue.stored(entity) if field.name not in links]
    computed = COMPUTED.get(entity, {})
    columns = ["id", *links, *single, *BOOKKEEPING, *computed]
    names = ", ".join([f'"{name}"' for name in ("id", *links, *single, *BOOKKEEPING)] + [f"({query})" for query in computed.values()])
    rows = connection.execute(f"SELECT {names} FROM {entity} r WHERE {where}", values).fetchall()
    if not rows:
        return []
    ids = json.dumps([row[0] for row in rows])
    items = _items(database)
    multiple = _multiple(database, catalogue, entity, ids, items)
    named = {
        name: called(database.connection, target, {row[at] for row in rows} - {None}) for at, (name, target) in enumerate(links.items(), 1)
    }
    consents = _consents(database, ids, items) if entity == "person" else {}
    found = []
    for row in rows:
        stored = dict(zip(columns, row, strict=True))
        whole: dict[str, Any] = {"id": stored["id"]}
        for name in links:
            whole[name] = named[name].get(stored[name])
            whole[f"{name}_id"] = stored[name]
        mine = multiple.get(stored["id"], {})
        for field in catalogue.of(entity):
            if field.multiple:
                whole[field.name] = mine.get(field.name, [])
            elif field.name in stored and field.name not in whole:
                whole[field.name] = _shown(field, stored[field.name], items)
        whole.update({name: stored[name] for name in computed})
        if entity == "person":
            whole["consents"] = consents.get(stored["id"], [])
        whole.update({name: stored[name] for name in BOOKKEEPING})
        found.append(whole)
    return found


def _shown(field: Field, value: Stored, items: Mapping[Any, str]) -> Any:
    if value is not None and field.type is FieldType.LIST:
        return items.get(value, value)
    if value is not None and field.type is FieldType.BOOLEAN:
        return bool(value)
    return value


def _items(database: Database) -> dict[Any, str]:
    return dict(database.connection.execute("SELECT id, name FROM list_item"))


def _multiple(database: Database, catalogue: Catalogue, entity: str, ids: str, items: Mapping[Any, str]) -> dict[int, dict[str, list[Any]]]:
    fields = {field.name: field for field in catalogue.multiple(entity)}
    found: dict[int, dict[str, list[Any]]] = {}
    for owner, name, value in database.connection.execute(
        f"SELECT record, field, value FROM {entity}_value"
        " WHERE record IN (SELECT value FROM json_each(?)) ORDER BY record, field, rank, id",
        (ids,),
    ):
        if name in fields:
            found.setdefault(owner, {}).setdefault(name, []).append(_shown(fields[name], value, items))
    return found


def _consents(database: Database, ids: str, items: Mapping[Any, str]) -> dict[int, list[dict[str, str]]]:
    found: dict[int, list[dict[str, str]]] = {}
    for person, purpose, basis, source, comment, at, by in database.connection.execute(
        "SELECT person, purpose, legal_basis, source, comment, at, by FROM consent"
        " WHERE person IN (SELECT value FROM json_each(?)) ORDER BY person, id",
        (ids,),
    ):
        consent = {"purpose": items[purpose], "legal_basis": items[basis], "source": items[source], "comment": comment, "at": at, "by": by}
        found.setdefault(person, []).append(consent)
    return found
