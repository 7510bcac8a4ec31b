"""An ERP by keys alone: the form of a connection asks only what the chosen kind of ERP needs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.tui.conftest import driven
from tui_import import plugin_host
from tui_import.session.workspace import Workspace


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("TUI_IMPORT_CONFIG", str(tmp_path / "configuration"))
    monkeypatch.setenv("TUI_IMPORT_PLUGINS", "erp")
    plugin_host.forget()
    with Workspace(tmp_path / "crm.sqlite") as workspace:
        yield workspace
    plugin_host.forget()


async def test_a_connection_asks_only_for_what_the_chosen_kind_of_erp_needs(store: Workspace) -> None:
    async with driven(store) as tui:
        await tui.press("a", "n", "down")
        assert "‹ Business Central ›" in tui.text
        assert "Tenant" in tui.text
        await tui.press("right")
        assert "> Kind of ERP *" in tui.text
        assert "‹ Odoo ›" in tui.text
        assert "Tenant" not in tui.text
        await tui.press("right")
        assert "Ready made for" in tui.text
        await tui.press("right")
        assert "Category of suppliers" in tui.text


async def test_customers_in_a_town_are_found_ticked_and_read_out_of_a_database(store: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, city TEXT);"
            "INSERT INTO customer VALUES (1, 'Acme A/S', 'Aarhus'), (2, 'Bolt ApS', 'Odense'), (3, 'Cirkel', 'AARHUS N');"
        )
    async with driven(store) as tui:
        await tui.press("a", "n", "enter")
        await tui.write("shop")
        await tui.press("enter", "down", "right", "right", "down", "enter")
        await tui.write(f"sqlite:///{path}")
        await tui.press("enter", "down", "down", "down", "enter")
        await tui.write("customer")
        await tui.press("enter", "end", "enter")
        await tui.write("city=POSTALCITY")
        await tui.press("enter", "f8")
        assert "Kept as shop." in tui.text

        await tui.press("enter")
        assert "customer: 3 rows found" in tui.text
        await tui.press("+")
        await tui.write("city")
        await tui.press("enter", "enter")
        await tui.write("aarhus")
        await tui.press("enter")
        assert "2 rows found · none ticked" in tui.text
        await tui.press("a", "f8")
        assert "2 rows read." in tui.text
        session = tui.app.session
        assert session is not None
        assert session.options["where"] == "city contains aarhus"
        assert {column.header: column.locked for column in session.columns}["ERP key"]
        assert {"company.name", "company.postal_city", "company.external_key"} <= session.mapping.fields
