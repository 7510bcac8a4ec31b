"""The plan: per row and entity one operation, per field stored | incoming | result and a verb. Preview, import and undo speak of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tui_import.api.source import Scalar
from tui_import.model.issues import Issue

Stored = str | int | float | None
"""What a store's column holds: dates as ISO text, booleans as 0 and 1, list items by id in the store and by name when shown."""


class Operation(StrEnum):
    """What happens to a row's company or person."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REPEATED = "repeated"
    """The row speaks of a record that an earlier row of this file adds or updates, and joins it. Counted as unchanged."""
    SKIPPED = "skipped"
    """By a rule: action Skip, persons not imported, nothing in the row, un-checked."""
    PROBLEM = "problem"
    HELD = "held"
    """A probable duplicate waits for a decision."""


COUNTED = ("added", "updated", "unchanged", "skipped", "problem", "held")
"""The operations of the summary (CONTRACT)."""


class Verb(StrEnum):
    """What happens to one field."""

    FILL = "fill"
    """Was empty."""
    OVERWRITE = "overwrite"
    CLEAR = "clear"
    """Becomes empty: needs its own yes."""
    APPEND = "append"
    """One more value of a multiple field."""
    REMOVE = "remove"
    """A value of a multiple field goes."""
    KEEP = "keep"
    """Differs, but what is stored stays."""
    SAME = "same"


WRITING = frozenset({Verb.FILL, Verb.OVERWRITE, Verb.CLEAR, Verb.APPEND, Verb.REMOVE})
"""The verbs that change the store."""


LETTERS: Mapping[str, str] = {
    "company": "C", "person": "P", "product": "A", "project": "J", "sale": "S", "follow_up": "F", "project_member": "T",
    "sale_stakeholder": "H", "currency": "M", "post_code": "Z", "red_letter_day": "D",
}  # fmt: skip
"""Entity → its letter in the preview; M is money, Z a zip code, A an article, J a project, T of a team, H holds a stake."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one record in the plan, in words that can be shown (list items by name)."""

    field: str
    """Whole field name."""
    stored: Stored
    incoming: Stored
    result: Stored
    verb: Verb
    row: int = 0
    """The row it comes from."""


@dataclass(frozen=True, slots=True)
class RowState:
    """What happens to one entity of a row."""

    entity: str
    operation: Operation
    record: int | None = None
    """Id of the stored record that it hits."""
    reason: Issue | None = None
    """Why it is a problem, skipped …"""
    row: int | None = None
    """For `Operation.REPEATED`: the row that it joins."""
    ref: int | None = None
    """The record, negative where the plan makes it."""

    @property
    def glyph(self) -> str:
        """Two characters, readable without colour: +C, ~P, = , - , ! ."""
        sign = {"added": "+", "updated": "~", "unchanged": "=", "repeated": '"', "skipped": "-", "problem": "!", "held": "?"}
        letter = LETTERS.get(self.entity, self.entity[:1].upper())
        return sign[self.operation] + letter


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One line of the preview table."""

    row: int
    """Key of the row in the draft, counted from 1 without gaps."""
    number: int
    """Row in the sheet or line in the file."""
    checked: bool
    cells: tuple[Scalar, ...]
    """As read, corrections applied."""
    states: tuple[RowState, ...]
    """Company first, then person. Empty before there is a plan."""
    marks: frozenset[int] = frozenset()
    """Positions of the columns with an issue."""
    sheet: str = ""
    """The sheet that it stands in, where several were read."""


@dataclass(frozen=True, slots=True)
class RowDetail:
    """Everything about one row: for the pane under the preview."""

    row: PreviewRow
    changes: tuple[FieldChange, ...]
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows a table shows, and in which order."""

    show: str = "all"
    """all | new | changed | unchanged | skipped | problems | clears | warnings | unchecked | held."""
    text: str = ""
    """Only rows with this text in any cell, ignoring case."""
    sort: int | None = None
    """Position of the column to sort by; None: as in the file."""
    descending: bool = False
    entity: str = ""
    """Only rows that have such a record, and what is shown is meant of it."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows of the source come out how, per entity."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    problem: int = 0
    held: int = 0

    def as_dict(self) -> dict[str, int]:
        """In the order of CONTRACT."""
        return {name: getattr(self, name) for name in COUNTED}

    @property
    def total(self) -> int:
        """All rows."""
        return sum(self.as_dict().values())


@dataclass(frozen=True, slots=True)
class PlanReport:
    """What the plan says, in numbers."""

    rows: int
    """Rows of the source, un-checked ones included."""
    unchecked: int
    entities: dict[str, Counts]
    verbs: dict[Verb, int] = field(default_factory=dict)
    """Fields by verb, over existing records."""
    clears: int = 0
    """Values that will be removed from the store: needs its own yes."""
    warnings: int = 0
    """Rows with a warning or an offered repair."""
    new_list_items: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """List → items that will be added."""
    duplicates: Mapping[str, int] = field(default_factory=dict)
    """Entity → pairs that are probably duplicates, decided or not."""
    suppressed: int = 0
    """Rows left out, since their person was erased."""
    perhaps_meant: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """List → item that will be added → items of the list that are spelt nearly like it."""
    moved: tuple[tuple[str, str, int], ...] = ()
    """(from, to, rows) since the plan before: what the last change of a setting did. "company:added" → "company:updated"."""

    def count(self, entity: str) -> Counts:
        """Counts of one entity, all zero where it does not occur."""
        return self.entities.get(entity, Counts())


@dataclass(frozen=True, slots=True)
class KeyAdvice:
    """How well a key would do, for the key adviser."""

    entity: str
    key: str
    mapped: bool
    """Its columns are linked."""
    coverage: float = 0.0
    """Share of rows with a value, 0…1."""
    unique: float = 0.0
    """Share of those whose value stands once in the file, 0…1."""
    hits: int = 0
    """Rows that match exactly one stored record."""
    ambiguous: int = 0
    """Rows that match several."""
    conflicts: int = 0
    """Rows whose match differs in another identifying field (same e-mail, other name)."""


@dataclass(frozen=True, slots=True)
class SelectionInfo:
    """A named set of records."""

    id: int
    name: str
    entity: str
    kind: str
    """new | changed | merged | skipped | problems | cleared | union | intersection | difference | manual."""
    members: int
    run: int | None = None
    created: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """The result of run, apply, undo and redo (CONTRACT)."""

    run: int | None
    draft: str
    rows: int
    entities: dict[str, Counts]
    duplicates: dict[str, int] = field(default_factory=dict)
    selections: tuple[SelectionInfo, ...] = ()
    backup: str = ""
    seconds: float = 0.0
    restored: int | None = None
    """Undo and redo: records put back."""
    kept: int | None = None
    """Undo and redo: fields left, since they were edited later."""
    blocked: int | None = None
    """Undo and redo: records that could not be taken back."""
    notes: tuple[str, ...] = ()
    """Sentences for the user, each with its reason."""

    @property
    def left(self) -> int:
        """Rows that still need somebody: problems and held duplicates."""
        return max((counts.problem + counts.held for counts in self.entities.values()), default=0)
