"""The plan in the draft: tables shaped so that ``store.apply`` can write them to the store with ``INSERT ... SELECT``.

Per entity: ``plan_E_new`` (new records, columns as in the store), ``plan_E_new_value`` (their multiple values), ``plan_E_held`` and
``plan_E_held_value`` (the same of records that wait for a decision and are not written), ``plan_E_join`` (what later rows gave to new
ones), ``plan_E_key`` (keys they are found by), ``plan_E_hit`` (stored records), ``plan_E_change`` and ``plan_E_value`` (what happens to
those). ``plan_row`` has one line per row and entity, ``plan_issue`` one per thing that is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from tui_import.flow.plan.planned import Change, Planned, PlannedEntity, ValueChange
from tui_import.flow.plan.rows import PlannedBlock
from tui_import.model.fields import Catalogue, FieldType
from tui_import.model.issues import Issue, Severity
from tui_import.model.plan import Operation, Verb
from tui_import.model.records import Value
from tui_import.store.draft import Draft, plan_tables
from tui_import.store.layout import PARENTS, columns_of

_TABLES = """
CREATE TABLE plan_{e}_new (k INTEGER PRIMARY KEY, row INTEGER{columns});
CREATE TABLE plan_{e}_new_value (k INTEGER, field TEXT, value, key TEXT, description TEXT, rank INTEGER, row INTEGER, column INTEGER);
CREATE INDEX plan_{e}_new_value_k ON plan_{e}_new_value(k);
CREATE TABLE plan_{e}_held (k INTEGER PRIMARY KEY, row INTEGER{columns});
CREATE TABLE plan_{e}_held_value (k INTEGER, field TEXT, value, key TEXT, description TEXT, rank INTEGER, row INTEGER, column INTEGER);
CREATE TABLE plan_{e}_join (k INTEGER, field TEXT, before, after, before_key TEXT, after_key TEXT, verb TEXT, row INTEGER, column INTEGER,
    PRIMARY KEY (k, field)) WITHOUT ROWID;
CREATE TABLE plan_{e}_key (key TEXT PRIMARY KEY, ref INTEGER) WITHOUT ROWID;
CREATE TABLE plan_{e}_hit (id INTEGER PRIMARY KEY, row INTEGER, version INTEGER, op TEXT, given TEXT);
CREATE TABLE plan_{e}_change (id INTEGER, field TEXT, stored, incoming, result, stored_key TEXT, result_key TEXT, verb TEXT, row INTEGER,
    column INTEGER, PRIMARY KEY (id, field)) WITHOUT ROWID;
CREATE TABLE plan_{e}_value (id INTEGER, field TEXT, key TEXT, value, description TEXT, verb TEXT, rank INTEGER, row INTEGER,
    column INTEGER, PRIMARY KEY (id, field, key)) WITHOUT ROWID
"""

_COMMON = """
CREATE TABLE plan_row (entity TEXT, n INTEGER, op TEXT, ref INTEGER, reason TEXT, joins INTEGER, PRIMARY KEY (entity, n)) WITHOUT ROWID;
CREATE TABLE plan_issue (n INTEGER, field TEXT, column INTEGER, code TEXT, severity TEXT, params TEXT, suggestion TEXT);
CREATE INDEX plan_issue_n ON plan_issue(n);
CREATE TABLE plan_list_item (id INTEGER PRIMARY KEY, list TEXT, name TEXT, used INTEGER DEFAULT 1);
CREATE TABLE plan_reactivate (id INTEGER PRIMARY KEY)
"""


_PLAIN = {member: str(member.value) for kind in (Operation, Verb) for member in kind}
"""Operations and verbs as plain texts: SQLite's driver takes these ten times faster than members of an enumeration."""


