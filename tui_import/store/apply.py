"""A plan into the store: one transaction, ``INSERT ... SELECT`` from the attached draft, with journal and selections.

Ids that the plan does not know yet are negative there: the k-th new record becomes ``base + k``, where ``base`` is the last id ever used.
"""

from __future__ import annotations

import datetime
import itertools
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tui_import.api.errors import StaleError, StoppedError, StoreError
from tui_import.api.i18n import _
from tui_import.flow.folding import fold, person_name_key
from tui_import.model.fields import Catalogue, FieldType
from tui_import.model.kinds import PLURALS
from tui_import.model.plan import SelectionInfo
from tui_import.model.progress import Progress
from tui_import.store.connection import Database, as_store_error, bump_generation
from tui_import.store.draft import Draft, planned_entities
from tui_import.store.images import remember_removed
from tui_import.store.layout import references
from tui_import.store.run_selections import made_by_runs
from tui_import.store.selections import LONGEST_NAME
from tui_import.store.verdicts import keep_of_draft

RANGE = 20_000
"""New records written per statement: between two, progress is told and a stop is heard."""
CHECK_EVERY = 100_000
"""SQLite instructions between two looks at whether the user stopped."""
WRITTEN = "('fill', 'overwrite', 'clear')"


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a run's record says about the import."""

    user: str
    source: str
    """As shown: file and sheet."""
    location: str
    table: str
    content_hash: str
    rows: int
    columns: Sequence[str]
    """Headers."""
    links: Mapping[str, object]
    """Field → positions; "constants" → field → value."""
    recipe: str
    counts: Mapping[str, Mapping[str, int]]
    backup: str = ""
    consent: Mapping[str, int] | None = None
    """Ids of purpose, legal_basis and source; None: no consent is written."""
    consent_comment: str = ""
    started: str = ""
    suppressed: int = 0
    """Rows left out, since their person was erased."""


@dataclass(slots=True)
class _Run:
    """What the steps share."""

    id: int
    connection: sqlite3.Connection
    catalogue: Catalogue
    facts: RunFacts
    now: str
    progress: Progress
    base: dict[str, int] = field(default_factory=dict)
    """Entity → the last id used before."""
    items: bool = False
    """The plan adds list items, so negative item ids must be translated."""


def apply_plan(
    database: Database, draft: Draft, catalogue: Catalogue, facts: RunFacts, generation: int, progress: Progress
) -> tuple[int, list[SelectionInfo]]:
    """Write the plan; returns the run's id and its selections.

    Raises `StaleError` where the store is not the one (``generation``) that the plan was made against, `StoppedError` where the user
    stopped: in both cases nothing is changed.
    """
    connection = database.connection
    connection.execute("ATTACH DATABASE ? AS draft", (str(draft.path),))
    connection.set_progress_handler(lambda: progress.stopped, CHECK_EVERY)
    try:
        with database.transaction(progress, doing=_("importing {source}").format(source=facts.source)):
            made = _apply(connection, draft.id, catalogue, facts, generation, progress)
            database.keep_up(connection, progress)
            return made
    except StoreError as error:
        cause = error.__cause__
        if isinstance(cause, sqlite3.OperationalError) and "interrupted" in str(cause):
            raise StoppedError(_("Stopped; the store is as it was.")) from None
        raise
    finally:
        connection.set_progress_handler(None, 0)
        connection.execute("DROP TABLE IF EXISTS temp.new_item")
        connection.execute("DETACH DATABASE draft")


def run_of_draft(database: Database, draft: str) -> int | None:
    """The last run that applied a draft, where there is one: tells after a crash whether the last step was done."""
    return database.connection.execute("SELECT max(id) FROM run WHERE draft = ? AND kind = 'import'", (draft,)).fetchone()[0]  # type: ignore[no-any-return]


