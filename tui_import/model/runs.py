"""What happened to the store: runs, their traces, and what undo made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tui_import.model.plan import Counts, FieldChange, Stored, Verb


@dataclass(frozen=True, slots=True)
class RunInfo:
    """One change of the store that can be undone."""

    id: int
    kind: str
    """import | delete | restore | edit | list_merge | erase."""
    state: str
    """done | undone | partly undone."""
    started: str
    """ISO 8601, UTC."""
    finished: str
    user: str
    source: str
    """What was imported, as shown: 'customers.xlsx, sheet Customers'."""
    rows: int
    entities: dict[str, Counts] = field(default_factory=dict)
    backup: str = ""
    draft: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class RecordChange:
    """What one run did to one record."""

    entity: str
    """"company", "person" or "list_item"."""
    record: int
    name: str
    """What the record is called now; empty where it is gone."""
    op: str
    """insert | update | delete | restore."""
    state: str
    """done | undone."""
    row: int | None
    """Row in the sheet, line in the file."""
    changes: tuple[FieldChange, ...] = ()
    """Field by field: before, after and verb. A new record's own fields are not listed: they are the record."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Where one value comes from."""

    field: str
    value: Stored
    before: Stored
    verb: Verb
    run: int
    at: str
    user: str
    source: str
    """File and sheet."""
    row: int | None
    """Row in the sheet, line in the file."""
    column: str
    """Header of the column, or "constant"."""
    note: str = ""
    """The decision behind it, or that it was undone."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A field that undo or redo left alone."""

    entity: str
    record: int
    field: str
    wanted: Stored
    """The value that undo would have put back."""
    found: Stored
    """The value that stands there now."""
    by: str = ""
    """Who changed it, where known."""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Blocked:
    """A record that undo or redo could not take back, and why."""

    entity: str
    record: int
    reason: str


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What undo or redo did."""

    run: int
    restored: int = 0
    """Records put back."""
    kept: tuple[Kept, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    entities: dict[str, Counts] = field(default_factory=dict)
    """Records removed again count as "updated", as do those changed back."""
    definitions: int = 0
    """List items and definitions of fields put back."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that writes to a store, or imports a draft, now."""

    user: str
    host: str
    pid: int
    since: str
    """ISO 8601, UTC; empty where it is not known."""
    doing: str
    """In the language of whoever does it."""
    done: int = 0
    total: int | None = None
    """Rows or records of the step that it is at; None where that is not known."""


@dataclass(frozen=True, slots=True)
class DraftInfo:
    """An import in progress."""

    id: str
    path: str
    state: str
    """reading | mapping | planned | applied; damaged: its file cannot be read."""
    kind: str
    source: str
    rows: int
    changed: str
    """ISO 8601, UTC, of the last step."""
    recipe: str = ""
    run: int | None = None
    waiting: int = 0
    """Rows that the last run left, since they wait for a decision."""
    running: Holder | None = None
    """The process that imports it now."""
    unattended: bool = False
    """It went on without a terminal, and nobody has looked at its result yet."""
    failure: str = ""
    """Why it could not be imported when nobody was there to be told, a sentence."""

    @property
    def done(self) -> bool:
        """Everything of it that was to be imported is."""
        return self.state == "applied" and not self.waiting


@dataclass(frozen=True, slots=True)
class ListItem:
    """One item of one list."""

    id: int
    list: str
    name: str
    rank: int = 0
    tooltip: str = ""
    deactivated: bool = False
    used: int = 0
    """Records that have it."""
    merged_into: str = ""
    """Name of the item that it was merged into, and is found as; empty where it was not."""
    key: str = ""
    """Of a purpose, a legal basis or a source: what it is, whatever it is called."""


@dataclass(frozen=True, slots=True)
class BackupInfo:
    """A copy of the store."""

    path: str
    made: str
    size: int
    """Bytes."""
    verified: bool


@dataclass(frozen=True, slots=True)
class RecordDifference:
    """One record that two states of a store do not have alike."""

    entity: str
    id: int
    what: str
    """new | gone | changed."""
    name: str
    """What it is called, in the later state where it is there."""
    fields: Mapping[str, tuple[Any, Any]]
    """Of a changed one: field → before and after, lists for multiple fields."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that the program keeps."""

    kind: str
    """What it is, in the user's language."""
    path: str
    size: int
    """Bytes."""
    changed: str
    """ISO 8601, UTC."""
    mode: str
    """Who may read and write it, as chmod says it."""
    personal: bool
    """It holds data about persons."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that the doctor looked at."""

    name: str
    """What was looked at, in the user's language."""
    ok: bool
    detail: str
    """What was found."""
    hint: str = ""
    """What to do about it; empty where all is well."""