class PlanWriter:
    """Writes a plan into its draft, and answers what it has so far (`PlanIndex`)."""

    def __init__(self, draft: Draft, catalogue: Catalogue) -> None:
        self._connection = draft.database.connection
        self._catalogue = catalogue
        self._columns: dict[str, list[str]] = {}
        self._key_columns: dict[str, dict[str, str]] = {}
        """Entity → key column → the name its key goes by."""

    def begin(self, planners: Mapping[str, PlannedEntity]) -> None:
        """Begin the transaction and make the tables; the rows of the plan before stay until `finish`, to be compared.

        Called again, it begins the plan anew in the same transaction.
        """
        connection = self._connection
        for entity, planner in planners.items():
            self._columns[entity] = _used_columns(self._catalogue, entity, planner)
            self._key_columns[entity] = {field.key_column: field.name for field in self._catalogue.keys(entity)}
            if entity == "person":
                self._key_columns[entity]["name_key"] = "name"
        first = not connection.in_transaction
        if first:
            connection.execute("BEGIN IMMEDIATE")
        for table in plan_tables(connection):
            if first and (table == "plan_row" or table.endswith("_hit")):
                connection.execute(f"DROP TABLE IF EXISTS old_{table}")
                connection.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
            else:
                connection.execute(f"DROP TABLE {table}")
        for entity, columns in self._columns.items():
            shape = _TABLES.format(e=entity, columns="".join(f', "{name}"' for name in columns))
            for statement in shape.split(";\n"):
                connection.execute(statement)
        for statement in _COMMON.split(";\n"):
            connection.execute(statement)

    def write(self, block: PlannedBlock) -> None:
        """One planned block."""
        reasons: dict[int, str | None] = {id(None): None}
        for row in block.rows:
            if id(row.reason) not in reasons and row.reason is not None:
                reasons[id(row.reason)] = _issue_text(row.reason)
        many = self._connection.executemany
        many(
            "INSERT INTO plan_row VALUES (?, ?, ?, ?, ?, ?)",
            [(entity, n, _PLAIN[operation], ref, reasons[id(reason)], joins) for n, entity, operation, ref, reason, joins in block.rows],
        )
        for entity, planner in block.entities.items():
            planned = planner.planned.values()
            new = [record for record in planned if record.ref < 0 and (record.fresh or record.rewrite)]
            self._write_new(entity, [record for record in new if not record.held], "new")
            self._write_new(entity, [record for record in new if record.held], "held")
            self._write_hits(entity, [record for record in planned if record.ref > 0])
            many(f"INSERT OR IGNORE INTO plan_{entity}_key VALUES (?, ?)", planner.new_keys)
        many(
            "INSERT INTO plan_issue VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (n, issue.field, issue.column, issue.code, issue.severity.value, json.dumps(issue.params), issue.suggestion)
                for n, issue in block.issues
            ],
        )

    def _write_new(self, entity: str, records: Sequence[Planned], kind: str) -> None:
        """New records (or held ones): those of this block, and earlier ones that a row of this block adds to."""
        if not records:
            return
        key_columns = self._key_columns[entity]
        sources = [(name in key_columns, key_columns.get(name, name)) for name in self._columns[entity]]
        many = self._connection.executemany
        many(
            f"INSERT OR REPLACE INTO plan_{entity}_{kind} VALUES (?, ?{', ?' * len(sources)})",
            [
                (-record.ref, record.row, *[(record.keys if is_key else record.values).get(name) for is_key, name in sources])
                for record in records
            ],
        )
        many(
            f"INSERT INTO plan_{entity}_{kind}_value VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (-record.ref, field, value.value, value.key, value.description, rank, row, column)
                for record in records
                for field, value, _verb, rank, row, column in record.value_changes.values()
            ],
        )
        many(
            f"INSERT OR REPLACE INTO plan_{entity}_join VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (-record.ref, field, stored, result, stored_key, result_key, _PLAIN[verb], row, column)
                for record in records
                for field, (stored, _incoming, result, stored_key, result_key, verb, row, column) in record.changes.items()
            ],
        )

    def _write_hits(self, entity: str, records: Sequence[Planned]) -> None:
        """Stored records, changed or not; what an earlier block wrote of them is written anew."""
        many = self._connection.executemany
        many(
            f"INSERT OR REPLACE INTO plan_{entity}_hit VALUES (?, ?, ?, ?, ?)",
            [
                (
                    record.ref,
                    record.row,
                    record.version,
                    _PLAIN[_operation(record)],
                    json.dumps(sorted(record.given)) if record.given else None,
                )
                for record in records
            ],
        )
        many(
            f"INSERT OR REPLACE INTO plan_{entity}_change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (record.ref, field, stored, incoming, result, stored_key, result_key, _PLAIN[verb], row, column)
                for record in records
                for field, (stored, incoming, result, stored_key, result_key, verb, row, column) in record.changes.items()
            ],
        )
        many(
            f"INSERT OR REPLACE INTO plan_{entity}_value VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (record.ref, field, value.key, value.value, value.description, _PLAIN[verb], rank, row, column)
                for record in records
                for field, value, verb, rank, row, column in record.value_changes.values()
            ],
        )

    def finish(self, new_items: Iterable[tuple[int, str, str]], reactivated: Iterable[int]) -> list[tuple[str, str, int]]:
        """Write the list items the plan needs, commit, and tell what moved since the plan before (`PlanReport.moved`)."""
        connection = self._connection
        used = self._used_items()
        connection.executemany("INSERT INTO plan_list_item VALUES (?, ?, ?, ?)", [(*item, item[0] in used) for item in new_items])
        connection.executemany("INSERT INTO plan_reactivate VALUES (?)", [(item,) for item in reactivated if item in used])
        moved = self._moved()
        for table in plan_tables(connection, "old_plan_"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("CREATE INDEX plan_row_op ON plan_row(entity, op)")
        connection.execute("COMMIT")
        return moved

    def _used_items(self) -> set[int]:
        """The list items that what is going to be written has: rows that are left out or held need none."""
        found: set[int] = set()
        for entity, columns in self._columns.items():
            lists = {item.name for item in self._catalogue.of(entity) if item.type is FieldType.LIST}
            names = ", ".join(f"'{name}'" for name in sorted(lists))
            queries = [f'SELECT DISTINCT "{name}" FROM plan_{entity}_new' for name in columns if name in lists]
            queries += [
                f"SELECT DISTINCT value FROM plan_{entity}_new_value WHERE field IN ({names})",
                f"SELECT DISTINCT value FROM plan_{entity}_value WHERE field IN ({names}) AND verb = 'append'",
                f"SELECT DISTINCT result FROM plan_{entity}_change WHERE field IN ({names})",
            ]
            for query in queries:
                found.update(item for (item,) in self._connection.execute(query) if isinstance(item, int))
        return found

    def _moved(self) -> list[tuple[str, str, int]]:
        """Rows whose operation is another one now, and changes of records that somebody has edited since ("company:edited")."""
        connection = self._connection
        old = plan_tables(connection, "old_plan_")
        if "old_plan_row" not in old:
            return []
        moved: list[tuple[str, str, int]] = connection.execute(
            "SELECT o.entity || ':' || o.op, p.entity || ':' || p.op, count(*) FROM old_plan_row o JOIN plan_row p"
            " ON p.entity = o.entity AND p.n = o.n AND p.op <> o.op GROUP BY 1, 2 ORDER BY 3 DESC"
        ).fetchall()
        for entity in self._columns:
            edited = connection.execute(
                f"SELECT count(*) FROM old_plan_{entity}_hit o JOIN plan_{entity}_hit p ON p.id = o.id"
                " WHERE p.version <> o.version AND p.op = 'updated' AND o.op = 'updated'"
            ).fetchone()[0]
            if edited:
                moved.append((f"{entity}:edited", f"{entity}:{Operation.UPDATED}", edited))
        return moved

    def abandon(self) -> None:
        """Roll back: the plan before stands again."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    # -- PlanIndex

    def find_new(self, entity: str, keys: Sequence[str]) -> Mapping[str, int]:
        """See `PlanIndex.find_new`."""
        rows = self._connection.execute(
            f"SELECT p.key, p.ref FROM json_each(?) j JOIN plan_{entity}_key p ON p.key = j.value", (json.dumps(list(keys)),)
        )
        return dict(rows.fetchall())

    def find_called(self, entity: str, field: str, keys: Sequence[str]) -> Mapping[str, Sequence[int]]:
        """See `PlanIndex.find_called`."""
        name = "name" if field == "full_name" else field
        tables = (f"plan_{entity}_new", f"plan_{entity}_held")
        columns = [column for column, bare in self._key_columns[entity].items() if bare == name and column in self._columns[entity]]
        if field == "email":
            found_by = "ON v.field = 'email' AND v.key = j.value"
            queries = [f"SELECT j.value, -v.k FROM json_each(?1) j JOIN {table}_value v {found_by}" for table in tables]
        else:
            queries = [f"SELECT j.value, -p.k FROM json_each(?1) j JOIN {t} p ON p.{c} = j.value" for t in tables for c in columns]
            queries.append(
                f"SELECT j.value, c.id FROM json_each(?1) j JOIN plan_{entity}_change c ON c.field = '{name}' AND c.result_key = j.value"
            )
        found: dict[str, list[int]] = {}
        for value, ref in self._connection.execute(" UNION ".join(queries), (json.dumps(list(keys)),)):
            found.setdefault(value, []).append(ref)
        return found

    def is_held(self, entity: str, ref: int) -> bool:
        """See `PlanIndex.is_held`."""
        return bool(self._connection.execute(f"SELECT 1 FROM plan_{entity}_held WHERE k = ?", (-ref,)).fetchone())

    def planned(self, entity: str, refs: Sequence[int]) -> Mapping[int, Planned]:
        """See `PlanIndex.planned`."""
        if not refs:
            return {}
        found = self._planned_new(entity, [-ref for ref in refs if ref < 0])
        found.update(self._planned_hits(entity, [ref for ref in refs if ref > 0]))
        return found

    def _planned_new(self, entity: str, numbers: Sequence[int]) -> dict[int, Planned]:
        wanted = json.dumps(list(numbers))
        columns, key_columns = self._columns[entity], self._key_columns[entity]
        found = {}
        for k, row, *cells in self._connection.execute(
            f"SELECT * FROM plan_{entity}_new WHERE k IN (SELECT value FROM json_each(?))", (wanted,)
        ):
            both = dict(zip(columns, cells, strict=True))
            values = {name: value for name, value in both.items() if name not in key_columns}
            keys = {key_columns[name]: value for name, value in both.items() if name in key_columns}
            found[-k] = Planned(-k, row, 0, values, keys, {}, fresh=False)
        for k, field, value, key, description in self._connection.execute(
            f"SELECT k, field, value, key, description FROM plan_{entity}_new_value"
            " WHERE k IN (SELECT value FROM json_each(?)) ORDER BY k, rank",
            (wanted,),
        ):
            found[-k].multiple.setdefault(field, []).append(Value(value, key, description))
        return found

    def _planned_hits(self, entity: str, ids: Sequence[int]) -> dict[int, Planned]:
        wanted = json.dumps(list(ids))
        found = {
            record: Planned(
                record,
                row,
                version,
                {},
                {},
                {},
                skipped=operation == Operation.SKIPPED,
                given=set(map(tuple, json.loads(given or "[]"))),
                fresh=False,
            )
            for record, row, version, operation, given in self._connection.execute(
                f"SELECT id, row, version, op, given FROM plan_{entity}_hit WHERE id IN (SELECT value FROM json_each(?))", (wanted,)
            )
        }
        if found:
            for record, field, *change in self._connection.execute(
                f"SELECT id, field, stored, incoming, result, stored_key, result_key, verb, row, column FROM plan_{entity}_change"
                " WHERE id IN (SELECT value FROM json_each(?))",
                (wanted,),
            ):
                before = Change(*change)
                found[record].changes[field] = before._replace(verb=Verb(before.verb))
            for record, field, key, value, description, verb, rank, row, column in self._connection.execute(
                f"SELECT id, field, key, value, description, verb, rank, row, column FROM plan_{entity}_value"
                " WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id, field, rank",
                (wanted,),
            ):
                change_of_value = ValueChange(field, Value(value, key, description), Verb(verb), rank, row, column)
                found[record].value_changes[field, key] = change_of_value
        return found


def _operation(record: Planned) -> Operation:
    if record.changed:
        return Operation.UPDATED
    return Operation.SKIPPED if record.skipped else Operation.UNCHANGED


def _used_columns(catalogue: Catalogue, entity: str, planner: PlannedEntity) -> list[str]:
    used = set(planner.columns)
    used |= {field.key_column for field in catalogue.keys(entity) if field.name in used}
    if entity in PARENTS:
        used.add(PARENTS[entity])
    if entity == "person":
        used.add("name_key")
    return [name for name in columns_of(catalogue, entity) if name in used]


def _issue_text(issue: Issue) -> str:
    fact = asdict(issue)
    return json.dumps({key: value for key, value in fact.items() if value not in ("", None, {})})


def issue_from_text(text: str) -> Issue:
    """An issue as `PlanWriter` wrote it."""
    fact = json.loads(text)
    return Issue(**{**fact, "severity": Severity(fact["severity"])})
