"""The criteria of a search, one a line: field, operator, value; the cursor stands on one of the three."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual.binding import BindingType
from textual.message import Message

from tui_import.api.i18n import _
from tui_import.tui.keymap import bindings
from tui_import.tui.safe import safe
from tui_import.tui.widgets.lines import Lines, fit

FIELD, OPERATOR, VALUE = range(3)


class Criteria(Lines, inherit_bindings=False):
    """Criteria in words, and a last line to add one."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("list", "criteria")

    @dataclass
    class Wanted(Message):
        """The user wants a criterion changed: another field, operator or value. ``row`` behind the last one: one more."""

        row: int
        part: int

    @dataclass
    class Unwanted(Message):
        """The user wants a criterion away."""

        row: int

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._criteria: Sequence[tuple[str, str, str]] = ()
        self._part = VALUE

    def show(self, criteria: Sequence[tuple[str, str, str]], cursor: int | None = None) -> None:
        """Draw these: field, operator and value in words."""
        self._criteria = list(criteria)
        self.reset(cursor)

    @property
    def length(self) -> int:
        """The criteria, and the line to add one."""
        return len(self._criteria) + 1

    def segments(self, row: int, width: int) -> list[Segment]:
        """Field, operator, value; the part that the cursor stands on in angle brackets."""
        here = row == self.cursor
        style = self.tone("cursor" if here else "plain")
        segments = [Segment("> " if here else "  ", style)]
        if row == len(self._criteria):
            text = _("+ one more criterion") if self._criteria else _("+ a criterion (without one, every row is found)")
            return [*segments, Segment(fit(text, width - 2), style if here else self.tone("dim"))]
        left, middle = width * 3 // 10, width * 3 // 10
        for part, cells in ((FIELD, left), (OPERATOR, middle), (VALUE, width - 4 - left - middle)):
            text = safe(self._criteria[row][part])
            segments.append(Segment(fit(f"‹{text}›" if here and part == self._part else f" {text}", cells), style))
            segments.append(Segment(" ", style))
        return segments

    def action_part(self, step: int) -> None:
        """From field to operator to value, and back."""
        part = min(VALUE, max(FIELD, self._part + step))
        if part != self._part:
            self._part = part
            self.redraw_row(self.cursor)

    def action_edit(self) -> None:
        """Change it."""
        self.post_message(self.Wanted(self.cursor, self._part))

    def action_remove(self) -> None:
        """Away with it."""
        if self.cursor < len(self._criteria):
            self.post_message(self.Unwanted(self.cursor))
