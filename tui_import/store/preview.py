"""Windows into a draft and its plan: counts, filters, pages of rows, everything about one row. Nothing here holds all rows as objects."""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from tui_import.api.i18n import _
from tui_import.flow.cells import Cell
from tui_import.model.fields import Catalogue, FieldType
from tui_import.model.issues import Issue, Severity
from tui_import.model.kinds import CONTACTS, SEVERAL, entities_of
from tui_import.model.plan import (
    WRITING,
    Counts,
    FieldChange,
    Operation,
    PlanReport,
    PreviewRow,
    RowFilter,
    RowState,
    Stored,
    Verb,
)
from tui_import.model.progress import Progress
from tui_import.model.sheets import row_of, sheet_of
from tui_import.store.connection import Database
from tui_import.store.draft import Draft, planned_entities
from tui_import.store.layout import ENTITIES, NAMED_BY, called, joined, references_by_key
from tui_import.store.plan import issue_from_text


def _keys_of(*operations: str) -> str:
    """Query of the rows with one of these operations, in their order: the index on entity and operation has it."""
    listed = ", ".join(f"'{operation}'" for operation in operations)
    return " UNION ".join(f"SELECT n FROM plan_row WHERE entity = '{entity}' AND op IN ({listed})" for entity in ENTITIES)


_QUERIES: Mapping[str, str] = {
    "new": _keys_of("added"),
    "changed": _keys_of("updated"),
    "problems": _keys_of("problem"),
    "held": _keys_of("held"),
    "unchanged": f"{_keys_of('unchanged', 'repeated')} EXCEPT SELECT n FROM plan_row WHERE op NOT IN ('unchanged', 'repeated', 'skipped')",
}
"""`RowFilter.show` → query of the keys."""

_SHOWS: Mapping[str, str] = {
    "all": "",
    **{show: f"n IN ({query})" for show, query in _QUERIES.items()},
    "skipped": "NOT EXISTS (SELECT 1 FROM plan_row p WHERE p.n = row.n AND p.op <> 'skipped')",
    "clears": "n IN ({clears})",
    "warnings": "n IN (SELECT n FROM plan_issue WHERE code <> 'blank_key')",
    "unchecked": "checked = 0",
}
"""`RowFilter.show` → SQL condition on a row of the draft; ``{clears}`` depends on what is planned."""

SHOWS = tuple(_SHOWS)
_OF_ENTITY: Mapping[str, str] = {
    "new": "op = 'added'",
    "changed": "op = 'updated'",
    "problems": "op = 'problem'",
    "held": "op = 'held'",
    "unchanged": "op IN ('unchanged', 'repeated')",
    "skipped": "op = 'skipped'",
}
"""`RowFilter.show` → what it means of one entity; of others: rows that have such a record at all."""


@dataclass(frozen=True)
class RowKeys:
    """Keys of the rows that a filter shows, in its order. Without filter they are a range; else four bytes each."""

    keys: array[int] | range
    ascending: bool = False
    """They are in the order of the source."""

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, index: int) -> int:
        return self.keys[index]

    def window(self, first: int, count: int) -> Sequence[int]:
        """Some of them."""
        return self.keys[first : first + count]

    def index(self, key: int) -> int | None:
        """Where a row stands; None where the filter leaves it out."""
        if isinstance(self.keys, range):
            return self.keys.index(key) if key in self.keys else None
        if self.ascending:
            at = bisect_left(self.keys, key)
            return at if at < len(self.keys) and self.keys[at] == key else None
        try:
            return self.keys.index(key)
        except ValueError:
            return None


