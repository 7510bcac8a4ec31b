"""What the terminal shows, cell by cell, and how little must be sent to make it show something else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import compress, groupby
from operator import is_not, itemgetter

from tui_import.tui.driver.cells import Cell, Span, is_settled
from tui_import.tui.driver.pens import Pen, for_blank, is_erasable, on_blank, switch

Row = list[Cell | None]
"""One line of the terminal; None: nobody knows what stands there."""

NEAR = 4
"""So many cells that are right already are sent again rather than jumped over: a jump costs as much."""
LAST_BLANKS, BLANKS = 5, 10
"""From so many blanks on, at the end of what is sent or before more of it, they are erased instead."""
FEWEST_ROWS = 4
"""Changed lines from which on it is looked for a shift."""
SHIFT_GAIN = 60
"""Letters that a shift must spare."""
MOST_SPANS = 32
"""Spans held for a line while the terminal takes nothing."""
_first, _second = itemgetter(0), itemgetter(1)


class Shadow:
    """A terminal's screen of a fixed size. `draw` what is wanted, then `changes` gives what to send, and counts it as sent."""

    def __init__(self, width: int = 0, height: int = 0, *, erases: bool = False) -> None:
        """``erases``: the terminal erases with the background of the pen (BCE), not only with its own."""
        self.width, self.height = width, height
        self._erases = erases
        self._rows: list[Row] = [[None] * width for _ in range(height)]
        self._unsettled = [False] * height
        """Lines that may look other than thought, since terminals do not agree on the width of what stands in them."""
        self._wanted: dict[int, list[Span]] = {}
        self._at: tuple[int, int] | None = None
        """Where the terminal's cursor is, None: unknown."""
        self._pen: Pen | None = None
        self._out: list[str] = []

    # -- what is wanted

    def draw(self, spans: Iterable[Span]) -> None:
        """Remember what is to be seen; what lies outside the screen is cut."""
        wanted = self._wanted
        for span in spans:
            if 0 <= span.y < self.height and 0 <= span.x < self.width:
                if span.x + len(span.cells) > self.width:
                    span = span._replace(cells=span.cells[: self.width - span.x])  # noqa: PLW2901 - the same, cut
                wanted.setdefault(span.y, []).append(span)
                if len(wanted[span.y]) > MOST_SPANS:
                    wanted[span.y] = self._joined(span.y)

    def _joined(self, y: int) -> list[Span]:
        """Everything that is wanted in a line, in a few spans."""
        row = self._composed(y)
        settled = all(span.settled for span in self._wanted[y])
        joined, x = [], 0
        for unknown, cells in groupby(row, lambda cell: cell is None):
            found = list(cells)
            if not unknown:
                joined.append(Span(y, x, found, settled))  # type: ignore[arg-type]  # no None is among them
            x += len(found)
        return joined

    def _composed(self, y: int) -> Row:
        row = self._rows[y].copy()
        for _y, x, cells, _settled in self._wanted[y]:
            row[x : x + len(cells)] = cells
        return row

    # -- what to send

    def changes(self, cursor: tuple[int, int] | None = None) -> str:
        """The bytes that bring the terminal to what is wanted, and its cursor to this place; empty where nothing changed."""
        composed = {y: self._composed(y) for y in sorted(self._wanted)}
        changed = [y for y, row in composed.items() if row != self._rows[y]]
        if len(changed) >= FEWEST_ROWS:
            self._shift(composed, changed)
        for y, row in sorted(composed.items()):
            spans = self._wanted.get(y, ())
            if self._unsettled[y] or not all(span.settled for span in spans):
                self._repeat(y, row, spans)
            elif row != self._rows[y]:
                self._change(y, row)
        self._wanted.clear()
        if cursor is not None and cursor != self._at and self.height:
            self._move(min(cursor[0], self.height - 1), min(cursor[1], self.width - 1))
        sent, self._out = "".join(self._out), []
        return sent

    def _repeat(self, y: int, row: Row, spans: Sequence[Span]) -> None:
        """Send what Textual has drawn as it is: of such a line nobody knows which cells are right already."""
        for span in spans:
            self._write(y, span.x, span.cells, erase=False)
            self._at = None
        self._rows[y] = row
        self._unsettled[y] = not all(map(is_settled, row))

    def _change(self, y: int, row: Row) -> None:
        """Send the cells that differ."""
        old, width = self._rows[y], self.width
        start = stop = -1
        for x in compress(range(width), map(is_not, row, old)):
            if start >= 0 and (x > stop + NEAR or not _alike(row[stop:x], row[stop - 1])):
                self._run(y, row, start, stop)
                start = -1
            if start < 0:
                start = x - 1 if x and row[x] is not None and row[x][0] == "" else x  # type: ignore[index]  # not None
            stop = x + 1
        if start >= 0:
            self._run(y, row, start, stop)
        self._rows[y] = row

    def _run(self, y: int, row: Row, start: int, stop: int) -> None:
        old = self._rows[y]
        if stop < self.width and row[stop] is not None and row[stop][0] == "":  # type: ignore[index]  # not None
            stop += 1
        self._write(y, start, row[start:stop])  # type: ignore[arg-type]  # a changed cell is known
        if start and old[start] is not None and old[start][0] == "" and row[start][0] != "":  # type: ignore[index]
            row[start - 1] = None  # half of a wide letter was left: terminals differ in what they show there
        if stop < self.width and old[stop] is not None and old[stop][0] == "" and row[stop] is old[stop]:  # type: ignore[index]
            row[stop] = None

    # -- cursor and pen

    def _move(self, y: int, x: int) -> None:
        at = self._at
        if at == (y, x):
            return
        jump = f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H" if y else "\x1b[H"
        if at is not None and at[0] == y:
            jump = min(jump, _forward(x - at[1]) if x > at[1] else "\r" + _forward(x), key=len)
        elif at is not None and at[0] == y - 1:
            jump = min(jump, "\r\n" + _forward(x), key=len)
        self._out.append(jump)
        self._at = (y, x)

    def _write(self, y: int, x: int, cells: Sequence[Cell], *, erase: bool = True) -> None:
        """Cells of a line, by runs of one pen; blanks are erased where that is shorter."""
        end = x + len(cells)
        for pen, group in groupby(cells, _second):
            run = list(group)
            text = "".join(map(_first, run))
            blank = not text.strip(" ")
            self._move(y, x)
            self._take(for_blank(self._pen, pen) if blank and self._pen is not None else pen)
            x += len(run)
            long = blank and len(run) >= (LAST_BLANKS if x == end else BLANKS)
            if long and erase and is_erasable(pen, coloured=self._erases):
                self._out.append(f"\x1b[{len(run)}X")
            else:
                self._out.append(text)
                self._at = (y, x) if x < self.width else None  # at the margin terminals differ

    def _take(self, pen: Pen) -> None:
        if pen is not self._pen:
            self._out.append(switch(self._pen, pen))
            self._pen = pen

    # -- lines that moved

    def _shift(self, composed: dict[int, Row], changed: Sequence[int]) -> None:
        """Where lines only moved up or down, let the terminal move them (a scroll region), and draw the rest."""
        found = _best_shift(self._rows, composed, changed, max(8, self.width * 3 // 4))
        if found is None:
            return
        top, bottom, by = found
        band = range(top, bottom + 1)
        whole = {y: composed.get(y) or self._rows[y] for y in band}
        if any(None in row for row in whole.values()):
            return
        composed.update((y, row.copy()) for y, row in whole.items())
        count = abs(by)
        region = f"\x1b[{top + 1};{bottom + 1}r"
        self._out.append(region + (f"\x1b[{bottom + 1}H" + "\n" * count if by > 0 else f"\x1b[{top + 1}H" + "\x1bM" * count) + "\x1b[r")
        self._at = None
        rows, unsettled = self._rows[top : bottom + 1], self._unsettled[top : bottom + 1]
        new: list[Row] = [[None] * self.width for _ in range(count)]
        self._rows[top : bottom + 1] = rows[count:] + new if by > 0 else new + rows[:-count]
        self._unsettled[top : bottom + 1] = unsettled[count:] + [False] * count if by > 0 else [False] * count + unsettled[:-count]
        for y in band:
            if self._unsettled[y] or not all(map(is_settled, composed[y])):
                cells = composed[y]
                self._wanted[y] = [Span(y, 0, cells, settled=False)]  # type: ignore[arg-type]  # all known


def _forward(columns: int) -> str:
    return f"\x1b[{columns}C" if columns > 1 else "\x1b[C" if columns else ""


def _alike(between: Row, last: Cell | None) -> bool:
    """The cells between two changes are known and drawn as the one before: sending them costs their letters only."""
    pen = last[1] if last else None
    blank = on_blank(pen) if pen else None
    return all(cell is not None and (cell[1] is pen or (cell[0] == " " and cell[1] is blank)) for cell in between)


def _text(row: Row, length: int) -> str:
    """The beginning of a line; empty where it is not known or blank."""
    cells = row[:length]
    return "" if None in cells else "".join(map(_first, cells)).strip()  # type: ignore[arg-type]


def _best_shift(rows: Sequence[Row], composed: dict[int, Row], changed: Sequence[int], length: int) -> tuple[int, int, int] | None:
    """(first line, last line, how far up; negative: down) of the shift that spares most letters, None where none is worth it."""
    low, high = changed[0], changed[-1]
    old = {y: _text(rows[y], length) for y in range(low, high + 1)}
    places: dict[str, list[int]] = defaultdict(list)
    for y, text in old.items():
        if text:
            places[text].append(y)
    new = {y: _text(composed.get(y, rows[y]), length) for y in range(low, high + 1)}
    votes: dict[int, list[int]] = defaultdict(list)
    for y, text in new.items():
        for before in places.get(text, ()):
            if before != y:
                votes[before - y].append(y)
    best: tuple[int, tuple[int, int, int]] | None = None
    for by, moved in votes.items():
        top, bottom = (moved[0], moved[-1] + by) if by > 0 else (moved[0] + by, moved[-1])
        kept = sum(len(text) for y, text in new.items() if top <= y <= bottom and old[y] == text)
        gain = sum(len(new[y]) for y in moved) - kept
        if gain >= SHIFT_GAIN and (best is None or gain > best[0]):
            best = gain, (top, bottom, by)
    return best[1] if best else None
