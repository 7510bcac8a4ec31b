"""Sales with their rules, and five sheets in one pass, on the real engine by keys alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.session.importer import Importer
from tests.session.test_several_kinds import PARTIES, SHEETS, write
from tests.tui.conftest import driven
from tui_import.model.settings import RESET
from tui_import.session.workspace import Workspace
from tui_import.tui.widgets.row_browser import RowBrowser


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Workspace]:
    """A new store."""
    with Workspace(tmp_path / "crm.db") as workspace:
        yield workspace


async def test_five_sheets_across_six_kinds_are_imported_in_one_pass_and_undone_and_redone(store: Workspace, tmp_path: Path) -> None:
    dump = Importer(store, tmp_path).dump
    empty = dump()
    async with driven(store, location=str(write(tmp_path / "book.xlsx"))) as tui:
        await tui.until("Show the lamps")
        await tui.press("enter")
        await tui.until("all sheets")
        await tui.write("all")
        await tui.press("enter")
        await tui.until("all sheets, of several kinds")
        await tui.press("f8")
        await tui.until("Several kinds in one pass")
        assert "Follow-ups!Start" in tui.text
        await tui.press("f8")
        await tui.until("[3 Settings]")
        await tui.press("f8")
        await tui.until("Showing all: 10")
        for words in ("Companies +2", "Follow-ups +2", "Sales +2", "Customers!2 +C +P"):
            assert words in tui.text
        await tui.press("x", "x", "x", "x")
        await tui.until("[Sales] · Showing all: 2")
        await tui.until("Sales!Heading")  # the columns of that kind's sheet come into sight
        await tui.press("f9")
        await tui.until("[5 Import]")
        await tui.press("f9", "1", "0", "enter")
        await tui.until("[6 Result]")
        after = dump()
        assert [record["company"] for record in store.records("sale")] == ["Nordlys Teknik ApS", "Fjord AS"]
        await tui.press("u", "y")
        await tui.until("taken back")
        assert dump() == empty
    (run,) = store.runs()
    store.redo(run.id)
    assert dump() == after


async def test_members_and_stakeholders_stand_under_the_others_and_are_undone_with_them(store: Workspace, tmp_path: Path) -> None:
    dump = Importer(store, tmp_path).dump
    empty = dump()
    async with driven(store, location=str(write(tmp_path / "book.xlsx", {**SHEETS, **PARTIES}))) as tui:
        await tui.until("Show the lamps")
        tui.app.session.set_option("sheet", "*")  # type: ignore[attr-defined]
        for step in ("[2 Mapping]", "[3 Settings]", "Showing all: 14"):
            await tui.press("f8")
            await tui.until(step)
        await tui.press("f9")
        await tui.until("Sale stakeholders  +2 new")
        await tui.press("f9", "1", "4", "enter")
        await tui.until("[6 Result]")
        assert "Project members    +2 new" in tui.text
        await tui.press("u", "y")
        await tui.until("taken back")
        assert dump() == empty


async def test_a_row_is_gone_to_by_its_sheet_and_number_or_by_its_number_in_the_cursors_sheet(store: Workspace, tmp_path: Path) -> None:
    async with driven(store, location=str(write(tmp_path / "book.xlsx"))) as tui:
        await tui.until("Show the lamps")
        tui.app.session.set_option("sheet", "*")  # type: ignore[attr-defined]
        for step in ("[2 Mapping]", "[3 Settings]", "Showing all: 10"):
            await tui.press("f8")
            await tui.until(step)
        for typed, expected in (("Customers!3", "Customers!3"), ("2", "Customers!2"), ("Sales!3", "Sales!3"), ("2", "Sales!2")):
            await tui.press(":")
            await tui.write(typed)
            await tui.press("enter")
            row = tui.app.screen.query_one(RowBrowser)
            (found,) = tui.app.session.preview_rows([row.key])  # type: ignore[attr-defined]
            assert f"{found.sheet}!{found.number}" == expected
        for typed in ("Nowhere!2", "²", "1" * 40):
            await tui.press(":")
            await tui.write(typed)
            await tui.press("enter")
            await tui.until("There is no row")


async def test_a_kind_is_chosen_its_key_ticked_and_after_a_reset_the_preview_is_closed(store: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "projects.csv"
    path.write_text("Name;Number;From\nWeb shop;P1;2026-01-01\n", encoding="utf-8")
    async with driven(store, location=str(path)) as tui:
        await tui.until("Web shop")
        await tui.press("f8")
        await tui.until("[2 Mapping]")
        await tui.press("w")
        await tui.until("What are the rows?")
        await tui.write("projects")
        await tui.press("enter")
        await tui.until("Project: Name")
        await tui.press("f8")
        await tui.until("Now: Number")
        await tui.press("f")
        await tui.until("are the same when all of these are")
        await tui.write("name")
        await tui.press("enter", "f8")
        await tui.until("Now: Name + Number")
        session = tui.app.session
        assert session is not None
        assert session.settings.project.match == ("name", "number")
        await tui.press("z")
        await tui.until("! No key is chosen.")
        assert session.settings.project == RESET
        await tui.press("f8")
        await tui.until("First choose it in the settings")
        assert "[3 Settings]" in tui.text


async def test_a_path_pasted_behind_the_folder_opens(store: Workspace, tmp_path: Path) -> None:
    book = write(tmp_path / "book.xlsx")
    async with driven(store) as tui:
        await tui.press("o")
        await tui.until("Reads .")
        assert tui.text.count(".csv") == 1
        await tui.write(str(book))
        await tui.press("enter")
        await tui.until("[1 Source]")
