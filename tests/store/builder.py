"""Small stores for tests, with runs written into the journal as `tui_import.store.apply` writes them."""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tui_import.flow.folding import fold, person_name_key
from tui_import.model.fields import Catalogue, Field, FieldType
from tui_import.store.connection import Database, bump_generation, open_store
from tui_import.store.images import remember_removed

LISTS = {
    "category": ["Prospect", "Customer"],
    "interest": ["Golf", "Sailing"],
    "consent_purpose": ["Sales and service", "E-marketing"],
    "legal_basis": ["Consent", "Withdrawn"],
    "consent_source": ["Import", "Unknown"],
}


def _catalogue() -> Catalogue:
    text, phone = FieldType.TEXT, FieldType.PHONE
    fields = [
        Field("company", "id", FieldType.ID, "ID"),
        Field("company", "name", text, "Name", is_key=True, required=True),
        Field("company", "department", text, "Department", is_key=True),
        Field("company", "number", text, "Number", is_key=True),
        Field("company", "code", text, "Code", is_key=True),
        Field("company", "vat_number", FieldType.VAT_NUMBER, "VAT number", is_key=True),
        Field("company", "category", FieldType.LIST, "Category", list="category"),
        Field("company", "interests", FieldType.LIST, "Interests", list="interest", multiple=True),
        Field("company", "postal_city", text, "City"),
        Field("company", "postal_latitude", FieldType.DECIMAL, "Latitude"),
        Field("company", "stop", FieldType.BOOLEAN, "Stop"),
        Field("company", "phone", phone, "Phone", multiple=True),
        Field("person", "id", FieldType.ID, "ID"),
        Field("person", "full_name", text, "Full name", virtual=True),
        Field("person", "first_name", text, "First name"),
        Field("person", "last_name", text, "Last name"),
        Field("person", "company", FieldType.REFERENCE, "Company", virtual=True),
        Field("person", "number", text, "Number", is_key=True),
        Field("person", "title", text, "Title"),
        Field("person", "birthdate", FieldType.PARTIAL_DATE, "Birthdate"),
        Field("person", "category", FieldType.LIST, "Category", list="category"),
        Field("person", "mobile", phone, "Mobile", multiple=True),
        Field("person", "email", FieldType.EMAIL, "E-mail", multiple=True),
    ]
    return Catalogue({field.key: field for field in fields})


CATALOGUE = _catalogue()
_clock = itertools.count()


def make_store(folder: Path, name: str = "crm.sqlite") -> Database:
    """A new, empty store."""
    return open_store(folder / name, CATALOGUE, lambda: LISTS)


def tick() -> str:
    """A time that is later than all before."""
    number = next(_clock)
    return f"2026-01-{1 + number // 86400 % 28:02d}T{number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}+00:00"


def item(database: Database, name: str) -> int:
    """Id of a list item."""
    return int(database.connection.execute("SELECT id FROM list_item WHERE name = ?", (name,)).fetchone()[0])


