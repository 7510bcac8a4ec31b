"""The tables of a store, as migrations: what is written here once is never changed, only added to."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Mapping, Sequence

from sqlite_utils import Database, Migrations

from tui_import.flow.folding import fold
from tui_import.model.fields import Catalogue
from tui_import.model.kinds import KEYED, PARTIES
from tui_import.store.layout import (
    CONSENT_LISTS,
    CONTACTS,
    ENTITIES,
    PARENTS,
    SHIPPED_PREFERENCES,
    VERSION,
    code_of,
    definitions,
    fingerprint,
)

BOOKKEEPING = (
    "version INTEGER NOT NULL DEFAULT 1",
    "created_at TEXT NOT NULL",
    "created_by TEXT NOT NULL",
    "updated_at TEXT NOT NULL",
    "updated_by TEXT NOT NULL",
    "deleted_at TEXT",
)

FIXED_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
CREATE TABLE preference (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
CREATE TABLE list_item (
    id INTEGER PRIMARY KEY AUTOINCREMENT, list TEXT NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL, rank INTEGER NOT NULL DEFAULT 0,
    tooltip TEXT NOT NULL DEFAULT '', deactivated INTEGER NOT NULL DEFAULT 0, UNIQUE (list, key)) STRICT;
CREATE TABLE run (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, state TEXT NOT NULL, started TEXT NOT NULL, finished TEXT NOT NULL,
    user TEXT NOT NULL, source TEXT NOT NULL, location TEXT NOT NULL DEFAULT '', source_table TEXT NOT NULL DEFAULT '',
    content_hash TEXT NOT NULL DEFAULT '', draft TEXT NOT NULL DEFAULT '', rows INTEGER NOT NULL DEFAULT 0,
    columns TEXT NOT NULL DEFAULT '[]', links TEXT NOT NULL DEFAULT '{}', recipe TEXT NOT NULL DEFAULT '',
    counts TEXT NOT NULL DEFAULT '{}', backup TEXT NOT NULL DEFAULT '', seconds REAL NOT NULL DEFAULT 0) STRICT;
CREATE INDEX run_by_draft ON run(draft);
CREATE TABLE journal (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run(id), entity TEXT NOT NULL, record INTEGER NOT NULL,
    op TEXT NOT NULL CHECK (op IN ('insert', 'update', 'delete', 'restore')), row INTEGER,
    version INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'done' CHECK (state IN ('done', 'undone')), image TEXT) STRICT;
CREATE INDEX journal_by_record ON journal(record, entity);
CREATE INDEX journal_by_run ON journal(run);
CREATE TABLE journal_change (
    id INTEGER PRIMARY KEY, entry INTEGER NOT NULL REFERENCES journal(id), field TEXT NOT NULL, before ANY, after ANY,
    before_key TEXT, after_key TEXT, verb TEXT NOT NULL, row INTEGER, column INTEGER,
    state TEXT NOT NULL DEFAULT 'done' CHECK (state IN ('done', 'undone'))) STRICT;
CREATE INDEX journal_change_by_entry ON journal_change(entry);
CREATE TABLE run_correction (
    run INTEGER NOT NULL REFERENCES run(id), row INTEGER NOT NULL, column INTEGER NOT NULL, before ANY,
    PRIMARY KEY (run, row, column)) STRICT, WITHOUT ROWID;
CREATE TABLE selection (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, entity TEXT NOT NULL, kind TEXT NOT NULL, run INTEGER REFERENCES run(id),
    created TEXT NOT NULL, created_by TEXT NOT NULL) STRICT;
CREATE TABLE selection_member (
    selection INTEGER NOT NULL REFERENCES selection(id) ON DELETE CASCADE, record INTEGER NOT NULL,
    PRIMARY KEY (selection, record)) STRICT, WITHOUT ROWID;
"""
"""Tables that do not depend on the field catalogue. ``run_correction``: what the source said where a cell was corrected.
``run.columns`` holds the headers, ``run.links`` field → positions, both as JSON."""

CONSENT_TABLE = """
CREATE TABLE consent (
    id INTEGER PRIMARY KEY, person INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE,
    purpose INTEGER NOT NULL REFERENCES list_item(id),
    legal_basis INTEGER NOT NULL REFERENCES list_item(id), source INTEGER NOT NULL REFERENCES list_item(id),
    comment TEXT NOT NULL DEFAULT '',
    at TEXT NOT NULL, by TEXT NOT NULL, run INTEGER REFERENCES run(id), UNIQUE (person, purpose)) STRICT
"""


