"""The records of a selection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from textual.app import ComposeResult
from textual.widgets import Static

from tui_import.api.i18n import N_, _
from tui_import.model.plan import SelectionInfo
from tui_import.model.progress import Progress
from tui_import.tui.frame import Frame
from tui_import.tui.safe import content, safe
from tui_import.tui.widgets.status import number
from tui_import.tui.widgets.virtual_table import ListRows, TableColumn, TableRow, VirtualTable
from tui_import.tui.widgets.where import Where
from tui_import.tui.words import value_words

LIMIT = 2000
"""Records shown; an export has them all."""


class RecordsScreen(Frame):
    """A table of the fields that any of them has."""

    HELP_TEXT = N_(
        "The records of the selection, with the fields that any of them has. ← and → show other columns."
    )

    def __init__(self, selection: SelectionInfo) -> None:
        super().__init__()
        self._selection = selection

    def where(self) -> Where:
        """Title."""
        return Where(safe(self._selection.name), right=self.workspace.path.name)

    def body(self) -> ComposeResult:
        """The table."""
        yield Static(classes="note", id="count")
        yield VirtualTable(id="records")

    def on_mount(self) -> None:
        """Read them in a thread."""
        selection = self._selection

        def work(_progress: Progress) -> list[Mapping[str, Any]]:
            return list(islice(self.workspace.records(selection.entity, selection=selection.id), LIMIT))

        self.start(_("Reading records"), work, self._show)

    def _show(self, records: Sequence[Mapping[str, Any]]) -> None:
        filled = [name for name in dict.fromkeys(name for record in records for name in record) if any(r.get(name) for r in records)]
        catalogue, entity = self.workspace.catalogue, self._selection.entity
        columns = [TableColumn(self._title(catalogue, entity, name), frozen=name == "id", right=name == "id") for name in filled]
        rows = [TableRow([value_words(record.get(name)) for name in filled]) for record in records]
        self.query_one(VirtualTable).show(ListRows(rows), columns)
        text = _("{shown} of {count} records").format(shown=number(len(records)), count=number(self._selection.members))
        self.query_one("#count", Static).update(content(text))

    def _title(self, catalogue: Any, entity: str, name: str) -> str:
        key = f"{entity}.{name}"
        return catalogue[key].title.partition(": ")[2] if key in catalogue else name
