"""Rows of any number with filter, search, sorting and jumps. Which rows a filter shows is asked from whoever owns it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from tui_import.api.i18n import _, ngettext
from tui_import.model.mapping import ColumnInfo
from tui_import.model.plan import PreviewRow, RowFilter
from tui_import.model.sheets import SEPARATOR, from_label
from tui_import.tui.keymap import bindings
from tui_import.tui.safe import content, safe, shown
from tui_import.tui.widgets.cell_editor import CellEditor
from tui_import.tui.widgets.dialogs import Choose, Prompt, line_input
from tui_import.tui.widgets.preview_rows import FIRST_CELLS, Keys, NoKeys, PreviewRows, preview_columns
from tui_import.tui.widgets.status import number
from tui_import.tui.widgets.virtual_table import VirtualTable
from tui_import.tui.words import ENTITIES, FILTERS, word


class RowBrowser(Vertical):
    """A line that says what is shown, a search line when wanted, the table."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("rows")
    DEFAULT_CSS = """
    RowBrowser {
        height: 1fr;
        & > .said { height: 1; padding: 0 1; color: $foreground-muted; }
        & > #search { display: none; }
        & > #search.-open { display: block; }
    }
    """

    @dataclass
    class FilterChanged(Message):
        """The user wants other rows: call `show` with their keys."""

        rows: RowFilter

    @dataclass
    class Edited(Message):
        """The user typed another text into a cell."""

        row: int
        """Its key."""
        column: int
        text: str

    def __init__(self, load: Callable[[Sequence[int]], Sequence[PreviewRow]], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.filter = RowFilter()
        """What is shown, and in which order."""
        self._entity_shown = ""
        self._keys: Keys = NoKeys()
        self._infos: Sequence[ColumnInfo] = ()
        self._load = load
        self._unchecked = self._most = 0
        self.entities: Sequence[str] = ()
        """What a row can have; of several, one can be looked at alone."""
        self.sheets: Sequence[str] = ()
        """Names of the sheets that the rows stand in, where there are several."""

    def compose(self) -> ComposeResult:
        """The three parts."""
        yield Static(classes="said")
        yield line_input(placeholder=_("text to look for; empty shows all rows"), id="search")
        yield VirtualTable(checks=True, cell_cursor=True)

    @property
    def table(self) -> VirtualTable:
        """The rows."""
        return self.query_one(VirtualTable)

    # -- what is shown

    def show(self, keys: Keys, columns: Sequence[ColumnInfo], *, unchecked: int = 0) -> None:
        """Other rows; the cursor stays on its row where the filter shows it."""
        before = self.key
        first = not self._infos
        self._keys, self._infos, self._unchecked = keys, columns, unchecked
        self._most = max(self._most, len(keys))
        at = self.position(before) if before is not None else None
        self.table.show(PreviewRows(keys, self._load), preview_columns(columns, _("Row"), self._row_width), cursor=at)
        if first:
            self.table.cursor_column = FIRST_CELLS
        if self._entity_shown != self.filter.entity:
            self._entity_shown = self.filter.entity
            self._show_columns(self._sheet if self.filter.entity and len(keys) else "")
        self._say()

    def _show_columns(self, sheet: str) -> None:
        """Scroll to the columns of a sheet, the last of them first, so that as many as fit are in sight; without one to the beginning."""
        own = [at for at, info in enumerate(self._infos, FIRST_CELLS) if info.header.startswith(f"{sheet}{SEPARATOR}")] if sheet else []
        for column in (own[-1], own[0]) if own else (FIRST_CELLS,):
            self.table.cursor_column = column

    @property
    def _row_width(self) -> int:
        if self.sheets:
            return min(20, max(len(safe(name)) for name in self.sheets) + 5)
        return max(6, len(str(self._most + self._most // 10)))  # rows that were passed over have numbers, too

    def _say(self) -> None:
        rows = self.filter
        parts = [_("Showing {filter}: {count}").format(filter=word(FILTERS, rows.show), count=number(len(self._keys)))]
        if rows.entity:
            parts.insert(0, f"[{word(ENTITIES, rows.entity)}]")
        if rows.text:
            parts.append(_("with “{text}”").format(text=safe(rows.text)))
        if rows.sort is not None:
            title = safe(self._infos[rows.sort].title)
            parts.append((_("by {column}, descending") if rows.descending else _("by {column}")).format(column=title))
        if self._unchecked:
            text = ngettext("{count} row un-checked", "{count} rows un-checked", self._unchecked)
            parts.append(text.format(count=number(self._unchecked)))
        if self.table.kept:
            parts.append(_("columns stay up to {column}").format(column=safe(self.table.columns[self.table.kept - 1].title)))
        self.query_one(".said", Static).update(content(" · ".join(parts)))

    @property
    def key(self) -> int | None:
        """Key of the row the cursor stands on."""
        at = self.table.cursor
        return self._keys[at] if at < len(self._keys) else None

    @property
    def keys(self) -> Keys:
        """All keys shown."""
        return self._keys

    def keys_at(self, start: int, count: int) -> list[int]:
        """Some of them."""
        return [self._keys[at] for at in range(start, min(start + count, len(self._keys)))]

    @property
    def column(self) -> int | None:
        """The file's column the cursor stands on."""
        column = self.table.cursor_column - FIRST_CELLS
        return column if column >= 0 else None

    def position(self, key: int) -> int | None:
        """Where a row stands; None where the filter does not show it."""
        if self.filter == RowFilter():
            return key - 1 if 0 < key <= len(self._keys) else None
        return self._keys.index(key)

    def go_to_key(self, key: int) -> bool:
        """Put the cursor on a row, and on the cell that is at fault; False where the filter does not show it."""
        at = self.position(key)
        if at is None:
            return False
        self.table.cursor = at
        row = self._load([key])[0]
        reasons = [state.reason.column for state in row.states if state.reason is not None and state.reason.column is not None]
        faults = [*reasons, *sorted(row.marks)]
        if faults:
            self.table.cursor_column = faults[0] + FIRST_CELLS
        return True

    # -- filter, search, sort

    def want(self, rows: RowFilter) -> None:
        """Show others."""
        self.filter = rows
        self.post_message(self.FilterChanged(rows))

    def action_filter(self) -> None:
        """Choose what is shown."""
        names = list(FILTERS)

        def chosen(at: int | None) -> None:
            if at is not None:
                self.want(replace(self.filter, show=names[at]))

        labels = [word(FILTERS, name) for name in names]
        self.app.push_screen(Choose(_("Show which rows?"), labels, start=names.index(self.filter.show)), chosen)

    def action_turn_filter(self, step: int) -> None:
        """The next or the previous filter."""
        names = list(FILTERS)
        self.want(replace(self.filter, show=names[(names.index(self.filter.show) + step) % len(names)]))

    def action_entity(self) -> None:
        """Rows of one kind of record after the other, then all again."""
        tabs = ["", *self.entities]
        if len(tabs) > 2:
            self.want(replace(self.filter, entity=tabs[(tabs.index(self.filter.entity) + 1) % len(tabs)]))

    def action_search(self) -> None:
        """Open the search line."""
        field = self.query_one("#search", Input)
        field.add_class("-open")
        field.value = safe(self.filter.text)
        field.focus()

    def action_sort(self) -> None:
        """By the cursor's column: up, down, as in the file."""
        rows, column = self.filter, self.column
        if column is None or (rows.sort == column and rows.descending):
            self.want(replace(rows, sort=None, descending=False))
        else:
            self.want(replace(rows, sort=column, descending=rows.sort == column))

    def action_go_to(self) -> None:
        """A row by its number in the file."""

        def typed(text: str | None) -> None:
            place = from_label(text or "")
            if place is not None and (not place[0] or place[0] in self.sheets):
                self._go_to_number(place[0] or self._sheet, place[1])
            elif text and text.strip():
                self.notify(_("There is no row {row} in the draft.").format(row=safe(text.strip())), markup=False)

        where = _("Its number in the sheet of the cursor, or SHEET!NUMBER.") if self.sheets else _("Its number in the file.")
        self.app.push_screen(Prompt(_("Go to row"), help=where), typed)

    @property
    def _sheet(self) -> str:
        """That of the cursor's row; empty where there is one only."""
        key = self.key
        return self._load([key])[0].sheet if key is not None else ""

    def _go_to_number(self, sheet: str, number: int) -> None:
        """By halving, since numbers grow with the keys, sheet after sheet; in a sorted list the nearest one met is taken."""

        def place(row: PreviewRow) -> tuple[int, int]:
            return (self.sheets.index(row.sheet) if row.sheet in self.sheets else 0), row.number

        wanted = (self.sheets.index(sheet) if sheet in self.sheets else 0), number
        low, high = 0, len(self._keys)
        while low < high:
            middle = (low + high) // 2
            if place(self._load([self._keys[middle]])[0]) < wanted:
                low = middle + 1
            else:
                high = middle
        self.table.cursor = max(0, min(low, len(self._keys) - 1))
        if sheet and len(self._keys):
            self._show_columns(self._sheet)

    # -- columns

    def action_width(self, by: int) -> None:
        """Of the cursor's column."""
        self.table.widen(self.table.cursor_column, by)

    def action_keep(self) -> None:
        """The columns up to the cursor's stay in sight; once more, and they scroll again."""
        count = self.table.cursor_column + 1
        if self.table.keep(0 if self.table.kept == count else count):
            self._say()
        else:
            self.notify(_("No room would be left for the other columns."), markup=False)

    # -- a cell in place

    def action_edit(self) -> None:
        """A field over the cell."""
        key, column = self.key, self.column
        region = self.table.cell_region(self.table.cursor, self.table.cursor_column)
        if key is None or column is None or region is None:
            self.notify(_("Put the cursor on a cell first: → goes to the right."), markup=False)
            return
        old = shown(self._load([key])[0].cells[column])
        self.screen.mount(CellEditor(old, region, lambda text: self._edited(key, column, old, text)))

    def _edited(self, key: int, column: int, old: str, text: str | None) -> None:
        self.table.focus()
        if text is not None and text != old:
            self.post_message(self.Edited(key, column, text))

    # -- leaving

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Search."""
        event.stop()
        event.input.remove_class("-open")
        self.table.focus()
        self.want(replace(self.filter, text=event.value.strip()))

    def step_back(self) -> bool:
        """Esc: close the search line, then show all rows; False where there was nothing to close."""
        search = self.query_one("#search", Input)
        if search.has_class("-open"):
            search.remove_class("-open")
            self.table.focus()
        elif self.filter != RowFilter():
            self.want(RowFilter())
        else:
            return False
        return True
