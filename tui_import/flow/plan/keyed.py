"""The plan of projects, sales and all else that is matched by any combination of its fields (SPEC 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui_import.flow.folding import fold
from tui_import.flow.plan.binding import CONSTANT, SET_BLANK, Binder, BlockOfRows, Bound, BoundBlock
from tui_import.flow.plan.entity import EntityPlanner
from tui_import.flow.plan.keys import FIELDS_JOINED_BY, of_fields
from tui_import.flow.plan.numbers import Numbers
from tui_import.flow.plan.planned import Decision, Kind, PlanIndex
from tui_import.flow.plan.planner import Part, RowSoFar
from tui_import.flow.plan.references import Found, Lookup
from tui_import.flow.plan.rows import PlannedRow, kept_issues, multiple_fields
from tui_import.model.fields import Catalogue
from tui_import.model.issues import Issue, Severity
from tui_import.model.matches import Override
from tui_import.model.plan import Operation, Stored
from tui_import.model.records import RecordReader
from tui_import.model.settings import NEEDS_ONE_OF, KeyedAction, Settings

PARENT_HELD = Issue("parent_held", Severity.WARNING)
MADE = ("company", "project")
"""What can be made by its name alone. A person cannot: consents and the marks of erased persons need more than a name."""
Extra = dict[str, tuple[Stored, str | None]]


class KeyedPart(Part):
    """Plans one entity."""

    def __init__(
        self,
        entity: str,
        catalogue: Catalogue,
        settings: Settings,
        binder: Binder,
        reader: RecordReader,
        index: PlanIndex,
        parents: Mapping[str, Part] | None = None,
        *,
        defaults: Mapping[str, Stored] | None = None,
        overrides: Mapping[int, Override] | None = None,
        number_from: int | None = None,
    ) -> None:
        """``parents``: entity → the part that plans its records in this import, where one does.

        ``defaults``: values of new records that bring none. ``overrides``: rows that an earlier run imported.
        ``number_from``: the first free number, where numbers are allocated.
        """
        self.entity = entity
        self.counted = (entity,)
        self._fields = {field.name: field for field in catalogue.of(entity)}
        self._rules = settings.keyed(entity)
        self._match = self._rules.key(entity, binder.fields)
        self._reader, self._index = reader, index
        links = catalogue.references(entity)
        self._parents = parents or {}
        self._lookups = {
            name: Lookup(target, reader, index, _planner_of(self._parents.get(target), target)) for name, target in links.items()
        }
        self._required = [field.name for field in self._fields.values() if field.required and field.name not in (defaults or {})]
        self._one_of = NEEDS_ONE_OF.get(entity, ())
        named = set(binder.single_fields(entity))
        self._linked = [name for name in links if name in named or links[name] in self._parents]
        self._mapped_links = [name for name in links if name in named]
        self._own = binder.brought(entity)
        self.planner = EntityPlanner(
            entity,
            catalogue,
            settings,
            match=FIELDS_JOINED_BY.join(self._match),
            key_fields=self._match,
            single=[name for name in binder.single_fields(entity) if name not in links],
            multiple=multiple_fields(binder, catalogue, entity),
            defaults=defaults,
            overrides=overrides,
            links=self._linked,
        )
        self.entities = {entity: self.planner}
        self._next_number = number_from
        unique = entity == "project" and bool(reader.preference(f"{entity}.number.unique"))
        self._numbers = Numbers(entity, reader) if unique else None

    # -- a block

    def begin(self, bound: BoundBlock, _block: BlockOfRows) -> Sequence[tuple[int, Issue]]:
        """See `Part.begin`."""
        self._block, self._bound, self._n = bound, bound.entities[self.entity], bound.n
        self._made: dict[int, str] = {}
        for name, lookup in self._lookups.items():
            lookup.begin({str(text) for text in self._bound.single.get(name, ()) if text is not None})
        self._links: list[Mapping[str, int | None]] = [{}] * len(bound.n)
        keys = [] if self._needs_links else [self._key(i, {}) for i in range(len(bound.n))]
        self.planner.begin(self._bound, bound.n, filter(None, keys), self._reader, self._index)
        return ()

    @property
    def _needs_links(self) -> bool:
        """Another record is part of the key, which is known only when the row's turn comes."""
        return any(name in self._lookups for name in self._match)

    def _key(self, i: int, links: Mapping[str, int | None]) -> str | None:
        if self._rules.action is KeyedAction.INSERT:
            return None
        return of_fields([self._part_of_key(name, i, links) for name in self._match])

    def _part_of_key(self, name: str, i: int, links: Mapping[str, int | None]) -> Stored:
        if name in self._lookups:
            return links.get(name)
        column = self._bound.keys.get(name) if self._fields[name].is_key else self._bound.single.get(name)
        value = column[i] if column else None
        return None if value == SET_BLANK and self._fields[name].list else value

    # -- a row

    def decide(self, i: int, row: RowSoFar) -> None:
        """See `Part.decide`."""
        row[self.entity] = self._decide(i, row)

    def _decide(self, i: int, row: RowSoFar) -> Decision:
        if not self._bound.has_any(self._own, i):
            return Decision(Kind.NOTHING)
        links: dict[str, int | None] = {}
        for name in self._linked:
            ref = self._resolve(name, i, row, links)
            if isinstance(ref, Issue):
                return Decision(Kind.HELD if ref is PARENT_HELD else Kind.PROBLEM, None, ref)
            links[name] = ref
        self._links[i] = links
        key = self._key(i, links)
        if key is not None and self._needs_links:
            self.planner.look_up(key)
        decision = self.planner.overridden(self.planner.decide((key,) if key else (), i), self._n[i])
        problem = self._problem(i, decision)
        return Decision(Kind.PROBLEM, decision.ref, problem) if problem else decision

    def _problem(self, i: int, decision: Decision) -> Issue | None:
        """What keeps a row from being imported that is a new record, or has a number that another one has."""
        if decision.kind is Kind.NEW:
            if "id" in self._match and self._text("id", i):
                return self._issue("unknown_id", "id", id=self._text("id", i))
            lacking = [name for name in self._required if not self._has(name, i)]
            if self._one_of and not any(self._has(name, i) for name in self._one_of):
                lacking.append(self._one_of[0])
            if lacking:
                return self._issue("lacks", lacking[0])
        if self._numbers is not None and decision.kind in (Kind.NEW, Kind.HIT) and self._match != ("number",):
            column_of_keys = self._bound.keys.get("number")
            key = column_of_keys[i] if column_of_keys else None
            return self._numbers.check(key, decision, self._n[i], allocated=self._next_number is not None)
        return None

    def _has(self, name: str, i: int) -> bool:
        column = self._bound.single.get(name)
        return self._links[i].get(name) is not None or (column is not None and column[i] is not None)

    def _issue(self, code: str, name: str, **params: str | int) -> Issue:
        position = self._bound.columns.get(name, CONSTANT)
        return Issue(code, Severity.ERROR, f"{self.entity}.{name}", position if position != CONSTANT else None, params)

    def _text(self, name: str, i: int) -> str:
        column = self._bound.single.get(name)
        return str(column[i]) if column and column[i] is not None else ""

    def _resolve(self, name: str, i: int, row: RowSoFar, links: Mapping[str, int | None]) -> int | Issue | None:
        """The record that a field refers to: the row's own, else the one that the cell names; or what is wrong with it."""
        target = self._lookups[name].entity
        own = row.get(target)
        maker = self._parents.get(target)
        if own is not None and own.kind is not Kind.NOTHING and target in (maker.counted if maker else ()):
            return PARENT_HELD if own.kind is Kind.HELD else own.ref
        text = self._text(name, i)
        if not text:
            return None
        found = self._lookups[name].find(text, links.get("company") if target == "person" else None)
        if len(found.refs) == 1:
            return PARENT_HELD if found.held else found.refs[0]
        if not found.refs and found.deleted is None and self._rules.create_parents and not text.startswith("#"):
            made = maker.make(i, text, row) if maker is not None else None
            if made is not None:
                return made
        return self._not_found(name, text, found)

    def _not_found(self, name: str, text: str, found: Found) -> Issue:
        shown = text[:80]
        if len(found.refs) > 1:
            ids = ", ".join(str(ref) if ref > 0 else "+" for ref in found.refs[:5])
            return self._issue("reference_ambiguous", name, value=shown, count=len(found.refs), ids=ids)
        if found.deleted is not None:
            return self._issue("reference_deleted", name, value=shown, id=found.deleted)
        return self._issue("reference_unknown", name, value=shown)

    def make(self, i: int, name: str, row: RowSoFar) -> int | None:
        """See `Part.make`."""
        if self.entity not in MADE or row.get(self.entity, Decision(Kind.NOTHING)).kind is not Kind.NOTHING:
            return None
        self._made[i] = name
        row[self.entity] = Decision(Kind.NEW, -self.planner.next_new)
        return row[self.entity].ref

    def commit(self, i: int, n: int, row: RowSoFar, issues: list[tuple[int, Issue]]) -> Sequence[PlannedRow]:
        """See `Part.commit`."""
        decision, entity = row[self.entity], self.entity
        if decision.kind is Kind.NOTHING:
            return (PlannedRow(n, entity, Operation.SKIPPED, None, decision.reason),)
        if decision.kind is Kind.HELD:
            joins = self.planner.hold(decision, i, n) if decision.ref is not None else None
            return (PlannedRow(n, entity, Operation.HELD, decision.ref, decision.reason, joins),)
        operation, joins = self.planner.commit(decision, i, n, self._extra(i, decision))
        issues += [(n, issue) for issue in kept_issues(self.planner, self._block, decision, i)]
        return (PlannedRow(n, entity, operation, decision.ref, decision.reason, joins),)

    def _extra(self, i: int, decision: Decision) -> Extra:
        extra: Extra = {name: (ref, None) for name, ref in self._links[i].items() if ref is not None or name in self._mapped_links}
        if i in self._made:
            extra["name"] = (self._made[i], fold(self._made[i]))
        if decision.kind is Kind.NEW and self._next_number is not None and not self._text("number", i):
            number = str(self._next_number)
            extra["number"] = (number, number)
            self._next_number += 1
        return extra


