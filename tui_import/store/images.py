"""Images: whole records as JSON, so that a record that undo removed can come back exactly as it was, under the same id.

An image is made and read by Python rather than by SQL's own JSON functions: those round decimals to 15 digits and end texts at a NUL.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

from tui_import.model.plan import Stored

NEW = -1
"""Id of a row that the journal does not know by id: it is given a new one."""
_encode = json.JSONEncoder(ensure_ascii=False).encode


class ValueRow(NamedTuple):
    """One row of an entity's value table, without the record that it belongs to."""

    id: int
    field: str
    value: Stored
    key: str
    description: str
    rank: int


class ConsentRow(NamedTuple):
    """One row of ``consent``, without the person that it belongs to."""

    id: int
    purpose: int
    legal_basis: int
    source: int
    comment: str
    at: str
    by: str
    run: int | None


@dataclass(slots=True)
class Image:
    """A record as it was; of a record that was only changed: the values and consents that left it."""

    record: dict[str, Stored] = field(default_factory=dict)
    """Column → value of the entity's table, blank columns left out. Empty where the record itself stayed."""
    values: list[ValueRow] = field(default_factory=list)
    consents: list[ConsentRow] = field(default_factory=list)

    def to_json(self) -> str:
        """As it stands in ``journal.image``."""
        return _encode({"record": self.record, "values": self.values, "consents": self.consents})

    @classmethod
    def from_json(cls, text: str | None) -> Image:
        """Reads what `to_json` wrote; nothing gives an empty image."""
        if not text:
            return cls()
        data: dict[str, Any] = json.loads(text)
        return cls(
            data.get("record", {}),
            [ValueRow(*row) for row in data.get("values", ())],
            [ConsentRow(*row) for row in data.get("consents", ())],
        )


def take(connection: sqlite3.Connection, entity: str, ids: Sequence[int]) -> dict[int, Image]:
    """The images of records; ids without a record are absent."""
    wanted = json.dumps(ids)
    cursor = connection.execute(f"SELECT * FROM {entity} WHERE id IN (SELECT value FROM json_each(?))", (wanted,))
    names = [column[0] for column in cursor.description]
    images = {}
    for row in cursor:
        record = {name: value for name, value in zip(names, row, strict=True) if value is not None}
        images[record["id"]] = Image(record)
    for owner, values in values_of(connection, entity, ids).items():
        images[owner].values = values
    if entity == "person":
        for owner, consents in consents_of(connection, ids).items():
            images[owner].consents = consents
    return images


def values_of(connection: sqlite3.Connection, entity: str, ids: Sequence[int]) -> dict[int, list[ValueRow]]:
    """The values of records, each record's in the order of field, rank and id."""
    found: dict[int, list[ValueRow]] = {}
    for record, *row in connection.execute(
        f"SELECT record, id, field, value, key, description, rank FROM {entity}_value"
        " WHERE record IN (SELECT value FROM json_each(?)) ORDER BY record, field, rank, id",
        (json.dumps(ids),),
    ):
        found.setdefault(record, []).append(ValueRow(*row))
    return found


def consents_of(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, list[ConsentRow]]:
    """The consents of persons."""
    found: dict[int, list[ConsentRow]] = {}
    for person, *row in connection.execute(
        "SELECT person, id, purpose, legal_basis, source, comment, at, by, run FROM consent"
        " WHERE person IN (SELECT value FROM json_each(?)) ORDER BY person, id",
        (json.dumps(ids),),
    ):
        found.setdefault(person, []).append(ConsentRow(*row))
    return found


def remove(connection: sqlite3.Connection, entity: str, ids: Sequence[int]) -> None:
    """Remove records for good, their values and consents with them (they are deleted by cascade)."""
    connection.execute(f"DELETE FROM {entity} WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(ids),))


def bring_back(connection: sqlite3.Connection, entity: str, images: Iterable[Image]) -> None:
    """Write records again as their images say."""
    whole = list(images)
    for columns, group in groupby(sorted(whole, key=lambda image: sorted(image.record)), key=lambda image: sorted(image.record)):
        names = ", ".join(f'"{name}"' for name in columns)
        places = ", ".join("?" * len(columns))
        connection.executemany(
            f"INSERT INTO {entity} ({names}) VALUES ({places})", [[image.record[name] for name in columns] for image in group]
        )
    add_values(connection, entity, {int(image.record["id"] or 0): image.values for image in whole})
    if entity == "person":
        add_consents(connection, {int(image.record["id"] or 0): image.consents for image in whole})


def add_values(connection: sqlite3.Connection, entity: str, values: Mapping[int, Sequence[ValueRow]]) -> None:
    """Add values to records, under their own ids where those are free."""
    rows = [(row.id, record, *row[1:]) for record, group in values.items() for row in group]
    insert = f"INSERT INTO {entity}_value (id, record, field, value, key, description, rank) VALUES (?, ?, ?, ?, ?, ?, ?)"
    free, others = _by_free_id(connection, f"{entity}_value", rows)
    connection.executemany(insert, free)
    connection.executemany(insert, [(None, *row[1:]) for row in others])


def add_consents(connection: sqlite3.Connection, consents: Mapping[int, Sequence[ConsentRow]]) -> dict[int, int]:
    """Add consents to persons, under their own ids where those are free; returns person → new id of those that got another."""
    rows = [(row.id, person, *row[1:]) for person, group in consents.items() for row in group]
    insert = "INSERT INTO consent (id, person, purpose, legal_basis, source, comment, at, by, run) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    free, others = _by_free_id(connection, "consent", rows)
    connection.executemany(insert, free)
    return {row[1]: connection.execute(insert, (None, *row[1:])).lastrowid or 0 for row in others}


def _by_free_id(
    connection: sqlite3.Connection, table: str, rows: Sequence[tuple[Any, ...]]
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The rows whose id (their first column) is free, and those that need another: written after them, so that they take none away."""
    if not rows:
        return [], []
    wanted = json.dumps([row[0] for row in rows])
    taken = {found for (found,) in connection.execute(f"SELECT id FROM {table} WHERE id IN (SELECT value FROM json_each(?))", (wanted,))}
    free: dict[int, tuple[Any, ...]] = {}
    others = []
    for row in rows:
        if row[0] == NEW or row[0] in taken or row[0] in free:
            others.append(row)
        else:
            free[row[0]] = row
    return list(free.values()), others


def remember_removed(connection: sqlite3.Connection, run: int, entity: str) -> None:
    """Save the values that a run is about to remove in its journal entries, so that they come back with description and rank.

    For ``store.apply``: to be called when the run's changes are in the journal and the values are still in the store.
    """
    rows = connection.execute(
        "SELECT j.id, v.id, v.field, v.value, v.key, v.description, v.rank FROM journal j JOIN journal_change c ON c.entry = j.id"
        f" JOIN {entity}_value v ON v.record = j.record AND v.field = c.field AND v.key = c.before_key"
        " WHERE j.run = ? AND j.entity = ? AND c.verb = 'remove' ORDER BY j.id, v.id",
        (run, entity),
    ).fetchall()
    saved = [
        (Image(values=[ValueRow(*row[1:]) for row in group]).to_json(), entry) for entry, group in groupby(rows, key=lambda row: row[0])
    ]
    connection.executemany("UPDATE journal SET image = ? WHERE id = ?", saved)
