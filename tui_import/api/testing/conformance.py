"""The whole contract as checks: one function that reads everything, and the suite rule by rule."""

from __future__ import annotations

import contextlib
import io
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from tui_import.api.capabilities import Criterion, HasConnections, HasLists, Operator, Searchable, SignsIn
from tui_import.api.errors import SourceError, TuiImportError
from tui_import.api.i18n import N_
from tui_import.api.options import ConnectionOptions, Options, OptionType, keep_secrets
from tui_import.api.source import API_VERSION, MOST_TEXT, Capability, Column, Finding, Peek, Row, Source, Table
from tui_import.api.testing.suite import CELLS, Suite, must

SETTLING = 5.0
"""Seconds in which what was stopped must have closed its files and connections."""


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
    must(len(set(names)) == len(names), f"tables share a name: {names}")
    return {table.name: _check_table(table) for table in tables}


def check_refuses_missing_file(source: Source, folder: Path) -> None:
    """A file that is not there must be a `SourceError` with a sentence, or `open`'s own `OSError`, at the latest when rows are read."""
    missing = str(folder / "there is no such file")
    try:
        for table in source.open(missing, {option.key: option.default for option in source.options()}):
            list(table.rows())
    except TuiImportError as error:
        must(isinstance(error, SourceError), f"a missing file must be a SourceError, not {type(error).__name__}")
        must(len(error.message) > 5, "the error has no sentence")
        return
    except OSError as error:  # the host makes a sentence of it
        must(error.filename == missing, "an OSError about another file than the one that was named")
        return
    raise AssertionError("a missing file was read without an error")


