"""What undo and redo make of one changed record, as pure functions: each field goes back only where it still holds what the run wrote."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

from tui_import.model.fields import Catalogue, FieldType
from tui_import.model.plan import Stored, Verb
from tui_import.store.images import NEW, ConsentRow, Image, ValueRow
from tui_import.store.layout import references

CONSENT = "consent"
DELETED = "deleted_at"
SELECTION = "selection"
"""In ``journal_change``: a selection that the record became a member of."""


class Change(NamedTuple):
    """One line of ``journal_change``."""

    id: int
    field: str
    before: Stored
    after: Stored
    before_key: str | None
    after_key: str | None
    verb: str


class Step(NamedTuple):
    """One change of the journal, turned into the direction that is asked for."""

    change: int
    """Id in ``journal_change``."""
    field: str
    """Bare name."""
    expected: Stored
    """What must stand there now; of a multiple field, the value that must leave."""
    wanted: Stored
    """What shall stand there; of a multiple field, the value that comes back."""
    key: str | None
    """Key of ``wanted``; of a value that must leave, its own."""


@dataclass(slots=True)
class Now:
    """A record as it stands in the store."""

    columns: dict[str, Stored]
    values: list[ValueRow] = field(default_factory=list)
    consents: list[ConsentRow] = field(default_factory=list)
    """Those that nobody has touched since the run."""
    purposes: Collection[int] = ()
    """What the person has a consent for, whoever recorded it."""
    edited: tuple[str, str] = ("", "")
    """Who changed it last, and when."""


@dataclass(slots=True)
class Outcome:
    """What is to be written to one record."""

    columns: dict[str, Stored] = field(default_factory=dict)
    gone: list[ValueRow] = field(default_factory=list)
    back: list[ValueRow] = field(default_factory=list)
    consents_gone: list[ConsentRow] = field(default_factory=list)
    consents_back: list[ConsentRow] = field(default_factory=list)
    settled: list[int] = field(default_factory=list)
    """Changes that are taken back."""
    kept: list[tuple[Step, Stored]] = field(default_factory=list)
    """Steps that were not made, with the value that stands in their way."""
    missing: list[Step] = field(default_factory=list)
    """Steps whose value refers to a record or list item that is gone."""

    @property
    def writes(self) -> bool:
        """Something of the record changes."""
        return bool(self.columns or self.gone or self.back or self.consents_gone or self.consents_back)


@dataclass(frozen=True, slots=True)
class Shape:
    """What `decide` needs to know of an entity's fields."""

    single: Mapping[str, str | None]
    """Column → its key column."""
    multiple: Collection[str]
    items: Collection[str]
    """Fields that hold list items."""
    references: Mapping[str, str] = field(default_factory=dict)
    """Fields that hold other records → the entities of those."""

    @classmethod
    def of(cls, catalogue: Catalogue, entity: str) -> Shape:
        """As the catalogue says."""
        single: dict[str, str | None] = {f.name: f.key_column if f.is_key else None for f in catalogue.stored(entity)}
        single[DELETED] = None
        links = references(catalogue, entity)
        single |= dict.fromkeys(links)
        items = {f.name for f in catalogue.of(entity) if f.type is FieldType.LIST}
        return cls(single, {f.name for f in catalogue.multiple(entity)}, items, links)


def same(one: Stored, other: Stored) -> bool:
    """Equal, though one went through a column of another type."""
    return one == other or (one is not None and other is not None and str(one) == str(other))


def decide(shape: Shape, steps: Sequence[Step], now: Now, saved: Image, there: Mapping[str, Collection[int]]) -> Outcome:
    """What becomes of one record.

    ``saved`` holds the values and consents that left the record earlier; ``there`` the ids that exist, by entity ("company", "list_item").
    ``now`` is used up: its values are those that the record will have.
    """
    outcome = Outcome()
    single: dict[str, list[Step]] = {}
    comes_back: list[Step] = []
    for step in steps:
        if step.field == CONSENT:
            _decide_consent(step, now, saved, there, outcome)
        elif step.field in shape.multiple and step.wanted is None:
            _let_go(step, now, comes_back, outcome)
        elif step.field in shape.multiple:
            if step.field in shape.items and step.wanted not in there["list_item"]:
                outcome.missing.append(step)
            else:
                comes_back.append(step)
        else:
            single.setdefault(step.field, []).append(step)
    for name, chain in single.items():
        _decide_field(shape, name, chain, now, there, outcome)
    _give_back(comes_back, now, saved, outcome)
    return outcome


