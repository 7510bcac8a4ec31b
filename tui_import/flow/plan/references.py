"""What a cell calls another record ("ACME", "1001", "anna@acme.dk", "#17") → that record, in the store or in the plan so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tui_import.flow.folding import fold, person_name_key
from tui_import.flow.names import split_full_name
from tui_import.flow.plan.entity import EntityPlanner
from tui_import.flow.plan.keys import of_fields
from tui_import.flow.plan.planned import PlanIndex, Planned
from tui_import.model.records import Hit, RecordReader

CALLED_BY: Mapping[str, tuple[str, ...]] = {
    "company": ("name", "number", "code", "email"),
    "person": ("email", "full_name", "number"),
    "project": ("name", "number"),
    "sale": ("number", "heading"),
}
"""Entity → what its records are called by, in the order in which it is tried; the first that anything is called by counts."""
_WITH_KEY_OF_ITS_OWN = frozenset({"company", "person"})
"""Entities whose keys the store knows by name; those of the others are made of fields."""


class Found(NamedTuple):
    """What a name leads to."""

    refs: tuple[int, ...] = ()
    """Ids; negative: records that the plan makes."""
    deleted: int | None = None
    """Where there is none: a deleted record that is called so."""
    held: bool = False
    """The one that is found waits for a decision."""


class Lookup:
    """Finds the records of one entity, block by block."""

    def __init__(self, entity: str, reader: RecordReader, index: PlanIndex, planner: EntityPlanner | None) -> None:
        """``planner``: where this plan makes such records, too."""
        self.entity = entity
        self._reader = reader
        self._index = index
        self._planner = planner
        self._hits: dict[tuple[str, str], Sequence[Hit]] = {}
        self._before: dict[tuple[str, str], Sequence[int]] = {}
        self._in_block: dict[tuple[str, str], list[int]] = {}
        self._next = 1
        self._companies: dict[int, int | None] = {}

    def begin(self, texts: Iterable[str]) -> None:
        """Look up all that a block calls such a record."""
        self._hits, self._before, self._in_block, self._companies = {}, {}, {}, {}
        self._next = self._planner.next_new if self._planner else 1
        wanted: dict[str, dict[str, None]] = {}
        for text in texts:
            for by, value in (*self._names(text), *self._parts(text)):
                wanted.setdefault(by, {})[value] = None
        for by, values in wanted.items():
            keys = {self._key(by, value): value for value in values}
            for key, hits in self._reader.find(self.entity, by, sorted(keys)).items():
                self._hits[by, keys[key]] = hits
            if self._planner is not None and by != "id":
                for value, refs in self._index.find_called(self.entity, by, sorted(values)).items():
                    self._before[by, value] = refs
            if self._planner is not None and by == self._planner.match:
                for key, ref in self._index.find_new(self.entity, sorted(keys)).items():
                    self._before[by, keys[key]] = [*self._before.get((by, keys[key]), ()), ref]
        if self.entity == "person":
            ids = sorted({hit.id for hits in self._hits.values() for hit in hits})
            self._companies = {record.id: record.company for record in self._reader.load("person", ids, []).values()}

    def find(self, text: str, company: int | None = None) -> Found:
        """The record that is called so. ``company``: the row's; a person's name means one in it."""
        self._keep_up()
        deleted = None
        for by, value in self._names(text):
            refs = self._refs(by, value)
            if by == "full_name" and company is not None:
                refs = {ref for ref in refs if self._company_of(ref) in (company, None)}
            if refs:
                return self._found(refs)
            deleted = deleted or next((hit.id for hit in self._hits.get((by, value), ()) if hit.deleted), None)
        parts = [self._refs(by, value) for by, value in self._parts(text)]
        together = set.intersection(*parts) if parts else set()
        return self._found(together) if together else Found((), deleted)

    def _refs(self, by: str, value: str) -> set[int]:
        """The records that are called so in one way."""
        stored = {hit.id for hit in self._hits.get((by, value), ()) if not hit.deleted}
        refs = stored | {*self._before.get((by, value), ()), *self._in_block.get((by, value), ())}
        if self._planner is not None and by == self._planner.match:  # a row that was decided to be another record
            refs |= {self._planner.in_file.get(self._key(by, value), 0)} - {0}
        return refs

    def _found(self, refs: set[int]) -> Found:
        found = tuple(sorted(refs))
        return Found(found, None, len(found) == 1 and found[0] < 0 and self._is_held(found[0]))

    def _names(self, text: str) -> Iterable[tuple[str, str]]:
        """(what it is called by, folded text) for each way to understand it."""
        if text.startswith("#") and text[1:].isdecimal():
            yield "id", text[1:]
            return
        for by in CALLED_BY[self.entity]:
            if by == "full_name":
                name = split_full_name(text)
                keys = (fold(text), person_name_key(name.first, name.last))  # "Maria Garcia Lopez" may have no middle name
                yield from ((by, key) for key in dict.fromkeys(keys) if key)
            elif by != "email" or "@" in text:
                yield by, fold(text)

    def _parts(self, text: str) -> Iterable[tuple[str, str]]:
        """What has to agree together, where a sale is called as exports call it: "Lamps S-1"."""
        heading, _blank, number = text.rpartition(" ")
        return (("heading", fold(heading)), ("number", fold(number))) if self.entity == "sale" and heading.strip() else ()

    def _key(self, by: str, value: str) -> str:
        if self.entity in _WITH_KEY_OF_ITS_OWN:
            return value
        return of_fields([int(value) if by == "id" else value]) or ""

    def _keep_up(self) -> None:
        """Notice what was planned since the last look."""
        if self._planner is None:
            return
        for ref in range(-self._next, -self._planner.next_new, -1):
            planned = self._planner.planned.get(ref)
            if planned is not None:
                for by, value in _called(self.entity, planned):
                    self._in_block.setdefault((by, value), []).append(ref)
        self._next = self._planner.next_new

    def _company_of(self, person: int) -> int | None:
        planned = self._planned(person) if person < 0 else None
        value = planned.values.get("company") if planned is not None else self._companies.get(person)
        return value if isinstance(value, int) else None

    def _is_held(self, ref: int) -> bool:
        planned = self._planner.planned.get(ref) if self._planner else None
        return planned.held if planned is not None else self._index.is_held(self.entity, ref)

    def _planned(self, ref: int) -> Planned | None:
        if self._planner is None:
            return None
        return self._planner.planned.get(ref) or self._index.planned(self.entity, [ref]).get(ref)


def _called(entity: str, planned: Planned) -> Iterable[tuple[str, str]]:
    for by in CALLED_BY[entity]:
        if by == "email":
            yield from ((by, value.key) for value in planned.multiple.get("email", ()))
        else:
            key = planned.keys.get("name" if by == "full_name" else by)
            if key:
                yield by, key
