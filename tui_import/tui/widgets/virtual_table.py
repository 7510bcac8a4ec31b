"""A table of any length: it asks its provider for the rows in the window and a few around it, and holds no others."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.reactive import reactive

from tui_import.tui.keymap import bindings
from tui_import.tui.safe import safe
from tui_import.tui.widgets.lines import Lines, fit

PAGE = 64
"""Rows fetched at a time."""
KEPT_PAGES = 16
"""Pages held: a thousand rows, a few hundred kilobytes."""
WIDEST = 32
"""A column is not made wider than this by its samples."""
NARROWEST = 6
"""A column is left out rather than cut to less than this."""
_GUTTER = 2
_BOX = 4


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column."""

    title: str
    width: int = 0
    """Cells; 0: as wide as the first rows need."""
    frozen: bool = False
    """Stays when the others scroll; frozen columns come first."""
    right: bool = False
    """Numbers: aligned to the right."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row as the table draws it."""

    cells: Sequence[str]
    checked: bool | None = None
    """None: no box."""
    tones: Mapping[int, str] = field(default_factory=dict)
    """Column → tone (see `lines.TONES`)."""
    marks: frozenset[int] = frozenset()
    """Columns whose cell has an issue: an exclamation mark stands before it."""
    tone: str = "plain"


class RowProvider(Protocol):
    """Where a table gets its rows."""

    def __len__(self) -> int:
        """How many there are."""

    def rows(self, start: int, stop: int) -> Sequence[TableRow]:
        """Those of the positions from ``start`` up to and without ``stop``; never more than there are."""


class ListRows:
    """Rows that are all there already."""

    def __init__(self, rows: Sequence[TableRow] = ()) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self, start: int, stop: int) -> Sequence[TableRow]:
        """A slice."""
        return self._rows[start:stop]


