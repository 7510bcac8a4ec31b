"""What helps to test a source plugin: a source of given rows, and a check of the whole contract."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui_import.api.errors import SourceError, TuiImportError
from tui_import.api.options import Options, OptionType
from tui_import.api.source import API_VERSION, Column, Finding, Row, Scalar, Source, Table

_CELLS = (str, int, float, bool, datetime.date, datetime.datetime, datetime.time, type(None))


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


@dataclass(frozen=True, slots=True)
class Read:
    """What `check_source` read of one table."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    findings: Sequence[Finding]
    facts: Mapping[str, str]


def check_source(source: Source, location: str, options: Options | None = None) -> dict[str, Read]:
    """Open a source and read everything, checking all that the contract asks for; returns what was read, by table.

    Raises `AssertionError` with the broken rule. A `TuiImportError` of the source goes through: it is how a source refuses.
    """
    _check_description(source)
    tables = source.open(location, {**{option.key: option.default for option in source.options()}, **(options or {})})
    names = [table.name for table in tables]
    _must(len(set(names)) == len(names), f"tables share a name: {names}")
    return {table.name: _check_table(table) for table in tables}


def check_refuses_missing_file(source: Source, folder: Path) -> None:
    """A file that is not there must be a `SourceError` with a sentence, at the latest when rows are read."""
    missing = str(folder / "there is no such file")
    try:
        for table in source.open(missing, {option.key: option.default for option in source.options()}):
            list(table.rows())
    except TuiImportError as error:
        _must(isinstance(error, SourceError), f"a missing file must be a SourceError, not {type(error).__name__}")
        _must(len(error.message) > 5, "the error has no sentence")
        return
    raise AssertionError("a missing file was read without an error")


def _check_description(source: Source) -> None:
    _must(source.api_version[0] == API_VERSION[0], "api_version is of another major version")
    _must(source.name == source.name.lower() and source.name.replace("_", "").isalnum(), "name must be one word in lower case")
    _must(bool(source.title), "title is empty")
    for suffix in source.suffixes:
        _must(suffix == "-" or (suffix.startswith(".") and suffix == suffix.lower()), f"suffix {suffix!r} must be lower case with the dot")
    keys = [option.key for option in source.options()]
    _must(len(set(keys)) == len(keys), "two options share a key")
    for option in source.options():
        _must(option.required or option.default is not None, f"option {option.key} is neither required nor has a default")
        if option.type is OptionType.CHOICE:
            _must(option.default in [choice.value for choice in option.choices], f"option {option.key}: its default is none of its choices")


def _check_table(table: Table) -> Read:
    peek = table.peek(5)
    _must(len(peek.rows) <= 5, "peek gives more rows than were asked for")
    _check_rows(peek.rows)
    columns = table.columns()
    _must(all(isinstance(column, Column) for column in columns), "columns must be of type Column")
    begun = table.rows()
    next(begun, None)
    close = getattr(begun, "close", None)
    if close is not None:
        close()
    rows = list(table.rows())
    _check_rows(rows)
    findings = table.findings()
    _must(all(isinstance(finding, Finding) and finding.message for finding in findings), "findings must be sentences")
    _must(rows == list(table.rows()), "reading again gives other rows")
    expected = table.expected_rows()
    _must(expected is None or expected >= 0, "expected_rows is negative")
    return Read(columns, rows, findings, peek.facts)


def _check_rows(rows: Sequence[Row]) -> None:
    last = 0
    for row in rows:
        _must(isinstance(row, Row), "rows must be of type Row")
        _must(row.number > last, f"row numbers must grow: {row.number} after {last}")
        last = row.number
        for value in row.values:
            _must(type(value) in _CELLS, f"row {row.number}: a cell of type {type(value).__name__}")


def _must(holds: bool, rule: str) -> None:
    if not holds:
        raise AssertionError(rule)