class Run:
    """One import being written."""

    def __init__(self, connection: sqlite3.Connection, run: int, user: str, at: str) -> None:
        self.connection = connection
        self.id = run
        self.user = user
        self.at = at
        self._rows = itertools.count(2)

    def insert(
        self,
        entity: str,
        /,
        *,
        row: int | None = None,
        values: Mapping[str, Sequence[Any]] | None = None,
        consent: bool = False,
        **fields: Any,
    ) -> int:
        """A new record; returns its id."""
        columns = {
            **_with_keys(entity, fields),
            "created_at": self.at,
            "created_by": self.user,
            "updated_at": self.at,
            "updated_by": self.user,
        }
        if entity == "person":
            columns["name_key"] = person_name_key(fields.get("first_name"), fields.get("last_name"))
        names = ", ".join(f'"{name}"' for name in columns)
        record = self.connection.execute(
            f"INSERT INTO {entity} ({names}) VALUES ({', '.join('?' * len(columns))})", list(columns.values())
        ).lastrowid
        assert record is not None
        for field, several in (values or {}).items():
            for rank, value in enumerate(several, 1):
                self._value(entity, record, field, value, rank)
        if consent:
            self._consent(record)
        self._entry(entity, record, "insert", 1, row)
        return record

    def join(self, entity: str, record: int, row: int, *, append: Mapping[str, Sequence[Any]] | None = None, **fields: Any) -> None:
        """A later row of the file gives more to a record that this run inserted."""
        entry = self.connection.execute(
            "SELECT id FROM journal WHERE run = ? AND entity = ? AND record = ? AND op = 'insert'", (self.id, entity, record)
        ).fetchone()[0]
        self._set(entity, record, entry, fields, row, count=False)
        for field, several in (append or {}).items():
            for value in several:
                self._append(entity, record, entry, field, value, row)

    def update(
        self,
        entity: str,
        record: int,
        /,
        *,
        row: int | None = None,
        append: Mapping[str, Sequence[Any]] | None = None,
        remove: Mapping[str, Sequence[Any]] | None = None,
        consent: bool = False,
        **fields: Any,
    ) -> None:
        """A changed record."""
        version = self.connection.execute(f"SELECT version FROM {entity} WHERE id = ?", (record,)).fetchone()[0]
        entry = self._entry(entity, record, "update", version + 1, row)
        self._set(entity, record, entry, fields, row)
        for field, several in (remove or {}).items():
            for value in several:
                self._change(entry, field, value, None, _key(value), None, "remove", row)
        remember_removed(self.connection, self.id, entity)
        for field, several in (remove or {}).items():
            for value in several:
                self.connection.execute(
                    f"DELETE FROM {entity}_value WHERE record = ? AND field = ? AND key = ?", (record, field, _key(value))
                )
        for field, several in (append or {}).items():
            for value in several:
                self._append(entity, record, entry, field, value, row)
        if consent:
            self._change(entry, "consent", None, self._consent(record), None, None, "fill", row)

    def add_item(self, name_of_list: str, name: str) -> int:
        """A list item that the import adds."""
        number = self.connection.execute(
            "INSERT INTO list_item (list, name, key, rank) SELECT ?, ?, ?, 1 + count(*) FROM list_item WHERE list = ?",
            (name_of_list, name, fold(name), name_of_list),
        ).lastrowid
        assert number is not None
        self._entry("list_item", number, "insert", 1, None)
        return number

    def reactivate_item(self, number: int) -> None:
        """A list item that the import takes into use again."""
        self.connection.execute("UPDATE list_item SET deactivated = 0 WHERE id = ?", (number,))
        self._change(self._entry("list_item", number, "update", 1, None), "deactivated", 1, 0, None, None, "overwrite", None)

    def select(self, entity: str, records: Sequence[int], name: str = "New", kind: str = "new") -> int:
        """A selection of this run."""
        number = self.connection.execute(
            "INSERT INTO selection (name, entity, kind, run, created, created_by) VALUES (?, ?, ?, ?, ?, ?)",
            (name, entity, kind, self.id, self.at, self.user),
        ).lastrowid
        assert number is not None
        self.connection.executemany("INSERT INTO selection_member VALUES (?, ?)", [(number, record) for record in records])
        return number

    def _set(self, entity: str, record: int, entry: int, fields: Mapping[str, Any], row: int | None, *, count: bool = True) -> None:
        keys = {field.name: field.key_column for field in CATALOGUE.keys(entity)}
        before = _record(self.connection, entity, record)
        for field, value in fields.items():
            old = before[field]
            verb = "fill" if old is None else "clear" if value is None else "overwrite"
            before_key = before[keys[field]] if field in keys else None
            self._change(entry, field, old, value, before_key, _key(value) if field in keys and value is not None else None, verb, row)
        columns = _with_keys(entity, fields)
        if entity == "person" and {"first_name", "last_name"} & fields.keys():
            names = {**before, **fields}
            columns["name_key"] = person_name_key(names["first_name"], names["last_name"])
        if count:
            columns.update(updated_at=self.at, updated_by=self.user, version=before["version"] + 1)
        else:
            columns["version"] = 1
            self.connection.execute(f"UPDATE {entity} SET version = 0 WHERE id = ?", (record,))
        setting = ", ".join(f'"{name}" = ?' for name in columns)
        self.connection.execute(f"UPDATE {entity} SET {setting} WHERE id = ?", [*columns.values(), record])

    def _append(self, entity: str, record: int, entry: int, field: str, value: Any, row: int | None) -> None:
        rank = self.connection.execute(
            f"SELECT 1 + coalesce(max(rank), 0) FROM {entity}_value WHERE record = ? AND field = ?", (record, field)
        ).fetchone()[0]
        self._value(entity, record, field, value, rank)
        self._change(entry, field, None, value, None, _key(value), "append", row)

    def _value(self, entity: str, record: int, field: str, value: Any, rank: int) -> None:
        self.connection.execute(
            f"INSERT INTO {entity}_value (record, field, value, key, description, rank) VALUES (?, ?, ?, ?, ?, ?)",
            (record, field, value, _key(value), f"about {value}", rank),
        )

    def _consent(self, person: int) -> int:
        number = self.connection.execute(
            "INSERT INTO consent (person, purpose, legal_basis, source, comment, at, by, run) SELECT ?,"
            " (SELECT id FROM list_item WHERE name = 'Sales and service'), (SELECT id FROM list_item WHERE name = 'Consent'),"
            " (SELECT id FROM list_item WHERE name = 'Import'), 'Trade fair', ?, ?, ?",
            (person, self.at, self.user, self.id),
        ).lastrowid
        assert number is not None
        return number

    def _entry(self, entity: str, record: int, op: str, version: int, row: int | None) -> int:
        number = self.connection.execute(
            "INSERT INTO journal (run, entity, record, op, row, version) VALUES (?, ?, ?, ?, ?, ?)",
            (self.id, entity, record, op, next(self._rows) if row is None else row, version),
        ).lastrowid
        assert number is not None
        return number

    def _change(self, entry: int, field: str, before: Any, after: Any, before_key: Any, after_key: Any, verb: str, row: int | None) -> None:
        self.connection.execute(
            "INSERT INTO journal_change (entry, field, before, after, before_key, after_key, verb, row) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (entry, field, before, after, before_key, after_key, verb, row),
        )