class VirtualTable(Lines, inherit_bindings=False):
    """Rows by windows, a cursor with row and column, frozen columns, check boxes, marks in letters as well as in colour."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("table")
    heading = 1

    cursor_column: reactive[int] = reactive(0, repaint=False, init=False)

    def __init__(
        self,
        columns: Sequence[TableColumn] = (),
        provider: RowProvider | None = None,
        *,
        checks: bool = False,
        cell_cursor: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._columns = tuple(columns)
        self._provider: RowProvider = provider or ListRows()
        self._checks = checks
        self._cell_cursor = cell_cursor
        """The cursor has a column, else the whole row is marked."""
        self._pages: OrderedDict[int, Sequence[TableRow]] = OrderedDict()
        self._widths: list[int] = []
        self._first = 0
        """The first column shown after the frozen ones."""
        self._kept = 0
        """Columns that the user keeps in sight."""

    # -- rows

    @property
    def length(self) -> int:
        """Rows of the provider."""
        return len(self._provider)

    @property
    def columns(self) -> Sequence[TableColumn]:
        """All columns."""
        return self._columns

    def show(self, provider: RowProvider, columns: Sequence[TableColumn] | None = None, *, cursor: int | None = None) -> None:
        """Other rows, perhaps other columns."""
        self._provider = provider
        self._pages.clear()
        if columns is not None and tuple(columns) != self._columns:
            self._columns = tuple(columns)
            self._widths = []
            self._first = self._kept = 0
            self.set_reactive(VirtualTable.cursor_column, min(self.cursor_column, max(0, len(columns) - 1)))
        self.reset(cursor)

    def lay_out(self, columns: Sequence[TableColumn]) -> None:
        """The same columns with other widths."""
        if tuple(columns) != self._columns:
            self._columns = tuple(columns)
            self._widths = []
            self.refresh()

    def forget(self, row: int | None = None) -> None:
        """Ask for this row (or all) again: it has changed."""
        if row is None:
            self._pages.clear()
            self.refresh()
        else:
            self._pages.pop(row // PAGE, None)
            self.redraw_row(row)

    def row(self, at: int) -> TableRow:
        """One row, from its page."""
        number, place = divmod(at, PAGE)
        page = self._pages.get(number)
        if page is None:
            page = self._pages[number] = self._provider.rows(number * PAGE, min((number + 1) * PAGE, self.length))
            if len(self._pages) > KEPT_PAGES:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page[place] if place < len(page) else TableRow(())

    # -- columns

    @property
    def widths(self) -> list[int]:
        """Width of each column: as given, else by the title and the first page of rows."""
        if not self._widths:
            sample = [self.row(at) for at in range(min(self.length, PAGE))]
            for position, column in enumerate(self._columns):
                longest = max((cell_len(safe(row.cells[position])) for row in sample if position < len(row.cells)), default=0)
                self._widths.append(column.width or min(WIDEST, max(3, longest + 1, cell_len(column.title))))
        return self._widths

    def _frozen(self) -> int:
        return max(self._kept, sum(column.frozen for column in self._columns))

    def widen(self, column: int, by: int) -> None:
        """Give a column more cells, or fewer, as far as its title and the window allow."""
        widest = max(NARROWEST, self.scrollable_content_region.width - self._width_of(self._frozen()))
        self.widths[column] = min(max(NARROWEST, self.widths[column] + by), widest)
        self.watch_cursor_column()
        self.refresh()

    def keep(self, count: int) -> bool:
        """Let the first columns stay when the others scroll; 0: only those that always do. False where no room would be left."""
        if count and self._width_of(count) + WIDEST > self.scrollable_content_region.width:
            return False
        self._kept, self._first = count, 0
        self.watch_cursor_column()
        self.refresh()
        return True

    @property
    def kept(self) -> int:
        """Columns that the user keeps in sight; 0: none but those that always stay."""
        return self._kept

    def _width_of(self, count: int) -> int:
        """Cells that the first columns take, with what stands before them."""
        return _GUTTER + (_BOX if self._checks else 0) + sum(width + 1 for width in self.widths[:count])

    def _layout(self, width: int) -> list[tuple[int, int, int]]:
        """(column, x, width) of what is in sight."""
        frozen = self._frozen()
        order = [*range(frozen), *range(frozen + self._first, len(self._columns))]
        x = _GUTTER + (_BOX if self._checks else 0)
        places: list[tuple[int, int, int]] = []
        for column in order:
            if x >= width:
                break
            wanted = self.widths[column]
            if width - x < min(wanted, NARROWEST) and places:
                break
            if column == len(self._columns) - 1 and not self._columns[column].right:
                wanted = max(wanted, width - x)  # the last one takes what is left
            places.append((column, x, min(wanted, width - x)))
            x += wanted + 1
        return places

    def watch_cursor_column(self) -> None:
        """Bring the column into sight."""
        frozen, width = self._frozen(), self.scrollable_content_region.width
        before = self._first
        if self.cursor_column >= frozen and width:
            self._first = min(self._first, self.cursor_column - frozen)
            while self._first < self.cursor_column - frozen and not self._fits(self.cursor_column, width):
                self._first += 1
        if before != self._first:
            self.refresh()
        else:
            self.redraw_row(self.cursor)
            self.refresh(Region(0, 0, self.size.width, 1))

    def _fits(self, column: int, width: int) -> bool:
        return any(c == column and x + self.widths[c] <= width for c, x, _w in self._layout(width))

    def action_column(self, step: int) -> None:
        """The cursor one column to the side; without a cell cursor the columns scroll."""
        if self._cell_cursor:
            self.cursor_column = max(0, min(len(self._columns) - 1, self.cursor_column + step))
            return
        loose = len(self._columns) - self._frozen()
        self._first = max(0, min(loose - 1, self._first + step))
        self.refresh()

    def cell_region(self, row: int, column: int) -> Region | None:
        """Where a cell stands on the screen; None where it is out of sight."""
        region = self.scrollable_content_region
        y = row - self.scroll_offset.y + self.heading
        for position, x, width in self._layout(region.width):
            if position == column and self.heading <= y <= self.page:
                return Region(self.content_region.x + x, self.content_region.y + y, width, 1)
        return None

    def on_click(self, event: events.Click) -> None:
        """The mouse may choose a cell."""
        super().on_click(event)
        for column, x, width in self._layout(self.scrollable_content_region.width):
            if x <= event.x < x + width:
                self.cursor_column = column

    # -- drawing

    def heading_segments(self, width: int) -> list[Segment]:
        """The titles; “‹” and “›” say that columns are out of sight."""
        head, mark = self.tone("head"), self.tone("cursor")
        places = self._layout(width)
        more_left = "‹" if self._first else " "
        segments = [Segment(fit(" " + more_left, _GUTTER + (_BOX if self._checks else 0)), head)]
        for column, _x, cells in places:
            chosen = self._cell_cursor and column == self.cursor_column
            segments += [Segment(fit(safe(self._columns[column].title), cells, self._columns[column].right), mark if chosen else head)]
            segments.append(Segment(" ", head))
        if places and places[-1][0] < len(self._columns) - 1:
            line = "".join(segment.text for segment in segments)
            segments = [Segment(fit(line, width - 1), head), Segment("›", mark)]
        return segments

    def segments(self, row: int, width: int) -> list[Segment]:
        """One row."""
        data = self.row(row)
        here = row == self.cursor
        base = self.tone("cursor" if here else data.tone)
        segments = [Segment("> " if here else "  ", base)]
        if self._checks:
            box = "    " if data.checked is None else "[x] " if data.checked else "[ ] "
            segments.append(Segment(box, base))
        for column, _x, cells in self._layout(width):
            text = safe(data.cells[column]) if column < len(data.cells) else ""
            style = base
            if column in data.marks:
                text = "!" + text
                style = base if here else self.tone("bad")
            if not here and column in data.tones:
                style = self.tone(data.tones[column])
            if here and self._cell_cursor and column == self.cursor_column:
                style = self.tone("cursor-cell")
            segments += [Segment(fit(text, cells, self._columns[column].right), style), Segment(" ", base)]
        return segments
