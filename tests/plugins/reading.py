"""Read one table of a source, whole, as an import does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui_import.api import Finding, OptionValue, Row, Scalar, Source, SourceError


@dataclass(frozen=True)
class Reading:
    """What came out."""

    names: list[str]
    notes: list[str]
    rows: list[Row]
    facts: Mapping[str, str]
    findings: Sequence[Finding]

    @property
    def values(self) -> list[list[Scalar]]:
        return [list(row.values) for row in self.rows]

    @property
    def sentences(self) -> str:
        return " ".join(finding.message for finding in self.findings)


def outcome(source: Source, location: str) -> Reading | SourceError:
    """What came out of the first table, or the error that says why nothing did; any other exception goes through."""
    try:
        return read(source, location)
    except SourceError as error:
        return error


def read(source: Source, location: str, table: str = "", **options: OptionValue) -> Reading:
    """The named table, else the first."""
    tables = source.open(location, options)
    chosen = next(found for found in tables if table in ("", found.name))
    peek = chosen.peek()
    columns = chosen.columns()
    rows = list(chosen.rows())
    return Reading([column.name for column in columns], [column.note for column in columns], rows, peek.facts, list(chosen.findings()))
