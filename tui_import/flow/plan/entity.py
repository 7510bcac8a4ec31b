"""One entity's side of a plan: which record a row means, and what the row adds to what was planned for it so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from tui_import.flow.folding import person_name_key
from tui_import.flow.plan.binding import CONSTANT, SET_BLANK, Bound, Incoming
from tui_import.flow.plan.keys import LINK
from tui_import.flow.plan.merge import merge_multiple, merge_single
from tui_import.flow.plan.planned import Change, Decision, Kind, PlanIndex, Planned, ValueChange
from tui_import.model.fields import Catalogue, Field, FieldType
from tui_import.model.issues import Issue, Severity
from tui_import.model.matches import Become, Choice, FieldChoice, Override
from tui_import.model.plan import Operation, Stored, Verb
from tui_import.model.records import Hit, RecordReader, StoredRecord
from tui_import.model.settings import Action, BlankCells, Settings, ValuesPolicy


class EntityPlanner:
    """Plans one entity over all blocks of an import."""

    def __init__(
        self,
        entity: str,
        catalogue: Catalogue,
        settings: Settings,
        *,
        match: str,
        key_fields: Iterable[str],
        single: Sequence[str],
        multiple: Sequence[str],
        defaults: Mapping[str, Stored] | None = None,
        overrides: Mapping[int, Override] | None = None,
        links: Sequence[str] = (),
    ) -> None:
        """``key_fields``: bare names of the fields matched by; they are never cleared. ``single`` and ``multiple``: mapped fields.

        ``links``: fields that hold other records, which `commit` is given as ``extra``.

        ``defaults``: values of new records that bring none. ``overrides``: row key → what was decided of a probable duplicate.
        """
        self.entity = entity
        self.match = match
        self.action: Action = settings.action(entity)
        self.single = tuple(single)
        self._links = tuple(links)
        self.multiple = tuple(multiple)
        self._settings = settings
        self._is_key = {item.name for item in catalogue.keys(entity)}
        fields = {item.name: item for item in catalogue.of(entity)}
        self._lists = {name for name in self.single if name in fields and fields[name].type is FieldType.LIST}
        kept = set(key_fields) | {item.name for item in fields.values() if item.required}
        self._clearable = {name for name in (*self.single, *self._links) if self._may_clear(fields.get(name), kept)}
        clears = self.action is Action.REPLACE and settings.values.blank_cells is BlankCells.CLEAR
        self._may_be_cleared = (self._clearable | self._lists) if self.action is Action.REPLACE else frozenset()
        self._kept = [(at, name) for at, name in enumerate(self.single) if clears and name in kept and name in fields and name != "id"]
        self._policies = {name: self._policy(fields[name]) for name in self.multiple}
        self._defaults = dict(defaults or {})
        self.next_new = 1
        """Number of the next new record."""
        self.planned: dict[int, Planned] = {}
        """Records that this block deals with, by id (negative: new)."""
        self.in_file: dict[str, int] = {}
        """Key → record, for keys of this block that the file itself has planned."""
        self._hits: dict[str, Sequence[Hit]] = {}
        self._looked_up: set[str] = set()
        self._linked: Mapping[str, Sequence[Hit]] = {}
        self.links: Sequence[str | None] = ()
        """Per row of the block the external key that it is found by before all else."""
        self._stored: dict[int, StoredRecord] = {}
        self.new_keys: list[tuple[str, int]] = []
        """Keys under which this block plans records."""
        self._rows: Sequence[tuple[Stored, ...]] = ()
        self._keys: dict[str, list[str | None]] = {}
        self._bound = Bound()
        self._consentless: frozenset[int] = frozenset()
        self._legal_basis = ""
        self._overrides = overrides or {}
        self._refs_of_rows = dict.fromkeys((each.ref for each in self._overrides.values() if each.become is Become.ROW), 0)
        """Rows that later ones are decided to be the same as → their records."""
        self._held: dict[int, tuple[int, Issue | None]] = {}
        """Records that wait → their first row, and why."""
        self._acting: tuple[Action, Mapping[str, FieldChoice]] = (self.action, {})
        """What happens to the record at hand, and the fields that somebody chose the values of."""

    def _may_clear(self, item: Field | None, kept: set[str]) -> bool:
        return (
            item is not None
            and self._settings.values.blank_cells is BlankCells.CLEAR
            and item.name not in kept
            and item.type is not FieldType.LIST
        )

    def _policy(self, item: Field) -> ValuesPolicy:
        if item.type is FieldType.PHONE:
            return self._settings.values.phones
        if item.type in (FieldType.EMAIL, FieldType.URL, FieldType.DOMAIN):
            return self._settings.values.urls_emails
        return ValuesPolicy.ADD

    @property
    def columns(self) -> frozenset[str]:
        """Bare names of the single fields that a new record of this plan can have a value for."""
        return frozenset(self.single) - {"id"} | {"number", "name"} | frozenset(self._defaults) | frozenset(self._links)

    # -- one block

    def begin(self, bound: Bound, n: Sequence[int], keys: Iterable[str], reader: RecordReader, index: PlanIndex) -> None:
        """Look everything up that the block's rows may need: their hits, those records, and what was planned before."""
        wanted = sorted(set(keys))
        count = len(n)
        self.links = _links(bound.multiple.get(LINK), count)
        linked = sorted(set(filter(None, self.links)))
        decided = self._decided_refs(n)
        self._bound = bound
        blank: list[Stored] = [None] * count
        self._rows = list(zip(*(bound.single.get(name, blank) for name in self.single), strict=True)) or [()] * count
        self._keys = bound.keys
        self._reader, self._index = reader, index
        self._hits = dict(reader.find(self.entity, self.match, wanted)) if wanted else {}
        self._looked_up = set(wanted)
        self._linked = reader.find(self.entity, LINK, linked) if linked else {}
        self.in_file = dict(index.find_new(self.entity, [*wanted, *map(_in_file_key, linked)]))
        self.new_keys = []
        self.planned = {}
        refs = {hit.id for found in (self._hits, self._linked) for hits in found.values() for hit in hits}
        refs |= set(self.in_file.values()) | decided
        before = index.planned(self.entity, sorted(refs))
        ids = sorted(ref for ref in (decided if self.action is Action.ADD else refs) if ref > 0)
        self._stored = dict(self._load(ids)) if ids else {}
        self._go_on(before)

    def _load(self, ids: Sequence[int]) -> Mapping[int, StoredRecord]:
        fields = [*(name for name in self.single if name != "id"), *self.multiple, *self._links]
        return self._reader.load(self.entity, ids, [name for name in fields if name != "company" or self.entity != "person"])

    def _go_on(self, before: Mapping[int, Planned]) -> None:
        """Take up what earlier blocks planned."""
        for ref, planned in before.items():
            planned.original = self._stored.get(ref)
            if planned.original is not None:
                self._continue(planned, planned.original)
            self.planned[ref] = planned

    def look_up(self, key: str) -> None:
        """Look a key up that could not be known when the block began, since another record of the row is part of it."""
        if key in self._looked_up:
            return
        self._looked_up.add(key)
        self._hits.update(self._reader.find(self.entity, self.match, [key]))
        for found, ref in self._index.find_new(self.entity, [key]).items():
            self.in_file.setdefault(found, ref)
        refs = {hit.id for hit in self._hits.get(key, ())} | ({self.in_file[key]} if key in self.in_file else set())
        missing = sorted(ref for ref in refs if ref not in self.planned and ref not in self._stored)
        before = self._index.planned(self.entity, missing)
        ids = [ref for ref in missing if ref > 0 and self.action is not Action.ADD]
        if ids:
            self._stored.update(self._load(ids))
        self._go_on(before)

    def _decided_refs(self, n: Sequence[int]) -> set[int]:
        """The records that rows of this block were decided to be the same as."""
        found = set()
        for override in filter(None, map(self._overrides.get, n)) if self._overrides else ():
            if override.become is Become.RECORD:
                found.add(override.ref)
            elif override.become is Become.ROW and self._refs_of_rows.get(override.ref):
                found.add(self._refs_of_rows[override.ref])
        return found

    @property
    def stored_ids(self) -> frozenset[int]:
        """The stored records that this block may write to."""
        return frozenset(self._stored)

    def give_consent(self, persons: frozenset[int], legal_basis: str) -> None:
        """These persons have no consent yet; what merges into them or replaces them gives them one."""
        self._consentless, self._legal_basis = persons, legal_basis

    def live_hit(self, key: str | None, i: int) -> int | None:
        """The one stored record that row ``i`` is linked to, else that has the key, where the action leads to it."""
        linked = [hit.id for hit in self._linked.get(self.links[i] or "", ()) if not hit.deleted]
        if len(linked) == 1 and self.action is not Action.ADD:
            return linked[0]
        if key is None or self.action is Action.ADD:
            return None
        live = [hit.id for hit in self._hits.get(key, ()) if not hit.deleted]
        return live[0] if len(live) == 1 else None

    def decide(self, keys: tuple[str, ...], i: int) -> Decision:
        """Which record row ``i`` is linked to, else which has one of the keys. A blank key (no keys) never matches."""
        link = self.links[i]
        if link is None:
            return self._by_keys(keys)
        keys = (*keys, _in_file_key(link))
        return self._by_link(link, keys) or self._by_keys(keys)

    def _by_link(self, link: str, keys: tuple[str, ...]) -> Decision | None:
        """The record that has this external key already; nothing else counts then. None: nobody has it."""
        hits = self._linked.get(link, ())
        live = sorted(hit.id for hit in hits if not hit.deleted)
        if len(live) > 1:
            return _ambiguous(live)
        if live:
            reason = Issue("linked", Severity.WARNING, params={"id": live[0]})
            if self.action is Action.ADD:  # never two records for one there (SPEC 4.2, 6)
                return Decision(Kind.PROBLEM, live[0], replace(reason, severity=Severity.ERROR))
            return self._of(live[0], keys)._replace(reason=reason)
        ref = self.in_file.get(_in_file_key(link))
        if ref is not None:
            return self._of(ref, keys)
        return _deleted(hits) if hits else None

    def _by_keys(self, keys: tuple[str, ...]) -> Decision:
        hits = {hit for key in keys for hit in self._hits.get(key, ())} if self._hits else None
        if hits and self.action is not Action.ADD:
            live = sorted(hit.id for hit in hits if not hit.deleted)
            if len(live) > 1:
                return _ambiguous(live)
            if live:
                return Decision(Kind.HIT, live[0], None, keys)
        for key in keys:
            ref = self.in_file.get(key)
            if ref is not None:
                return self._of(ref, keys)
        if hits and self.action is not Action.ADD:
            return _deleted(hits)
        return Decision(Kind.NEW, -self.next_new, None, keys)

    def _of(self, ref: int, keys: tuple[str, ...], override: Override | None = None) -> Decision:
        """A row that speaks of a record which this plan deals with."""
        if ref in self._held:
            return Decision(Kind.HELD, ref, self._held[ref][1], keys, override)
        return Decision(Kind.JOIN if ref < 0 else Kind.HIT, ref, None, keys, override)

    def overridden(self, decision: Decision, n: int) -> Decision:
        """What somebody decided of a probable duplicate counts more than the keys."""
        override = self._overrides.get(n)
        if override is None or decision.kind in (Kind.NOTHING, Kind.PROBLEM, Kind.HELD):
            return decision
        if override.become is Become.HELD:
            return Decision(Kind.HELD, decision.ref, override.reason, decision.keys, override)
        if override.become is Become.NEW:
            return Decision(Kind.NEW, -self.next_new, None, tuple(filter(_is_in_file_key, decision.keys)), override)
        ref = override.ref if override.become is Become.RECORD else self._refs_of_rows.get(override.ref, 0)
        if not ref or (ref > 0 and ref not in self._stored):  # it is gone meanwhile: the row is planned as if nothing had been decided
            return decision
        return self._of(ref, decision.keys, override)

    def hold(self, decision: Decision, i: int, n: int) -> int | None:
        """Keep a row out of the plan until it is decided; answers the row that it joins. Later rows with its keys wait with it."""
        assert decision.ref is not None
        if decision.ref in self._held:
            return self._held[decision.ref][0]
        if decision.ref == -self.next_new:
            self._add(decision, i, n, {})
            self.planned[decision.ref].held = True
            self._held[decision.ref] = (n, decision.reason)
            self._remember(n, decision.ref)
        return None

    def _remember(self, n: int, ref: int) -> None:
        if n in self._refs_of_rows:
            self._refs_of_rows[n] = ref

    def values(self, i: int) -> tuple[Stored, ...]:
        """The single values of a row, in the order of `single`."""
        return self._rows[i]

    def kept_fields(self, record: int, i: int) -> list[str]:
        """Key and required fields that are stored and blank in the row: a blank cell clears others, but not these (SPEC 4.2)."""
        stored = self._stored.get(record)
        row = self._rows[i]
        return [name for at, name in self._kept if row[at] is None and stored is not None and stored.values.get(name) is not None]

    def has_data(self, i: int) -> bool:
        """The row brings any value for this entity."""
        return any(value is not None for value in self._rows[i]) or any(values[i] for values in self._bound.multiple.values())

    def commit(
        self, decision: Decision, i: int, n: int, extra: Mapping[str, tuple[Stored, str | None]] | None = None
    ) -> tuple[Operation, int | None]:
        """Plan the row. ``extra``: values that do not come from the row's own cells (a person's company), with their key.

        Returns the operation and, where the row joins another, that row.
        """
        assert decision.ref is not None
        self._remember(n, decision.ref)
        if decision.kind is Kind.NEW:
            self._add(decision, i, n, extra or {})
            return Operation.ADDED, None
        action = self._act(decision)
        planned = self.planned.get(decision.ref)
        if planned is None:
            planned = self.planned[decision.ref] = self._from_store(self._stored[decision.ref])
        if len(decision.keys) > 1 or decision.override:
            self._register(decision.keys, decision.ref)
        if decision.kind is Kind.HIT and action is Action.SKIP:
            planned.skipped = True
            return Operation.SKIPPED, None
        planned.skipped = False
        owner = planned.row
        brought = self._brought(i, extra)
        if brought != planned.last and self._merge(planned, i, n, extra or {}):
            planned.rewrite = True
            if not owner:
                planned.row = n
                planned.last = brought
                return Operation.UPDATED, None
        planned.last = brought
        return (Operation.REPEATED, owner) if owner else (Operation.UNCHANGED, None)

    def _act(self, decision: Decision) -> Action:
        """What happens to the record: as somebody decided, else as the settings say."""
        override = decision.override
        action = (override.action if override else None) or self.action
        if override and action is Action.ADD:
            action = Action.MERGE
        self._acting = (action, override.fields if override else {})
        return action

    def _brought(self, i: int, extra: object) -> tuple[object, ...]:
        return (self._rows[i], extra, *[values[i] for values in self._bound.multiple.values()])

    def _add(self, decision: Decision, i: int, n: int, extra: Mapping[str, tuple[Stored, str | None]]) -> None:
        ref = -self.next_new
        self.next_new += 1
        values = dict(zip(self.single, self._rows[i], strict=True))
        left_blank = {name for name in self._lists if values[name] == SET_BLANK}
        values.update(dict.fromkeys(left_blank))
        for name, value in self._defaults.items():
            if values.get(name) is None and name not in left_blank:
                values[name] = value
        keys = {name: column[i] for name, column in self._keys.items()}
        for name, (value, key) in extra.items():
            values[name] = value
            if key is not None:
                keys[name] = key
        planned = Planned(ref, n, 0, values, keys, {}, last=self._brought(i, extra))
        for name, column in self._bound.multiple.items():
            if column[i]:
                self._append(planned, name, column[i], n)
        self.planned[ref] = planned
        self._register(decision.keys, ref)

    @staticmethod
    def _append(planned: Planned, name: str, incoming: Sequence[Incoming], n: int) -> None:
        present = planned.multiple[name] = []
        changes = planned.value_changes
        for value, column in incoming:
            place = (name, value[1])
            if place not in changes:
                present.append(value)
                changes[place] = ValueChange(name, value, Verb.APPEND, len(present), n, column)

    def _register(self, keys: Iterable[str], ref: int) -> None:
        for key in keys:
            if key not in self.in_file:
                self.in_file[key] = ref
                self.new_keys.append((key, ref))

    @staticmethod
    def _from_store(record: StoredRecord) -> Planned:
        values = dict(record.values)
        if record.company is not None:
            values["company"] = record.company
        return Planned(record.id, 0, record.version, values, {}, {name: list(values) for name, values in record.multiple.items()}, record)

    @staticmethod
    def _continue(planned: Planned, record: StoredRecord) -> None:
        """A stored record that an earlier block planned for: its values so far are the stored ones and the changes."""
        fresh = EntityPlanner._from_store(record)
        planned.version = record.version
        planned.values = fresh.values | {name: change.result for name, change in planned.changes.items()}
        planned.multiple = fresh.multiple
        for change in planned.value_changes.values():
            values = planned.multiple.setdefault(change.field, [])
            if change.verb is Verb.APPEND:
                values.append(change.value)
            elif change.verb is Verb.REMOVE:
                values[:] = [value for value in values if value.key != change.value.key]

    # -- merging a row into a record

    def _merge(self, planned: Planned, i: int, n: int, extra: Mapping[str, tuple[Stored, str | None]]) -> bool:
        """True where the row changes what will be written."""
        changed = False
        for name, incoming in zip(self.single, self._rows[i], strict=True):
            if name != "id" and name not in extra and (incoming is not None or name in self._clearable or name in self._acting[1]):
                key = self._keys[name][i] if name in self._is_key else None
                changed |= self._merge_one(planned, name, incoming, key, n)
        for name, (value, key) in extra.items():
            changed |= self._merge_one(planned, name, value, key, n)
        for name, column in self._bound.multiple.items():
            if column[i] or name in self._acting[1]:
                changed |= self._merge_values(planned, name, column[i], n)
        if planned.ref in self._consentless and "consent" not in planned.changes:
            planned.changes["consent"] = Change(None, self._legal_basis, self._legal_basis, None, None, Verb.FILL, n, CONSTANT)
            changed = True
        return changed

    def _merge_one(self, planned: Planned, name: str, incoming: Stored, key: str | None, n: int) -> bool:
        before = planned.values.get(name)
        original = planned.original.values.get(name) if planned.original else None
        if name == "company" and planned.original and self.entity == "person":
            original = planned.original.company
        choice = self._acting[1].get(name)
        if choice is not None and choice.choice is Choice.EDITED:
            incoming, key = (choice.values[0].value, choice.values[0].key) if choice.values else (None, None)
        blank = name in self._lists and incoming == SET_BLANK
        given = (name, "") in planned.given
        if incoming is not None and name in self._may_be_cleared and not blank:
            planned.given.add((name, ""))
        # a blank cell clears what is stored, never what another row of this file brings
        clears = (blank or name in self._clearable) and planned.original is not None and not given
        if blank:
            incoming = None
        if choice is None:
            outcome = merge_single(self._acting[0], before, incoming, clears=clears)
        else:
            action = Action.MERGE if choice.choice is Choice.STORED and before is not None else Action.REPLACE
            outcome = merge_single(action, before, incoming, clears=choice.choice is Choice.EDITED)
        if outcome.verb is Verb.SAME:
            return False
        column = self._bound.columns.get(name, CONSTANT)
        if outcome.verb is Verb.KEEP:
            if planned.original is not None and name not in planned.changes:
                planned.changes[name] = Change(before, incoming, before, None, None, Verb.KEEP, n, column)
                planned.rewrite = True
            return False
        old_key = planned.keys.get(name)
        planned.values[name] = outcome.result
        planned.keys[name] = key
        if self.entity == "person" and name in ("first_name", "last_name"):
            planned.keys["name"] = person_name_key(planned.values.get("first_name"), planned.values.get("last_name"))  # type: ignore[arg-type]
        verb: Verb = outcome.verb
        if planned.original is not None:
            verb = merge_single(Action.REPLACE, original, outcome.result, clears=True).verb
        planned.changes[name] = Change(original, incoming, outcome.result, old_key, key, verb, n, column)
        return True

    def _merge_values(self, planned: Planned, name: str, incoming: Sequence[Incoming], n: int) -> bool:
        present = planned.multiple.setdefault(name, [])
        policy = self._policies[name] if planned.original is not None else ValuesPolicy.ADD
        choice = self._acting[1].get(name)
        if choice is not None and planned.original is not None:
            policy = _POLICY_OF[choice.choice]
            if choice.choice is Choice.EDITED:
                incoming = [Incoming(value, CONSTANT) for value in choice.values]
        columns = {value.key: column for value, column in incoming}
        outcome = merge_multiple(policy, present, [value for value, _column in incoming])
        if policy is ValuesPolicy.REPLACE:
            planned.given.update((name, value.key) for value, _column in incoming)
        changed = False
        for value in outcome.append:
            before = planned.value_changes.get((name, value.key))
            if before is not None and before.verb is Verb.REMOVE:  # another row of this file still has it
                planned.value_changes[name, value.key] = before._replace(verb=Verb.SAME)
            else:
                change = ValueChange(name, value, Verb.APPEND, len(present) + 1, n, columns[value.key])
                planned.value_changes[name, value.key] = change
            present.append(value)
            changed = True
        for value in outcome.remove:
            if (name, value.key) not in planned.given and (name, value.key) not in planned.value_changes:
                planned.value_changes[name, value.key] = ValueChange(name, value, Verb.REMOVE, 0, n, columns[incoming[0].value.key])
                present.remove(value)
                changed = True
        return changed


