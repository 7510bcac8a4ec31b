"""Sources that go wrong in the ways of the world, around one that works."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from enum import StrEnum

from tui_import.api.options import Options
from tui_import.api.source import Column, Peek, Row, Source, Table


class Fault(StrEnum):
    """What goes wrong after the first rows."""

    TIME_OUT = "time-out"
    """The other side no longer answers: `TimeoutError`."""
    HANG = "hang"
    """Nothing comes any more, and no error either."""
    HALF_PAGE = "half page"
    """The rows end too early, as if the last page had been cut."""
    DUPLICATE_ROWS = "duplicate rows"
    """A page comes twice: the same records with the same keys under new numbers."""
    ERROR = "error"
    """An exception that the author did not think of."""
    NONSENSE = "nonsense"
    """Something that is no row."""


class Chaos(Source):
    """A source that behaves like the given one until the fault."""

    def __init__(self, source: Source, fault: Fault, after: int = 3) -> None:
        self.name, self.title, self.suffixes = source.name, source.title, source.suffixes
        self._source, self._fault, self._after = source, fault, after
        self.released = threading.Event()
        """Set it to let a `Fault.HANG` go on."""

    def open(self, location: str, options: Options) -> Sequence[Table]:
        """The tables of the source, each with the fault."""
        return [_ChaosTable(table, self._fault, self._after, self.released) for table in self._source.open(location, options)]


class _ChaosTable(Table):
    def __init__(self, table: Table, fault: Fault, after: int, released: threading.Event) -> None:
        self.name, self.hidden = table.name, table.hidden
        self._table, self._fault, self._after, self._released = table, fault, after, released

    def columns(self) -> Sequence[Column]:
        return self._table.columns()

    def peek(self, limit: int = 20) -> Peek:
        return self._table.peek(limit)

    def expected_rows(self) -> int | None:
        return self._table.expected_rows()

    def rows(self) -> Iterator[Row]:
        page: list[Row] = []
        last = 0
        for row in self._table.rows():
            if len(page) == self._after:
                yield from self._go_wrong(page, last)
                if self._fault in (Fault.HALF_PAGE, Fault.NONSENSE):
                    return
            page.append(row)
            last = row.number
            shift = self._after if self._fault is Fault.DUPLICATE_ROWS and len(page) > self._after else 0
            yield row._replace(number=row.number + shift)

    def _go_wrong(self, page: list[Row], last: int) -> Iterator[Row]:
        if self._fault is Fault.TIME_OUT:
            raise TimeoutError("the other side does not answer")
        if self._fault is Fault.ERROR:
            raise RuntimeError("something else")
        if self._fault is Fault.HANG:
            self._released.wait()
        if self._fault is Fault.DUPLICATE_ROWS:
            for at, row in enumerate(page, 1):
                yield row._replace(number=last + at)
        if self._fault is Fault.NONSENSE:
            yield "no row"  # type: ignore[misc]
