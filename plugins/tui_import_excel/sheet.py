"""One sheet as a table. What a look at its first rows started to read is read on, not read again."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from tui_import.api import Column, Finding, Peek, Row, Table, _, ngettext
from tui_import.api.headings import Heading, column_names, find_heading, heading_findings
from tui_import_excel.child import Child, failure
from tui_import_excel.worker import wire

SAMPLE_ROWS = 200
SHOWN_NAMES = 8
"""Columns that a sentence names."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user said."""

    password: str = ""
    heading: Heading | None = None
    """``None``: to be found out."""
    hidden_rows: bool = True


class Line(NamedTuple):
    """A row as the child sends it."""

    row: Row
    hidden: bool


class Reading:
    """One pass over a sheet."""

    def __init__(self, path: str, shown: str, sheet: str, password: str) -> None:
        self._shown = shown
        self._stamp = _stamp(path)
        self._path = path
        self._child = Child(path, shown, password, "rows", sheet)
        self._messages = iter(self._child)
        self.start: Mapping[str, Any] = self._expect("start")
        self.summary: Mapping[str, Any] = {}

    def lines(self) -> Iterator[Line]:
        """The rows that are not blank."""
        for kind, content in self._messages:
            if kind == "end":
                self.summary = content
                return
            try:
                numbers, hidden, columns, moments = content
                for place, column, parts in moments:
                    columns[column][place] = wire.moment(parts)
                lines = [Line(Row(number, values), False) for number, values in zip(numbers, zip(*columns, strict=True), strict=True)]
                for place in hidden:
                    lines[place] = Line(lines[place].row, True)
            except (TypeError, ValueError, IndexError, AttributeError) as error:
                raise failure("died", "", self._shown) from error
            yield from lines

    @property
    def changed(self) -> bool:
        """The file is no longer the one that this pass began to read."""
        return self._stamp != _stamp(self._path)

    @property
    def usable(self) -> bool:
        """It can be read on."""
        return not self._child.gone and not self.changed

    def close(self) -> None:
        """End it, wherever it is."""
        self._child.close()

    def _expect(self, kind: str) -> Any:
        found, content = next(self._messages)
        if found != kind or not isinstance(content, dict):
            self.close()
            raise failure("died", "", self._shown)
        return content


def _stamp(path: str) -> tuple[int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return (0, 0)
    return (status.st_size, status.st_mtime_ns)


class SheetTable(Table):
    """One worksheet."""

    def __init__(self, path: str, shown: str, name: str, hidden: bool, wanted: Wanted) -> None:
        self.name, self.hidden = name, hidden
        self._path, self._shown, self._wanted = path, shown, wanted
        self._ahead: tuple[Reading, list[Line], Iterator[Line]] | None = None
        self._findings: Sequence[Finding] = ()

    def _read(self) -> Reading:
        return Reading(self._path, self._shown, self.name, self._wanted.password)

    @cached_property
    def _top(self) -> tuple[tuple[Line, ...], Mapping[str, Any]]:
        """The first rows, at least to the end of the headings that were named, and what the sheet says of itself."""
        reading = self._read()
        lines = reading.lines()
        last = self._wanted.heading.last if self._wanted.heading else 0
        top = []
        for line in lines:
            top.append(line)
            if len(top) >= SAMPLE_ROWS and line.row.number >= last:
                break
        self._ahead = (reading, list(top), lines)
        return tuple(top), reading.start

    @cached_property
    def _rows(self) -> tuple[Row, ...]:
        return tuple(line.row for line in self._top[0] if self._wanted.hidden_rows or not line.hidden)

    @cached_property
    def _heading(self) -> Heading:
        return self._wanted.heading or find_heading(self._rows)

    def columns(self) -> Sequence[Column]:
        """By the headings, with the comments of their cells."""
        heading = self._heading
        width = max((len(row.values) for row in self._rows), default=0)
        notes: dict[int, list[str]] = {}
        for (row, column), text in sorted(self._top[1].get("notes", {}).items()):
            if heading.first <= row <= heading.last:
                notes.setdefault(column, []).append(text)
        names = column_names(self._rows, heading, width)
        return [Column(name, note=" ".join(notes.get(place, ()))) for place, name in enumerate(names)]

    def peek(self, limit: int = 20) -> Peek:
        """The first rows."""
        return Peek(self._rows[:limit], {"sheet": self.name, "header_row": self._heading.label}, self._about_headings())

    def rows(self) -> Iterator[Row]:
        """The rows below the headings; blank ones are left out."""
        last, hidden_too = self._heading.last, self._wanted.hidden_rows
        self._findings = ()
        reading, lines = self._take()
        try:
            for row, hidden in lines:
                if row.number > last and (hidden_too or not hidden):
                    yield row
            about = findings(reading.summary, reading.changed, self._wanted.hidden_rows, self.columns())
            self._findings = [*self._about_headings(), *about]
        finally:
            reading.close()

    def _about_headings(self) -> list[Finding]:
        return heading_findings(self._rows, self._heading, chosen=self._wanted.heading is not None)

    def findings(self) -> Sequence[Finding]:
        """What the sheet has beside its values."""
        return self._findings

    def expected_rows(self) -> int | None:
        """The height of the sheet, once a look was taken."""
        height = self._top[1].get("height") if "_top" in self.__dict__ else None
        return max(0, height - self._heading.last) if isinstance(height, int) else None

    def _take(self) -> tuple[Reading, Iterator[Line]]:
        """The pass that the look began, where it can go on, else a new one."""
        if self._ahead:
            reading, top, lines = self._ahead
            self._ahead = None
            if reading.usable:
                return reading, itertools.chain(top, lines)
            reading.close()
        reading = self._read()
        return reading, reading.lines()


def findings(summary: Mapping[str, Any], changed: bool, hidden_rows: bool, columns: Sequence[Column]) -> list[Finding]:
    """The sentences for what a sheet has beside its values."""
    found = []
    hidden = summary.get("hidden_rows", 0)
    if hidden and hidden_rows:
        found.append(ngettext("{count} hidden row is read, too.", "{count} hidden rows are read, too.", hidden).format(count=hidden))
    elif hidden:
        found.append(ngettext("{count} hidden row is left out.", "{count} hidden rows are left out.", hidden).format(count=hidden))
    names = [_name(column, columns) for column in summary.get("hidden_columns", ()) if column < len(columns)]
    if names:
        found.append(_("Hidden columns are read, too: {columns}.").format(columns=", ".join(names[:SHOWN_NAMES])))
    errors = summary.get("errors", 0)
    if errors:
        found.append(
            ngettext("{count} cell holds an error such as #N/A.", "{count} cells hold an error such as #N/A.", errors).format(count=errors)
        )
    formulas = summary.get("formulas", {})
    if formulas:
        count = sum(formulas.values())
        names = [_name(column, columns) for column in sorted(formulas)[:SHOWN_NAMES]]
        found.append(
            ngettext(
                "{count} formula has no result in the file, so its cell is empty ({columns}). Save it in a spreadsheet program.",
                "{count} formulas have no result in the file, so their cells are empty ({columns}). Save it in a spreadsheet program.",
                count,
            ).format(count=count, columns=", ".join(names))
        )
    if changed:
        found.append(_("The workbook was saved while it was read. Read it again."))
    return [Finding(sentence) for sentence in found]


def _name(column: int, columns: Sequence[Column]) -> str:
    """A column's heading, else its letters."""
    if column < len(columns) and columns[column].name:
        return columns[column].name
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
