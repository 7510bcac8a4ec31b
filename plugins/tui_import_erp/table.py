"""A table of one actor type: its own fields, its parent's where it has one, and the keys both are found again by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from typing import TypeVar

from tui_import.api import OPERATORS, Column, Criterion, Kind, Page, Row, Scalar, Searchable, SearchField, SourceError, _
from tui_import.api.erp import ACTORS_AT_ONCE, Actor, ActorType, Erp, ErpField

Item = TypeVar("Item")
KEY, PARENT_KEY = "ERP key", "ERP key of the company"
"""Headings are the same in every language: recipes know columns by them."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the columns are."""

    own: Sequence[ErpField]
    parent: Sequence[ErpField]
    columns: Sequence[Column]


class ErpTable(Searchable):
    """The actors of one type. `Row.key` is "customer:ErpKey": it says by itself what it is the key of."""

    def __init__(self, erp: Erp, actor_type: ActorType, types: Sequence[ActorType], lists: str) -> None:
        self.name = actor_type.key
        self._erp, self._type, self._lists = erp, actor_type, lists
        self._parent_type = next((each for each in types if each.key == actor_type.parent), None)
        self._spaces = {each.key: each.space for each in types}
        self._known: _Shape | None = None
        self._bookmark = ""

    # -- shape

    def columns(self) -> Sequence[Column]:
        """Own fields, the parent's, and last the keys, which nobody can link to anything else."""
        return self._shape().columns

    def _shape(self) -> _Shape:
        if self._known is None:
            own = self._erp.fields(self._type.key)
            parent = self._erp.fields(self._parent_type.key) if self._parent_type else ()
            columns = [self._column(each, self._type.entity) for each in own]
            columns.append(Column(KEY, f"{self._type.entity}.external_key", locked=True))
            if self._parent_type:
                entity = self._parent_type.entity
                columns += [self._column(each, entity, f"Company: {each.title}") for each in parent]
                columns.append(Column(PARENT_KEY, f"{entity}.external_key", locked=True))
            self._known = _Shape(own, parent, columns)
        return self._known

    def _column(self, field: ErpField, entity: str, name: str = "") -> Column:
        return Column(name or field.title, field.target(entity), field.note, list=self._list(field))

    def _list(self, field: ErpField) -> str:
        return f"{self._lists}:{field.list}" if field.list else ""

    # -- rows

    def rows(self) -> Iterator[Row]:
        """All of them."""
        return self._noting(self._erp.everything(self._type.key))

    def changed_since(self, moment: str) -> Iterator[Row]:
        """Those that changed later, and those of which nobody knows."""
        return self._rows(self._erp.changed_since(self._type.key, moment))

    def changes(self, bookmark: str) -> Iterator[Row]:
        """What changed since the reading that left this bookmark."""
        if not bookmark:
            return self.rows()
        return self._noting(self._erp.changed_since(self._type.key, bookmark), bookmark)

    def bookmark(self) -> str:
        """The latest change that was read, once everything was."""
        return self._bookmark

    def _noting(self, actors: Iterator[Actor], latest: str = "") -> Iterator[Row]:
        self._bookmark = ""
        for row in self._rows(actors):
            latest = max(latest, row.changed)
            yield row
        self._bookmark = latest

    def fetch(self, keys: Sequence[str]) -> Iterator[Row]:
        """Those of these keys."""
        prefix = f"{self._type.space}:"
        own = (key.removeprefix(prefix) for key in keys if key.startswith(prefix))
        return self._rows(actor for batch in _batches(own) for actor in self._erp.get(self._type.key, batch))

    def _rows(self, actors: Iterable[Actor]) -> Iterator[Row]:
        numbers = count(1)
        for batch in _batches(actors):
            parents = self._parents(batch)
            for actor in batch:
                yield self._row(next(numbers), actor, parents)

    def _row(self, number: int, actor: Actor, parents: Mapping[str, Actor]) -> Row:
        shape, key = self._shape(), f"{self._type.space}:{actor.key}"
        values: list[Scalar] = [actor.values.get(field.key) for field in shape.own]
        values.append(key)
        if self._parent_type:
            parent_key = self._parent_key(actor)
            parent = parents.get(parent_key)
            values += [parent.values.get(field.key) if parent else None for field in shape.parent]
            values.append(parent_key if parent else None)
        return Row(number, values, key, actor.changed)

    def _parent_key(self, actor: Actor) -> str:
        return self._key_of(actor.parent_type or self._type.parent, actor.parent) if actor.parent else ""

    def _key_of(self, kind: str, key: str) -> str:
        return f"{self._spaces.get(kind, kind)}:{key}"

    def _parents(self, actors: Sequence[Actor]) -> Mapping[str, Actor]:
        """The parents of some actors by their keys, fetched together."""
        if not self._parent_type:
            return {}
        wanted: dict[str, dict[str, None]] = {}
        for actor in actors:
            if actor.parent:
                wanted.setdefault(actor.parent_type or self._type.parent, {})[actor.parent] = None
        return {self._key_of(kind, each.key): each for kind, keys in wanted.items() for each in self._erp.get(kind, list(keys))}

    # -- search

    def search_fields(self) -> Sequence[SearchField]:
        """The connector's searchable ones."""
        fields = (each for each in self._shape().own if each.searchable)
        return [SearchField(each.key, _(each.title), each.kind, self._list(each), each.operators) for each in fields]

    def search(self, criteria: Sequence[Criterion], page: str = "", limit: int = 100) -> Page:
        """One page; the ERP compares."""
        known = {each.key: each for each in self._shape().own if each.searchable}
        found = self._erp.search(self._type.key, [self._criterion(each, known) for each in criteria], page, limit)
        return Page(list(self._rows(found.actors)), found.next, found.total)

    def _criterion(self, criterion: Criterion, known: Mapping[str, ErpField]) -> Criterion:
        """Checked; words of a list as its keys."""
        field = known.get(criterion.field)
        if field is None:
            raise SourceError(
                _("{table} cannot be searched by {field}.").format(table=self._type.label, field=criterion.field),
                hint=_("Fields: {names}.").format(names=", ".join(known)),
            )
        allowed = field.operators or OPERATORS[field.kind]
        if criterion.operator not in allowed:
            raise SourceError(
                _("The ERP does not compare {field} by “{operator}”.").format(field=_(field.title), operator=criterion.operator),
                hint=_("Possible: {names}.").format(names=", ".join(allowed)),
            )
        if field.kind is not Kind.LIST or not field.list:
            return criterion
        items = self._erp.list_items(field.list)
        keys = {word.casefold(): key for key, word in items.items()}
        return replace(
            criterion, values=[each if str(each) in items else keys.get(str(each).casefold(), each) for each in criterion.values]
        )


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, ACTORS_AT_ONCE)):
        yield batch