def _apply(
    connection: sqlite3.Connection, draft: str, catalogue: Catalogue, facts: RunFacts, generation: int, progress: Progress
) -> tuple[int, list[SelectionInfo]]:
    found = connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()[0]
    if found != generation:
        raise StaleError(_("The store has changed since this was planned."), hint=_("Plan again and look at what moved."))
    entities = planned_entities(connection, "draft")
    total = sum(
        connection.execute(f"SELECT count(*) FROM draft.plan_{entity}_{kind}").fetchone()[0]
        for entity in entities
        for kind in ("new", "hit")
    )
    progress.begin(_("Writing"), total)
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    cursor = connection.execute(
        "INSERT INTO run (kind, state, started, finished, user, source, location, source_table, content_hash, draft, rows, columns, links,"
        " recipe, counts, backup, suppressed) VALUES ('import', 'done', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            facts.started or now, now, facts.user, facts.source, facts.location, facts.table, facts.content_hash, draft, facts.rows,
            json.dumps(list(facts.columns)), json.dumps(facts.links), facts.recipe, json.dumps(facts.counts), facts.backup,
            facts.suppressed,
        ),
    )  # fmt: skip
    assert cursor.lastrowid is not None
    run = _Run(cursor.lastrowid, connection, catalogue, facts, now, progress)
    _keep_corrections(run)
    _add_list_items(run)
    for entity in entities:
        run.base[entity] = _last_id(connection, entity)
        _insert_records(run, entity)
        _journal_updates(run, entity)
        _journal_joins(run, entity)
        _update_records(run, entity)
    if facts.consent is not None and "person" in run.base:
        _write_consents(run, facts.consent)
    keep_of_draft(connection)
    selections = [info for entity in entities if entity != "price_list" for info in _make_selections(run, entity)]
    bump_generation(connection)
    return run.id, selections


def _last_id(connection: sqlite3.Connection, entity: str) -> int:
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (entity,)).fetchone()
    return int(row[0]) if row else 0


def _keep_corrections(run: _Run) -> None:
    """What the source said in the cells that the user corrected, for blame."""
    run.connection.execute(
        "INSERT INTO run_correction (run, row, column, before) SELECT ?, r.number, c.column, c.before FROM draft.correction c"
        " JOIN draft.row r ON r.n = c.n WHERE c.id IN (SELECT min(id) FROM draft.correction GROUP BY n, column)",
        (run.id,),
    )


# -- list items


def _add_list_items(run: _Run) -> None:
    connection = run.connection
    connection.execute("CREATE TEMP TABLE new_item (planned INTEGER PRIMARY KEY, id INTEGER)")
    for planned, name_of_list, name in connection.execute(
        "SELECT id, list, name FROM draft.plan_list_item WHERE used ORDER BY id DESC"
    ).fetchall():
        item = connection.execute(
            "INSERT INTO list_item (list, name, key, rank)"
            " VALUES (?, ?, ?, (SELECT coalesce(max(rank), 0) + 1 FROM list_item WHERE list = ?))",
            (name_of_list, name, fold(name), name_of_list),
        ).lastrowid
        connection.execute("INSERT INTO new_item VALUES (?, ?)", (planned, item))
        connection.execute("INSERT INTO journal (run, entity, record, op, version) VALUES (?, 'list_item', ?, 'insert', 1)", (run.id, item))
        run.items = True
    for (item,) in connection.execute("SELECT id FROM draft.plan_reactivate").fetchall():
        connection.execute("UPDATE list_item SET deactivated = 0 WHERE id = ?", (item,))
        entry = connection.execute(
            "INSERT INTO journal (run, entity, record, op, version) VALUES (?, 'list_item', ?, 'update', 1)", (run.id, item)
        ).lastrowid
        connection.execute(
            "INSERT INTO journal_change (entry, field, before, after, verb) VALUES (?, 'deactivated', 1, 0, 'overwrite')", (entry,)
        )


def _item(run: _Run, column: str) -> str:
    """SQL for a list item's id: planned ones are negative."""
    return f"CASE WHEN {column} < 0 THEN (SELECT id FROM temp.new_item WHERE planned = {column}) ELSE {column} END" if run.items else column


# -- records