class MadePart(Part):
    """Makes companies or projects that rows of something else refer to, where the import has none of its own."""

    counted = ()

    def __init__(self, entity: str, catalogue: Catalogue, settings: Settings, reader: RecordReader, index: PlanIndex) -> None:
        self.entity = entity
        self._reader, self._index = reader, index
        self.planner = EntityPlanner(entity, catalogue, settings, match="name", key_fields=("name",), single=(), multiple=())
        self.entities = {entity: self.planner}

    def begin(self, bound: BoundBlock, _block: BlockOfRows) -> Sequence[tuple[int, Issue]]:
        """See `Part.begin`."""
        self._names: dict[int, str] = {}
        self.planner.begin(Bound(), bound.n, (), self._reader, self._index)
        return ()

    def decide(self, i: int, row: RowSoFar) -> None:
        """See `Part.decide`: nothing, until something refers to it."""

    def make(self, i: int, name: str, row: RowSoFar) -> int | None:
        """See `Part.make`."""
        if i in self._names:  # one a row
            return row[self.entity].ref if fold(self._names[i]) == fold(name) else None
        self._names[i] = name
        row[self.entity] = Decision(Kind.NEW, -self.planner.next_new)
        return row[self.entity].ref

    def commit(self, i: int, n: int, row: RowSoFar, _issues: list[tuple[int, Issue]]) -> Sequence[PlannedRow]:
        """See `Part.commit`."""
        if self.entity in row:
            self.planner.commit(row[self.entity], i, n, {"name": (self._names[i], fold(self._names[i]))})
        return ()


def _planner_of(part: Part | None, entity: str) -> EntityPlanner | None:
    planner = part.entities.get(entity) if part is not None else None
    return planner if isinstance(planner, EntityPlanner) else None
