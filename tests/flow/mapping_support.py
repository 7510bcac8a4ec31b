"""The shipped catalogue and words, whatever configuration the machine has; guesses as plain dictionaries."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from unittest.mock import patch

from tui_import import config
from tui_import.config.files import FOLDER_VARIABLE
from tui_import.flow.cells import column_letter
from tui_import.flow.mapping import Memory, guess
from tui_import.model.mapping import LINK_FROM, ColumnInfo, Guess

with patch.dict(os.environ, {FOLDER_VARIABLE: os.devnull}):
    for cached in (config.load_catalogue, config.load_vocabulary):
        cached.cache_clear()
    CATALOGUE, VOCABULARY = config.load_catalogue(), config.load_vocabulary()
    for cached in (config.load_catalogue, config.load_vocabulary):
        cached.cache_clear()


def columns(headers: Sequence[str], values: Sequence[Sequence[str]] | None = None, fields: Sequence[str] = ()) -> list[ColumnInfo]:
    """Columns as the draft describes them."""
    values = values or [()] * len(headers)
    suggested = [*fields, *[""] * (len(headers) - len(fields))]
    return [
        ColumnInfo(position, header, column_letter(position), field=suggested[position], samples=tuple(values[position]))
        for position, header in enumerate(headers)
    ]


def guesses(headers: Sequence[str], values: Mapping[str, Sequence[str]] | None = None, memory: Memory | None = None) -> list[Guess]:
    """Guesses for headers, with the values of some."""
    found = [list((values or {}).get(header, ())) for header in headers]
    return guess(columns(headers, found), found, CATALOGUE, VOCABULARY, memory)


def linked(*headers: str, **options: object) -> list[str]:
    """The field that each column is linked to by itself; empty where it is left open."""
    return [field_of(found) for found in guesses(headers, **options)]  # type: ignore[arg-type]


def field_of(found: Guess) -> str:
    """The field that is linked by itself."""
    return found.link.field if found.link is not None and found.link.confidence >= LINK_FROM else ""


def guess_csv(path: Path) -> dict[str, str]:
    """Header → field for a CSV file with a comma; at most 200 distinct values a column."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    values = [list(dict.fromkeys(row[i] for row in rows if i < len(row) and row[i].strip()))[:200] for i in range(len(header))]
    found = guess(columns(header, values), values, CATALOGUE, VOCABULARY)
    return {name: field_of(one) for name, one in zip(header, found, strict=True)}