def _insert_records(run: _Run, entity: str) -> None:
    """New records with their values and journal entries, range by range."""
    connection, base = run.connection, run.base[entity]
    links = references(run.catalogue, entity)
    lists = {item.name for item in run.catalogue.stored(entity) if item.type is FieldType.LIST}
    names = [row[1] for row in connection.execute(f"PRAGMA draft.table_info(plan_{entity}_new)") if row[1] not in ("k", "row")]
    expressions = []
    for name in names:
        if name in lists:
            expressions.append(_item(run, f'p."{name}"'))
        elif name in links:
            expressions.append(f"CASE WHEN p.{name} < 0 THEN {run.base.get(links[name], 0)} - p.{name} ELSE p.{name} END")
        else:
            expressions.append(f'p."{name}"')
    columns = "".join(f', "{name}"' for name in names)
    insert = (
        f"INSERT INTO {entity} (id, version, created_at, created_by, updated_at, updated_by{columns})"
        f" SELECT {base} + p.k, 1, :now, :user, :now, :user{''.join(f', {expression}' for expression in expressions)}"
        f" FROM draft.plan_{entity}_new p WHERE p.k > :first AND p.k <= :last ORDER BY p.k"
    )
    values = (
        f"INSERT INTO {entity}_value (record, field, value, key, description, rank)"
        f" SELECT {base} + p.k, p.field, {_item(run, 'p.value')}, {_value_key(run, 'p')}, p.description, p.rank"
        f" FROM draft.plan_{entity}_new_value p WHERE p.k > :first AND p.k <= :last ORDER BY p.k, p.rank"
    )
    journal = (
        f"INSERT INTO journal (run, entity, record, op, row, version) SELECT :run, '{entity}', {base} + p.k, 'insert', r.number, 1"
        f" FROM draft.plan_{entity}_new p JOIN draft.row r ON r.n = p.row WHERE p.k > :first AND p.k <= :last ORDER BY p.k"
    )
    count = connection.execute(f"SELECT coalesce(max(k), 0) FROM draft.plan_{entity}_new").fetchone()[0]
    for first in range(0, count, RANGE):
        bounds = {"first": first, "last": first + RANGE, "now": run.now, "user": run.facts.user, "run": run.id}
        for statement in (insert, values, journal):
            connection.execute(statement, {name: value for name, value in bounds.items() if f":{name}" in statement})
        run.progress.advance(min(RANGE, count - first))


def _value_key(run: _Run, table: str) -> str:
    """SQL for the key of a value in a table of the plan; an interest's is its item's id, which the plan may not know yet."""
    if not run.items:
        return f"{table}.key"
    item = f"(SELECT id FROM temp.new_item WHERE planned = {table}.value)"
    return f"CASE WHEN typeof({table}.value) = 'integer' AND {table}.value < 0 THEN CAST({item} AS TEXT) ELSE {table}.key END"


def _update_records(run: _Run, entity: str) -> None:
    """Changed records: single fields by groups that change the same fields, then values."""
    connection = run.connection
    hits = connection.execute(f"SELECT count(*) FROM draft.plan_{entity}_hit").fetchone()[0]
    if not hits:
        return
    changed = connection.execute(f"SELECT count(*) FROM draft.plan_{entity}_hit WHERE op = 'updated'").fetchone()[0]
    written = 0
    for names, rows in _grouped(_changed_records(run, entity)):
        columns = "".join(f'"{name}" = ?, ' for name in names)
        written += connection.executemany(  # its own rows, not those of triggers
            f"UPDATE {entity} SET {columns}version = version + 1, updated_at = '{run.now}', updated_by = ? WHERE id = ? AND version = ?",
            [(*cells, run.facts.user, record, version) for record, version, cells in rows],
        ).rowcount
        run.progress.check()
    if written != changed:
        raise StaleError(_("A record was changed since this was planned."), hint=_("Plan again and look at what moved."))
    connection.execute(
        f"INSERT INTO {entity}_value (record, field, value, key, description, rank)"
        f" SELECT p.id, p.field, {_item(run, 'p.value')}, {_value_key(run, 'p')}, p.description, p.rank FROM draft.plan_{entity}_value p"
        " WHERE p.verb = 'append' ORDER BY p.id, p.field, p.rank"
    )
    connection.execute(
        f"DELETE FROM {entity}_value WHERE id IN (SELECT v.id FROM draft.plan_{entity}_value p JOIN {entity}_value v"
        " ON v.record = p.id AND v.field = p.field AND v.key = p.key WHERE p.verb = 'remove')"
    )
    run.progress.advance(hits)


_Changed = tuple[int, int, tuple[str, ...], list[object]]


def _changed_records(run: _Run, entity: str) -> Iterator[_Changed]:
    """(id, version, column names, values) of every record that is updated, in order; without names where only values change."""
    keys = {item.name for item in run.catalogue.keys(entity)}
    new_items = dict(run.connection.execute("SELECT planned, id FROM temp.new_item")) if run.items else {}
    lists = {item.name for item in run.catalogue.stored(entity) if item.type is FieldType.LIST}
    links = references(run.catalogue, entity)
    rows = run.connection.cursor().execute(
        f"SELECT h.id, h.version, c.field, c.result, c.result_key FROM draft.plan_{entity}_hit h"
        f" LEFT JOIN draft.plan_{entity}_change c ON c.id = h.id AND c.verb IN {WRITTEN} AND c.field <> 'consent'"
        " WHERE h.op = 'updated' ORDER BY h.id, c.field"
    )
    for (record, version), group in itertools.groupby(rows, key=lambda row: (row[0], row[1])):
        names: list[str] = []
        cells: list[object] = []
        for _id, _version, name, result, key in group:
            if name is None:
                continue
            value = result
            if name in lists and isinstance(result, int) and result < 0:
                value = new_items[result]
            elif name in links and result is not None and result < 0:
                value = run.base[links[name]] - result
            names.append(name)
            cells.append(value)
            if name in keys:
                names.append(f"{name}_key")
                cells.append(key)
        if entity == "person" and {"first_name", "last_name"} & set(names):
            names.append("name_key")
            cells.append(_new_name_key(run, record, dict(zip(names, cells, strict=False))))
        yield record, version, tuple(names), cells


