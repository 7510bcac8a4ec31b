"""A table of a million rows costs a screenful."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tui_import.model.mapping import ColumnInfo
from tui_import.model.plan import PreviewRow
from tui_import.store.preview import RowKeys
from tui_import.tui import theme
from tui_import.tui.widgets.lines import fit
from tui_import.tui.widgets.row_browser import RowBrowser
from tui_import.tui.widgets.virtual_table import KEPT_PAGES, PAGE, ListRows, RowProvider, TableColumn, TableRow, VirtualTable


class Million:
    """A million rows that exist only when asked for."""

    def __init__(self, length: int = 1_000_000) -> None:
        self.length = length
        self.asked: list[tuple[int, int]] = []

    def __len__(self) -> int:
        return self.length

    def rows(self, start: int, stop: int) -> Sequence[TableRow]:
        self.asked.append((start, stop))
        return [TableRow((str(at), f"name {at}", f"city {at}", "x" * 40, "last"), at % 2 == 0) for at in range(start, stop)]


COLUMNS = (
    TableColumn("Row", 8, frozen=True, right=True),
    TableColumn("Name", 20),
    TableColumn("City", 20),
    TableColumn("Remark", 40),
    TableColumn("End", 10),
)


class TableApp(App[None]):
    """Nothing but a table."""

    def __init__(self, provider: RowProvider, **options: Any) -> None:
        super().__init__()
        self.table = VirtualTable(COLUMNS, provider, **options)

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.theme = theme.choose(self, {"COLORTERM": "truecolor"})
        self.table.focus()


def text(pilot: Pilot[None]) -> list[str]:
    return ["".join(segment.text for segment in strip).rstrip() for strip in pilot.app.screen._compositor.render_strips()]


async def test_only_the_rows_in_the_window_are_asked_for() -> None:
    rows = Million()
    app = TableApp(rows)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("end")
        await pilot.pause()
        assert "name 999999" in "\n".join(text(pilot))
        await pilot.press("pageup", "home")
        assert sum(stop - start for start, stop in rows.asked) <= 6 * PAGE


async def test_no_more_than_a_few_pages_are_held() -> None:
    rows = Million()
    app = TableApp(rows)
    async with app.run_test(size=(80, 24)):
        for at in range(0, 100 * PAGE, PAGE):
            app.table.row(at)
        assert len(app.table._pages) == KEPT_PAGES


async def test_the_row_of_the_cursor_is_marked_without_colour() -> None:
    app = TableApp(Million())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "down")
        await pilot.pause()
        assert [line.split()[1] for line in text(pilot) if line.startswith(">")] == ["2"]


async def test_checked_rows_carry_a_letter() -> None:
    app = TableApp(Million(), checks=True)
    async with app.run_test(size=(80, 24)) as pilot:
        assert text(pilot)[1].startswith("> [x]")
        assert text(pilot)[2].startswith("  [ ]")


async def test_frozen_columns_stay_when_the_others_scroll() -> None:
    app = TableApp(Million(), cell_cursor=True)
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.press(*["right"] * 4)
        await pilot.pause()
        lines = text(pilot)
        assert "Row" in lines[0]
        assert "End" in lines[0]
        assert "Name" not in lines[0]
        assert "‹" in lines[0]
        assert "last" in lines[1]


async def test_the_heading_says_that_columns_are_out_of_sight() -> None:
    app = TableApp(Million())
    async with app.run_test(size=(60, 10)) as pilot:
        assert text(pilot)[0].endswith("›")


async def test_scrolling_by_line_moves_the_window_by_half_a_page() -> None:
    """One repaint per half page instead of one per key: what makes held keys bearable over a slow line."""
    app = TableApp(Million())
    async with app.run_test(size=(80, 21)) as pilot:
        tops = set()
        for _ in range(40):
            await pilot.press("down")
            tops.add(app.table.scroll_offset.y)
        assert len(tops) <= 5


async def test_letters_move_as_arrows_do() -> None:
    app = TableApp(Million())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", "j", "k", "G")
        assert app.table.cursor == 999_999
        await pilot.press("g")
        assert app.table.cursor == 0


async def test_the_terminals_cursor_stands_on_the_row_for_screen_readers() -> None:
    app = TableApp(Million())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "down", "down")
        await pilot.pause()
        assert app.cursor_position.y == 4


async def test_fewer_rows_put_the_cursor_on_the_last_one() -> None:
    app = TableApp(Million(1000))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("end")
        app.table.show(Million(3))
        await pilot.pause()
        assert app.table.cursor == 2
        app.table.show(ListRows())
        await pilot.pause()
        assert app.table.cursor == 0


async def test_a_cell_with_an_issue_has_an_exclamation_mark() -> None:
    app = TableApp(ListRows([TableRow(("1", "bad name"), marks=frozenset({1}))]))
    async with app.run_test(size=(80, 24)) as pilot:
        assert "!bad name" in text(pilot)[1]


@pytest.mark.parametrize(
    ("value", "width", "expected"), [("abc", 5, "abc  "), ("abcdef", 4, "abc…"), ("日本語", 4, "日 …"), ("ab", 1, "a")]
)
def test_cells_take_exactly_their_width(value: str, width: int, expected: str) -> None:
    assert fit(value, width) == expected
    assert cell_len(fit(value, width)) == width


async def test_a_column_can_be_made_wider_and_narrower() -> None:
    app = TableApp(Million(), cell_cursor=True)
    async with app.run_test(size=(80, 10)) as pilot:
        app.table.widen(1, 12)
        await pilot.pause()
        assert app.table.widths[1] == 32
        app.table.widen(1, -99)
        app.table.widen(2, 999)
        assert app.table.widths[1] == 6
        assert app.table.widths[2] < 80


async def test_columns_up_to_the_cursor_can_be_kept_in_sight() -> None:
    app = TableApp(Million(), cell_cursor=True)
    async with app.run_test(size=(80, 10)) as pilot:
        assert app.table.keep(2)
        await pilot.press(*["right"] * 4)
        await pilot.pause()
        assert "Name" in text(pilot)[0]
        assert "City" not in text(pilot)[0]
        assert "End" in text(pilot)[0]
        assert app.table.keep(0)
        assert not app.table.keep(4)
        await pilot.pause()
        assert "Name" not in text(pilot)[0]


async def test_where_the_terminal_moves_lines_a_table_scrolls_by_one() -> None:
    app = TableApp(Million())
    app.scrolls_by_line = True  # type: ignore[attr-defined]  # as the program sets it
    async with app.run_test(size=(80, 21)) as pilot:
        await pilot.press(*["down"] * 21)
        assert app.table.scroll_offset.y == 2


class Browsed(App[None]):
    """The rows of an import, a million of them."""

    def compose(self) -> ComposeResult:
        yield RowBrowser(lambda keys: [PreviewRow(key, key + 1, True, ("Acme",), ()) for key in keys])

    def on_mount(self) -> None:
        self.theme = theme.choose(self, {"COLORTERM": "truecolor"})
        browser = self.query_one(RowBrowser)
        browser.show(RowKeys(range(1, 1_000_001)), [ColumnInfo(0, "Company", "A")])
        browser.table.focus()


async def test_the_number_of_a_row_in_the_millions_is_shown_whole() -> None:
    async with Browsed().run_test(size=(80, 24)) as pilot:
        await pilot.press("end")
        await pilot.pause()
        assert " 1000001 " in "\n".join(text(pilot))