def _ambiguous(live: Sequence[int]) -> Decision:
    ids = ", ".join(map(str, live[:5])) + (" …" if len(live) > 5 else "")
    return Decision(Kind.PROBLEM, None, Issue("ambiguous", Severity.ERROR, params={"count": len(live), "ids": ids}))


def _deleted(hits: Iterable[Hit]) -> Decision:
    deleted = min(hit.id for hit in hits)
    return Decision(Kind.PROBLEM, deleted, Issue("deleted", Severity.ERROR, params={"id": deleted}))


def _links(values: Sequence[Sequence[Incoming]] | None, count: int) -> Sequence[str | None]:
    """Per row its external key, where it is one of a source that records are found by (it has a description)."""
    if values is None:
        return [None] * count
    return [next((value.key for value, _column in cell if value.description), None) for cell in values]


_LINKED_BY = "\x1f"
"""Begins the keys of `EntityPlanner.in_file` that are external keys: no folded text has it."""


def _in_file_key(link: str) -> str:
    return _LINKED_BY + link


def _is_in_file_key(key: str) -> bool:
    return key.startswith(_LINKED_BY)


_POLICY_OF: Mapping[Choice, ValuesPolicy] = {
    Choice.INCOMING: ValuesPolicy.REPLACE,
    Choice.EDITED: ValuesPolicy.REPLACE,
    Choice.STORED: ValuesPolicy.IGNORE,
    Choice.BOTH: ValuesPolicy.ADD,
}
"""What a choice means for a field of several values."""