def _new_name_key(run: _Run, record: int, changes: Mapping[str, object]) -> str | None:
    first, last = run.connection.execute("SELECT first_name, last_name FROM person WHERE id = ?", (record,)).fetchone()
    return person_name_key(changes.get("first_name", first), changes.get("last_name", last))  # type: ignore[arg-type]


def _grouped(records: Iterator[_Changed]) -> Iterator[tuple[tuple[str, ...], list[tuple[int, int, list[object]]]]]:
    """Records that change the same columns, in lists of bounded length."""
    groups: dict[tuple[str, ...], list[tuple[int, int, list[object]]]] = {}
    for record, version, names, cells in records:
        group = groups.setdefault(names, [])
        group.append((record, version, cells))
        if len(group) >= RANGE:
            yield names, groups.pop(names)
    yield from groups.items()


# -- journal


def _after(run: _Run, entity: str, column: str) -> str:
    """SQL for a result in the plan as the store will hold it: ids of planned list items and companies translated."""
    cases = []
    lists = [f"'{item.name}'" for item in run.catalogue.stored(entity) if item.type is FieldType.LIST]
    if run.items and lists:
        cases.append(f"WHEN c.field IN ({', '.join(lists)}) THEN {_item(run, column)}")
    for name, target in references(run.catalogue, entity).items():
        if target in run.base:
            cases.append(f"WHEN c.field = '{name}' AND {column} < 0 THEN {run.base[target]} - {column}")
    return f"CASE {' '.join(cases)} ELSE {column} END" if cases else column


_CHANGE = "INSERT INTO journal_change (entry, field, before, after, before_key, after_key, verb, row, column)"


def _journal_updates(run: _Run, entity: str) -> None:
    """Entries of the records that will be changed, with a line per field; made while the store still has the values before."""
    connection = run.connection
    connection.execute(
        f"INSERT INTO journal (run, entity, record, op, row, version) SELECT ?, '{entity}', h.id, 'update', r.number, h.version + 1"
        f" FROM draft.plan_{entity}_hit h JOIN draft.row r ON r.n = h.row WHERE h.op = 'updated' ORDER BY h.id",
        (run.id,),
    )
    entry = f"JOIN journal j ON j.run = ? AND j.entity = '{entity}' AND j.record = c.id JOIN draft.row r ON r.n = c.row"
    cases = " ".join(f"WHEN '{item.name}' THEN e.{item.key_column}" for item in run.catalogue.keys(entity))
    key = f"CASE c.field {cases} END" if cases else "NULL"
    connection.execute(
        f"{_CHANGE} SELECT j.id, c.field, c.stored, {_after(run, entity, 'c.result')}, {key}, c.result_key, c.verb,"
        f" r.number, c.column FROM draft.plan_{entity}_change c {entry} JOIN {entity} e ON e.id = c.id"
        f" WHERE c.verb IN {WRITTEN} AND c.field <> 'consent' ORDER BY c.id",
        (run.id,),
    )
    connection.execute(
        f"{_CHANGE} SELECT j.id, c.field, CASE c.verb WHEN 'remove' THEN c.value END,"
        f" CASE c.verb WHEN 'append' THEN {_item(run, 'c.value')} END, CASE c.verb WHEN 'remove' THEN c.key END,"
        f" CASE c.verb WHEN 'append' THEN {_value_key(run, 'c')} END, c.verb, r.number, c.column"
        f" FROM draft.plan_{entity}_value c {entry} WHERE c.verb IN ('append', 'remove') ORDER BY c.id",
        (run.id,),
    )
    remember_removed(connection, run.id, entity)


