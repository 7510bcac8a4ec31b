"""A store from before there were projects and sales gets their tables, lists and preferences when it is opened."""

from __future__ import annotations

from pathlib import Path

from tui_import.model.kinds import KEYED
from tui_import.session.workspace import Workspace
from tui_import.store.layout import VERSION


def test_a_store_without_projects_and_sales_gets_them_and_keeps_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with Workspace(path) as workspace:
        connection = workspace.database.connection
        drop = "".join(f"DROP TABLE {entity}_value; DROP TABLE {entity};" for entity in reversed(KEYED))
        connection.executescript(
            f"""
            INSERT INTO company (id, name, name_key, created_at, created_by, updated_at, updated_by)
                VALUES (1, 'Acme', 'acme', 't', 'u', 't', 'u');
            {drop}
            DELETE FROM list_item WHERE list LIKE 'sale%' OR list LIKE 'project%';
            DELETE FROM preference WHERE key LIKE 'project.%';
            DELETE FROM _sqlite_migrations WHERE name LIKE '0007%' OR name LIKE '0009%';
            PRAGMA user_version = 6;
            """
        )
    with Workspace(path) as workspace:
        assert [each["name"] for each in workspace.records("company")] == ["Acme"]
        assert [workspace.count(entity) for entity in KEYED] == [0] * len(KEYED)
        assert "Proposal" in [item.name for item in workspace.lists()["sale_stage"]]
        assert workspace.preferences()["project.number.allocate"] == 0
        assert workspace.database.connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