class Preview:
    """Reads one draft (and, for what is stored, its store)."""

    def __init__(self, draft: Draft, store: Database, catalogue: Catalogue) -> None:
        self._draft = draft
        self._store = store
        self._catalogue = catalogue
        self._references = references_by_key(catalogue)
        self._list_fields = {item.key: item.list for item in catalogue if item.type is FieldType.LIST}

    # -- rows

    def keys(self, rows: RowFilter, width: int, progress: Progress | None = None) -> RowKeys:
        """Which rows a filter shows. ``width``: number of columns that a text is looked for in.

        Raises `StoppedError` soon after ``progress`` was told to stop.
        """
        if rows == RowFilter():
            return RowKeys(range(1, 1 + self._draft.meta("rows", 0)))
        query, values = self._query(rows, width)
        with self._draft.database.interruptible(progress) as connection:
            keys = array("I", chain.from_iterable(connection.execute(query, values)))
        return RowKeys(keys, ascending=rows.sort is None)

    def count(self, rows: RowFilter, width: int) -> int:
        """How many rows a filter shows."""
        query, values = self._query(rows, width)
        return int(self._draft.database.connection.execute(f"SELECT count(*) FROM ({query})", values).fetchone()[0])

    def _query(self, rows: RowFilter, width: int) -> tuple[str, list[str]]:
        if rows == RowFilter(show=rows.show) and rows.show in _QUERIES and self.has_plan():
            return f"{_QUERIES[rows.show]} ORDER BY n", []
        conditions, values = self._conditions(rows, width)
        order = "n"
        if rows.sort is not None:
            direction = "DESC" if rows.descending else "ASC"
            order = f"c{rows.sort} IS NULL, c{rows.sort} COLLATE NOCASE {direction}, n"
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        return f"SELECT n FROM row {where} ORDER BY {order}", values

    def _conditions(self, rows: RowFilter, width: int) -> tuple[list[str], list[str]]:
        conditions, values = [], []
        if rows.entity:
            if not self.has_plan():
                return ["0"], []
            of_entity = "SELECT n FROM plan_row WHERE entity = ?"
            condition = _OF_ENTITY.get(rows.show, "(op <> 'skipped' OR (reason IS NOT NULL AND reason NOT LIKE '%\"row_problem\"%'))")
            conditions.append(f"n IN ({of_entity} AND {condition})")
            values.append(rows.entity)
        if rows.show != "all":
            if rows.show != "unchecked" and not self.has_plan():
                return ["0"], []
            tables = [f"SELECT row FROM plan_{entity}_change WHERE verb = 'clear'" for entity in self._entities()]
            conditions.append(_SHOWS[rows.show].replace("{clears}", " UNION ".join(tables)))
        if rows.text:
            pattern = "%" + rows.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
            conditions.append("(" + " OR ".join(f"c{i} LIKE ? ESCAPE '\\'" for i in range(width)) + ")")
            values += [pattern] * width
        return conditions, values

    def has_plan(self) -> bool:
        """There is a plan, perhaps an outdated one."""
        return bool(self._draft.database.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'plan_row'").fetchone())

    def _entities(self) -> tuple[str, ...]:
        """What the plan has tables for."""
        return planned_entities(self._draft.database.connection)

    def next_problem(self, after: int, *, backwards: bool = False) -> int | None:
        """Key of the next row with a problem."""
        if not self.has_plan():
            return None
        sign, end = ("<", "max") if backwards else (">", "min")
        found = "SELECT {end}(n) AS n FROM plan_row WHERE entity = '{entity}' AND op = 'problem' AND n {sign} ?"
        each = " UNION ALL ".join(found.format(end=end, entity=entity, sign=sign) for entity in ENTITIES)
        row = self._draft.database.connection.execute(f"SELECT {end}(n) FROM ({each})", (after,) * len(ENTITIES)).fetchone()
        return None if row[0] is None else int(row[0])

    def rows(self, keys: Sequence[int]) -> list[PreviewRow]:
        """Rows by key, in the order asked for."""
        connection = self._draft.database.connection
        wanted = json.dumps(list(keys))
        states: dict[int, list[RowState]] = {}
        marks: dict[int, set[int]] = {}
        if self.has_plan():
            for entity in ENTITIES:
                for n, operation, ref, reason, joins in connection.execute(
                    "SELECT n, op, ref, reason, joins FROM plan_row WHERE entity = ? AND n IN (SELECT value FROM json_each(?))",
                    (entity, wanted),
                ):
                    record = ref if ref is not None and ref > 0 else None
                    issue = issue_from_text(reason) if reason else None
                    states.setdefault(n, []).append(RowState(entity, Operation(operation), record, issue, joins, ref))
            for n, column in connection.execute(
                "SELECT n, column FROM plan_issue WHERE column >= 0 AND n IN (SELECT value FROM json_each(?))", (wanted,)
            ):
                marks.setdefault(n, set()).add(column)
        found = {}
        sheets = [sheet.name for sheet in self._draft.sheets()]
        for n, number, checked, _key, _changed, *cells in connection.execute(
            "SELECT * FROM row WHERE n IN (SELECT value FROM json_each(?))", (wanted,)
        ):
            found[n] = PreviewRow(
                n,
                row_of(number),
                _is_checked(checked, states.get(n, ())),
                tuple(cells),
                tuple(states.get(n, ())),
                frozenset(marks.get(n, ())),
                sheet_of(number, sheets),
            )
        return [found[n] for n in keys if n in found]

    # -- one row

    def changes(self, row: PreviewRow) -> list[FieldChange]:
        """What happens to every field that the row touches, list items by name."""
        if not self.has_plan():
            return []
        names = self._item_names()
        changes = []
        for state in row.states:
            entity, ref = state.entity, state.ref
            if ref is None:
                continue
            found = self._new_changes(entity, -ref) if ref < 0 else self._hit_changes(entity, ref)
            changes += [self._named(change, names) for change in found]
        return changes

    def _new_changes(self, entity: str, k: int) -> Iterable[FieldChange]:
        connection = self._draft.database.connection
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info(plan_{entity}_new)")]
        record = connection.execute(f"SELECT * FROM plan_{entity}_new WHERE k = ?", (k,)).fetchone()
        if record is None:
            return
        values = dict(zip(columns, record, strict=True))
        for item in self._catalogue.stored(entity):
            value = values.get(item.name)
            if value is not None:
                yield FieldChange(item.key, None, value, value, Verb.FILL, values["row"])
        for field, value, row in connection.execute(
            f"SELECT field, value, row FROM plan_{entity}_new_value WHERE k = ? ORDER BY field, rank", (k,)
        ):
            yield FieldChange(f"{entity}.{field}", None, value, value, Verb.APPEND, row)

    def _hit_changes(self, entity: str, record: int) -> Iterable[FieldChange]:
        connection = self._draft.database.connection
        planned = {
            field: FieldChange(f"{entity}.{field}", stored, incoming, result, Verb(verb), row)
            for field, stored, incoming, result, verb, row in connection.execute(
                f"SELECT field, stored, incoming, result, verb, row FROM plan_{entity}_change WHERE id = ?", (record,)
            )
        }
        stored = self._store.connection.execute(f"SELECT * FROM {entity} WHERE id = ?", (record,))
        names = [column[0] for column in stored.description]
        row = stored.fetchone()
        values = dict(zip(names, row, strict=True)) if row else {}
        for item in self._catalogue.stored(entity):
            if item.name in planned:
                yield planned.pop(item.name)
            elif values.get(item.name) is not None:
                yield FieldChange(item.key, values[item.name], None, values[item.name], Verb.SAME)
        yield from planned.values()
        for field, value, verb, row in connection.execute(
            f"SELECT field, value, verb, row FROM plan_{entity}_value WHERE id = ? AND verb <> 'same' ORDER BY field, rank", (record,)
        ):
            removed = verb == Verb.REMOVE
            yield FieldChange(
                f"{entity}.{field}", value if removed else None, None if removed else value, None if removed else value, Verb(verb), row
            )

    def issues(self, n: int) -> list[Issue]:
        """What is wrong in a row."""
        if not self.has_plan():
            return []
        return [
            Issue(code, Severity(severity), field, column, json.loads(params), suggestion)
            for field, column, code, severity, params, suggestion in self._draft.database.connection.execute(
                "SELECT field, column, code, severity, params, suggestion FROM plan_issue WHERE n = ?", (n,)
            )
        ]

    def column_issues(self, column: int) -> dict[Cell, Issue]:
        """Cell → what is wrong with it, for the values of a column."""
        if not self.has_plan():
            return {}
        return {
            value: Issue(code, Severity(severity), field, column, json.loads(params), suggestion)
            for value, field, code, severity, params, suggestion in self._draft.database.connection.execute(
                f"SELECT DISTINCT r.c{column}, i.field, i.code, i.severity, i.params, i.suggestion"
                " FROM plan_issue i JOIN row r ON r.n = i.n WHERE i.column = ?",
                (column,),
            )
        }

    def repairs(self, column: int, code: str) -> list[tuple[int, int, str]]:
        """(row key, column, suggested text) for every offered repair of a kind in a column."""
        if not self.has_plan():
            return []
        return self._draft.database.connection.execute(
            "SELECT n, column, suggestion FROM plan_issue WHERE column = ? AND code = ? AND suggestion IS NOT NULL", (column, code)
        ).fetchall()

    def offered_repairs(self) -> list[tuple[int, str, int]]:
        """(column, kind, cells) of all repairs that the plan offers."""
        if not self.has_plan():
            return []
        return self._draft.database.connection.execute(
            "SELECT column, code, count(DISTINCT n) FROM plan_issue WHERE suggestion IS NOT NULL AND column >= 0 GROUP BY column, code"
        ).fetchall()

    def _item_names(self) -> dict[int, str]:
        names = dict(self._store.connection.execute("SELECT id, name FROM list_item"))
        names.update(self._draft.database.connection.execute("SELECT id, name FROM plan_list_item"))
        return names

    def _named(self, change: FieldChange, names: Mapping[int, str]) -> FieldChange:
        target = self._references.get(change.field)
        if target is not None:
            stored, incoming, result = (self._called(target, ref) for ref in (change.stored, change.incoming, change.result))
            return replace(change, stored=stored, incoming=incoming, result=result)
        if change.field not in self._list_fields:
            return change

        def name(item: Stored) -> Stored:
            return names.get(item) if isinstance(item, int) else item

        return replace(change, stored=name(change.stored), incoming=name(change.incoming), result=name(change.result))

    def _called(self, entity: str, ref: Stored) -> Stored:
        """What the record is called that a field refers to, in the store or in the plan."""
        if not isinstance(ref, int):
            return ref
        name = self._planned_name(entity, -ref) if ref < 0 else called(self._store.connection, entity, [ref]).get(ref)
        return name if name is not None else f"{_(entity)} {ref}"

    def _planned_name(self, entity: str, k: int) -> str | None:
        cursor = self._draft.database.connection.execute(f"SELECT * FROM plan_{entity}_new WHERE k = ?", (k,))
        names = [column[0] for column in cursor.description]
        row = cursor.fetchone()
        if row is None:
            return None
        values = dict(zip(names, row, strict=True))
        columns = NAMED_BY.get(entity, ("name",))
        return joined(self._called(name, values.get(name)) if name in ENTITIES else values.get(name) for name in columns)

    # -- numbers

    def report(self, moved: Sequence[tuple[str, str, int]] = ()) -> PlanReport:
        """The plan in numbers."""
        connection = self._draft.database.connection
        counted = self._counted()
        entities = {entity: _counts(dict(self._operations(entity))) for entity in counted}
        verbs: dict[Verb, int] = {}
        for entity in self._entities():
            for table in (f"plan_{entity}_change", f"plan_{entity}_value"):
                for verb, count in connection.execute(f"SELECT verb, count(*) FROM {table} GROUP BY verb"):
                    verbs[Verb(verb)] = verbs.get(Verb(verb), 0) + count
        verbs.pop(Verb.SAME, None)
        items: dict[str, list[str]] = {}
        for name, item in connection.execute("SELECT list, name FROM plan_list_item WHERE used ORDER BY id DESC"):
            items.setdefault(name, []).append(item)
        return PlanReport(
            rows=self._draft.meta("rows", 0),
            unchecked=connection.execute(
                f"SELECT count(*) FROM plan_row WHERE entity = '{counted[0]}' AND reason LIKE '%\"unchecked\"%'"
            ).fetchone()[0],
            entities=entities,
            verbs=verbs,
            clears=verbs.get(Verb.CLEAR, 0),
            warnings=connection.execute("SELECT count(DISTINCT n) FROM plan_issue WHERE code <> 'blank_key'").fetchone()[0],
            new_list_items={name: tuple(values) for name, values in items.items()},
            suppressed=connection.execute("SELECT count(DISTINCT n) FROM plan_row WHERE reason LIKE '%\"suppressed\"%'").fetchone()[0],
            moved=tuple(moved),
        )

    def _counted(self) -> tuple[str, ...]:
        """The entities that every row has a state for."""
        kind = self._draft.meta("kind", CONTACTS)
        if kind != SEVERAL:
            return entities_of(kind)
        found = {entity for (entity,) in self._draft.database.connection.execute("SELECT DISTINCT entity FROM plan_row")}
        return tuple(entity for entity in ENTITIES if entity in found) or entities_of(CONTACTS)

    def _operations(self, entity: str) -> Iterable[tuple[str, int]]:
        return self._draft.database.connection.execute("SELECT op, count(*) FROM plan_row WHERE entity = ? GROUP BY op", (entity,))


def _counts(operations: Mapping[str, int]) -> Counts:
    counts = dict(operations)
    counts["unchanged"] = counts.pop("repeated", 0) + counts.get("unchanged", 0)
    return Counts(**counts)


def _is_checked(checked: int | None, states: Sequence[RowState]) -> bool:
    """As the user said; else every row but the problems and those that are left out by themselves."""
    if checked is not None and checked == 0:
        return False
    left_out = any(
        state.operation in (Operation.PROBLEM, Operation.HELD) or (state.reason and state.reason.code in ("heading_row", "example_row"))
        for state in states
    )
    return not left_out


__all__ = ["SHOWS", "WRITING", "Preview", "RowKeys"]
