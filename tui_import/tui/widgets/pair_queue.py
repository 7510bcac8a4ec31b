"""The queue of a review: one line a group, asked for when it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from textual.binding import BindingType

from tui_import.tui.keymap import bindings
from tui_import.tui.safe import safe
from tui_import.tui.widgets.lines import Lines, fit

TONES_OF_LETTERS = {"?": "plain", "U": "change", "!": "bad", "S": "good", "D": "dim", "*": "dim", "-": "dim"}


class PairQueue(Lines, inherit_bindings=False):
    """State, number of records, name, and how probable."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("list")

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._count = 0
        self._line: Callable[[int], tuple[str, str, str]] = lambda _row: ("", "", "")

    @property
    def length(self) -> int:
        """All groups."""
        return self._count

    def show(self, count: int, line: Callable[[int], tuple[str, str, str]], cursor: int) -> None:
        """Another queue. ``line(place)``: (letter, text, detail)."""
        self._count, self._line = count, line
        self.reset(cursor)

    def segments(self, row: int, width: int) -> list[Segment]:
        """A group."""
        letter, text, detail = self._line(row)
        here = row == self.cursor
        style = self.tone("cursor" if here else TONES_OF_LETTERS.get(letter, "plain"))
        room = max(width - 4 - len(detail) - 1, 1)
        return [
            Segment(f"{'>' if here else ' '}{letter} ", style),
            Segment(fit(safe(text), room), style),
            Segment(f" {safe(detail)} ", style),
        ]
