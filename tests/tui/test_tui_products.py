"""Products on the real engine, by keys alone: the price list first, then as any import."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.conftest import Driven, driven
from tui_import.model.price_lists import PriceListInfo
from tui_import.session.workspace import Workspace
from tui_import.tui.messages import OpenLocation

FILE = """Product code;Product name;List price;Category
A1;Lamp;12,50;Lamps
B2;Chair;99;Furniture
C3;;5;Furniture
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Workspace]:
    """A new store."""
    with Workspace(tmp_path / "crm.db") as workspace:
        yield workspace


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three rows, one without a name."""
    path = tmp_path / "goods.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


async def to_preview(tui: Driven) -> None:
    await tui.press("f8")
    await tui.until("[3 Settings]")
    await tui.press("f8")
    await tui.until("[4 Preview]")
    await tui.until("Showing all: 3")


async def test_a_file_of_products_asks_for_its_price_list_and_is_imported_undone_and_looked_at(store: Workspace, file: Path) -> None:
    async with driven(store, location=str(file)) as tui:
        await tui.until("Lamp")
        await tui.press("f8")
        await tui.until("New price list")
        await tui.write("Retail")
        await tui.press("enter")
        await tui.until("Products, into the price list “Retail”")
        await to_preview(tui)
        for words in ("+A", "!A", "Products", "+2 new", "!1 problem"):
            assert words in tui.text
        assert "Persons" not in tui.text
        await tui.press("d")
        await tui.until("nothing to decide for products")
        await tui.press("f9")
        await tui.until("[5 Import]")
        await tui.press("f9", "3", "enter")
        await tui.until("[6 Result]")
        assert "The new price list “Retail” has 2 products" in tui.text
        await tui.press("p")
        await tui.until("2 of 2 records")
        assert "Chair" in tui.text
        await tui.press("escape", "u", "y")
        await tui.until("taken back")
        assert store.price_lists() == []


async def test_without_a_price_list_there_is_no_preview(store: Workspace, file: Path) -> None:
    async with driven(store, location=str(file)) as tui:
        await tui.until("Lamp")
        await tui.press("f8")
        await tui.until("New price list")
        await tui.press("escape", "f8")
        await tui.until("[3 Settings]")
        await tui.until("New price list")
        await tui.press("escape", "f8")
        await tui.until("First choose the price list")
        await tui.press("home")
        await tui.until("The price list that the products go into")


async def test_the_price_list_is_chosen_at_home_and_shown_there(store: Workspace, file: Path) -> None:
    store.add_price_list(PriceListInfo(0, "Standard", currency="EUR"))
    async with driven(store) as tui:
        assert "1 price list" in tui.text
        await tui.press("c")
        await tui.write("Products")
        await tui.press("enter")
        await tui.until("Into which price list?")
        assert "EUR · 0 products" in tui.text
        await tui.press("enter")
        await tui.until("imported as: Products, into the price list “Standard”")
        tui.app.post_message(OpenLocation(str(file)))
        await tui.until("[1 Source]")
        await tui.until("Lamp")
        await tui.press("f8")
        await tui.until("into the price list “Standard”")
        await to_preview(tui)


async def test_price_lists_are_made_and_looked_at(store: Workspace) -> None:
    store.add_price_list(PriceListInfo(0, "Standard", currency="EUR", valid_from="2026-01-01"))
    async with driven(store) as tui:
        await tui.press("end", "up", "up", "enter")
        await tui.until("2026-01-01 – …")
        await tui.press("+")
        await tui.write("Export")
        await tui.press("enter")
        await tui.until("Export")
        await tui.press("home", "enter")
        await tui.until("0 of 0 records")
    assert [each.name for each in store.price_lists()] == ["Export", "Standard"]


async def test_a_price_list_is_changed_in_a_form(store: Workspace) -> None:
    store.add_price_list(PriceListInfo(0, "Standard", currency="EUR"))
    async with driven(store) as tui:
        await tui.press("end", "up", "up", "enter")
        await tui.until("Standard")
        await tui.press("e", "down", "down", "enter")
        await tui.write("K1")
        await tui.press("enter", "f8")
        await tui.until("no currency")
        await tui.press("escape", "enter")
        await tui.write("DKK")
        await tui.press("enter", "end", "space", "f8")
        await tui.until("Changed as run 2")
        await tui.until("not active")
    (changed,) = store.price_lists()
    assert (changed.name, changed.currency, changed.active) == ("Standard", "DKK", False)
    store.undo(2)
    assert store.price_lists()[0].currency == "EUR"
