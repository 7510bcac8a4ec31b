"""The screens on the real engine: a workbook goes into a store and out again, by keys alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.conftest import Driven, driven
from tui_import.session.workspace import Workspace

FILE = """Company name;City;First name;Last name;E-mail
Nordic Timber AS;Oslo;Anna;Berg;anna@timber.example
Foo [/] Bar;Bergen;Ole;Hansen;ole@foo.example
Fjord Shipping AS;Bergen;Kari;Lund;not an address
Nordic Timber AS;Oslo;Per;Dahl;per@timber.example
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Workspace]:
    """A new store."""
    with Workspace(tmp_path / "crm.db") as workspace:
        yield workspace


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Four rows, one with a broken address."""
    path = tmp_path / "people.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def counts(tui: Driven) -> list[list[str]]:
    """The lines of numbers, in words."""
    lines = [line.split() for line in tui.text.splitlines()]
    return [words for words in lines if words and words[0] in ("Companies", "Persons")]


async def to_history(tui: Driven) -> None:
    """To the first line under the heading of the history."""
    await tui.press("home")
    for _ in range(20):
        lines = tui.text.splitlines()
        at = next(n for n, line in enumerate(lines) if line.startswith("History"))
        if lines[at + 1].startswith(">"):
            return
        await tui.press("down")
    raise AssertionError(f"the history cannot be reached:\n{tui.text}")


async def to_preview(tui: Driven) -> None:
    await tui.until("[1 Source]")
    await tui.until("Nordic Timber")
    for step in ("[2 Mapping]", "[3 Settings]", "[4 Preview]"):
        await tui.press("f8")
        await tui.until(step)
    await tui.until("Showing all: 4")


async def test_a_file_is_imported_undone_and_redone_by_keys_alone(store: Workspace, file: Path) -> None:
    async with driven(store, location=str(file)) as tui:
        await to_preview(tui)
        assert "!1 problem" in tui.text
        await tui.press("f9")
        await tui.until("[5 Import]")
        await tui.press("f9", "4", "enter")
        await tui.until("[6 Result]")
        assert store.count("company") == 2
        assert store.count("person") == 3
        await tui.press("u", "y")
        await tui.until("taken back")
        assert store.count("company") == 0
        await tui.press("escape")
        await tui.until("undone")
        await to_history(tui)
        await tui.press("r", "y")
        await tui.until("records put back")
        assert store.count("person") == 3


async def test_a_problem_is_corrected_where_it_stands_and_then_imported(store: Workspace, file: Path) -> None:
    async with driven(store, location=str(file)) as tui:
        await to_preview(tui)
        await tui.press("n")
        await tui.until("not an e-mail address")
        await tui.press("e", *["backspace"] * 20)
        await tui.write("kari@fjord.example")
        await tui.press("enter")
        await tui.until("from problem to new")
        assert "!1 problem" not in tui.text
        await tui.press("f9")
        await tui.until("[5 Import]")
        await tui.press("f9", "4", "enter")
        await tui.until("[6 Result]")
        assert store.count("person") == 4


async def test_the_preview_counts_what_the_result_counts(store: Workspace, file: Path) -> None:
    async with driven(store, location=str(file)) as tui:
        await to_preview(tui)
        await tui.press("space")
        await tui.until("1 row un-checked")
        before = counts(tui)
        await tui.press("f9")
        await tui.until("[5 Import]")
        await tui.press("f9", "4", "enter")
        await tui.until("[6 Result]")
        assert counts(tui) == before


async def test_leaving_in_the_middle_keeps_everything_for_the_next_time(store: Workspace, file: Path) -> None:
    async with driven(store, location=str(file)) as tui:
        await to_preview(tui)
        await tui.press("space")
        await tui.until("1 row un-checked")
        await tui.press("ctrl+q")
    async with driven(store) as tui:
        assert "Go on with" in tui.text
        await tui.press("down", "down", "down", "enter")
        await tui.until("1 row un-checked")
        assert "[4 Preview]" in tui.text


async def test_the_same_file_again_is_said_to_be_known(store: Workspace, file: Path) -> None:
    async with driven(store, location=str(file)) as tui:
        await to_preview(tui)
        await tui.press("f9")
        await tui.until("[5 Import]")
        await tui.press("f9", "4", "enter")
        await tui.until("[6 Result]")
    async with driven(store, location=str(file)) as tui:
        await tui.until("Nordic Timber")
        await tui.press("f8")
        await tui.until("was imported before: run 1")


async def test_a_changed_setting_changes_the_plan(store: Workspace, file: Path) -> None:
    async with driven(store, location=str(file)) as tui:
        await to_preview(tui)
        assert [words[0] for words in counts(tui)] == ["Companies", "Persons"]
        await tui.press("3")
        await tui.until("[3 Settings]")
        await tui.press("down", "down", "enter")
        await tui.write("none")
        await tui.press("enter", "4")
        await tui.until("[4 Preview]")
        await tui.until("Showing all: 4")
        assert "new" not in next((words for words in counts(tui) if words[0] == "Persons"), [])


async def test_run_selections_records_and_lists_open_on_a_real_store(store: Workspace, file: Path) -> None:
    async with driven(store, location=str(file)) as tui:
        await to_preview(tui)
        await tui.press("f9")
        await tui.until("[5 Import]")
        await tui.press("f9", "4", "enter")
        await tui.until("[6 Result]")
        await tui.press("s")
        await tui.until("New companies")
        await tui.press("enter")
        await tui.until("records")
        assert any(name in tui.text for name in ("Foo [/] Bar", "Anna"))
        await tui.press("escape", "escape", "escape")
        await tui.until("History")
        await to_history(tui)
        await tui.press("enter")
        await tui.until("Run 1")
        assert "Nordic Timber AS" in tui.text
        await tui.press("enter")
        await tui.until("people.csv")
        await tui.press("escape", "escape", "p")
        await tui.until("A person needs a company")
        await tui.press(*["down"] * 20)
        assert "List: Category" in tui.text


async def test_an_offered_repair_is_taken_for_the_whole_column(store: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "zip.csv"
    path.write_text("Company name;Post code;Country\nA AS;182;NO\nB AS;182;NO\nC AS;5013;NO\n", encoding="utf-8")
    async with driven(store, location=str(path)) as tui:
        await tui.until("A AS")
        for step in ("[2 Mapping]", "[3 Settings]", "[4 Preview]"):
            await tui.press("f8")
            await tui.until(step)
        await tui.until("Showing all: 3")
        await tui.press("right", "v")
        await tui.until("0182")
        await tui.press("r")
        await tui.until("2 rows changed.")
        await tui.press("escape")
        await tui.until(" 0182 ")
        assert tui.app.session is not None
        assert [row.cells[1] for row in tui.app.session.preview_rows([1, 2, 3])] == ["0182", "0182", "5013"]


@pytest.mark.parametrize("typed", ["/{path}", "~/{name}"])
async def test_a_path_typed_behind_the_folder_that_stands_there_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    path = tmp_path / "fair.csv"
    path.write_text("Company;Town\nAcme;Oslo\n", encoding="utf-8")
    with Workspace(tmp_path / "crm.db") as store:
        async with driven(store) as tui:
            await tui.press("o")
            await tui.write(typed.format(path=str(path).lstrip("/"), name=path.name))
            await tui.press("enter")
            await tui.until("[1 Source]")
            await tui.until("Acme")
