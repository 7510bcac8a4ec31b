"""What planning asks of the store: which records have these keys, and what stands in them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from tui_import.flow.folding import fold
from tui_import.flow.plan.keys import FIELDS_JOINED_BY, LINK
from tui_import.model.fields import Catalogue, Field
from tui_import.model.plan import Stored
from tui_import.model.records import Hit, StoredRecord, Value
from tui_import.store.connection import Database
from tui_import.store.layout import ENTITIES

_KEYS: Mapping[tuple[str, str], str] = {
    ("company", "name"): "SELECT j.value, r.id, r.deleted_at FROM json_each(?) j JOIN company r ON r.name_key = j.value",
    ("company", "name_department"): (
        "SELECT j.value, r.id, r.deleted_at FROM json_each(?) j JOIN company r ON r.name_key = json_extract(j.value, '$[0]')"
        " AND coalesce(r.department_key, '') = json_extract(j.value, '$[1]')"
    ),
    ("company", "number"): "SELECT j.value, r.id, r.deleted_at FROM json_each(?) j JOIN company r ON r.number_key = j.value",
    ("company", "code"): "SELECT j.value, r.id, r.deleted_at FROM json_each(?) j JOIN company r ON r.code_key = j.value",
    ("company", "vat_number"): "SELECT j.value, r.id, r.deleted_at FROM json_each(?) j JOIN company r ON r.vat_number_key = j.value",
    ("company", "id"): "SELECT j.value, r.id, r.deleted_at FROM json_each(?) j JOIN company r ON r.id = CAST(j.value AS INTEGER)",
    ("person", "name"): (
        "SELECT j.value, r.id, r.deleted_at FROM json_each(?) j JOIN person r ON r.company IS json_extract(j.value, '$[0]')"
        " AND r.name_key = json_extract(j.value, '$[1]')"
    ),
    ("person", "number"): "SELECT j.value, r.id, r.deleted_at FROM json_each(?) j JOIN person r ON r.number_key = j.value",
    ("person", "id"): "SELECT j.value, r.id, r.deleted_at FROM json_each(?) j JOIN person r ON r.id = CAST(j.value AS INTEGER)",
    ("company", "email"): (
        "SELECT DISTINCT j.value, r.id, r.deleted_at FROM json_each(?) j JOIN company_value v ON v.key = j.value AND v.field = 'email'"
        " JOIN company r ON r.id = v.record"
    ),
    ("person", "full_name"): "SELECT j.value, r.id, r.deleted_at FROM json_each(?) j JOIN person r ON r.name_key = j.value",
    ("price_list", "name"): "SELECT j.value, r.id, r.deleted_at FROM json_each(?) j JOIN price_list r ON r.name_key = j.value",
    **{
        ("product", key): (
            "SELECT j.value, r.id, r.deleted_at FROM json_each(?) j JOIN product r ON +r.price_list = json_extract(j.value, '$[0]')"
            + "".join(f" AND r.{name}_key = json_extract(j.value, '$[{at}]')" for at, name in enumerate(names, 1))
        )
        for key, names in {"name": ("name",), "code": ("code",), "name_code": ("name", "code"), "erp_key": ("erp_key",)}.items()
    },
    **{
        (entity, LINK): (
            f"SELECT DISTINCT j.value, r.id, r.deleted_at FROM json_each(?) j JOIN {entity}_value v ON v.key = j.value"
            f" AND v.field = 'external_key' JOIN {entity} r ON r.id = v.record"
        )
        for entity in ENTITIES
    },
    ("person", "email"): (
        "SELECT DISTINCT j.value, r.id, r.deleted_at FROM json_each(?) j JOIN person_value v ON v.key = j.value AND v.field = 'email'"
        " JOIN person r ON r.id = v.record"
    ),
    ("person", "mobile"): (
        "SELECT DISTINCT j.value, r.id, r.deleted_at FROM json_each(?) j JOIN person_value v ON v.key = j.value AND v.field = 'mobile'"
        " JOIN person r ON r.id = v.record"
    ),
}
"""(entity, key) → the records that have one of a JSON array of key values. A ``+`` keeps SQLite from looking through a whole price list."""


def _matched_column(field: Field) -> str:
    """What a field is compared by: its folded copy, else itself."""
    return f'r."{field.key_column if field.is_key else field.name}"'


class StoreReader:
    """`RecordReader` on a store."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        self._database = database
        self._catalogue = catalogue

    def find(self, entity: str, key: str, values: Sequence[str]) -> Mapping[str, Sequence[Hit]]:
        """See `RecordReader.find`."""
        found: dict[str, list[Hit]] = {}
        for query, some in self._queries(entity, key, values) if values else ():
            for value, record, deleted in self._database.connection.execute(query, (json.dumps(some),)):
                found.setdefault(value, []).append(Hit(record, deleted is not None))
        return found

    def _queries(self, entity: str, key: str, values: Sequence[str]) -> Iterable[tuple[str, Sequence[str]]]:
        """The query of a key; of one that is made of fields (`keys.of_fields`) one for each set of fields that are filled."""
        if (entity, key) in _KEYS:
            yield _KEYS[entity, key], values
            return
        columns = [self._catalogue[f"{entity}.{name}"] for name in key.split(FIELDS_JOINED_BY)]
        filled: dict[tuple[bool, ...], list[str]] = {}
        for value in values:
            filled.setdefault(tuple(part is not None for part in json.loads(value)), []).append(value)
        for pattern, some in filled.items():
            conditions = [
                f"{_matched_column(field)} = json_extract(j.value, '$[{at}]')" if is_filled else f"{_matched_column(field)} IS NULL"
                for at, (field, is_filled) in enumerate(zip(columns, pattern, strict=True))
            ]
            yield (f"SELECT j.value, r.id, r.deleted_at FROM json_each(?) j JOIN {entity} r ON {' AND '.join(conditions)}", some)

    def load(self, entity: str, ids: Sequence[int], fields: Sequence[str]) -> Mapping[int, StoredRecord]:
        """See `RecordReader.load`."""
        if not ids:
            return {}
        multiple = {field.name for field in self._catalogue.multiple(entity)}
        single = [name for name in fields if name not in multiple]
        company = "company" if entity == "person" else "NULL"
        columns = "".join(f', "{name}"' for name in single)
        wanted = json.dumps(list(ids))
        connection = self._database.connection
        records = {
            row[0]: StoredRecord(row[0], row[1], dict(zip(single, row[4:], strict=True)), {}, row[2], row[3] is not None)
            for row in connection.execute(
                f"SELECT id, version, {company}, deleted_at{columns} FROM {entity} WHERE id IN (SELECT value FROM json_each(?))", (wanted,)
            )
        }
        if multiple.intersection(fields):
            for record, field, value, key, description in connection.execute(
                f"SELECT record, field, value, key, description FROM {entity}_value"
                " WHERE record IN (SELECT value FROM json_each(?)) ORDER BY record, field, rank, id",
                (wanted,),
            ):
                records[record].multiple.setdefault(field, []).append(Value(value, key, description))
        return records

    def list_items(self, name: str) -> Mapping[str, tuple[int, str, bool]]:
        """See `RecordReader.list_items`; an item that was merged into another is that one."""
        return {
            key: (item, text, bool(deactivated))
            for item, key, text, deactivated in self._database.connection.execute(
                "SELECT coalesce(m.id, i.id), i.key, coalesce(m.name, i.name), coalesce(m.deactivated, i.deactivated) FROM list_item i"
                " LEFT JOIN list_item m ON m.id = i.merged_into WHERE i.list = ?",
                (name,),
            )
        }

    def consent_item(self, name: str, text: str) -> tuple[int, str] | None:
        """Id and name of a purpose, legal basis or source, by its name or by its key."""
        found = self._database.connection.execute(
            "SELECT id, name FROM list_item WHERE list = ?1 AND (key = ?2 OR code = ?3) ORDER BY key <> ?2 LIMIT 1",
            (name, fold(text), text),
        ).fetchone()
        return (int(found[0]), str(found[1])) if found else None

    def preference(self, key: str) -> Stored:
        """See `RecordReader.preference`."""
        row = self._database.connection.execute("SELECT value FROM preference WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def with_consent(self, purpose: str, persons: Sequence[int]) -> frozenset[int]:
        """See `RecordReader.with_consent`."""
        rows = self._database.connection.execute(
            "SELECT person FROM consent WHERE person IN (SELECT value FROM json_each(?))"
            " AND purpose = (SELECT id FROM list_item WHERE list = 'consent_purpose' AND code = ?)",
            (json.dumps(list(persons)), purpose),
        )
        return frozenset(person for (person,) in rows)

    def next_number(self, entity: str) -> int:
        """See `RecordReader.next_number`."""
        row = self._database.connection.execute(
            f"SELECT max(CAST(number AS INTEGER)) FROM {entity} WHERE number NOT GLOB '*[^0-9]*' AND number <> ''"
        ).fetchone()
        return 1 + (row[0] or 0)

    def generation(self) -> int:
        """Counts the write transactions of the store: a plan is good as long as it stands still."""
        return int(self._database.connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()[0])
