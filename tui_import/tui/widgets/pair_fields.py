"""The fields of two records side by side, letter by letter: incoming, stored, what results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType

from tui_import.api.i18n import _
from tui_import.tui.keymap import bindings
from tui_import.tui.safe import safe
from tui_import.tui.widgets.lines import Lines, fit

Span = tuple[int, int]
NARROW = 110
"""Below so many columns the two sides get the room, and the result what is left."""


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field."""

    name: str
    """Bare name, for whoever asks what the cursor stands on."""
    title: str
    sign: str
    """See `FieldView.letter`."""
    incoming: str
    stored: str
    source: str
    """Letter of where the result comes from."""
    result: str
    why: str = ""
    incoming_spans: Sequence[Span] = ()
    """Letters that the other side does not have."""
    stored_spans: Sequence[Span] = ()


class PairFields(Lines, inherit_bindings=False):
    """One line a field; what is the same on both sides is dimmed, letters that differ are underlined."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("list")
    heading = 1

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._fields: list[FieldLine] = []
        self._heads = ("", "")

    @property
    def length(self) -> int:
        """All fields."""
        return len(self._fields)

    @property
    def current(self) -> FieldLine | None:
        """What the cursor stands on."""
        return self._fields[self.cursor] if 0 <= self.cursor < len(self._fields) else None

    def show(self, fields: Sequence[FieldLine], heads: tuple[str, str], cursor: int | None = None) -> None:
        """Another pair. ``heads``: what the two records are."""
        self._fields, self._heads = list(fields), heads
        self.reset(cursor)

    def _widths(self, width: int) -> tuple[int, int, int]:
        """(title, side, result)"""
        title = 14 if width < NARROW else 26
        room = max(width - title - 6, 12)
        side = room * 2 // 5 if width < NARROW else room // 3
        return title, side, room - 2 * side

    def heading_segments(self, width: int) -> list[Segment]:
        """Which record stands where."""
        title, side, result = self._widths(width)
        one, other = (safe(head) for head in self._heads)
        text = f"  {fit(_('Field'), title)} {fit(one, side)} {fit(other, side)} {fit('  ' + _('Result'), result + 2)}"
        return [Segment(text, self.tone("head"))]

    def segments(self, row: int, width: int) -> list[Segment]:
        """A field."""
        line = self._fields[row]
        title, side, result = self._widths(width)
        here = row == self.cursor
        style = self.tone("cursor" if here else "dim" if line.sign == "=" else "plain")
        chosen = style if here else self.tone("good" if line.source in "IGB" else "change" if line.source == "E" else "dim")
        gap = Segment(" ", style)
        marks = style + Style(underline=True, bold=True) if here else self.tone("change") + Style(underline=True)
        return [
            Segment((">" if here else " ") + line.sign, style),
            Segment(fit(safe(line.title), title), style),
            gap,
            *letters(safe(line.incoming), line.incoming_spans, side, style, marks),
            gap,
            *letters(safe(line.stored), line.stored_spans, side, style, marks),
            gap,
            Segment(fit(f"{line.source} {safe(line.result)}", result + 2), chosen),
        ]


def letters(text: str, spans: Sequence[Span], width: int, plain: Style, marked: Style) -> list[Segment]:
    """The text in exactly ``width`` cells, some letters of it marked."""
    shown = fit(text, width)
    found: list[Segment] = []
    at = 0
    for start, end in ((min(first, len(shown)), min(last, len(shown))) for first, last in spans):
        if start > at:
            found.append(Segment(shown[at:start], plain))
        if end > start:
            found.append(Segment(shown[start:end], marked))
        at = max(at, end)
    if at < len(shown):
        found.append(Segment(shown[at:], plain))
    missing = width - sum(cell_len(segment.text) for segment in found)
    return [*found, Segment(" " * missing, plain)] if missing > 0 else found
