"""Probable duplicates of an import, what was decided of them, and what a decision makes of a row's plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from tui_import.model.issues import Issue
from tui_import.model.records import Value
from tui_import.model.settings import Action


class Verdict(StrEnum):
    """What somebody said of a pair."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"
    """Looked at, and left for later: still open."""


class Choice(StrEnum):
    """Which value of a field the survivor gets."""

    INCOMING = "incoming"
    STORED = "stored"
    BOTH = "both"
    """Both, where the field holds several values."""
    EDITED = "edited"


class MatchKind(StrEnum):
    """Why a pair is shown."""

    PROBABLE = "probable"
    """No key agrees, but the fields do."""
    CONTRADICTION = "contradiction"
    """The key agrees, but something that a record has only one of does not."""


class Pair(NamedTuple):
    """An incoming record, and the one that it may be the same as."""

    entity: str
    row: int
    """Key of the first row (in the draft) that brings the incoming record."""
    record: int = 0
    """Id of the stored record; 0 where the other is a row."""
    other: int = 0
    """Key of the first row of the other incoming record, which is an earlier one; 0 where it is stored."""


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """Whose value a field gets."""

    choice: Choice
    values: tuple[Value, ...] = ()
    """For `Choice.EDITED`: the value as the store keeps it, with its key (several for a multiple field)."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """A decision."""

    verdict: Verdict
    action: Action | None = None
    """What happens to the stored record; None: as the settings say."""
    fields: Mapping[str, FieldChoice] = field(default_factory=dict)
    """Bare field name → whose value it gets, where that is not what the action gives."""
    at: str = ""
    by: str = ""
    """Who; "earlier" decisions that the store remembers keep their author."""
    origin: str = "user"
    """user | bulk | memory | rule"""


class Become(StrEnum):
    """What a decision makes of a row."""

    HELD = "held"
    RECORD = "record"
    """It speaks of a stored record."""
    ROW = "row"
    """It speaks of the record that an earlier row brings."""
    NEW = "new"
    """It is a new record although its key says otherwise."""


@dataclass(frozen=True, slots=True)
class Override:
    """What the planner is told of one entity of one row."""

    become: Become
    ref: int = 0
    """The stored record's id, or the other row's key."""
    action: Action | None = None
    fields: Mapping[str, FieldChoice] = field(default_factory=dict)
    reason: Issue | None = None


Overrides = Mapping[str, Mapping[int, Override]]
"""Entity → row key → what the planner is told."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What one field says of a pair."""

    field: str
    """Slot of the matcher: name, phone, birth …"""
    level: str
    weight: float
    """Bits for it, or against it."""


@dataclass(frozen=True, slots=True)
class Match:
    """One pair, as it lies in the draft."""

    pair: Pair
    probability: float
    kind: MatchKind
    reasons: tuple[Reason, ...]
    """Strongest first."""
    words: str
    """The reasons as a sentence, in the language it was found in."""
    turn: str = ""
    """What would turn the verdict, as a sentence; empty where nothing single would."""
    start: float = 0.0
    """Bits before anything was compared."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Field → bits, before coefficients: what decisions are learnt from."""
    fingerprint: str = ""
    """The incoming record's identifying fields, as they are compared."""
    decision: Verdicts | None = None
    asked_again: tuple[str, ...] = ()
    """Slots that changed since it was decided; the decision no longer counts."""

    @property
    def open(self) -> bool:
        """Nobody has decided it, or what was decided no longer counts."""
        return self.decision is None or self.decision.verdict is Verdict.UNSURE
