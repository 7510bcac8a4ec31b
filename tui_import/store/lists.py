"""Lists and preferences of a store."""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.api.source import Scalar
from tui_import.flow.folding import fold
from tui_import.model.fields import Catalogue, FieldType
from tui_import.model.plan import Stored
from tui_import.model.runs import ListItem
from tui_import.model.settings import COLLEAGUES
from tui_import.store.connection import Database, bump_generation
from tui_import.store.layout import CONSENT_LISTS, ENTITIES, SHIPPED_PREFERENCES, code_of

KEYED_LISTS = (*CONSENT_LISTS, COLLEAGUES)
"""Lists whose items have keys: those of no field."""
LONGEST_NAME = 239
"""Characters of an item's name (SPEC 8)."""
LONGEST_TOOLTIP = 254
COUNTED_PREFERENCES = ("keep_backups", "keep_drafts")
"""Preferences that hold a number; those that ship as 0 or 1 are switches, the others texts."""
_FIELDS = "i.id, i.list, i.name, i.rank, i.tooltip, i.deactivated, m.name, i.code"
_SELECT = f"SELECT {_FIELDS} FROM list_item i LEFT JOIN list_item m ON m.id = i.merged_into"
_YES = frozenset(("1", "yes", "true", "on"))
_NO = frozenset(("0", "no", "false", "off"))


def list_names(catalogue: Catalogue) -> list[str]:
    """All lists there are."""
    return list(dict.fromkeys([field.list for field in catalogue if field.list] + list(KEYED_LISTS)))


def usage(connection: sqlite3.Connection, catalogue: Catalogue) -> Counter[int]:
    """Item → how many fields of records (deleted ones included) and consents hold it."""
    used: Counter[int] = Counter()
    for entity in ENTITIES:
        columns = [field.name for field in catalogue.stored(entity) if field.type is FieldType.LIST]
        for name in columns:
            used.update(dict(connection.execute(f'SELECT "{name}", count(*) FROM {entity} WHERE "{name}" IS NOT NULL GROUP BY 1')))
        multiple = [field.name for field in catalogue.multiple(entity) if field.type is FieldType.LIST]
        if multiple:
            rows = connection.execute(
                f"SELECT value, count(*) FROM {entity}_value WHERE field IN (SELECT value FROM json_each(?)) GROUP BY 1",
                (json.dumps(multiple),),
            )
            used.update(dict(rows))
    for column in CONSENT_LISTS.values():
        used.update(dict(connection.execute(f"SELECT {column}, count(*) FROM consent GROUP BY 1")))
    return used


def lists(database: Database, catalogue: Catalogue) -> Mapping[str, Sequence[ListItem]]:
    """All lists with their items in rank order, empty lists included."""
    connection = database.connection
    used = usage(connection, catalogue)
    found: dict[str, list[ListItem]] = {name: [] for name in list_names(catalogue)}
    for row in connection.execute(f"{_SELECT} ORDER BY i.list, i.rank, i.id"):
        found.setdefault(row[1], []).append(_list_item(row, used))
    return found


def names_by_key(database: Database, name: str) -> dict[str, str]:
    """Key → name of the items that have a key, without counting who uses them as `lists` does."""
    rows = database.connection.execute("SELECT code, name FROM list_item WHERE list = ? AND code <> ''", (name,))
    return dict(rows.fetchall())


def add_list_item(database: Database, catalogue: Catalogue, name: str, item: str, code: str = "") -> ListItem:
    """Add an item at the end of list ``name``, or take a deactivated one into use again.

    ``code``: the key of a purpose, a legal basis, a source or a colleague; without one it is made of the name.

    Raises `UsageError` where the list does not exist, has the item already, or the name is blank or too long.
    """
    _check_list(catalogue, name)
    text = _checked_name(item)
    with database.transaction() as connection:
        row = connection.execute("SELECT id, name, deactivated FROM list_item WHERE list = ? AND key = ?", (name, fold(text))).fetchone()
        if row is None:
            connection.execute(
                "INSERT INTO list_item (list, name, key, code, rank)"
                " SELECT ?, ?, ?, ?, 1 + coalesce(max(rank), 0) FROM list_item WHERE list = ?",
                (name, text, fold(text), _new_code(connection, name, text, code), name),
            )
        elif row[2]:
            connection.execute("UPDATE list_item SET deactivated = 0, merged_into = NULL WHERE id = ?", (row[0],))
        else:
            raise UsageError(_("List “{list}” has an item “{name}” already.").format(list=name, name=row[1]))
        bump_generation(connection)
    return _item(database, catalogue, name, text)