MATCHING_TABLES = """
CREATE TABLE matching_state (
    entity TEXT PRIMARY KEY, size INTEGER NOT NULL DEFAULT 0, counted INTEGER NOT NULL DEFAULT 0, counts TEXT NOT NULL DEFAULT ''
    ) STRICT, WITHOUT ROWID;
CREATE TRIGGER company_renamed AFTER UPDATE OF name ON company WHEN NEW.name IS NOT OLD.name BEGIN
    INSERT OR IGNORE INTO person_stale SELECT id FROM person WHERE company = NEW.id; END;
CREATE TRIGGER person_joined AFTER INSERT ON person WHEN NEW.company IS NOT NULL BEGIN
    INSERT OR IGNORE INTO company_stale VALUES (NEW.company); END;
CREATE TRIGGER person_moved AFTER UPDATE ON person WHEN NEW.company IS NOT NULL OR OLD.company IS NOT NULL BEGIN
    INSERT OR IGNORE INTO company_stale SELECT company FROM (SELECT OLD.company AS company UNION SELECT NEW.company)
    WHERE company IS NOT NULL; END;
CREATE TRIGGER person_left AFTER DELETE ON person WHEN OLD.company IS NOT NULL BEGIN
    INSERT OR IGNORE INTO company_stale VALUES (OLD.company); END
"""
"""What the duplicate finder keeps beside the records (see `matching_index`): per entity ``_match``, ``_key`` and ``_stale``, and these. A
company is known by its persons, too, and a person by its company's name."""


VERDICT_TABLE = """
CREATE TABLE pair_verdict (entity TEXT NOT NULL, text TEXT NOT NULL, other_text TEXT NOT NULL, verdict TEXT NOT NULL, record INTEGER,
    at TEXT NOT NULL, by TEXT NOT NULL, PRIMARY KEY (entity, text, other_text)) STRICT, WITHOUT ROWID
"""
"""What people said of pairs of records, by what identifies them (the texts of the duplicate finder), so that no pair is asked twice."""


PRIVACY_TABLES = (
    "CREATE TABLE suppression (mark TEXT PRIMARY KEY, kind TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE erasure (entity TEXT NOT NULL, record INTEGER NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL, run INTEGER NOT NULL"
    " REFERENCES run(id), PRIMARY KEY (entity, record)) STRICT, WITHOUT ROWID",
    "ALTER TABLE run ADD COLUMN suppressed INTEGER NOT NULL DEFAULT 0",
)
"""Who was erased is known by number only, and by salted marks that keep such a person from being imported again. ``run.suppressed``: rows
that were left out for that."""

MERGED_ITEMS = "ALTER TABLE list_item ADD COLUMN merged_into INTEGER REFERENCES list_item(id) ON DELETE SET NULL"
"""An item that was merged into another is found as that one from then on."""


OWN_FIELD_TABLE = """
CREATE TABLE own_field (
    id INTEGER PRIMARY KEY AUTOINCREMENT, entity TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, label TEXT NOT NULL,
    length INTEGER, list TEXT NOT NULL DEFAULT '', rank INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'active'
    CHECK (state IN ('active', 'retired', 'removed')), UNIQUE (entity, name)) STRICT
"""
"""User-defined fields. Each is a column of its entity's table from the moment that it is defined."""


CONSENT_KEYS = (
    "ALTER TABLE list_item ADD COLUMN code TEXT NOT NULL DEFAULT ''",
    "CREATE UNIQUE INDEX list_item_one_of_a_code ON list_item(list, code) WHERE code <> ''",
)
"""The keys of purposes, legal bases and sources: unique within their list, and the same whatever the item is called later."""

LIFTED_MARKS = (
    "ALTER TABLE suppression ADD COLUMN run INTEGER",
    "ALTER TABLE suppression ADD COLUMN lifted_at TEXT",
    "ALTER TABLE suppression ADD COLUMN lifted_by TEXT",
    "UPDATE suppression SET run = (SELECT e.run FROM erasure e WHERE e.at = suppression.at AND e.by = suppression.by)"
    " WHERE 1 = (SELECT count(*) FROM erasure e WHERE e.at = suppression.at AND e.by = suppression.by)",
)
"""``run``: the erasure that left the mark. A mark that was lifted keeps nobody out; it stays, so that no old backup brings it back."""


