"""Sources whose rows are given or made up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tui_import.api.options import Options
from tui_import.api.source import Column, Row, Scalar, Source, Table


class MemoryTable(Table):
    """A table of rows that are given."""

    def __init__(self, name: str, headings: Sequence[str | Column], rows: Sequence[Sequence[Scalar]], *, hidden: bool = False) -> None:
        self.name = name
        self.hidden = hidden
        self._columns = [heading if isinstance(heading, Column) else Column(heading) for heading in headings]
        self._rows = rows

    def columns(self) -> Sequence[Column]:
        """As given."""
        return self._columns

    def rows(self) -> Iterator[Row]:
        """As given, counted from 2, as below a heading."""
        for number, values in enumerate(self._rows, 2):
            yield Row(number, tuple(values))

    def expected_rows(self) -> int | None:
        """Their number."""
        return len(self._rows)


class MemorySource(Source):
    """A source of tables that are given; any location opens it."""

    name = "memory"
    title = "Memory"

    def __init__(self, *tables: Table) -> None:
        self._tables = tables

    def open(self, location: str, options: Options) -> Sequence[Table]:  # noqa: ARG002
        """All its tables."""
        return self._tables


class SyntheticTable(Table):
    """A table of as many rows as asked for, made while they are read: what a stream must cost nothing to hold."""

    name = "synthetic"

    def __init__(self, rows: int = 1_000_000, columns: int = 5) -> None:
        self._rows, self._width = rows, columns

    def columns(self) -> Sequence[Column]:
        """c1, c2 …"""
        return [Column(f"c{at}") for at in range(1, self._width + 1)]

    def rows(self) -> Iterator[Row]:
        """Each cell says where it stands."""
        for number in range(1, self._rows + 1):
            yield Row(number, [f"{number}/{at}" for at in range(1, self._width + 1)], key=str(number))

    def expected_rows(self) -> int | None:
        """Their number."""
        return self._rows
