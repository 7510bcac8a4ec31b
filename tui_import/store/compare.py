"""Two states of a store, record by record: what is new, gone and changed, and in which fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tui_import.model.fields import Catalogue
from tui_import.model.own_fields import with_own
from tui_import.model.runs import RecordDifference
from tui_import.store.connection import Database
from tui_import.store.layout import ENTITIES, PARENTS
from tui_import.store.own_fields import own_fields
from tui_import.store.reading import BOOKKEEPING, records

Record = Mapping[str, Any]


def differences(before: Database, after: Database, catalogue: Catalogue) -> Iterator[RecordDifference]:
    """By kind of record and id. A deleted record is gone, a restored one new; who changed a record and when is no difference.

    ``catalogue``: of all stores; each has its own fields beside it.
    """
    old_fields, new_fields = (with_own(catalogue, own_fields(each.connection)) for each in (before, after))
    for entity in ENTITIES:
        ignored = {*BOOKKEEPING, PARENTS.get(entity, "")}  # of a parent its id counts: a company's new name is no change of its persons
        for number, old, new in _side_by_side(records(before, old_fields, entity), records(after, new_fields, entity)):
            changed = {} if old is None or new is None else _changes(old, new, ignored)
            if old is None or new is None or changed:
                what = "new" if old is None else "gone" if new is None else "changed"
                yield RecordDifference(entity, number, what, _name(new or old or {}), changed)


def _side_by_side(old: Iterator[Record], new: Iterator[Record]) -> Iterator[tuple[int, Record | None, Record | None]]:
    """Both in the order of their ids, so that neither has to be kept."""
    one, other = next(old, None), next(new, None)
    while one is not None or other is not None:
        number = min(record["id"] for record in (one, other) if record is not None)
        here, there = one is not None and one["id"] == number, other is not None and other["id"] == number
        yield number, one if here else None, other if there else None
        one, other = next(old, None) if here else one, next(new, None) if there else other


def _changes(old: Record, new: Record, ignored: set[str]) -> dict[str, tuple[Any, Any]]:
    return {key: (old.get(key), new.get(key)) for key in {**old, **new} if key not in ignored and old.get(key) != new.get(key)}


def _name(record: Record) -> str:
    parts = (record.get(key) for key in ("name", "first_name", "last_name"))
    return " ".join(str(part) for part in parts if part)