class Conformance(Suite):
    """The suite: each rule by its name, for ``pytest.mark.parametrize("rule", Conformance.rules)`` and for ``tui-import sources check``.

    ``location`` must hold a few rows; ``folder`` takes files that are made for it (broken copies of the file, where there is one).
    """

    rules: ClassVar[Sequence[str]] = (
        N_("description"),
        N_("tables"),
        N_("first rows"),
        N_("rows"),
        N_("reading again"),
        N_("stopping"),
        N_("findings"),
        N_("silence"),
        N_("missing place"),
        N_("hostile content"),
        N_("capabilities"),
    )

    def __init__(self, source: Source, location: str, folder: Path, options: Options | None = None) -> None:
        self.source, self.location, self.folder = source, location, folder
        self.options = options or {}
        self._renewed: dict[str, str] = {}

    def _open(self, location: str = "") -> Sequence[Table]:
        given = {option.key: option.default for option in self.source.options()}
        options = ConnectionOptions({**given, **self.options, **self._renewed}, self._keep)
        return self.source.open(location or self.location, options)

    def _keep(self, renewed: Mapping[str, str]) -> None:
        """As the host does: what is renewed is kept, and given the next time."""
        self._renewed.update(renewed)
        keep_secrets(self.options, renewed)

    def _description(self) -> None:
        _check_description(self.source)

    def _tables(self) -> None:
        tables = self._open()
        must(bool(tables), "there is no table; check with a place that holds some rows")
        names = [table.name for table in tables]
        must(len(set(names)) == len(names), f"tables share a name: {names}")
        for table in tables:
            must(all(isinstance(column, Column) for column in table.columns()), "columns must be of type Column")
            must([*table.columns()] == [*table.columns()], "asking again gives other columns")

    def _first_rows(self) -> None:
        for table in self._open():
            for limit in (1, 5):
                peek = table.peek(limit)
                must(isinstance(peek, Peek), "peek must give a Peek")
                must(len(peek.rows) <= limit, "peek gives more rows than were asked for")
                _check_rows(peek.rows)

    def _rows(self) -> None:
        count = 0
        for table in self._open():
            rows = list(table.rows())
            _check_rows(rows)
            width = len(table.columns())
            must(not rows or width > 0, "there are rows and no columns")
            count += len(rows)
        must(count > 0, "there are no rows; check with a place that holds some")

    def _reading_again(self) -> None:
        for table in self._open():
            first = list(table.rows())
            must(first == list(table.rows()), "reading again gives other rows")
            must(
                _shape(first) == _shape(next(again for again in self._open() if again.name == table.name).rows()),
                "opening again gives others",
            )

    def _stopping(self) -> None:
        """Stopped after a row, a source leaves no file open and can be read again."""
        for table in self._open():
            begun = table.rows()
            next(begun, None)
            getattr(begun, "close", lambda: None)()  # once, for what is opened for good
            before = _open_files()
            for _time in range(3):
                begun = table.rows()
                next(begun, None)
                getattr(begun, "close", lambda: None)()
            del begun
            must(_closed_down_to(before), "a reading that was stopped left a file open")
            _check_rows(list(table.rows()))

    def _findings(self) -> None:
        for table in self._open():
            for _row in table.rows():
                pass
            must(all(isinstance(finding, Finding) and finding.message for finding in table.findings()), "findings must be sentences")
            expected = table.expected_rows()
            must(expected is None or expected >= 0, "expected_rows is negative")

    def _silence(self) -> None:
        noise = io.StringIO()
        with contextlib.redirect_stdout(noise), contextlib.redirect_stderr(noise):
            for table in self._open():
                table.peek(5)
                for _row in table.rows():
                    pass
        must(not noise.getvalue(), f"it prints: {noise.getvalue()[:80]!r}")

    def _missing_place(self) -> None:
        if any(suffix.startswith(".") for suffix in self.source.suffixes):
            check_refuses_missing_file(self.source, self.folder)

    def _hostile_content(self) -> None:
        """Broken copies of the file are read or refused, in a sentence."""
        path = Path(self.location)
        if not path.is_file():
            return
        good = path.read_bytes()
        for name, content in _hostile(good).items():
            broken = self.folder / f"{name}{path.suffix}"
            broken.write_bytes(content)
            try:
                for table in self._open(str(broken)):
                    table.peek(5)
                    table.columns()
                    _check_rows(list(table.rows()))
            except (TuiImportError, OSError):
                continue
            except AssertionError as error:
                raise AssertionError(f"{name}: {error}") from error
            except Exception as error:
                raise AssertionError(f"{name}: {type(error).__name__} instead of a SourceError: {error}") from error

    def _capabilities(self) -> None:
        can = self.source.capabilities
        for capability, kind in (
            (Capability.LISTS, HasLists),
            (Capability.CONNECTIONS, HasConnections),
            (Capability.SIGN_IN, SignsIn),
        ):
            must((capability in can) == isinstance(self.source, kind), f"{capability} is said and not done, or done and not said")
        tables = self._open()
        searchable = [table for table in tables if isinstance(table, Searchable)]
        must((Capability.SEARCH in can) == bool(searchable), "search is said and not done, or done and not said")
        for table in tables:
            if Capability.KEYS in can:
                keys = [row.key for row in table.rows()]
                must(all(keys) and len(set(keys)) == len(keys), "keys must be there and unique")
            for column in table.columns():
                if column.list and isinstance(self.source, HasLists):
                    must(isinstance(self.source.list_items(column.list), Mapping), f"the list {column.list} has no items")
        for table in searchable:
            _check_search(table)


def check_memory(table: Table, most: int = 64 << 20) -> int:
    """Read a big table to its end; returns how many rows it has. Raises `AssertionError` where more than ``most`` bytes are held."""
    import tracemalloc

    tracemalloc.start()
    try:
        count = sum(1 for _row in table.rows())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    must(peak <= most, f"{count} rows took {peak >> 20} MB of memory; they must be streamed")
    return count


