"""What a plan says of one record: which one a row means, what it will be, and what planning asks of earlier blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple, Protocol

from tui_import.model.issues import Issue
from tui_import.model.matches import Override
from tui_import.model.plan import Stored, Verb
from tui_import.model.records import StoredRecord, Value


class Kind(IntEnum):
    """What a row means for one entity."""

    NOTHING = 0
    """Skipped: the row has no such record, or a rule leaves it out."""
    NEW = 1
    HIT = 2
    """A stored record."""
    JOIN = 3
    """A new record that an earlier row of the file plans."""
    PROBLEM = 4
    HELD = 5
    """Waits for somebody to decide whether it is a duplicate: nothing of it is imported."""


class Decision(NamedTuple):
    """What a row means, before anything is planned."""

    kind: Kind
    ref: int | None = None
    """Record id; negative: the k-th new record of this plan."""
    reason: Issue | None = None
    keys: tuple[str, ...] = ()
    """The key values that led here: a new record is found by them from now on."""
    override: Override | None = None
    """The decision about a probable duplicate that led here."""


class Change(NamedTuple):
    """What becomes of a single field of a stored record, or what a later row gave to a new one."""

    stored: Stored
    incoming: Stored
    result: Stored
    stored_key: str | None
    result_key: str | None
    verb: Verb
    row: int
    column: int


class ValueChange(NamedTuple):
    """A value of a multiple field that comes or goes."""

    field: str
    value: Value
    verb: Verb
    rank: int
    row: int
    column: int


@dataclass(slots=True)
class Planned:
    """A record as the plan has it so far."""

    ref: int
    row: int
    """The row that adds it or changes it first; 0 where nothing changed yet."""
    version: int
    """Of the stored record; 0 for a new one."""
    values: dict[str, Stored]
    keys: dict[str, str | None]
    multiple: dict[str, list[Value]]
    original: StoredRecord | None = None
    """As it is stored; None for a new record."""
    skipped: bool = False
    """Every row so far left it alone by rule."""
    changes: dict[str, Change] = field(default_factory=dict)
    value_changes: dict[tuple[str, str], ValueChange] = field(default_factory=dict)
    """By field and key of the value."""
    given: set[tuple[str, str]] = field(default_factory=set)
    """(field, key of the value; empty for single fields) that rows of this file bring, changed or not: no other row takes them away."""
    rewrite: bool = False
    """A row of this block touches it."""
    fresh: bool = True
    """It was first planned in this block."""
    last: object = None
    """What the last row brought: the same again changes nothing."""
    held: bool = False
    """It waits for a decision and is not written."""

    @property
    def changed(self) -> bool:
        """The plan writes to it."""
        return self.row > 0


class PlannedEntity(Protocol):
    """What a plan writes of one entity: all records that the block at hand deals with."""

    @property
    def columns(self) -> frozenset[str]:
        """Bare names of the single fields that a new record can have a value for."""

    @property
    def planned(self) -> Mapping[int, Planned]:
        """Records by id (negative: new)."""

    @property
    def new_keys(self) -> Sequence[tuple[str, int]]:
        """Keys under which this block plans records."""


class PlanIndex(Protocol):
    """What was planned in earlier blocks. Implemented by ``store.plan``; tests use a dictionary."""

    def find_new(self, entity: str, keys: Sequence[str]) -> Mapping[str, int]:
        """Key → record, for the records planned under one of the keys."""

    def find_called(self, entity: str, field: str, keys: Sequence[str]) -> Mapping[str, Sequence[int]]:
        """Folded text → the records that the plan makes (held ones included) or renames so that this field says it."""

    def is_held(self, entity: str, ref: int) -> bool:
        """The new record waits for a decision."""

    def planned(self, entity: str, refs: Sequence[int]) -> Mapping[int, Planned]:
        """What is planned for those records; absent where nothing is. New records come without ``original``."""