def _new_code(connection: sqlite3.Connection, name: str, item: str, code: str) -> str:
    """The key that a new item gets; other lists than `KEYED_LISTS` have none. Raises `UsageError` where it is taken."""
    taken = {known for (known,) in connection.execute("SELECT code FROM list_item WHERE list = ? AND code <> ''", (name,))}
    if code and (code in taken or code != code_of(code, ())):
        raise UsageError(
            _("The key “{key}” is taken, or cannot be one.").format(key=code), hint=_("Take small letters, numbers and _, like phone_call.")
        )
    return code or (code_of(item, taken) if name in KEYED_LISTS else "")


def set_list_item(
    database: Database,
    catalogue: Catalogue,
    name: str,
    item: str,
    *,
    rename: str | None = None,
    deactivated: bool | None = None,
    place: int | None = None,
    tooltip: str | None = None,
) -> ListItem:
    """Rename an item (the records that have it follow), take it out of use or into it again, move it to a place counted from 1, or say
    what it means.

    An item that was merged into another stands for itself again when it is taken into use.

    Raises `UsageError` where there is no such list or item, or another item has the new name.
    """
    _check_list(catalogue, name)
    current = _item(database, catalogue, name, item)
    text = current.name if rename is None else _checked_name(rename)
    with database.transaction() as connection:
        clash = connection.execute(
            "SELECT name FROM list_item WHERE list = ? AND key = ? AND id <> ?", (name, fold(text), current.id)
        ).fetchone()
        if clash:
            raise UsageError(_("List “{list}” has an item “{name}” already.").format(list=name, name=clash[0]))
        state = current.deactivated if deactivated is None else deactivated
        connection.execute(
            "UPDATE list_item SET name = ?, key = ?, deactivated = ? WHERE id = ?", (text, fold(text), int(state), current.id)
        )
        if deactivated is False:
            connection.execute("UPDATE list_item SET merged_into = NULL WHERE id = ?", (current.id,))
        if tooltip is not None:
            connection.execute("UPDATE list_item SET tooltip = ? WHERE id = ?", (_checked_tooltip(tooltip), current.id))
        if place is not None:
            _move(connection, name, current.id, place)
        connection.execute("UPDATE preference SET value = ? WHERE key = ? AND value = ?", (text, f"default.{name}", current.name))
        bump_generation(connection)
    return _item(database, catalogue, name, text)


def _move(connection: sqlite3.Connection, name: str, item: int, place: int) -> None:
    """Rank all items of a list anew, with one of them at a place."""
    others = [
        number for (number,) in connection.execute("SELECT id FROM list_item WHERE list = ? AND id <> ? ORDER BY rank, id", (name, item))
    ]
    others.insert(max(place - 1, 0), item)
    connection.executemany("UPDATE list_item SET rank = ? WHERE id = ?", [(rank, number) for rank, number in enumerate(others, 1)])


def find_item(database: Database, catalogue: Catalogue, name: str, item: str) -> ListItem:
    """An item by its name. Raises `UsageError` where there is no such list or item, naming those that there are."""
    _check_list(catalogue, name)
    return _item(database, catalogue, name, item)


def preferences(database: Database) -> Mapping[str, Stored]:
    """All preferences of the store, in the order of their keys."""
    stored = dict(database.connection.execute("SELECT key, value FROM preference"))
    return {key: stored.get(key, shipped) for key, shipped in sorted(SHIPPED_PREFERENCES.items())}


