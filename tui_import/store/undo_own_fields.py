"""Undo and redo of definitions of user-defined fields."""

from __future__ import annotations

from collections.abc import Sequence

from tui_import.api.i18n import _
from tui_import.model.own_fields import OwnState
from tui_import.model.plan import Stored
from tui_import.store import own_fields
from tui_import.store.journal import DONE, UNDONE, Entry
from tui_import.store.own_fields import ENTITY
from tui_import.store.undo_fields import same
from tui_import.store.undo_pass import Pass


class OwnFieldPass:
    """Takes definitions back, or makes them again, a block of entries at a time."""

    def __init__(self, work: Pass) -> None:
        self._work = work
        self._connection = work.connection

    def work(self, entries: Sequence[Entry]) -> None:
        """A field goes only where no record has a value of it; what was changed goes back where it is still so."""
        known = {field.id: field for field in own_fields.own_fields(self._connection)}
        for entry in entries:
            steps = self._steps(entry)
            goes = ("state", OwnState.REMOVED.value) in [(name, wanted) for name, _expected, wanted in steps]
            reason = own_fields.in_use(self._connection, known[entry.record]) if goes else ""
            if not reason and any(not same(getattr(known[entry.record], name), expected) for name, expected, _wanted in steps):
                reason = _("The field {field} was changed since.").format(field=known[entry.record].key)
            if reason:
                self._work.block(ENTITY, entry.record, reason)
                continue
            own_fields.set_attributes(self._connection, entry.record, {name: wanted for name, _expected, wanted in steps})
            state = UNDONE if self._work.undo else DONE
            self._connection.execute("UPDATE journal SET state = ? WHERE id = ?", (state, entry.id))
            self._connection.execute("UPDATE journal_change SET state = ? WHERE entry = ?", (state, entry.id))
            self._work.count(ENTITY, "updated")

    def _steps(self, entry: Entry) -> list[tuple[str, Stored, Stored]]:
        """Attribute, what must stand there, what shall stand there."""
        if entry.op == "insert":
            gone, there = OwnState.REMOVED.value, OwnState.ACTIVE.value
            return [("state", there, gone) if self._work.undo else ("state", gone, there)]
        changes = self._connection.execute("SELECT field, before, after FROM journal_change WHERE entry = ? ORDER BY id", (entry.id,))
        return [(name, after, before) if self._work.undo else (name, before, after) for name, before, after in changes]
