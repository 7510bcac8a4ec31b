"""A field over a cell of a table, to correct it where it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType
from textual.geometry import Region
from textual.widgets import Input

from tui_import.tui.keymap import bindings

NARROWEST = 24


class CellEditor(Input):
    """Mounted on the screen, over the cell's region; goes away by itself."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("cell")
    DEFAULT_CSS = """
    CellEditor, CellEditor:focus {
        position: absolute;
        layer: above;
        height: 1;
        border: none;
        padding: 0;
        background: $accent;
        color: $background;
        & > .input--cursor { background: $background; color: $accent; }
        & > .input--selection { background: $primary-muted; color: $foreground; }
    }
    """

    def __init__(self, value: str, place: Region, done: Callable[[str | None], None]) -> None:
        """``done`` gets the text, or None where the user went back. ``value`` is safe text."""
        super().__init__(value, compact=True, select_on_focus=False)
        self.cursor_blink = False
        self._place = place
        self._done = done

    def on_mount(self) -> None:
        """Over the cell, not over the edge of the screen."""
        width = max(self._place.width, NARROWEST)
        self.styles.width = width
        self.styles.offset = (max(0, min(self._place.x, self.screen.size.width - width)), self._place.y)
        self.focus()

    def _close(self, text: str | None) -> None:
        done, self._done = self._done, lambda _text: None
        self.remove()
        done(text)

    def action_take(self) -> None:
        """Take what was typed."""
        self._close(self.value)

    async def action_submit(self) -> None:
        """Enter, which a field of Textual's binds itself."""
        self.action_take()

    def action_cancel_edit(self) -> None:
        """Esc."""
        self._close(None)

    def on_blur(self) -> None:
        """The focus went elsewhere: as Esc, and the focus stays there."""
        self._done = lambda _text: None
        self.remove()