def _decide_field(shape: Shape, name: str, chain: list[Step], now: Now, there: Mapping[str, Collection[int]], outcome: Outcome) -> None:
    """A field with one value: a run that wrote it several times is taken back in one go."""
    step = chain[0] if len(chain) == 1 else chain[-1]._replace(expected=chain[0].expected)
    refers = "list_item" if name in shape.items else shape.references.get(name, "")
    if name not in shape.single or (refers and step.wanted is not None and step.wanted not in there[refers]):
        outcome.missing.append(step)
    elif not same(now.columns[name], step.expected):
        outcome.kept.append((step, now.columns[name]))
    else:
        outcome.columns[name] = step.wanted
        key_column = shape.single[name]
        if key_column:
            outcome.columns[key_column] = step.key
        outcome.settled += [each.change for each in chain]


def _let_go(step: Step, now: Now, comes_back: list[Step], outcome: Outcome) -> None:
    """A value of a multiple field leaves, where it is still there unchanged."""
    for other in comes_back:  # it would come back only to leave again
        if other.field == step.field and other.key == step.key:
            comes_back.remove(other)
            outcome.settled += [other.change, step.change]
            return
    found = next((row for row in now.values if row.field == step.field and row.key == step.key), None)
    if found is None or not same(found.value, step.expected):
        outcome.kept.append((step, found.value if found else None))
        return
    now.values.remove(found)
    outcome.gone.append(found)
    outcome.settled.append(step.change)


def _give_back(steps: list[Step], now: Now, saved: Image, outcome: Outcome) -> None:
    """Values of multiple fields come back: with description and rank where the journal has them, else at the end."""
    remembered = {(row.field, row.key, str(row.value)): row for row in [*saved.values, *outcome.gone]}
    for step in sorted(steps, key=attrgetter("change")):
        outcome.settled.append(step.change)
        if any(row.field == step.field and row.key == step.key for row in now.values):
            continue
        row = remembered.get((step.field, step.key or "", str(step.wanted)))
        if row is None:
            rank = 1 + max((row.rank for row in now.values if row.field == step.field), default=0)
            row = ValueRow(NEW, step.field, step.wanted, step.key or "", "", rank)
        now.values.append(row)
        outcome.back.append(row)


def _decide_consent(step: Step, now: Now, saved: Image, there: Mapping[str, Collection[int]], outcome: Outcome) -> None:
    if step.wanted is None:
        found = next((row for row in now.consents if row.id == step.expected), None)
        if found is None:
            outcome.kept.append((step, None))
        else:
            outcome.consents_gone.append(found)
            outcome.settled.append(step.change)
        return
    row = next((row for row in saved.consents if row.id == step.wanted), None)
    if row is None or not {row.purpose, row.legal_basis, row.source} <= set(there["list_item"]):
        outcome.missing.append(step)
    elif row.purpose in now.purposes:
        outcome.kept.append((step, None))
    else:
        outcome.consents_back.append(row)
        outcome.settled.append(step.change)


def turn(changes: Iterable[Change], *, undo: bool) -> list[Step]:
    """The steps that take changes back (or make them again), in the order in which they are made."""
    steps = []
    for change, name, before, after, before_key, after_key, verb in changes:
        expected, wanted, key = (after, before, before_key) if undo else (before, after, after_key)
        if verb in (Verb.APPEND, Verb.REMOVE):
            key = after_key if verb == Verb.APPEND else before_key
        steps.append(Step(change, name, expected, wanted, key))
    return steps[::-1] if undo else steps
