"""Where the values of a record come from: run, file, row, column and decision, newest first."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tui_import.api.errors import UsageError
from tui_import.api.i18n import N_, _
from tui_import.model.fields import Catalogue
from tui_import.model.plan import WRITING, Stored, Verb
from tui_import.model.runs import Trace
from tui_import.model.sheets import LIST_SEPARATOR, SEPARATOR, row_of, sheet_of
from tui_import.store.connection import Database
from tui_import.store.history import Shown
from tui_import.store.layout import ENTITIES
from tui_import.store.undo_fields import same

NO_RUN = 0
"""`Trace.run` of a value that no run wrote."""
_NOTES = {"insert": N_("Joined from a later row of the same file"), "update": "", "delete": N_("Deleted"), "restore": N_("Restored")}
"""Journal operation → what a trace says of it."""
_FED_BY = {
    "person.first_name": ("person.full_name",),
    "person.last_name": ("person.full_name",),
    "person.middle_name": ("person.full_name",),
    "person.company": ("company.name", "company.id", "company.number", "company.code", "company.vat_number"),
}
"""Fields that are also read from columns linked to other fields."""


@dataclass(frozen=True, slots=True)
class _Run:
    id: int
    kind: str
    at: str
    user: str
    source: str
    columns: Sequence[str]
    links: Mapping[str, Any]
    sheets: Sequence[str] = ()
    """Names of the sheets that were read together."""

    def column(self, field: str, position: int | None = None, row: int | None = None) -> str:
        """Header of the column that feeds a field (whole name); "constant"; "" where none does. ``row`` says in which of several sheets."""
        if position is not None and 0 <= position < len(self.columns):
            return self.columns[position]
        for name in (field, *_FED_BY.get(field, ())):
            sheet = sheet_of(row or 0, self.sheets)
            own = f"{sheet}{SEPARATOR}" if sheet else ""
            positions = [each for each in self.links.get(name, ()) if each < len(self.columns) and self.columns[each].startswith(own)]
            if positions:
                return ", ".join(self.columns[each] for each in positions)
            if name in self.links.get("constants", {}):
                return "constant"
        return ""

    def feeds(self, field: str) -> bool:
        """The run had a column or a constant for a field."""
        return any(name in self.links or name in self.links.get("constants", {}) for name in (field, *_FED_BY.get(field, ())))


@dataclass(frozen=True, slots=True)
class _Change:
    id: int
    entry: int
    op: str
    field: str
    before: Stored
    after: Stored
    verb: Verb
    row: int | None
    column: int | None
    state: str
    run: _Run


def blame(database: Database, catalogue: Catalogue, entity: str, number: int, field: str = "") -> list[Trace]:
    """The traces of a record's fields, or of one (bare or whole name), in the order of the catalogue; within a field newest first.

    A value that no run wrote has a trace with run 0. Raises `UsageError` where there is no such record or field.
    """
    name = field.removeprefix(f"{entity}.")
    reader = _Reader(database.connection, catalogue, entity, number)
    names = reader.names()
    if name and name not in names:
        raise UsageError(_("There is no field “{field}”.").format(field=field), hint=_("List them with: tui-import fields"))
    traces = (reader.with_correction(trace) for each in ([name] if name else names) for trace in reader.traces(each))
    return [replace(trace, row=row_of(trace.row)) if trace.row is not None else trace for trace in traces]


class _Reader:
    """Everything about one record, read once."""

    def __init__(self, connection: sqlite3.Connection, catalogue: Catalogue, entity: str, number: int) -> None:
        self._connection = connection
        self._catalogue = catalogue
        self._entity = entity
        self._number = number
        self._shown = Shown(connection, catalogue)
        self._record = self._read_record()
        self._changes = self._read_changes()
        self._insert = connection.execute(
            "SELECT run, row FROM journal WHERE record = ? AND entity = ? AND op = 'insert' AND state = 'done' ORDER BY id DESC LIMIT 1",
            (number, entity),
        ).fetchone()
        self._origin = self._run(self._insert[0]) if self._insert else None

    def names(self) -> list[str]:
        """Bare names of all fields that can have a trace."""
        of_person = ["company"] if self._entity == "person" else []
        single = [
            each.name for each in self._catalogue.of(self._entity) if each.name in self._record and each.name not in ("id", *of_person)
        ]
        multiple = [each.name for each in self._catalogue.multiple(self._entity)]
        return [*of_person, *single, *multiple, *(["consent"] if of_person else []), "deleted_at"]

    def traces(self, name: str) -> Iterator[Trace]:
        """One field."""
        changes = [change for change in self._changes if change.field == name]
        if name == "consent":
            yield from self._of_consents(changes)
        elif f"{self._entity}.{name}" in self._catalogue and self._catalogue[f"{self._entity}.{name}"].multiple:
            yield from self._of_values(name, changes)
        else:
            yield from self._of_field(name, changes)

    def with_correction(self, trace: Trace) -> Trace:
        """The trace, saying so where its cell was corrected before the import."""
        if trace.run == NO_RUN or trace.row is None or trace.note:
            return trace
        columns = self._run(trace.run).columns
        for column, before in self._connection.execute(
            "SELECT column, before FROM run_correction WHERE run = ? AND row = ?", (trace.run, trace.row)
        ):
            if column < len(columns) and columns[column] == trace.column:
                said = (
                    _("Corrected by hand; the source says “{value}”").format(value=before) if before is not None else _("Filled in by hand")
                )
                return replace(trace, note=said)
        return trace

    # -- reading

    def _read_record(self) -> dict[str, Stored]:
        if self._entity not in ENTITIES:
            names = ", ".join(ENTITIES)
            raise UsageError(
                _("The store has no records of kind “{entity}”.").format(entity=self._entity),
                hint=_("Choose one of: {names}.").format(names=names),
            )
        cursor = self._connection.execute(f"SELECT * FROM {self._entity} WHERE id = ?", (self._number,))
        row = cursor.fetchone()
        if row is not None:
            return dict(zip((column[0] for column in cursor.description), row, strict=True))
        run = self._connection.execute(
            "SELECT run FROM journal WHERE record = ? AND entity = ? AND op = 'insert' AND state = 'undone' ORDER BY id DESC LIMIT 1",
            (self._number, self._entity),
        ).fetchone()
        hint = _("Run {run} had added it and was undone: tui-import redo {run}").format(run=run[0]) if run else ""
        raise UsageError(_("There is no {entity} {number}.").format(entity=self._entity, number=self._number), hint=hint)

    def _read_changes(self) -> list[_Change]:
        """Newest first, only those that changed the store."""
        rows = self._connection.execute(
            "SELECT c.id, j.id, j.op, c.field, c.before, c.after, c.verb, coalesce(c.row, j.row), c.column, c.state, j.run"
            " FROM journal j JOIN journal_change c ON c.entry = j.id WHERE j.record = ? AND j.entity = ? ORDER BY j.id DESC, c.id DESC",
            (self._number, self._entity),
        ).fetchall()
        runs = {number: self._run(number) for number in {row[-1] for row in rows}}
        return [
            _Change(number, entry, op, field, before, after, Verb(verb), row, column, state, runs[run])
            for number, entry, op, field, before, after, verb, row, column, state, run in rows
            if verb in WRITING
        ]

    def _run(self, number: int) -> _Run:
        row = self._connection.execute(
            "SELECT id, kind, finished, user, source, columns, links, source_table FROM run WHERE id = ?", (number,)
        ).fetchone()
        number, kind, at, user, source, columns, links, table = row
        return _Run(number, kind, at, user, source, json.loads(columns), json.loads(links), table.split(LIST_SEPARATOR))

    # -- traces

    def _of_field(self, name: str, changes: list[_Change]) -> Iterator[Trace]:
        """Change by change; where one does not begin with what the one before it left, somebody else wrote in between."""
        standing = self._record[name]
        newest = True
        for change in changes:
            if change.state == "done":
                if not same(standing, change.after):
                    yield self._by_hand(name, standing, change.after, known=newest)
                standing, newest = change.before, False
            yield self._changed(change)
        if standing is not None:
            yield self._inserted(name, standing) if self._origin else self._by_hand(name, standing, None, known=newest)

    def _of_values(self, name: str, changes: list[_Change]) -> Iterator[Trace]:
        yield from (self._changed(change) for change in changes)
        traced = [change.after for change in changes if change.verb is Verb.APPEND and change.state == "done"]
        rows = self._connection.execute(
            f"SELECT value FROM {self._entity}_value WHERE record = ? AND field = ? ORDER BY rank, id", (self._number, name)
        )
        for (value,) in rows:
            if any(same(value, other) for other in traced):
                continue
            fed = self._origin is not None and self._origin.feeds(f"{self._entity}.{name}")
            yield self._inserted(name, value) if fed else self._by_hand(name, value, None)

    def _of_consents(self, changes: list[_Change]) -> Iterator[Trace]:
        yield from (self._changed(change) for change in changes)
        traced = {change.after for change in changes if change.state == "done"}
        for number, run, at, by in self._connection.execute(
            "SELECT id, run, at, by FROM consent WHERE person = ? ORDER BY id DESC", (self._number,)
        ):
            if number in traced:
                continue
            if self._origin and run == self._origin.id and at <= self._origin.at:
                yield self._inserted("consent", number)
            else:
                yield Trace(
                    "person.consent",
                    self._shown.value("person", "consent", number),
                    None,
                    Verb.FILL,
                    NO_RUN,
                    at,
                    by,
                    "",
                    None,
                    "",
                    _("Not from an import"),
                )

    def _changed(self, change: _Change) -> Trace:
        run = change.run
        key = f"{self._entity}.{change.field}"
        note = _("Undone") if change.state != "done" else _(_NOTES[change.op])
        column = run.column(key, change.column)
        value, before = (self._shown.value(self._entity, change.field, each) for each in (change.after, change.before))
        return Trace(key, value, before, change.verb, run.id, run.at, run.user, run.source, change.row, column, note)

    def _inserted(self, name: str, value: Stored) -> Trace:
        """A value that came with the record."""
        assert self._origin is not None
        run, key = self._origin, f"{self._entity}.{name}"
        column = run.column(key, row=self._insert[1])
        note = "" if column else _("Given by the import's settings: numbering, a default or a rule")
        shown = self._shown.value(self._entity, name, value)
        return Trace(key, shown, None, Verb.FILL, run.id, run.at, run.user, run.source, self._insert[1], column, note)

    def _by_hand(self, name: str, value: Stored, before: Stored, *, known: bool = True) -> Trace:
        """A value that no run wrote; ``known``: the record still says by whom and when it was changed last."""
        verb = Verb.CLEAR if value is None else Verb.FILL if before is None else Verb.OVERWRITE
        shown, old = (self._shown.value(self._entity, name, each) for each in (value, before))
        at, by = (str(self._record[column] or "") if known else "" for column in ("updated_at", "updated_by"))
        return Trace(f"{self._entity}.{name}", shown, old, verb, NO_RUN, at, by, "", None, "", _("Not from an import"))
