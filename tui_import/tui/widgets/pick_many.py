"""Several of many, found by typing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Input

from tui_import.api.i18n import _
from tui_import.tui.keymap import bindings
from tui_import.tui.widgets.dialogs import LineInput, Window, line_input
from tui_import.tui.widgets.menu import Menu, MenuItem
from tui_import.tui.widgets.search import rank


class TickInput(LineInput):
    """A field where Enter ticks."""

    BINDINGS: ClassVar[list[BindingType]] = [binding for binding in bindings("pick_many") if getattr(binding, "id", "") == "pick_many.tick"]

    async def action_tick(self) -> None:
        """Hand the text in, after the characters before it."""
        await self.action_submit()


class PickMany(Window["list[int] | None"]):
    """Gives the positions that are ticked, in their order; None where the user went back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("pick_many", "pick"),
        *(binding for binding in bindings("dialog") if getattr(binding, "id", "") == "dialog.cancel"),
    ]
    DEFAULT_CSS = """
    PickMany > .window > Input { margin: 0; }
    PickMany > .window > Menu { height: auto; max-height: 60vh; }
    """

    def __init__(self, title: str, labels: Sequence[str], ticked: Collection[int] = ()) -> None:
        super().__init__()
        self.title_text = title
        self._labels, self._ticked = list(labels), set(ticked)

    def parts(self) -> Sequence[Widget]:
        """A field to type into above the list."""
        return (line_input(placeholder=_("type to search"), kind=TickInput), Menu(self._items("")))

    def _items(self, text: str) -> list[MenuItem]:
        found = rank(text, self._labels)
        return [MenuItem(f"[{'x' if at in self._ticked else ' '}] {self._labels[at]}", at + 1) for at in found]

    def on_mount(self) -> None:
        """The list never takes the focus: keys go to the field."""
        self.query_one(Menu).can_focus = False
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search."""
        self.query_one(Menu).show(self._items(event.value.strip()), 0)

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter, after the characters before it."""
        event.stop()
        self.action_tick()

    def action_move(self, where: str) -> None:
        """The cursor of the list, while the field has the focus."""
        self.query_one(Menu).action_move(where)

    def action_tick(self) -> None:
        """Tick the line, or not."""
        menu = self.query_one(Menu)
        if menu.current is not None:
            self._ticked ^= {menu.current - 1}
            menu.show(self._items(self.query_one(Input).value.strip()), menu.cursor)

    def action_take(self) -> None:
        """Take them."""
        self.dismiss(sorted(self._ticked))

    def action_cancel(self) -> None:
        """Back without a choice."""
        self.dismiss(None)