@contextmanager
def importing(
    database: Database,
    *,
    user: str = "importer",
    source: str = "customers.csv",
    columns: Sequence[str] = (),
    links: Mapping[str, Any] | None = None,
) -> Iterator[Run]:
    """An import, as one transaction."""
    at = tick()
    with database.transaction() as connection:
        number = connection.execute(
            "INSERT INTO run (kind, state, started, finished, user, source, rows, columns, links, counts)"
            " VALUES ('import', 'done', ?, ?, ?, ?, 3, ?, ?, ?)",
            (at, at, user, source, json.dumps(list(columns)), json.dumps(links or {}), json.dumps({"company": {"added": 3}})),
        ).lastrowid
        assert number is not None
        yield Run(connection, number, user, at)
        bump_generation(connection)


def edit_by_hand(database: Database, entity: str, record: int, user: str = "anna", **fields: Any) -> None:
    """What another program does: it does not know of the journal."""
    columns = {**_with_keys(entity, fields), "updated_by": user, "updated_at": tick()}
    if entity == "person" and {"first_name", "last_name"} & fields.keys():
        names = {**_record(database.connection, entity, record), **fields}
        columns["name_key"] = person_name_key(names["first_name"], names["last_name"])
    setting = ", ".join(f'"{name}" = ?' for name in columns)
    database.connection.execute(f"UPDATE {entity} SET {setting} WHERE id = ?", [*columns.values(), record])


def dump(database: Database, *, bookkeeping: bool = False) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that an import can change; without version and updated_* unless ``bookkeeping``."""
    left_out = set() if bookkeeping else {"version", "updated_at", "updated_by"}
    found = {}
    for table in ("company", "person", "company_value", "person_value", "consent", "list_item"):
        cursor = database.connection.execute(f"SELECT * FROM {table} ORDER BY id")
        names = [column[0] for column in cursor.description]
        found[table] = [tuple((n, v) for n, v in zip(names, row, strict=True) if n not in left_out) for row in cursor]
    return found


def record_of(database: Database, entity: str, record: int) -> dict[str, Any]:
    """A record's columns."""
    return _record(database.connection, entity, record)


def values_of(database: Database, entity: str, record: int, field: str) -> list[Any]:
    """A record's values of a multiple field, in rank order."""
    rows = database.connection.execute(
        f"SELECT value FROM {entity}_value WHERE record = ? AND field = ? ORDER BY rank, id", (record, field)
    )
    return [value for (value,) in rows]


def _record(connection: sqlite3.Connection, entity: str, record: int) -> dict[str, Any]:
    cursor = connection.execute(f"SELECT * FROM {entity} WHERE id = ?", (record,))
    return dict(zip((column[0] for column in cursor.description), cursor.fetchone(), strict=True))


def _with_keys(entity: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    keys = {field.name: field.key_column for field in CATALOGUE.keys(entity)}
    columns = dict(fields)
    columns.update({keys[name]: None if value is None else _key(value) for name, value in fields.items() if name in keys})
    return columns


def _key(value: Any) -> str:
    return fold(str(value))