def create_matching(db: Database) -> None:
    """The index of the duplicate finder, with all records to be put into it. Triggers say what changed, whoever changes it."""
    for entity in CONTACTS:
        db.execute(f"CREATE TABLE {entity}_match (record INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")
        db.execute(f"CREATE TABLE {entity}_key (key INTEGER, record INTEGER, PRIMARY KEY (key, record)) STRICT, WITHOUT ROWID")
        db.execute(f"CREATE TABLE {entity}_stale (record INTEGER PRIMARY KEY) STRICT")
        db.execute(f"INSERT INTO {entity}_stale SELECT id FROM {entity}")
        for table, column in ((entity, "id"), (f"{entity}_value", "record")):
            for event, values in (("INSERT", "NEW"), ("DELETE", "OLD")):
                db.execute(
                    f"CREATE TRIGGER {table}_stale_{event.lower()} AFTER {event} ON {table} BEGIN"
                    f" INSERT OR IGNORE INTO {entity}_stale VALUES ({values}.{column}); END"
                )
            db.execute(
                f"CREATE TRIGGER {table}_stale_update AFTER UPDATE ON {table} BEGIN"
                f" INSERT OR IGNORE INTO {entity}_stale VALUES (OLD.{column}), (NEW.{column}); END"
            )
    for statement in filter(str.strip, re.split(r";\n(?=CREATE)", MATCHING_TABLES)):
        db.execute(statement)
    db.table("matching_state").insert_all({"entity": entity} for entity in CONTACTS)


def create_entity(db: Database, catalogue: Catalogue, entity: str) -> None:
    """The entity's table, its value table and their indexes."""
    lines = ["id INTEGER PRIMARY KEY AUTOINCREMENT"]
    if entity in PARENTS:
        lines.append(f"{PARENTS[entity]} INTEGER REFERENCES {PARENTS[entity]}(id)")
    if entity == "person":
        lines.append("name_key TEXT")
    for field in catalogue.stored(entity):
        lines += [f'"{name}" {kind}' for name, kind in definitions(field).items()]
    lines += BOOKKEEPING
    db.execute(f"CREATE TABLE {entity} ({', '.join(lines)}) STRICT")
    db.execute(
        f"CREATE TABLE {entity}_value (id INTEGER PRIMARY KEY, record INTEGER NOT NULL REFERENCES {entity}(id) ON DELETE CASCADE,"
        " field TEXT NOT NULL, value ANY NOT NULL, key TEXT NOT NULL, description TEXT NOT NULL DEFAULT '',"
        " rank INTEGER NOT NULL DEFAULT 1) STRICT"
    )
    db.execute(f"CREATE INDEX {entity}_value_by_record ON {entity}_value(record)")
    db.execute(f"CREATE INDEX {entity}_value_by_key ON {entity}_value(key)")
    for field in catalogue.keys(entity):
        db.execute(f"CREATE INDEX {entity}_by_{field.name} ON {entity}({field.key_column}) WHERE {field.key_column} IS NOT NULL")
    if entity == "person" or (entity in PARENTS and f"{entity}.name" in catalogue):
        db.execute(f"CREATE INDEX {entity}_by_{PARENTS[entity]} ON {entity}({PARENTS[entity]}, name_key)")
    db.execute(  # an edit by another program's hand counts the version up, so that plans and undo notice it
        f"CREATE TRIGGER {entity}_edited AFTER UPDATE ON {entity} WHEN NEW.version = OLD.version BEGIN"
        f" UPDATE {entity} SET version = version + 1 WHERE id = NEW.id; END"
    )


def create_products(db: Database, catalogue: Catalogue) -> None:
    """Price lists, no two of the same name, and their products."""
    for entity in ("price_list", "product"):
        create_entity(db, catalogue, entity)
    if "price_list.name" in catalogue:
        db.execute("CREATE UNIQUE INDEX price_list_one_of_a_name ON price_list(name_key) WHERE deleted_at IS NULL")


def create_keyed(db: Database, catalogue: Catalogue, lists: Mapping[str, Sequence[str]], entities: Sequence[str]) -> None:
    """What is matched by any of its fields (projects, sales …), with its lists."""
    _add_items(db, {field.list for entity in entities for field in catalogue.of(entity) if field.list}, lists)
    for entity in entities:
        create_entity(db, catalogue, entity)
        for name in catalogue.references(entity):  # so that nobody looks through all sales to see whose a company's are
            db.execute(f"CREATE INDEX {entity}_by_{name} ON {entity}({name}) WHERE {name} IS NOT NULL")


def _add_items(db: Database, names: Collection[str], lists: Mapping[str, Sequence[str]]) -> None:
    """The shipped items of lists that a store of an earlier version does not have."""
    for name in sorted(names):
        for rank, item in enumerate(lists.get(name, ()), 1):
            db.execute("INSERT OR IGNORE INTO list_item (list, name, key, rank) VALUES (?, ?, ?, ?)", (name, item, fold(item), rank))


def create_own_fields(db: Database) -> None:
    """User-defined fields, keys of the items that consents are made of, and marks that can be lifted."""
    for statement in (OWN_FIELD_TABLE, *CONSENT_KEYS, *LIFTED_MARKS):
        db.execute(statement)
    taken: dict[str, set[str]] = {name: set() for name in CONSENT_LISTS}
    for item, name, key in db.execute("SELECT id, list, key FROM list_item ORDER BY id").fetchall():
        if name in taken:
            code = code_of(key, taken[name])
            taken[name].add(code)
            db.execute("UPDATE list_item SET code = ? WHERE id = ?", (code, item))