def set_preference(database: Database, catalogue: Catalogue, key: str, value: Scalar) -> Stored:
    """Change a preference; returns what is stored now.

    Switches take yes and no (and 1/0, true/false, on/off), ``keep_backups`` and ``keep_drafts`` (days) a number (0 keeps all),
    ``default.country`` an ISO 3166 code, the other defaults the name of a list item; blank means none. Raises `UsageError` naming what
    is allowed.
    """
    if key not in SHIPPED_PREFERENCES:
        raise UsageError(
            _("There is no preference “{key}”.").format(key=key),
            hint=_("Choose one of: {names}.").format(names=", ".join(sorted(SHIPPED_PREFERENCES))),
        )
    stored = _checked_preference(database, catalogue, key, "" if value is None else str(value).strip())
    with database.transaction() as connection:
        connection.execute(
            "INSERT INTO preference (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, stored)
        )
        bump_generation(connection)
    return stored


def _checked_preference(database: Database, catalogue: Catalogue, key: str, text: str) -> str | int:
    if key in COUNTED_PREFERENCES:
        if not (text.isascii() and text.isdigit() and len(text) < 7):
            raise UsageError(_("“{value}” does not fit {key}.").format(value=text, key=key), hint=_("Give a whole number, 0 or more."))
        return int(text)
    if isinstance(SHIPPED_PREFERENCES[key], int):
        word = text.casefold()
        if word not in _YES | _NO:
            raise UsageError(_("“{value}” does not fit {key}.").format(value=text, key=key), hint=_("Say yes or no."))
        return int(word in _YES)
    if key == "default.country":
        if text and not re.fullmatch(r"[A-Za-z]{2}", text):
            raise UsageError(
                _("“{value}” does not fit {key}.").format(value=text, key=key), hint=_("Give a code of two letters, such as DK.")
            )
        return text.upper()
    return _item(database, catalogue, key.removeprefix("default."), text, in_use=True).name if text else ""


def _check_list(catalogue: Catalogue, name: str) -> None:
    names = list_names(catalogue)
    if name not in names:
        raise UsageError(
            _("There is no list “{list}”.").format(list=name), hint=_("Choose one of: {names}.").format(names=", ".join(names))
        )


def _checked_name(text: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not fold(name) or not name.isprintable():
        raise UsageError(_("A list item needs a name of printable characters."))
    if len(name) > LONGEST_NAME:
        raise UsageError(_("A list item's name has at most {count} characters.").format(count=LONGEST_NAME))
    return name


def _checked_tooltip(text: str) -> str:
    tooltip = " ".join(unicodedata.normalize("NFC", text).split())
    if len(tooltip) > LONGEST_TOOLTIP or not tooltip.isprintable():
        raise UsageError(_("A tooltip has at most {count} printable characters.").format(count=LONGEST_TOOLTIP))
    return tooltip


def _item(database: Database, catalogue: Catalogue, name: str, item: str, *, in_use: bool = False) -> ListItem:
    connection = database.connection
    row = connection.execute(f"{_SELECT} WHERE i.list = ? AND i.key = ?", (name, fold(item))).fetchone()
    if row is None or (in_use and row[5]):
        items = connection.execute("SELECT name FROM list_item WHERE list = ? AND NOT deactivated ORDER BY rank, id", (name,))
        names = [text for (text,) in items]
        raise UsageError(
            _("List “{list}” has no item “{name}”.").format(list=name, name=item),
            hint=_("Choose one of: {names}.").format(names=", ".join(names))
            if names
            else _("It has none yet; add one: {command}").format(command=f"tui-import lists add {name} …"),
        )
    return _list_item(row, usage(connection, catalogue))


def _list_item(row: tuple[int, str, str, int, str, int, str | None, str], used: Mapping[int, int]) -> ListItem:
    item, name_of_list, name, rank, tooltip, deactivated, merged, code = row
    return ListItem(item, name_of_list, name, rank, tooltip, bool(deactivated), used.get(item, 0), merged or "", code)