def _hostile(good: bytes) -> Mapping[str, bytes]:
    half = good[: len(good) // 2]
    return {
        "empty": b"",
        "half": half,
        "zeros": b"\0" * 4096,
        "noise": bytes((at * 7919 + at // 251) % 256 for at in range(8192)),
        "bytes_between": half + b"\xff\xfe\x00\x80" + good[len(half) :],
        "escapes": good + b"\n\x1b]0;x\x07\x1b[2J\xe2\x80\xae=cmd|'/c x'!A0\n",
        "long_line": good + b"x" * (1 << 20),
    }


def _shape(rows: Any) -> list[tuple[int, int]]:
    return [(row.number, len(row.values)) for row in rows]


def _closed_down_to(count: int) -> bool:
    """Whether at most that many files stay open; what a server or a thread at the other end still has to close is waited for."""
    given_up = time.monotonic() + SETTLING
    while _open_files() > count:
        if time.monotonic() > given_up:
            return False
        time.sleep(0.02)
    return True


def _open_files() -> int:
    import gc

    gc.collect()
    folder = "/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"
    return len(os.listdir(folder)) if os.path.isdir(folder) else 0


def _check_search(table: Searchable) -> None:
    fields = table.search_fields()
    must(bool(fields), "there is no field to search by")
    everything = _all_pages(table, [])
    must(bool(everything), "a search without criteria must find every row")
    must(all(row.key for row in everything), "rows that were found must have keys")
    wanted = [everything[-1].key, "no such key"]
    must([row.key for row in table.fetch(wanted)] == wanted[:1], "fetch must give the rows of the keys that exist")
    for field in fields:
        if field.kind == "text":
            criterion = Criterion(field.key, Operator.CONTAINS, ["no row has this in it \u2603"])
            must(not _all_pages(table, [criterion]), f"a search by {field.key} finds what it should not")
    latest = max(row.changed for row in everything)
    must(not any(row.changed for row in table.changed_since(latest)), "changed_since gives rows that are not later")


def _all_pages(table: Searchable, criteria: Sequence[Criterion]) -> list[Row]:
    rows: list[Row] = []
    page = ""
    while True:
        found = table.search(criteria, page, 2)
        must(len(found.rows) <= 2, "a page has more rows than were asked for")
        rows += found.rows
        if not found.next or len(rows) > 10_000:
            return rows
        must(found.next != page, "the same page comes again and again")
        page = found.next


def _check_description(source: Source) -> None:
    must(source.api_version[0] == API_VERSION[0], "api_version is of another major version")
    must(source.name == source.name.lower() and source.name.replace("_", "").isalnum(), "name must be one word in lower case")
    must(bool(source.title), "title is empty")
    for suffix in source.suffixes:
        whole = suffix in ("-", "/") or (suffix.removeprefix("/").startswith(".") and suffix == suffix.lower())
        must(whole, f"suffix {suffix!r} must be lower case with the dot")
    keys = [option.key for option in source.options()]
    must(len(set(keys)) == len(keys), "two options share a key")
    for option in source.options():
        must(option.required or option.default is not None, f"option {option.key} is neither required nor has a default")
        if option.type is OptionType.CHOICE:
            must(option.default in [choice.value for choice in option.choices], f"option {option.key}: its default is none of its choices")


def _check_table(table: Table) -> Read:
    peek = table.peek(5)
    must(len(peek.rows) <= 5, "peek gives more rows than were asked for")
    _check_rows(peek.rows)
    columns = table.columns()
    must(all(isinstance(column, Column) for column in columns), "columns must be of type Column")
    begun = table.rows()
    next(begun, None)
    close = getattr(begun, "close", None)
    if close is not None:
        close()
    rows = list(table.rows())
    _check_rows(rows)
    findings = table.findings()
    must(all(isinstance(finding, Finding) and finding.message for finding in findings), "findings must be sentences")
    must(rows == list(table.rows()), "reading again gives other rows")
    expected = table.expected_rows()
    must(expected is None or expected >= 0, "expected_rows is negative")
    return Read(columns, rows, findings, peek.facts)


def _check_rows(rows: Sequence[Row]) -> None:
    last = 0
    for row in rows:
        must(isinstance(row, Row), "rows must be of type Row")
        must(row.number > last, f"row numbers must grow: {row.number} after {last}")
        last = row.number
        for value in row.values:
            must(type(value) in CELLS, f"row {row.number}: a cell of type {type(value).__name__}")
            must(not isinstance(value, str) or len(value) <= MOST_TEXT, f"row {row.number}: a cell of more than {MOST_TEXT} characters")
