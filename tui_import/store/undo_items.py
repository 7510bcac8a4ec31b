"""Undo and redo of list items that a run added or took into use again."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tui_import.api.i18n import _, ngettext
from tui_import.model.fields import FieldType
from tui_import.model.plan import Stored
from tui_import.store.images import Image
from tui_import.store.journal import DONE, UNDONE, Entry
from tui_import.store.lists import usage
from tui_import.store.undo_pass import Pass

ENTITY = "list_item"
DEACTIVATED, MERGED, DEFAULT = "deactivated", "merged_into", "default"
"""What a run changes of an item. ``default``: the store's preference for the list, by name."""


class ItemPass:
    """Takes list items back, a block of entries at a time."""

    def __init__(self, work: Pass) -> None:
        self._work = work
        self._connection = work.connection

    def take_back(self, entries: Sequence[Entry]) -> None:
        """Undo: an item that nothing uses is removed; one that the run took into use again is deactivated again."""
        used = usage(self._connection, self._work.catalogue)
        wanted = self._wanted_by_others([entry.record for entry in entries])
        merged = self._merged([entry.id for entry in entries])
        for entry in entries:
            count = used.get(entry.record, 0)
            if entry.id in merged:
                self._set_merged(entry)
            elif count:
                reason = ngettext("List item “{name}”: {count} record uses it.", "List item “{name}”: {count} records use it.", count)
                self._work.block(ENTITY, entry.record, reason.format(name=self._name(entry), count=count))
            elif entry.op != "insert":
                self._set_deactivated(entry)
            elif entry.record in wanted:
                reason = _("List item “{name}”: run {run} would put it back when it is undone.")
                self._work.block(ENTITY, entry.record, reason.format(name=self._name(entry), run=wanted[entry.record]))
            else:
                self._remove(entry)

    def bring_back(self, entries: Sequence[Entry]) -> None:
        """Redo: an item comes back under its id, unless the list has one of that name by now."""
        merged = self._merged([entry.id for entry in entries])
        for entry in entries:
            if entry.op != "insert":
                (self._set_merged if entry.id in merged else self._set_deactivated)(entry)
                continue
            image = Image.from_json(entry.image)
            columns = list(image.record)
            clash = self._connection.execute(
                "SELECT name FROM list_item WHERE list = ? AND key = ?", (image.record.get("list"), image.record.get("key"))
            ).fetchone()
            if clash:
                self._work.block(ENTITY, entry.record, _("The list has an item “{name}” again.").format(name=clash[0]))
                continue
            names, places = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
            self._connection.execute(f"INSERT INTO list_item ({names}) VALUES ({places})", list(image.record.values()))
            self._connection.execute("UPDATE journal SET state = ?, image = NULL WHERE id = ?", (DONE, entry.id))
            self._work.items[entry.record] = str(image.record["name"])
            self._work.count(ENTITY, "added")

    def _remove(self, entry: Entry) -> None:
        cursor = self._connection.execute("SELECT * FROM list_item WHERE id = ?", (entry.record,))
        row = cursor.fetchone()
        if row is None:
            self._work.block(ENTITY, entry.record, _("It is no longer there."))
            return
        record: dict[str, Stored] = dict(zip((column[0] for column in cursor.description), row, strict=True))
        self._connection.execute("UPDATE journal SET state = ?, image = ? WHERE id = ?", (UNDONE, Image(record).to_json(), entry.id))
        self._connection.execute("DELETE FROM list_item WHERE id = ?", (entry.record,))
        self._work.items.pop(entry.record, None)
        self._work.count(ENTITY, "updated")

    def _set_deactivated(self, entry: Entry) -> None:
        deactivated, state = (1, UNDONE) if self._work.undo else (0, DONE)
        self._connection.execute("UPDATE list_item SET deactivated = ? WHERE id = ?", (deactivated, entry.record))
        self._connection.execute("UPDATE journal SET state = ? WHERE id = ?", (state, entry.id))
        self._connection.execute("UPDATE journal_change SET state = ? WHERE entry = ?", (state, entry.id))
        self._work.count(ENTITY, "updated")

    def _merged(self, entries: Sequence[int]) -> set[int]:
        """Those entries that merged an item into another, or back."""
        rows = self._connection.execute(
            "SELECT entry FROM journal_change WHERE entry IN (SELECT value FROM json_each(?)) AND field = ?", (json.dumps(entries), MERGED)
        )
        return {entry for (entry,) in rows}

    def _set_merged(self, entry: Entry) -> None:
        """An item is itself again, or the other one again; refused where it has been merged otherwise since, or that one is gone."""
        undo = self._work.undo
        changes: dict[str, tuple[Stored, Stored]] = {
            name: (before, after) if undo else (after, before)
            for name, before, after in self._connection.execute(
                "SELECT field, before, after FROM journal_change WHERE entry = ?", (entry.id,)
            )
        }
        wanted, expected = changes[MERGED]
        row = self._connection.execute("SELECT list, merged_into FROM list_item WHERE id = ?", (entry.record,)).fetchone()
        if row is None or row[1] != expected or (wanted is not None and wanted not in self._work.items):
            self._work.block(ENTITY, entry.record, _("List item “{name}” was changed since.").format(name=self._name(entry)))
            return
        self._connection.execute("UPDATE list_item SET merged_into = ? WHERE id = ?", (wanted, entry.record))
        if DEACTIVATED in changes:
            self._connection.execute("UPDATE list_item SET deactivated = ? WHERE id = ?", (changes[DEACTIVATED][0], entry.record))
        if DEFAULT in changes:
            self._connection.execute(
                "UPDATE preference SET value = ? WHERE key = ? AND value = ?",
                (changes[DEFAULT][0], f"default.{row[0]}", changes[DEFAULT][1]),
            )
        state = UNDONE if undo else DONE
        self._connection.execute("UPDATE journal SET state = ? WHERE id = ?", (state, entry.id))
        self._connection.execute("UPDATE journal_change SET state = ? WHERE entry = ?", (state, entry.id))
        self._work.count(ENTITY, "updated")

    def _name(self, entry: Entry) -> str:
        return self._work.items.get(entry.record, str(entry.record))

    def _wanted_by_others(self, items: Sequence[int]) -> dict[int, int]:
        """Item → a run that replaced it in a record and would put it back."""
        fields = sorted({field.name for field in self._work.catalogue if field.type is FieldType.LIST})
        rows = self._connection.execute(
            "SELECT c.before, j.run FROM journal_change c JOIN journal j ON j.id = c.entry"
            " WHERE c.before IN (SELECT value FROM json_each(?)) AND c.field IN (SELECT value FROM json_each(?))"
            " AND c.state = 'done' AND j.run <> ?",
            (json.dumps(items), json.dumps(fields), self._work.run),
        )
        return dict(rows)
