"""The price lists of a store."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tui_import.api.errors import RefusedError, UsageError
from tui_import.api.i18n import _
from tui_import.flow.folding import fold
from tui_import.model.plan import Counts, Stored
from tui_import.model.price_lists import PriceListInfo
from tui_import.store.bulk_edit import EDIT
from tui_import.store.connection import Database, bump_generation
from tui_import.store.journal import now, open_run

LONGEST_NAME = 254
"""Characters of a price list's name (SPEC 8)."""
RUN_KIND = "price_list"
"""Kind of the run that makes one by itself, without an import."""
EDITABLE = ("name", "description", "currency", "valid_from", "valid_to", "active")


def price_lists(database: Database) -> list[PriceListInfo]:
    """All price lists by name, deleted ones left out."""
    rows = database.connection.execute(
        "SELECT p.id, p.name, p.description, p.currency, p.valid_from, p.valid_to, p.active, p.read_only,"
        " (SELECT count(*) FROM product r WHERE r.price_list = p.id AND r.deleted_at IS NULL)"
        " FROM price_list p WHERE p.deleted_at IS NULL ORDER BY p.name_key"
    )
    return list(_infos(rows))


def _infos(rows: sqlite3.Cursor) -> Iterator[PriceListInfo]:
    for number, name, description, currency, valid_from, valid_to, active, read_only, products in rows:
        yield PriceListInfo(
            number, name, description or "", currency or "", valid_from or "", valid_to or "", active != 0, bool(read_only), products
        )


def price_list(database: Database, name: str) -> PriceListInfo | None:
    """The price list of that name, whatever its case; None where there is none."""
    return next((found for found in price_lists(database) if fold(found.name) == fold(name)), None)


def names(database: Database, number: int, limit: int) -> list[tuple[int, str]]:
    """Id and name of the products of a price list, at most so many."""
    return database.connection.execute(
        "SELECT id, name FROM product WHERE price_list = ? AND deleted_at IS NULL AND name IS NOT NULL LIMIT ?", (number, limit)
    ).fetchall()


def checked_name(name: str) -> str:
    """The name of a price list, trimmed. Raises `UsageError` where it cannot be one."""
    text = name.strip()
    if not text or len(text) > LONGEST_NAME or not text.isprintable():
        raise UsageError(_("A price list needs a name of 1 to {count} printable characters.").format(count=LONGEST_NAME))
    return text


def checked(wanted: PriceListInfo) -> PriceListInfo:
    """A price list as it can be kept. Raises `UsageError` that says what is wrong."""
    found = replace(
        wanted,
        name=checked_name(wanted.name),
        description=_checked_description(wanted.description),
        currency=_checked_currency(wanted.currency),
        valid_from=_checked_day(wanted.valid_from),
        valid_to=_checked_day(wanted.valid_to),
    )
    if found.valid_from and found.valid_to and found.valid_to < found.valid_from:
        raise UsageError(_("A price list cannot end before it begins."))
    return found


def _checked_description(text: str) -> str:
    line = " ".join(text.split())
    if len(line) > LONGEST_NAME or not line.isprintable():
        raise UsageError(_("A description has at most {count} printable characters.").format(count=LONGEST_NAME))
    return line


def _checked_currency(text: str) -> str:
    code = text.strip().upper()
    if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise UsageError(_("“{text}” is no currency.").format(text=text), hint=_("Write its three letters, like EUR."))
    return code


def _checked_day(text: str) -> str:
    try:
        return datetime.date.fromisoformat(text.strip()).isoformat() if text.strip() else ""
    except ValueError:
        raise UsageError(_("“{text}” is no date.").format(text=text), hint=_("Write it like 2026-01-31.")) from None


def _refuse_taken(database: Database, wanted: PriceListInfo) -> None:
    known = price_list(database, wanted.name)
    if known is not None and known.id != wanted.id:
        raise UsageError(_("There is a price list “{name}” already.").format(name=known.name))


def edit_price_list(database: Database, wanted: PriceListInfo, user: str) -> tuple[int, PriceListInfo]:
    """Give the price list with this id other words, currency, validity, or take it out of use; a run that undo takes back, field by
    field. Returns the run and the price list.

    Raises `UsageError` where there is none, the name is taken or something cannot be so, `RefusedError` where it is a copy.
    """
    wanted = checked(wanted)
    before = next((known for known in price_lists(database) if known.id == wanted.id), None)
    if before is None:
        raise UsageError(_("There is no price list {number}.").format(number=wanted.id))
    if before.read_only:
        raise RefusedError(_("The price list “{name}” is a copy, which is not changed here.").format(name=before.name))
    _refuse_taken(database, wanted)
    changes = [
        (name, old, new)
        for name in EDITABLE
        if (old := _stored(before, name)) != (new := _stored(wanted, name))
    ]  # fmt: skip
    at = now()
    with database.transaction() as connection:
        source = _("Price list “{name}”").format(name=before.name)
        run = open_run(connection, EDIT, user, source, at=at, rows=0, entities={"product": Counts()})
        if changes:
            _write_changes(connection, run, wanted.id, changes, user, at)
        bump_generation(connection)
    return run, next(known for known in price_lists(database) if known.id == wanted.id)


def _stored(info: PriceListInfo, name: str) -> Stored:
    """A field as its column holds it."""
    value = getattr(info, name)
    return int(value) if isinstance(value, bool) else value or None


def _write_changes(
    connection: sqlite3.Connection, run: int, number: int, changes: Sequence[tuple[str, Stored, Stored]], user: str, at: str
) -> None:
    entry = connection.execute(
        "INSERT INTO journal (run, entity, record, op, version) SELECT ?, 'price_list', id, 'update', version + 1 FROM price_list"
        " WHERE id = ?",
        (run, number),
    ).lastrowid
    columns: dict[str, Stored] = {}
    for name, before, after in changes:
        keys = [fold(str(value)) if name == "name" else None for value in (before, after)]
        verb = "clear" if after is None else "fill" if before is None else "overwrite"
        connection.execute(
            "INSERT INTO journal_change (entry, field, before, after, before_key, after_key, verb) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (entry, name, before, after, *keys, verb),
        )
        columns[name] = after
        if name == "name":
            columns["name_key"] = keys[1]
    setting = ", ".join(f"{name} = ?" for name in columns)
    connection.execute(
        f"UPDATE price_list SET {setting}, version = version + 1, updated_at = ?, updated_by = ? WHERE id = ?",
        (*columns.values(), at, user, number),
    )


def add_price_list(database: Database, wanted: PriceListInfo, user: str) -> PriceListInfo:
    """Make a price list, as a run that undo takes back. Raises `UsageError` where the name is taken or something cannot be so."""
    wanted = checked(wanted)
    name = wanted.name
    _refuse_taken(database, wanted)
    at = now()
    with database.transaction() as connection:
        source = _("Price list “{name}”").format(name=name)
        run = open_run(connection, RUN_KIND, user, source, at=at, rows=0, entities={"product": Counts()})
        number = connection.execute(
            "INSERT INTO price_list (name, name_key, description, currency, valid_from, valid_to, active, created_at, created_by,"
            " updated_at, updated_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                name, fold(name), wanted.description or None, wanted.currency or None, wanted.valid_from or None, wanted.valid_to or None,
                int(wanted.active), at, user, at, user,
            ),
        ).lastrowid  # fmt: skip
        connection.execute("INSERT INTO journal (run, entity, record, op, version) VALUES (?, 'price_list', ?, 'insert', 1)", (run, number))
        bump_generation(connection)
    made = price_list(database, name)
    assert made is not None
    return made
