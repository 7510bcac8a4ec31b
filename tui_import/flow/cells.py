"""Cells as they lie in a draft: SQLite's text, integer, real and null."""

from __future__ import annotations

import datetime
import math

from tui_import.api.source import Scalar

Cell = str | int | float | None
"""A cell in a draft. Dates and times are ISO text, booleans "true" and "false", so that no type is lost."""

_LARGEST = 2**63 - 1


def as_cell(value: Scalar) -> Cell:
    """What the draft keeps of a source's value; an empty text is an empty cell."""
    if type(value) is str:
        return value or None
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return value if -_LARGEST <= value <= _LARGEST else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def column_letter(position: int) -> str:
    """0 → A, 25 → Z, 26 → AA, as spreadsheet programs name columns."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
