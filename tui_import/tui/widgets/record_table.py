"""Whole records as a table, with the fields that any of them has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tui_import.model.fields import Catalogue
from tui_import.tui.widgets.virtual_table import TableColumn, TableRow
from tui_import.tui.words import value_words

LIMIT = 2000
"""Records shown; an export has them all."""


def record_table(catalogue: Catalogue, entity: str, records: Sequence[Mapping[str, Any]]) -> tuple[list[TableColumn], list[TableRow]]:
    """Columns and rows of records."""
    filled = [name for name in dict.fromkeys(name for record in records for name in record) if any(r.get(name) for r in records)]
    columns = [TableColumn(_title(catalogue, entity, name), frozen=name == "id", right=name == "id") for name in filled]
    return columns, [TableRow([value_words(record.get(name)) for name in filled]) for record in records]


def _title(catalogue: Catalogue, entity: str, name: str) -> str:
    key = f"{entity}.{name}"
    return catalogue[key].title.partition(": ")[2] if key in catalogue else name
