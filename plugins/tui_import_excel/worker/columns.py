"""Blocks of rows as columns: a column is mostly of one type, and what is of one type is converted at once."""

from __future__ import annotations

import datetime
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, zip_longest
from typing import Any, Protocol

from tui_import_excel.worker import wire
from tui_import_excel.worker.numbers import padded
from tui_import_excel.worker.ooxml import Marks

FIRST_CELLS = 4_000
CELLS = 20_000
"""Cells of a block."""
MOST_ROWS = 2_000
EXACT = 1 << 53
"""Floating point numbers below are exact integers."""

_PLAIN = frozenset({str, int, float, bool, type(None)})


class Scan(Protocol):
    """What a format says beside the values."""

    @property
    def hidden_columns(self) -> Sequence[int]:
        """From 0; complete after the last row."""

    def rows(self, first: int, last: int) -> dict[int, Marks]:
        """The rows from ``first`` to ``last`` that have something; asked for in growing order."""

    def ahead(self, stop: threading.Event) -> None:
        """Begin to look, until told to stop, in a thread beside the loading of the values."""


class Blocks:
    """The rows of a sheet in blocks, as `wire.Block`, with the marks of the sheet's XML brought in."""

    def __init__(self, rows: Iterator[Sequence[Any]], scan: Scan | None) -> None:
        self._rows, self._scan = rows, scan
        self._formulas: Counter[int] = Counter()
        self._errors = 0
        self._hidden = 0

    def __iter__(self) -> Iterator[wire.Block]:
        number, cells, width = 1, FIRST_CELLS, 20
        while raw := list(islice(self._rows, max(1, min(MOST_ROWS, cells // width)))):
            width = max(1, *map(len, raw))
            columns = [_clean(column) for column in zip_longest(*raw)]
            marks = self._scan.rows(number, number + len(raw) - 1) if self._scan else {}
            for row, marked in marks.items():
                self._mark(columns, row - number, marked)
            yield self._block(columns, number, len(raw), marks)
            number += len(raw)
            cells = CELLS

    def summary(self) -> dict[str, Any]:
        """What there is to tell at the end."""
        return {
            "hidden_rows": self._hidden,
            "hidden_columns": sorted(self._scan.hidden_columns) if self._scan else [],
            "errors": self._errors,
            "formulas": dict(self._formulas),
        }

    def _block(self, columns: list[list[Any]], first: int, height: int, marks: dict[int, Marks]) -> wire.Block:
        places = list(range(height))
        if None in columns[0]:
            places = [place for place in places if any(column[place] is not None for column in columns)]
        if len(places) < height:
            columns = [[column[place] for place in places] for column in columns]
        numbers = [first + place for place in places]
        hidden = [place for place, number in enumerate(numbers) if number in marks and marks[number].hidden]
        self._hidden += len(hidden)
        moments = [moment for place, column in enumerate(columns) for moment in _take_moments(column, place)]
        return numbers, hidden, columns, moments

    def _mark(self, columns: list[list[Any]], place: int, marks: Marks) -> None:
        """Put into a row what calamine leaves out: errors as texts, leading zeros."""
        for column, code in marks.formats:
            if column < len(columns) and type(columns[column][place]) is int:
                columns[column][place] = padded(code, columns[column][place]) or columns[column][place]
        for column, text in marks.texts:
            if column < len(columns) and text.isdecimal() and columns[column][place] == int(text):
                columns[column][place] = text
        for column, text in marks.errors:
            if column < len(columns):
                columns[column][place] = text
                self._errors += 1
        self._formulas.update(marks.formulas)


def _clean(column: Sequence[Any]) -> list[Any]:
    """Whole numbers whole, durations as text, empty texts and dates at midnight as what they are."""
    types = set(map(type, column))
    if types == {str}:
        return [value or None for value in column] if "" in column else list(column)
    if types == {float}:
        return [int(value) if value.is_integer() and -EXACT < value < EXACT else value for value in column]
    if types <= _PLAIN and float not in types and str not in types:
        return list(column)
    return [value if value.__class__ is str and value else _value(value) for value in column]


def _value(value: Any) -> Any:
    if value.__class__ is float:
        return int(value) if value.is_integer() and -EXACT < value < EXACT else value
    if isinstance(value, datetime.timedelta):
        return _duration(value)
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date()
    return None if value == "" else value


def _duration(value: datetime.timedelta) -> str:
    seconds = round(abs(value).total_seconds())
    sign = "-" if value < datetime.timedelta() else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _take_moments(column: list[Any], number: int) -> Iterator[wire.Moment]:
    """Take what marshal does not know out of the column."""
    if _PLAIN.issuperset(map(type, column)):
        return
    for place, value in enumerate(column):
        if value.__class__ in _PLAIN:
            continue
        known = isinstance(value, (datetime.date, datetime.time))
        column[place] = None if known else str(value)
        if known:
            yield place, number, wire.parts(value)
