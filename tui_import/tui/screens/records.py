"""The records of a selection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from tui_import.api.i18n import N_, _
from tui_import.model.plan import SelectionInfo
from tui_import.model.privacy import Erasure
from tui_import.model.progress import Progress
from tui_import.tui.frame import Frame
from tui_import.tui.keymap import bindings
from tui_import.tui.safe import content, safe
from tui_import.tui.widgets.dialogs import Notice, Prompt, TypedConfirm
from tui_import.tui.widgets.record_table import LIMIT, record_table
from tui_import.tui.widgets.status import number
from tui_import.tui.widgets.virtual_table import ListRows, VirtualTable
from tui_import.tui.widgets.where import Where
from tui_import.tui.words import erasure_words


class RecordsScreen(Frame):
    """A table of the fields that any of them has."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("records")
    HELP_TEXT = N_(
        "The records of the selection, with the fields that any of them has. ← and → show other columns. + puts records into it by "
        "their numbers, Delete takes one out. E erases the record at the cursor everywhere, for good: store, journal and drafts; an "
        "erased person is not imported again."
    )

    def __init__(self, selection: SelectionInfo) -> None:
        super().__init__()
        self._selection = selection
        self._ids: list[int] = []

    def where(self) -> Where:
        """Title."""
        return Where(safe(self._selection.name), right=self.workspace.path.name)

    def body(self) -> ComposeResult:
        """The table."""
        yield Static(classes="note", id="count")
        yield VirtualTable(id="records")

    def on_mount(self) -> None:
        """Read them."""
        self.renew()

    def renew(self) -> None:
        """Read them in a thread."""
        self._selection = next((each for each in self.workspace.selections() if each.id == self._selection.id), self._selection)
        selection = self._selection

        def work(_progress: Progress) -> list[Mapping[str, Any]]:
            return list(islice(self.workspace.records(selection.entity, selection=selection.id), LIMIT))

        self.start(_("Reading records"), work, self._show)

    def _show(self, records: Sequence[Mapping[str, Any]]) -> None:
        self._ids = [int(record["id"]) for record in records]
        columns, rows = record_table(self.workspace.catalogue, self._selection.entity, records)
        self.query_one(VirtualTable).show(ListRows(rows), columns)
        text = _("{shown} of {count} records").format(shown=number(len(records)), count=number(self._selection.members))
        self.query_one("#count", Static).update(content(text))

    @property
    def _current(self) -> int | None:
        """Number of the record the cursor stands on."""
        at = self.query_one(VirtualTable).cursor
        return self._ids[at] if at < len(self._ids) else None

    def action_add(self) -> None:
        """Records by their numbers."""

        def typed(text: str | None) -> None:
            numbers = [int(part) for part in (text or "").replace(",", " ").split() if part.isdecimal()]
            if numbers:
                self.attempt(lambda: self.workspace.add_members(self._selection.id, numbers))
                self.renew()

        self.app.push_screen(Prompt(_("Add records"), help=_("Their numbers, between blanks.")), typed)

    def action_remove(self) -> None:
        """Out of the selection."""
        current = self._current
        if current is not None:
            self.attempt(lambda: self.workspace.remove_members(self._selection.id, [current]))
            self.renew()

    def action_erase(self) -> None:
        """Everywhere, after its number was typed."""
        current, entity = self._current, self._selection.entity
        if current is None:
            return
        text = _("Erase {entity} {id} from the store, its journal and the drafts? No undo brings it back.")
        text = text.format(entity=entity, id=current)

        def typed(agreed: bool | None) -> None:
            if agreed:
                self.start(_("Erasing"), lambda progress: self.workspace.erase(entity, current, progress), self._erased)

        self.app.push_screen(TypedConfirm(_("Erase?"), text, str(current)), typed)

    def _erased(self, done: Erasure) -> None:
        self.renew()
        self.app.push_screen(Notice(_("Erased"), "\n".join(erasure_words(done))))