def _journal_joins(run: _Run, entity: str) -> None:
    """What later rows of the file gave to new records."""
    connection = run.connection
    entry = f"JOIN journal j ON j.run = ? AND j.entity = '{entity}' AND j.record = {run.base[entity]} + c.k JOIN draft.row r ON r.n = c.row"
    connection.execute(
        f"{_CHANGE} SELECT j.id, c.field, c.before, {_after(run, entity, 'c.after')}, c.before_key, c.after_key, c.verb, r.number, c.column"
        f" FROM draft.plan_{entity}_join c {entry} ORDER BY c.k",
        (run.id,),
    )
    connection.execute(
        f"{_CHANGE} SELECT j.id, c.field, NULL, {_item(run, 'c.value')}, NULL, {_value_key(run, 'c')}, 'append', r.number, c.column"
        f" FROM draft.plan_{entity}_new_value c JOIN draft.plan_{entity}_new p ON p.k = c.k AND p.row <> c.row {entry} ORDER BY c.k",
        (run.id,),
    )


# -- consents and selections


def _write_consents(run: _Run, consent: Mapping[str, int]) -> None:
    """New persons, and changed ones whose plan says so, get a consent for the purpose (SPEC 4.6)."""
    values = {**consent, "comment": run.facts.consent_comment, "now": run.now, "user": run.facts.user, "run": run.id}
    columns = "INSERT INTO consent (person, purpose, legal_basis, source, comment, at, by, run)"
    constants = ":purpose, :legal_basis, :source, :comment, :now, :user, :run"
    run.connection.execute(f"{columns} SELECT {run.base['person']} + k, {constants} FROM draft.plan_person_new ORDER BY k", values)
    run.connection.execute(
        f"{columns} SELECT c.id, {constants} FROM draft.plan_person_change c WHERE c.field = 'consent' AND NOT EXISTS"
        " (SELECT 1 FROM consent o WHERE o.person = c.id AND o.purpose = :purpose) ORDER BY c.id",
        values,
    )
    run.connection.execute(
        "INSERT INTO journal_change (entry, field, after, verb, row) SELECT j.id, 'consent', o.id, 'fill', j.row"
        " FROM draft.plan_person_change c JOIN journal j ON j.run = :run AND j.entity = 'person' AND j.record = c.id"
        " JOIN consent o ON o.person = c.id AND o.run = :run WHERE c.field = 'consent'",
        {"run": run.id},
    )


def _make_selections(run: _Run, entity: str) -> Iterator[SelectionInfo]:
    """The selections of what an import did to which stored record (SPEC 7); none where there are none."""
    connection, base = run.connection, run.base[entity]
    for kind, query in made_by_runs(connection, entity, base).items():
        if connection.execute(f"SELECT 1 FROM ({query.replace('?', '0')}) LIMIT 1").fetchone() is None:
            continue
        name = f"{_title(entity, kind)}: {run.facts.source}"[:LONGEST_NAME]
        selection = connection.execute(
            "INSERT INTO selection (name, entity, kind, run, created, created_by) VALUES (?, ?, ?, ?, ?, ?)",
            (name, entity, kind, run.id, run.now, run.facts.user),
        ).lastrowid
        assert selection is not None
        count = connection.execute(f"INSERT INTO selection_member (selection, record) {query}", (selection,)).rowcount
        yield SelectionInfo(selection, name, entity, kind, count, run.id, run.now)


def _title(entity: str, kind: str) -> str:
    titles = {
        ("company", "new"): _("New companies"),
        ("company", "changed"): _("Changed companies"),
        ("company", "merged"): _("Companies merged into"),
        ("company", "skipped"): _("Companies left as they were"),
        ("company", "problems"): _("Companies of problem rows"),
        ("company", "cleared"): _("Companies with cleared fields"),
        ("person", "new"): _("New persons"),
        ("person", "changed"): _("Changed persons"),
        ("person", "merged"): _("Persons merged into"),
        ("person", "skipped"): _("Persons left as they were"),
        ("person", "problems"): _("Persons of problem rows"),
        ("person", "cleared"): _("Persons with cleared fields"),
        ("product", "new"): _("New products"),
        ("product", "changed"): _("Changed products"),
        ("product", "skipped"): _("Products left as they were"),
        ("product", "problems"): _("Products of problem rows"),
        ("product", "cleared"): _("Products with cleared fields"),
    }
    if (entity, kind) in titles:
        return titles[entity, kind]
    kinds = {
        "new": _("{entity}, new"),
        "changed": _("{entity}, changed"),
        "skipped": _("{entity}, left as they were"),
        "problems": _("{entity}, of problem rows"),
        "cleared": _("{entity}, with cleared fields"),
    }
    return kinds[kind].format(entity=_(PLURALS[entity]))


def record_seconds(database: Database, run: int, seconds: float) -> None:
    """How long the whole import took, known only after the commit."""
    try:
        database.connection.execute("UPDATE run SET seconds = ? WHERE id = ?", (seconds, run))
    except sqlite3.Error as error:
        raise as_store_error(error, database.path) from error
