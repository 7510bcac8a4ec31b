"""Rows of the preview for the table: states in letters, cells, marks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from tui_import.model.mapping import ColumnInfo
from tui_import.model.plan import Operation, PreviewRow
from tui_import.model.sheets import SEPARATOR
from tui_import.tui.safe import safe, shown
from tui_import.tui.widgets.virtual_table import TableColumn, TableRow
from tui_import.tui.words import states_worth_a_word

FIRST_CELLS = 2
"""Columns before the file's own: row number and states."""

TONES = {
    Operation.UPDATED: "change",
    Operation.PROBLEM: "bad",
    Operation.HELD: "bad",
    Operation.SKIPPED: "dim",
}
"""What deserves a look has a colour. New rows are the usual case: their letters say it, and a line moves with fewer bytes."""


class Keys(Protocol):
    """Keys of the rows shown, in their order."""

    def __len__(self) -> int:
        """How many."""

    def __getitem__(self, index: int) -> int:
        """The key at a position."""


    def index(self, key: int) -> int | None:
        """Where a key stands; None where it is not among them."""


class NoKeys:
    """Before anything was asked for."""

    def __len__(self) -> int:
        return 0

    def __getitem__(self, index: int) -> int:
        raise IndexError(index)

    def index(self, key: int) -> int | None:  # noqa: ARG002 - it has none
        """Nowhere."""
        return None


def preview_columns(columns: Sequence[ColumnInfo], row_title: str, width: int) -> list[TableColumn]:
    """Row number and states stay, the file's columns scroll. ``width``: of the rows' numbers, or of their sheets and numbers."""
    first = [TableColumn(row_title, width, frozen=True, right=True), TableColumn("", 5, frozen=True)]
    return [*first, *(TableColumn(safe(column.title)) for column in columns)]


class PreviewRows:
    """A provider over a filter's keys."""

    def __init__(self, keys: Keys, load: Callable[[Sequence[int]], Sequence[PreviewRow]]) -> None:
        self.keys = keys
        self._load = load

    def __len__(self) -> int:
        return len(self.keys)

    def rows(self, start: int, stop: int) -> Sequence[TableRow]:
        """A window."""
        return [self._row(row) for row in self._load([self.keys[at] for at in range(start, stop)])]

    def _row(self, row: PreviewRow) -> TableRow:
        states = " ".join(state.glyph for state in states_worth_a_word(row.states))
        worst = next((TONES[operation] for operation in TONES if operation in {state.operation for state in row.states}), "plain")
        if any(state.operation is Operation.PROBLEM for state in row.states):
            worst = "bad"
        cells = [f"{safe(row.sheet)}{SEPARATOR}{row.number}" if row.sheet else str(row.number), states, *map(shown, row.cells)]
        marks = frozenset(position + FIRST_CELLS for position in row.marks)
        return TableRow(cells, row.checked, {1: worst}, marks, "plain" if row.checked else "dim")
