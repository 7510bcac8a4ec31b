"""What a source plugin implements: a `Source` opens into tables, a `Table` has columns and streams rows.

A complete source::

    from tui_import.api import Column, Row, Source, Table, hookimpl

    class Lines(Source):
        name, title, suffixes = "lines", "Plain lines", (".txt",)

        def open(self, location, options):
            return [LineTable(location)]

    class LineTable(Table):
        def __init__(self, path): self.name, self.path = path, path
        def columns(self): return [Column("Name")]
        def rows(self):
            with open(self.path, encoding="utf-8") as lines:
                for number, line in enumerate(lines, 1):
                    yield Row(number, (line.strip(),))

    @hookimpl
    def register_sources(register): register(Lines())
"""

from __future__ import annotations

import datetime
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from tui_import.api.options import Option, Options

API_VERSION = (1, 1)
"""Major and minor version of this contract. A plugin written for another major is refused with a sentence."""

Scalar = str | int | float | bool | datetime.date | datetime.datetime | datetime.time | None
"""What a cell may hold. ``None`` is an empty cell. Numbers stay numbers, so that "1234.5" is never read by the wrong locale."""


MOST_TEXT = 1 << 26
"""Characters in one cell; longer ones are refused."""
MOST_CELLS = 100_000
"""Cells in one row."""


NO_FIELD = "-"
"""Stands in `Column.field` for none of the fields."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    """Header as it stands in the source; may be empty, may repeat."""
    field: str = ""
    """The field that the source says this is ("person.email"): it arrives linked and can be linked anew. `NO_FIELD`: no field holds it, so
    it arrives open. Empty: unknown."""
    note: str = ""
    """What the source says about the column (a cell comment, a type), shown beside it."""
    locked: bool = False
    """The user may not link it to another field (ERP links)."""
    list: str = ""
    """Its cells are keys of this list, which `HasLists.list_items` puts into words."""


class Row(NamedTuple):
    """One row of a table."""

    number: int
    """Where it stands: row in the sheet, line in the file, counted from 1. Unique and growing within the table."""
    values: Sequence[Scalar]
    """As many as there are columns; the host fills up short rows and reports long ones."""
    key: str = ""
    """Stable identity in the source system (UID, ERP key), where there is one."""
    changed: str = ""
    """When it last changed there: any text that sorts by time."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a user should know about how the source was read; shown as a list, never a question."""

    message: str
    """A sentence in the user's language."""
    row: int | None = None
    """The row it speaks of, if one."""


@dataclass(frozen=True, slots=True)
class Peek:
    """The first rows of a table, cheap to get, so that a user can see whether it was read right."""

    rows: Sequence[Row]
    """As they stand, headings included."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What the source found out or guessed, by option key: ``{"encoding": "cp1252", "delimiter": ";"}``."""
    findings: Sequence[Finding] = ()


class Table(ABC):
    """Rows of one shape: a sheet, a file, a folder of an address book, an ERP actor type."""

    name: str
    """Title of the table, unique within the source (sheet name)."""
    hidden: bool = False
    """Offered last (hidden sheets)."""

    @abstractmethod
    def columns(self) -> Sequence[Column]:
        """The columns, known without reading all rows."""

    @abstractmethod
    def rows(self) -> Iterator[Row]:
        """All data rows (without headings), streamed: a table of a million rows is never held in memory.

        Called as often as somebody wants to read; each call starts anew. The host stops reading whenever it likes and
        then closes the iterator, so clean up in ``finally``: that is how a user's "stop" arrives. Progress is counted by the host.
        Between two rows a source may be silent for two minutes at most.
        """

    def changes(self, bookmark: str) -> Iterator[Row]:
        """The rows that are new or changed since the reading that left this `bookmark`; for sources with `Capability.CHANGES`.

        Where the other side no longer knows the bookmark: all rows, and a `Finding` that says so. What was deleted there is a `Finding`,
        too: an import deletes nothing. The default reads all rows.
        """
        del bookmark
        return self.rows()

    def bookmark(self) -> str:
        """Where the next reading can go on, known when `rows` or `changes` ran to its end; empty: nowhere. Never a secret.

        The host keeps it when the rows are imported, and forgets it when that import is undone.
        """
        return ""

    def peek(self, limit: int = 20) -> Peek:
        """The first rows. The default reads them with `rows`."""
        rows = []
        iterator = self.rows()
        for row in iterator:
            rows.append(row)
            if len(rows) >= limit:
                break
        close = getattr(iterator, "close", None)
        if close:
            close()
        return Peek(rows)

    def findings(self) -> Sequence[Finding]:
        """What is worth knowing after `rows` ran to its end: ragged rows, hidden rows, cells without a value."""
        return ()

    def expected_rows(self) -> int | None:
        """Roughly how many rows there are, for the progress line; ``None`` when not known beforehand."""
        return None


class Capability(StrEnum):
    """What a source can beyond reading rows."""

    SEARCH = "search"
    """Its tables are `Searchable`."""
    KEYS = "keys"
    """Its rows have `Row.key`, and `Row.changed`."""
    LISTS = "lists"
    """Columns hold keys of lists; the source is `HasLists`."""
    CONNECTIONS = "connections"
    """It is told where and who by a saved connection; the source is `HasConnections`."""
    CHANGES = "changes"
    """Its tables tell what changed since an earlier reading: `Table.changes` and `Table.bookmark`."""
    SIGN_IN = "sign-in"
    """The user signs in; the source is `SignsIn`."""


class Source(ABC):
    """A kind of place that data comes from."""

    name: str
    """Short and unique, as in ``--source excel`` and in recipes."""
    title: str
    """As on the start screen."""
    description: str = ""
    """One sentence for the start screen."""
    suffixes: Sequence[str] = ()
    """File name endings it reads, lower case with the dot; "-" among them: standard input, "/": folders of such files, too, "/.msg":
    folders of files with this ending. Empty: it does not read files."""
    api_version: tuple[int, int] = API_VERSION
    """The version of this contract that it was written for."""
    capabilities: Collection[Capability] = ()
    """What it can beyond reading rows; each has an abstract class in `tui_import.api.capabilities` that it then implements."""

    def options(self) -> Sequence[Option]:
        """What the user can choose; every option must have a default or be required."""
        return ()

    def recognises(self, head: bytes) -> float:  # noqa: ARG002
        """How sure it is, 0…1, that a file with one of its endings and these first bytes (64 KiB at most) is of its own kind.

        Where several sources read files of one ending, the surest is taken. The default, 0, is right for a source of any such file.
        """
        return 0.0

    @abstractmethod
    def open(self, location: str, options: Options) -> Sequence[Table]:
        """The tables at ``location`` (a path, or "-" for standard input; empty where options say it all).

        Cheap: what costs is done in `Table.peek` and `Table.rows`. Raises `SourceError` with a sentence, `PasswordNeededError`
        where a password is missing or wrong.
        """
