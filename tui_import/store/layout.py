"""The shape of the tables that the field catalogue makes: which columns an entity has, in which order."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from tui_import.model.fields import Catalogue, Field, FieldType

CONTACTS = ("company", "person")
"""The entities that the duplicate finder keeps an index of."""
ENTITIES = (*CONTACTS, "price_list", "product")
"""The entities that have a table of their own, parents first."""
SELECTABLE = (*CONTACTS, "product")
"""The entities that selections are of."""
PARENTS: Mapping[str, str] = {"person": "company", "product": "price_list"}
"""Entity → the one that its records belong to; the column with the parent's id is called after it."""

VERSION = 6
"""Number of migrations; kept in ``PRAGMA user_version``, so that a store of a later version is recognised."""

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
    "default.category": "",
    "default.business": "",
    "default.legal_basis": "",
    "default.country": "",
    "keep_backups": 10,
    "finish_when_hung_up": 1,
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
    columns = {field.name: SQL_TYPES.get(field.type, "TEXT")}
    if field.is_key:
        columns[field.key_column] = "TEXT"
    return columns


def fingerprint(catalogue: Catalogue) -> str:
    """Changes when the catalogue gains a column."""
    names = [f"{entity}.{name}" for entity in ENTITIES for name in columns_of(catalogue, entity)]
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]
