"""The shape of the tables that the field catalogue makes: which columns an entity has, in which order."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import sqlite3
import unicodedata
from collections.abc import Collection, Iterable, Mapping

from tui_import.model.fields import Catalogue, Field, FieldType
from tui_import.model.kinds import KEYED
from tui_import.model.plan import Stored

CONTACTS = ("company", "person")
"""The entities that the duplicate finder keeps an index of."""
ENTITIES = (*CONTACTS, "price_list", "product", *KEYED)
"""The entities that have a table of their own, parents first."""
SELECTABLE = (*CONTACTS, "product", *KEYED)
"""The entities that selections are of."""
PARENTS: Mapping[str, str] = {"person": "company", "product": "price_list"}
"""Entity → the one that its records belong to; the column with the parent's id is called after it."""

NAMED_BY: Mapping[str, tuple[str, ...]] = {
    "person": ("first_name", "last_name"),
    "sale": ("heading", "number"),
    "follow_up": ("start", "text"),
    "project_member": ("person", "company", "project"),
    "sale_stakeholder": ("person", "company", "sale"),
    "currency": ("iso_code",),
    "post_code": ("code", "city"),
    "red_letter_day": ("date", "country", "text"),
}
"""Entity → the columns that say what a record is called; "name" where it is not here. A column that is called like an entity holds the
id of one, whose name it stands for."""

LONGEST_NAME = 254
"""Characters of one part of a record's name that are shown."""

CONSENT_LISTS: Mapping[str, str] = {"consent_purpose": "purpose", "legal_basis": "legal_basis", "consent_source": "source"}
"""List → column of ``consent``; all other lists belong to fields of the catalogue."""

VERSION = 9
"""Number of the last migration; kept in ``PRAGMA user_version``, so that a store of a later version is recognised."""

SQL_TYPES = {
    FieldType.BOOLEAN: "INTEGER",
    FieldType.INTEGER: "INTEGER",
    FieldType.DECIMAL: "REAL",
    FieldType.LIST: "INTEGER REFERENCES list_item(id)",
}
"""Column type by field type; all others are TEXT."""


SHIPPED_PREFERENCES: Mapping[str, str | int] = {
    "mandatory_company": 1,
    "company.number.allocate": 0,
    "company.number.unique": 0,
    "company.number.allow_blank": 1,
    "company.number.read_only": 0,
    "person.number.allocate": 0,
    "person.number.unique": 0,
    "person.number.allow_blank": 1,
    "person.number.read_only": 0,
    "project.number.allocate": 0,
    "project.number.unique": 0,
    "project.number.allow_blank": 1,
    "project.number.read_only": 0,
    "default.category": "",
    "default.business": "",
    "default.legal_basis": "",
    "default.country": "",
    "keep_backups": 10,
    "finish_when_hung_up": 1,
    "keep_drafts": 30,
}
"""Store preferences and the values that a new store has (SPEC 4.3, 4.4, 4.6, 7)."""


def columns_of(catalogue: Catalogue, entity: str) -> list[str]:
    """All catalogue-made columns of an entity's table in order: single fields, each key field followed by its key column.

    Those that belong to a parent begin with its column, a person then with ``name_key`` (first and last name folded together).
    """
    names = [PARENTS[entity]] if entity in PARENTS else []
    names += ["name_key"] if entity == "person" else []
    for field in catalogue.stored(entity):
        names += [field.name, field.key_column] if field.is_key else [field.name]
    return names


def definitions(field: Field) -> dict[str, str]:
    """Column name → SQL type of one field."""
    kind = f"INTEGER REFERENCES {field.refers}(id)" if field.type is FieldType.REFERENCE else SQL_TYPES.get(field.type, "TEXT")
    columns = {field.name: kind}
    if field.is_key:
        columns[field.key_column] = "TEXT"
    return columns


def references(catalogue: Catalogue, entity: str) -> dict[str, str]:
    """Columns of an entity's table that hold ids of other records → the entities of those."""
    parent = PARENTS.get(entity)
    return ({parent: parent} if parent else {}) | catalogue.references(entity)


def references_by_key(catalogue: Catalogue) -> dict[str, str]:
    """Whole names of all fields that hold other records → the entities of those."""
    return {f"{entity}.{name}": target for entity in ENTITIES for name, target in references(catalogue, entity).items()}


def referring(catalogue: Catalogue, entity: str) -> list[tuple[str, str]]:
    """(entity, column) of everything that holds ids of this entity's records."""
    return [(other, name) for other in ENTITIES for name, target in references(catalogue, other).items() if target == entity]


def called(connection: sqlite3.Connection, entity: str, ids: Iterable[Stored]) -> dict[int, str]:
    """What records are called; those that do not exist are absent."""
    columns = NAMED_BY.get(entity, ("name",))
    names = ", ".join(columns)
    rows = connection.execute(
        f"SELECT id, {names} FROM {entity} WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
    ).fetchall()
    for at, column in enumerate(columns, 1):
        if column in ENTITIES:
            others = called(connection, column, {row[at] for row in rows} - {None})
            rows = [(*row[:at], others.get(row[at]), *row[at + 1 :]) for row in rows]
    return {number: joined(parts) for number, *parts in rows}


def joined(parts: Iterable[Stored]) -> str:
    """A record's name from the values of `NAMED_BY`: filled ones, in one line."""
    return " ".join(" ".join(str(part).split())[:LONGEST_NAME] for part in parts if part not in (None, ""))


def code_of(name: str, taken: Collection[str]) -> str:
    """A key for a list item that is called so: small letters, numbers and _, another one than those ``taken``."""
    plain = "_".join(re.findall("[a-z0-9]+", unicodedata.normalize("NFKD", name).lower())) or "item"
    return next(code for number in itertools.count(1) if (code := plain if number == 1 else f"{plain}_{number}") not in taken)


def fingerprint(catalogue: Catalogue) -> str:
    """Changes when the catalogue gains a column."""
    names = [f"{entity}.{name}" for entity in ENTITIES for name in columns_of(catalogue, entity)]
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]