def add_missing_columns(db: Database, catalogue: Catalogue) -> None:
    """Columns for fields that the catalogue has gained since the store was made."""
    for entity in ENTITIES:
        present = {column.name for column in db[entity].columns}
        for field in catalogue.stored(entity):
            for name, kind in definitions(field).items():
                if name not in present:
                    db.execute(f'ALTER TABLE {entity} ADD COLUMN "{name}" {kind}')


def migrations(catalogue: Catalogue, lists: Mapping[str, Sequence[str]]) -> Migrations:  # noqa: C901 - one function per migration
    """All migrations, in order. ``lists`` are the items that a new store begins with."""
    every = Migrations("tui_import")

    @every(name="0001_ground")
    def ground(db: Database) -> None:
        for statement in filter(str.strip, FIXED_TABLES.split(";\n")):
            db.execute(statement)
        for entity in CONTACTS:
            create_entity(db, catalogue, entity)
        db.execute(CONSENT_TABLE)
        db.table("preference").insert_all({"key": key, "value": value} for key, value in SHIPPED_PREFERENCES.items())
        db.table("list_item").insert_all(
            {"list": name, "name": item, "key": fold(item), "rank": rank}
            for name, items in lists.items()
            for rank, item in enumerate(items, 1)
        )
        db.table("meta").insert({"key": "generation", "value": 0})

    @every(name="0002_matching")
    def matching(db: Database) -> None:
        create_matching(db)

    @every(name="0003_verdicts")
    def verdicts(db: Database) -> None:
        db.execute(VERDICT_TABLE)
        db.execute("CREATE INDEX pair_verdict_by_record ON pair_verdict(entity, record)")

    @every(name="0004_external_keys_of_several_sources")
    def external_keys(db: Database) -> None:
        for entity in CONTACTS:
            _move_to_values(db, entity, "external_key")

    @every(name="0005_erasures_and_merged_items")
    def erasures(db: Database) -> None:
        for statement in (*PRIVACY_TABLES, MERGED_ITEMS):
            db.execute(statement)

    @every(name="0006_products")
    def products(db: Database) -> None:
        create_products(db, catalogue)

    @every(name="0007_projects_sales_and_what_they_need")
    def keyed(db: Database) -> None:
        for key, value in SHIPPED_PREFERENCES.items():
            db.execute("INSERT OR IGNORE INTO preference (key, value) VALUES (?, ?)", (key, value))
        create_keyed(db, catalogue, lists, [entity for entity in KEYED if entity not in PARTIES])

    @every(name="0008_own_fields")
    def own_fields(db: Database) -> None:
        create_own_fields(db)

    @every(name="0009_project_members_and_sale_stakeholders")
    def parties(db: Database) -> None:
        create_keyed(db, catalogue, lists, PARTIES)

    return every


def _move_to_values(db: Database, entity: str, field: str) -> None:
    """A field that has become a multiple one: its values, and what the journal says of them. The empty column stays."""
    if field not in {column.name for column in db[entity].columns}:
        return
    db.register_function(lambda text: None if text is None else fold(str(text)), name="fold", deterministic=True, replace=True)
    db.execute(
        f"INSERT INTO {entity}_value (record, field, value, key)"
        f" SELECT id, '{field}', {field}, fold({field}) FROM {entity} WHERE {field} <> ''"
    )
    db.execute(
        f"UPDATE journal_change SET verb = CASE WHEN after IS NULL THEN 'remove' ELSE 'append' END, before_key = fold(before),"
        f" after_key = fold(after), before = CASE WHEN after IS NULL THEN before END WHERE field = '{field}' AND entry IN"
        f" (SELECT id FROM journal WHERE entity = '{entity}') AND coalesce(before, after) IS NOT NULL"
    )
    db.execute(f"UPDATE {entity} SET {field} = NULL WHERE {field} IS NOT NULL")


def migrate(connection: sqlite3.Connection, catalogue: Catalogue, lists: Mapping[str, Sequence[str]]) -> None:
    """Bring a store to `VERSION`, inside the caller's transaction: everything in a new one, what is missing in an older one."""
    db = Database(connection, execute_plugins=False)
    with db.atomic():
        migrations(catalogue, lists).apply(db)
        add_missing_columns(db, catalogue)
        db.table("meta").upsert({"key": "catalogue", "value": fingerprint(catalogue)}, pk="key")
        db.execute(f"PRAGMA user_version = {VERSION}")
