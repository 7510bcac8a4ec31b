"""Values that their lists do not have, each decided once for all rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Static

from tui_import.api.i18n import _
from tui_import.model.steps import UnknownValue
from tui_import.tui import keymap
from tui_import.tui.safe import content, safe
from tui_import.tui.widgets.dialogs import Choose, Window
from tui_import.tui.widgets.status import number
from tui_import.tui.widgets.virtual_table import ListRows, TableColumn, TableRow, VirtualTable
from tui_import.tui.words import list_word


class UnknownValues(Window[bool]):
    """Gives whether something was decided."""

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("unknown_values"), *keymap.bindings("notice")]
    DEFAULT_CSS = """
    UnknownValues > .window { height: 90%; width: 96%; max-width: 120; }
    UnknownValues > .window > .note { height: 1; color: $foreground-muted; }
    """

    def __init__(
        self,
        load: Callable[[], Sequence[UnknownValue]],
        decide: Callable[[str, str, str | None], None],
        items: Callable[[str], Sequence[str]],
    ) -> None:
        """``decide(list, value, becomes)`` shows its errors itself; ``items`` are those in use of a list."""
        super().__init__()
        self.title_text = _("Values that are not in their lists")
        self._load, self._decide, self._items = load, decide, items
        self._values: Sequence[UnknownValue] = ()
        self._changed = False

    def parts(self) -> Sequence[Widget]:
        """The table, and what it is about."""
        columns = [
            TableColumn(_("Value"), 16, frozen=True), TableColumn(_("Becomes"), 18), TableColumn(_("Perhaps meant"), 16),
            TableColumn(_("Records"), 7, right=True), TableColumn(_("List")),
        ]  # fmt: skip
        return (VirtualTable(columns, id="unknown"), Static(classes="note"))

    def on_mount(self) -> None:
        """Fill it; the order stays while it is open."""
        self._values = list(self._load())
        note = _("What is decided counts for every row, and goes into the recipe.") if self._values else _("Every value is in its list.")
        self.query_one(".note", Static).update(content(note))
        self._show()

    def _show(self) -> None:
        rows = [
            TableRow(
                (each.value, _becomes(each), ", ".join(each.near), number(each.records) if each.records else "",
                 list_word(each.list)),
                tones={1: "dim" if each.becomes is None else "change"},
            )
            for each in self._values
        ]  # fmt: skip
        self.query_one(VirtualTable).show(ListRows(rows))

    @property
    def _current(self) -> UnknownValue | None:
        at = self.query_one(VirtualTable).cursor
        return self._values[at] if at < len(self._values) else None

    def _set(self, value: UnknownValue, becomes: str | None) -> None:
        self._decide(value.list, value.value, becomes)
        self._values = [replace(each, becomes=becomes) if each is value else each for each in self._values]
        self._changed = True
        cursor = self.query_one(VirtualTable).cursor
        self._show()
        self.query_one(VirtualTable).reset(cursor)

    def action_decide(self) -> None:
        """One of the items, a new one, or nothing."""
        value = self._current
        if value is None:
            return
        others = [item for item in self._items(value.list) if item not in value.near]
        answers = [*value.near, value.value, "", *others]
        labels = [*map(safe, value.near), _("Add it to the list"), _("Leave the field blank"), *map(safe, others)]
        details = [_("perhaps meant")] * len(value.near) + [""] * (len(labels) - len(value.near))

        def chosen(at: int | None) -> None:
            if at is not None:
                self._set(value, answers[at])

        self.app.push_screen(Choose(_("“{value}” is").format(value=safe(value.value)), labels, details=details), chosen)

    def action_accept(self) -> None:
        """The nearest item, and on to the next value."""
        value = self._current
        if value is not None and value.near:
            self._set(value, value.near[0])
        self.query_one(VirtualTable).action_move("down")

    def action_forget(self) -> None:
        """By the list's rule again."""
        value = self._current
        if value is not None and value.becomes is not None:
            self._set(value, None)

    def action_close(self) -> None:
        """Back to the preview."""
        self.dismiss(self._changed)


def _becomes(value: UnknownValue) -> str:
    if value.becomes is None:
        return _("by rule")
    if not value.becomes:
        return _("(blank)")
    return _("a new item") if value.becomes.casefold() == value.value.casefold() else value.becomes
