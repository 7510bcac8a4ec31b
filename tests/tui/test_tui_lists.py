"""Lists, values that lists do not have, selections by hand and erasing, with the keys, on a real store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.conftest import Driven, driven
from tui_import.session.workspace import Workspace

ROWS = "Company name;Category;First name;Last name;E-mail\nAlfa;Suplier;Anna;Holm;a@x.example\nBeta;Suplier;Bo;Ek;b@x.example\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace(tmp_path / "store.sqlite") as workspace:
        yield workspace


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def imported(store: Workspace, file: Path) -> None:
    session = store.begin(str(file))
    session.read()
    session.plan()
    session.apply()
    session.close()


async def to_preview(tui: Driven) -> None:
    await tui.until("Alfa")
    for step in ("[2 Mapping]", "[3 Settings]", "[4 Preview]"):
        await tui.press("f8")
        await tui.until(step)
    await tui.until("Showing all: 2")


async def test_a_misspelt_value_is_decided_once_in_the_preview(store: Workspace, file: Path) -> None:
    async with driven(store, location=str(file)) as tui:
        await to_preview(tui)
        await tui.until("1 new list item looks like another")
        await tui.press("i")
        await tui.until("Perhaps meant")
        assert "Suplier" in tui.text
        await tui.press("space", "escape")
        await tui.settle()
        assert tui.app.session is not None
        assert tui.app.session.settings.list_values == {"category": {"Suplier": "Supplier"}}
        await tui.until("Showing all: 2")
        assert tui.app.session.report is not None
        assert tui.app.session.report.new_list_items == {}


async def test_a_value_can_become_a_new_item_or_nothing(store: Workspace, file: Path) -> None:
    async with driven(store, location=str(file)) as tui:
        await to_preview(tui)
        await tui.press("i", "enter", "down", "enter")
        assert "a new item" in tui.text
        await tui.press("enter", "down", "down", "enter")
        assert "(blank)" in tui.text
        await tui.press("delete")
        assert "by rule  " in tui.text
        await tui.press("escape")
        assert tui.app.session is not None
        assert tui.app.session.settings.list_values == {}


async def test_items_are_merged_moved_and_made_the_default(store: Workspace, file: Path) -> None:
    imported(store, file)
    async with driven(store) as tui:
        await tui.press("p")
        await tui.until("Lists and preferences")
        await tui.go_down_to("Suplier")
        await tui.press("<")
        names = [item.name for item in store.lists()["category"]]
        assert names.index("Suplier") == len(names) - 2
        assert "> Suplier" in tui.text
        await tui.press("*")
        assert store.preferences()["default.category"] == "Suplier"
        await tui.press("m")
        await tui.write("supplier")
        await tui.press("enter", "y")
        await tui.until("Merged as run 2")
        assert [company["category"] for company in store.records("company")] == ["Supplier", "Supplier"]
        assert "is “Supplier”" in tui.text


async def test_a_selection_is_made_filled_and_edited_by_hand(store: Workspace, file: Path) -> None:
    imported(store, file)
    async with driven(store) as tui:
        await tui.press("s", "n", "enter")
        await tui.write("Fair")
        await tui.press("enter")
        await tui.until("Fair")
        await tui.press("home", "enter", "+")
        await tui.write("1 2")
        await tui.press("enter")
        await tui.until("2 of 2 records")
        await tui.press("delete")
        await tui.until("1 of 1 records")
        await tui.press("escape", "b")
        await tui.write("Postal city")
        await tui.press("enter")
        await tui.write("Oslo")
        await tui.press("enter")
        await tui.until("Change records?")
        await tui.press("1", "enter")
        await tui.until("Changed as run 2")
        assert [company["postal_city"] for company in store.records("company")] == [None, "Oslo"]


async def test_a_person_is_erased_after_its_number_was_typed(store: Workspace, file: Path) -> None:
    imported(store, file)
    store.backup()
    async with driven(store) as tui:
        await tui.press("s")
        await tui.until("New persons")
        await tui.press("home", "enter")
        await tui.until("Anna")
        await tui.press("E", "2", "enter")
        assert store.count("person") == 2
        await tui.press("escape", "E", "1", "enter")
        await tui.until("backups cannot be changed")
        assert [person["first_name"] for person in store.records("person")] == ["Bo"]


async def test_a_suppression_is_lifted_by_naming_the_person(store: Workspace, file: Path) -> None:
    imported(store, file)
    store.erase("person", 1)
    async with driven(store) as tui:
        await tui.until("Erased persons")
        await tui.press("end", "enter")
        await tui.until("e-mail address")
        assert "Holm" not in tui.text
        await tui.press("enter", "enter")
        await tui.write("nobody@x.example")
        await tui.press("enter", "f8")
        await tui.until("Nobody is kept out")
        await tui.press("escape", "enter")
        await tui.write("a@x.example")
        await tui.press("enter", "f8")
        await tui.until("can be imported again")
        assert all(mark.lifted_at for mark in store.suppressions())


async def test_an_item_says_what_it_means(store: Workspace) -> None:
    async with driven(store) as tui:
        await tui.press("p")
        await tui.until("Lists and preferences")
        await tui.go_down_to("Prospect")
        await tui.press("t")
        await tui.write("Not a customer yet")
        await tui.press("enter")
        await tui.until("Not a customer yet")
    assert store.lists()["category"][0].tooltip == "Not a customer yet"
