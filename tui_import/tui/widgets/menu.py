"""A list of things to open, under headings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import BindingType

from tui_import.tui.keymap import bindings
from tui_import.tui.safe import safe
from tui_import.tui.widgets.lines import Lines, fit


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One line; without a value it is a heading."""

    text: str
    value: Any = None
    """What it stands for; None: a heading, where the cursor does not stop."""
    detail: str = ""
    """Shown in a second column."""
    tone: str = "plain"

    @property
    def is_heading(self) -> bool:
        """The cursor passes it by."""
        return self.value is None


class Menu(Lines, inherit_bindings=False):
    """Headings and items; which one the cursor stands on is `current`."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("list")

    def __init__(self, items: Sequence[MenuItem] = (), *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._take(items)

    @property
    def length(self) -> int:
        """All lines."""
        return len(self._items)

    def selectable(self, row: int) -> bool:
        """Headings are not."""
        return 0 <= row < len(self._items) and not self._items[row].is_heading

    @property
    def current(self) -> Any:
        """The value of the line the cursor stands on, None where there is none."""
        return self._items[self.cursor].value if self.selectable(self.cursor) else None

    def show(self, items: Sequence[MenuItem], cursor: int | None = None) -> None:
        """Other items."""
        self._take(items)
        self.reset(cursor)

    def _take(self, items: Sequence[MenuItem]) -> None:
        self._items = list(items)
        self._longest = max((cell_len(safe(item.text)) for item in self._items if item.detail), default=0)

    def segments(self, row: int, width: int) -> list[Segment]:
        """A heading, or an item with its detail to the right."""
        item = self._items[row]
        text = safe(item.text)
        if item.is_heading:
            return [Segment(fit(text, width), self.tone("mark" if item.tone == "plain" else item.tone))]
        here = row == self.cursor
        style = self.tone("cursor" if here else item.tone)
        segments = [Segment("> " if here else "  ", style)]
        if not item.detail:
            return [*segments, Segment(fit(text, width - 2), style)]
        left = min(self._longest + 1, width // 2)
        detail = style if here or item.tone != "plain" else self.tone("dim")
        return [*segments, Segment(fit(text, left), style), Segment(" ", style), Segment(fit(safe(item.detail), width - left - 3), detail)]
