"""The rows that a search found, as a table draws them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from tui_import.api.i18n import _
from tui_import.api.source import Scalar
from tui_import.tui.safe import shown
from tui_import.tui.widgets.virtual_table import TableColumn, TableRow


class FoundLike(Protocol):
    """A row, as the session has it."""

    @property
    def key(self) -> str:
        """What it is picked by."""

    @property
    def values(self) -> Sequence[Scalar]:
        """Its cells."""

    @property
    def linked(self) -> bool:
        """The store knows it."""


class FoundRows:
    """`RowProvider` over what is read so far."""

    def __init__(self, rows: Sequence[FoundLike], is_ticked: Callable[[str], bool], linked: bool) -> None:
        """``linked``: there is a first column that says which rows the store knows."""
        self._rows, self._is_ticked, self._linked = rows, is_ticked, linked

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self, start: int, stop: int) -> Sequence[TableRow]:
        """A slice; rows without a key have no box."""
        return [self._row(row) for row in self._rows[start:stop]]

    def _row(self, row: FoundLike) -> TableRow:
        cells = [*([_("linked") if row.linked else ""] if self._linked else []), *map(shown, row.values)]
        return TableRow(cells, self._is_ticked(row.key) if row.key else None)


def found_columns(titles: Sequence[str], linked: bool) -> list[TableColumn]:
    """The source's columns, the first one stays in sight; before them whether the store knows a row, where it knows any."""
    columns = [TableColumn(title, frozen=at == 0 and not linked) for at, title in enumerate(titles)]
    return [TableColumn(_("Store"), 6, frozen=True), *columns] if linked else columns
