"""A store from before there were products gets their tables when it is opened."""

from __future__ import annotations

from pathlib import Path

from tui_import.model.price_lists import PriceListInfo
from tui_import.session.workspace import Workspace
from tui_import.store.layout import VERSION


def test_a_store_without_products_gets_them_and_keeps_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with Workspace(path) as workspace:
        connection = workspace.database.connection
        connection.executescript(
            """
            INSERT INTO company (id, name, name_key, created_at, created_by, updated_at, updated_by)
                VALUES (1, 'Acme', 'acme', 't', 'u', 't', 'u');
            DROP TABLE product_value; DROP TABLE product; DROP TABLE price_list_value; DROP TABLE price_list;
            DELETE FROM _sqlite_migrations WHERE name LIKE '%products';
            PRAGMA user_version = 5;
            """
        )
    with Workspace(path) as workspace:
        assert workspace.add_price_list(PriceListInfo(0, "Standard")).products == 0
        assert [each["name"] for each in workspace.records("company")] == ["Acme"]
        assert workspace.count("product") == 0
        assert workspace.database.connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
