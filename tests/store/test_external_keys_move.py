"""A store of the version that kept one external key per record: its keys become values, and its history can still be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tui_import.session.workspace import Workspace
from tui_import.store.layout import VERSION


@pytest.fixture
def older(tmp_path: Path) -> Iterator[Workspace]:
    """A store as version 1 made it: the key is a column, and a run that filled it stands in the journal."""
    workspace = Workspace(tmp_path / "store.sqlite")
    connection = workspace.database.connection
    for entity in ("company", "person"):
        connection.execute(f"ALTER TABLE {entity} ADD COLUMN external_key TEXT")
    connection.executescript(
        """
        INSERT INTO company (id, name, name_key, external_key, version, created_at, created_by, updated_at, updated_by)
            VALUES (1, 'Acme', 'acme', 'K-1', 2, 't', 'u', 't', 'u'), (2, 'Bolt', 'bolt', NULL, 1, 't', 'u', 't', 'u');
        INSERT INTO run (id, kind, state, started, finished, user, source) VALUES (1, 'import', 'done', 't', 't', 'u', 'old.csv');
        INSERT INTO journal (id, run, entity, record, op, row, version) VALUES (1, 1, 'company', 1, 'update', 1, 2);
        INSERT INTO journal_change (entry, field, before, after, verb, row, column) VALUES (1, 'external_key', NULL, 'K-1', 'fill', 1, 0);
        DELETE FROM _sqlite_migrations WHERE name LIKE '%external_keys_of_several_sources';
        PRAGMA user_version = 3;
        """
    )
    workspace.close()
    again = Workspace(tmp_path / "store.sqlite")
    yield again
    again.close()


def test_the_key_is_a_value_now(older: Workspace) -> None:
    assert [record["external_key"] for record in older.records("company")] == [["K-1"], []]
    assert older.database.connection.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_what_gave_the_key_can_be_undone_and_redone(older: Workspace) -> None:
    older.undo(1)
    assert [record["external_key"] for record in older.records("company")] == [[], []]
    older.redo(1)
    assert [record["external_key"] for record in older.records("company")] == [["K-1"], []]
