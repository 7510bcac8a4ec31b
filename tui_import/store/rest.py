"""What an import leaves for later: rows that wait for a decision. The draft remembers which rows are done, and goes on with the others."""

from __future__ import annotations

from tui_import.model.matches import Become, Override, Overrides
from tui_import.model.settings import Action
from tui_import.store.connection import Database
from tui_import.store.draft import Draft, planned_entities

_TABLES = (
    "CREATE TABLE IF NOT EXISTS imported (n INTEGER PRIMARY KEY, run INTEGER)",
    "CREATE TABLE IF NOT EXISTS imported_record (entity TEXT, n INTEGER, record INTEGER, PRIMARY KEY (entity, n)) WITHOUT ROWID",
)
_DONE = "('added', 'updated', 'unchanged', 'repeated')"
_LEFT = "SELECT n FROM plan_row WHERE op = 'held'"


def waiting(draft: Draft) -> int:
    """Rows of the plan that wait for a decision."""
    return int(draft.database.connection.execute("SELECT count(DISTINCT n) FROM plan_row WHERE op = 'held'").fetchone()[0])


def settle(database: Database, draft: Draft, run: int) -> None:
    """Note in the draft what a run has imported of it. Doing it twice changes nothing.

    Of a row that waits, the company may be imported already while its person is not: then the company's record is kept with the row.
    """
    bases = {entity: _base(database, draft, entity, run) for entity in planned_entities(draft.database.connection)}
    with draft.database.transaction() as connection:
        for statement in _TABLES:
            connection.execute(statement)
        connection.execute(
            f"INSERT OR IGNORE INTO imported SELECT DISTINCT n, ? FROM plan_row WHERE op IN {_DONE} AND n NOT IN ({_LEFT})", (run,)
        )
        for entity, base in bases.items():
            connection.execute(
                "INSERT OR REPLACE INTO imported_record SELECT entity, n, CASE WHEN ref < 0 THEN ? - ref ELSE ref END FROM plan_row"
                f" WHERE entity = ? AND op IN {_DONE} AND ref IS NOT NULL AND n IN ({_LEFT})",
                (base, entity),
            )


def _base(database: Database, draft: Draft, entity: str, run: int) -> int:
    """The last id that was in use before the run."""
    first = draft.database.connection.execute(f"SELECT min(k) FROM plan_{entity}_new").fetchone()[0]
    record = database.connection.execute(
        "SELECT min(record) FROM journal WHERE run = ? AND entity = ? AND op = 'insert'", (run, entity)
    ).fetchone()[0]
    return 0 if first is None or record is None else int(record) - int(first)


def imported_rows(draft: Draft) -> dict[int, int]:
    """Row key → run, of the rows that are done."""
    return dict(draft.database.connection.execute("SELECT n, run FROM imported")) if _is_there(draft) else {}


def imported_records(draft: Draft) -> dict[str, dict[int, Override]]:
    """Entity → row → the record that an earlier run made or changed for it, which is left alone now."""
    found: dict[str, dict[int, Override]] = {}
    if _is_there(draft):
        for entity, n, record in draft.database.connection.execute("SELECT entity, n, record FROM imported_record"):
            found.setdefault(entity, {})[n] = Override(Become.RECORD, record, Action.SKIP)
    return found


def _is_there(draft: Draft) -> bool:
    return bool(draft.database.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'imported_record'").fetchone())


def with_records(decided: Overrides, records: Overrides) -> dict[str, dict[int, Override]]:
    """Both together; what is imported is settled, whatever was decided of it."""
    return {entity: {**decided.get(entity, {}), **records.get(entity, {})} for entity in decided.keys() | records.keys()}
