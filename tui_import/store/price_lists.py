"""The price lists of a store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.flow.folding import fold
from tui_import.model.plan import Counts
from tui_import.model.price_lists import PriceListInfo
from tui_import.store.connection import Database, bump_generation
from tui_import.store.journal import now, open_run

LONGEST_NAME = 254
"""Characters of a price list's name (SPEC 8)."""
RUN_KIND = "price_list"
"""Kind of the run that makes one by itself, without an import."""


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


def add_price_list(database: Database, wanted: PriceListInfo, user: str) -> PriceListInfo:
    """Make a price list, as a run that undo takes back. Raises `UsageError` where the name is taken or is none."""
    name = checked_name(wanted.name)
    known = price_list(database, name)
    if known is not None:
        raise UsageError(_("There is a price list “{name}” already.").format(name=known.name))
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
