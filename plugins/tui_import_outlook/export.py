"""A CSV file that Outlook exported: read as any CSV file is, with the fields of its columns said and its odd values tidied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from tui_import_csv.source import CsvSource

from tui_import.api import Column, Finding, Options, OptionValue, Peek, Row, Table
from tui_import.api.exports import ContactTable
from tui_import_outlook.headings import Export, closest, fields, named
from tui_import_outlook.tidy import Tidier

AUTO = "auto"


class ExportTable(Table):
    """The one table of the file."""

    def __init__(self, inner: Table) -> None:
        self.name = inner.name
        self._inner = inner
        self._findings: Sequence[Finding] = ()

    @cached_property
    def _names(self) -> Sequence[str]:
        """Outlook's English name per column."""
        headings = [column.name for column in self._inner.columns()]
        return named(headings, closest(headings))

    def columns(self) -> Sequence[Column]:
        """As the headings stand, with the fields that are known."""
        return [replace(column, field=field) for column, field in zip(self._inner.columns(), fields(self._names), strict=True)]

    def peek(self, limit: int = 20) -> Peek:
        """The first rows as they stand in the file."""
        return self._inner.peek(limit)

    def rows(self) -> Iterator[Row]:
        """The contacts."""
        tidier = Tidier(self._names)
        self._findings = ()
        inner = self._inner.rows()
        try:
            for row in inner:
                values = list(row.values)
                tidier.tidy(values, row.number)
                yield row._replace(values=values)
        finally:
            getattr(inner, "close", lambda: None)()
            self._findings = [*self._inner.findings(), *tidier.findings()]

    def findings(self) -> Sequence[Finding]:
        """What was met while the rows were read."""
        return self._findings


def open_export(csv: CsvSource, location: str, options: Options, export: Export | None, complete: bool = False) -> Sequence[Table]:
    """The table of a CSV file; what its headings tell about encoding and delimiter holds where the user did not say.

    ``complete``: with all columns that could be added.
    """
    told: dict[str, OptionValue] = {}
    if export:
        told = {"encoding": export.encoding or AUTO, "delimiter": export.delimiter, "header_row": str(export.line)}
    said = {key: value for key, value in options.items() if value not in (None, "", AUTO)}
    return [ContactTable(ExportTable(table), complete=complete) for table in csv.open(location, {**told, **said})]
