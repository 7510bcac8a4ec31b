"""What Textual draws, as cells. The only place where text becomes something that is sent: whatever is no letter, no colour and no
position is left out here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.cells import get_character_cell_size, split_graphemes

from tui_import.tui.driver.pens import PLAIN, Pen, on_blank, pen_after, without_colours

Cell = tuple[str, Pen]
"""A letter with its marks, and how it is drawn. The right half of a wide letter is an empty text."""

_MOST_CELLS = 1 << 16
"""Cells remembered, so that equal ones are one object; a screen has a few thousand."""
_POSITION = re.compile(r"\x1b\[(\d{1,4});(\d{1,4})H")
_TOKEN = re.compile(r"\x1b\[([0-9;:]*)m|([^\x1b]+)|\x1b\]8;[^\x1b\x07]*\x1b\\|\x1b")
"""Colours, text; links (Rich writes them around text) and any other escape are dropped. The text of a foreign sequence stays as letters:
Textual has given it a place."""
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]")
"""No width of their own: controls of both kinds, reordering, invisible letters, tags."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_SETTLED = re.compile("[ -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u0556\u1e00-\u1fff\u2010-\u2027\u2030-\u205e\u20a0-\u20c0"
                      "\u2100-\u22ff\u2500-\u25fc\u2800-\u28ff\u3001-\u3029\u3041-\u3096\u30a1-\u30ff\u4e00-\u9fff\uac00-\ud7a3"
                      "\uff01-\uff60]*")  # fmt: skip
"""Letters whose width all terminals agree on. Emoji, marks, joined scripts and what is written from right to left are not among them."""


class Span(NamedTuple):
    """Cells beside each other."""

    y: int
    x: int
    cells: Sequence[Cell]
    settled: bool
    """All terminals agree on how wide it is."""


class _Known(dict[str, Cell]):
    """The cells of one pen by letter."""

    def __init__(self, pen: Pen) -> None:
        self._pen = pen

    def __missing__(self, letter: str) -> Cell:
        cell = self[letter] = (letter, on_blank(self._pen) if letter == " " else self._pen)
        return cell


class Reader:
    """Reads frames. ``letters`` replaces what the terminal does not have, ``colours`` is off for NO_COLOR."""

    def __init__(self, *, letters: Callable[[str], str] | None = None, colours: bool = True) -> None:
        self._letters = letters
        self._colours = colours
        self._known: dict[Pen, _Known] = {}
        self._line = lru_cache(256)(self._read_line)

    def spans(self, frame: str) -> tuple[list[Span], tuple[int, int] | None]:
        """What a frame draws, and where it leaves the cursor (line, column; counted from 0)."""
        parts = _POSITION.split(frame)
        spans = []
        for at in range(1, len(parts), 3):
            text = parts[at + 2]
            if text:
                cells, settled = self._line(text)
                if cells:
                    spans.append(Span(int(parts[at]) - 1, int(parts[at + 1]) - 1, cells, settled))
        ends = len(parts) > 1 and not parts[-1]
        return spans, (int(parts[-3]) - 1, int(parts[-2]) - 1) if ends else None

    def _read_line(self, line: str) -> tuple[Sequence[Cell], bool]:
        cells: list[Cell] = []
        pen, settled = PLAIN, True
        for token in _TOKEN.finditer(line):
            kind = token.lastindex
            if kind == 1:
                pen = pen_after(pen, token[1])
                if not self._colours:
                    pen = without_colours(pen)
            elif kind == 2:
                text = clean(token[2])
                if self._letters is not None:
                    text = self._letters(text)
                known = self._cells_of(pen)
                if text.isascii():
                    cells.extend(map(known.__getitem__, text))
                else:
                    settled = settled and _SETTLED.fullmatch(text) is not None
                    cells.extend(_measured(text, known))
        return cells, settled

    def _cells_of(self, pen: Pen) -> _Known:
        known = self._known.get(pen)
        if known is None:
            if sum(map(len, self._known.values())) > _MOST_CELLS:
                self._known.clear()
            known = self._known[pen] = _Known(pen)
        return known


def clean(text: str) -> str:
    """Letters only, of the width that Textual has counted for it."""
    if text.isprintable():
        return text
    return _SURROGATE.sub("\ufffd", _UNSAFE.sub("", text))


def _measured(text: str, known: _Known) -> Iterable[Cell]:
    """A cell for each column, as Textual counts them."""
    if _SETTLED.fullmatch(text):
        for letter in text:
            yield known[letter]
            if get_character_cell_size(letter) == 2:
                yield known[""]
        return
    for start, end, width in split_graphemes(text)[0]:
        letter = text[start:end]
        if width == 0:
            continue
        yield known[letter]
        for _column in range(1, width):
            yield known[""]


def is_settled(cell: Cell | None) -> bool:
    """All terminals agree on the width of what stands in the cell."""
    return cell is None or cell[0].isascii() or _SETTLED.fullmatch(cell[0]) is not None
