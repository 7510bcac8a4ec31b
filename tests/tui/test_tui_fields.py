"""Defining fields with the keys, on a real store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.conftest import driven
from tui_import.model.own_fields import OwnField, OwnState, OwnType
from tui_import.session.workspace import Workspace


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace(tmp_path / "store.sqlite") as workspace:
        yield workspace


async def test_a_field_is_defined_and_offered_with_its_type_when_mapping(store: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("Company name;Zone\nAcme;North\n", encoding="utf-8")
    async with driven(store) as tui:
        await tui.press("end", "enter")
        await tui.until("(none; + defines one)")
        await tui.press("+", "enter")
        await tui.write("Sales area")
        await tui.press("enter", "f8")
        await tui.until("company.x_sales_area · short text (39)")
    async with driven(store, location=str(file)) as tui:
        await tui.until("North")
        await tui.press("f8")
        await tui.until("[2 Mapping]")
        await tui.press("down", "enter")
        await tui.write("sales area")
        assert "Company: Sales area" in tui.text
        assert "short text" in tui.text
        await tui.press("enter")
        assert tui.app.session is not None
        assert tui.app.session.mapping.fields_of(1) == ("company.x_sales_area",)


async def test_a_wrong_definition_is_explained_and_nothing_typed_is_lost(store: Workspace) -> None:
    async with driven(store) as tui:
        await tui.press("end", "enter", "+", "f8")
        await tui.until("needs a label")
        await tui.press("escape")
        assert "New field" in tui.text
        await tui.press("escape")
        assert store.own_fields() == []


async def test_fields_are_moved_retired_changed_and_removed(store: Workspace, tmp_path: Path) -> None:
    for name in ("one", "two"):
        store.define_field(OwnField("company", name, OwnType.SHORT_TEXT, name.title()))
    file = tmp_path / "rows.csv"
    file.write_text("Company name;Two\nAcme;North\n", encoding="utf-8")
    session = store.begin(str(file))
    session.read()
    session.apply()
    session.close()
    async with driven(store) as tui:
        await tui.press("end", "enter")
        await tui.until("company.x_two")
        await tui.press(">")
        assert [field.name for field in store.own_fields()] == ["x_two", "x_one"]
        await tui.press("d")
        assert "out of use" in tui.text
        assert store.own_fields()[1].state is OwnState.RETIRED
        await tui.press("enter", "enter")
        await tui.write("One and only")
        await tui.press("enter", "f8")
        assert "One and only" in tui.text
        await tui.press("delete", "y")
        await tui.until("Removed as run")
        await tui.press("home", "delete")
        await tui.until("Type 1 and press Enter")
        await tui.press("1", "enter")
        await tui.until("(none; + defines one)")
        assert store.own_fields() == []
