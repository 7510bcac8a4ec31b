"""Records of a text, streamed with the line that each begins at; what cannot be read as it stands is noted, and seldom an error."""

from __future__ import annotations

import csv
import itertools
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from tui_import.api import SourceError, Where, _
from tui_import.api.formulas import may_be_guarded, unguard
from tui_import_csv.dialect import Dialect

LARGEST_CELL = 1 << 24
"""Characters."""
_BLOCK = 1 << 16
LONGEST_RECORD = 1000
"""Lines: a record of more has a quotation mark that was never closed."""
MOST_RUNAWAYS = 50
"""After so many, the quotation marks of the file mean nothing."""

Record = tuple[int, list[str]]
"""The line that it begins at, and its fields."""


@dataclass(slots=True)
class Tally:
    """How many lines have something, and the first of them."""

    count: int = 0
    first: int = 0
    last: int = 0

    def add(self, line: int) -> None:
        """Lines may come twice, after a record was read again."""
        if line > self.last:
            self.count += 1
            self.last = line
            self.first = self.first or line


@dataclass(slots=True)
class Notes:
    """What was met while reading."""

    undecodable: Tally = field(default_factory=Tally)
    nul: Tally = field(default_factory=Tally)
    unclosed: Tally = field(default_factory=Tally)
    guarded: Tally = field(default_factory=Tally)
    """Apostrophes before what a spreadsheet program would run, which were taken away."""
    changed: bool = False
    """The file changed while it was read."""


_LINE_END = re.compile("\r\n|\r|\n")


def lines_of(stream: TextIO, ended_by: str) -> Iterator[str]:
    """The lines of a text. ``ended_by``: the sign that ends them in place of a line end, which is then a blank like any other.

    The sign inside a quoted cell is a line end here, as it is to csv; whoever has the cell turns it back.
    """
    if not ended_by:
        yield from stream
        return
    rest = ""
    while block := stream.read(_BLOCK):
        *whole, rest = (rest + block).split(ended_by)
        for text in whole:
            yield _LINE_END.sub(" ", text.strip("\r\n")) + "\n"
        if len(rest) > LARGEST_CELL:
            raise csv.Error
    if rest.strip():
        yield _LINE_END.sub(" ", rest.strip("\r\n")) + "\n"


class _RunawayError(Exception):
    """A quoted cell has no end."""


class Records:
    """The records of one file, from its first line on. Iterate once."""

    def __init__(
        self, path: Path, encoding: str, dialect: Dialect, *, clean: bool, shown: str, unguarded: bool = True, ended_by: str = ""
    ) -> None:
        """``unguarded``: apostrophes that keep spreadsheet programs from running a cell are taken away.

        ``ended_by``: the sign between two records; empty: line ends.
        """
        self._ended_by = ended_by
        self._path, self._encoding, self._dialect, self._clean, self._shown = path, encoding, dialect, clean, shown
        self._unguarded = unguarded
        self.notes = Notes()
        self._perhaps_guarded = False
        self._line = 0
        self._ended = False
        self._buffer: list[str] = []

    def __iter__(self) -> Iterator[Record]:
        csv.field_size_limit(LARGEST_CELL)
        with self._path.open(encoding=self._encoding, errors="replace", newline="") as stream:
            before = os.fstat(stream.fileno())
            yield from self._records(lines_of(stream, self._ended_by))
            after = os.fstat(stream.fileno())
            self.notes.changed = (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)

    def _records(self, lines: Iterator[str]) -> Iterator[Record]:
        """All records. Where a quotation mark is never closed, its line is read without quotes, and the ones after it anew."""
        dialect, plain = self._dialect, Dialect(self._dialect.delimiter, "")
        while True:
            try:
                yield from self._read(lines, dialect)
                return
            except _RunawayError:
                again = self._buffer
                self._line -= len(again)
                self.notes.unclosed.add(self._line + 1)
            if self.notes.unclosed.count >= MOST_RUNAWAYS:
                dialect = plain
            else:
                yield from self._read(iter(again[:1]), plain)
                again = again[1:]
            lines = itertools.chain(again, lines)

    def _read(self, lines: Iterator[str], dialect: Dialect) -> Iterator[Record]:
        buffer: list[str] = []
        self._buffer = buffer
        self._ended = False
        start = self._line + 1
        try:
            for fields in csv.reader(self._lines(lines), **dialect.reader_options()):  # type: ignore[arg-type]
                if self._ended and dialect.quote:  # only a quoted cell makes csv ask for more lines before it gives the record
                    raise _RunawayError
                if self._ended_by:
                    fields = [text.replace("\n", self._ended_by) for text in fields]  # noqa: PLW2901
                yield start, self._without_guard(start, fields) if self._perhaps_guarded else fields
                self._perhaps_guarded = False
                start += len(buffer)
                buffer.clear()
        except csv.Error as error:
            if len(buffer) > 1 and dialect.quote:
                raise _RunawayError from error
            raise SourceError(
                _("A cell has more than {limit} million characters, so this is hardly a table.").format(limit=LARGEST_CELL >> 20),
                where=Where(self._shown, row=start),
                hint=_("Check the delimiter, the quotation marks and whether it is the right file."),
            ) from error

    def _without_guard(self, line: int, fields: list[str]) -> list[str]:
        plain = [unguard(text) for text in fields]
        if plain != fields:
            self.notes.guarded.add(line)
        return plain

    def _lines(self, lines: Iterator[str]) -> Iterator[str]:
        clean, unguarded, notes, buffer = self._clean, self._unguarded, self.notes, self._buffer
        for line in lines:
            self._line += 1
            if "\0" in line:
                notes.nul.add(self._line)
                line = line.replace("\0", "")  # noqa: PLW2901
            if unguarded and may_be_guarded(line):
                self._perhaps_guarded = True
            if not clean and "\ufffd" in line:
                notes.undecodable.add(self._line)
            buffer.append(line)
            if len(buffer) > LONGEST_RECORD:
                raise _RunawayError
            yield line
        self._ended = True
