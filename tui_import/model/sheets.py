"""Several sheets of a workbook in one draft: whose a column is, and where a row stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ROWS = 1_000_000_000
"""More rows than any sheet has: the number of a row in a draft of several sheets is its sheet's place times this, and its row in it."""
SEPARATOR = "!"
"""Between sheet and header, or sheet and row, as spreadsheet programs write it: "Persons!E-mail", "Persons!12"."""
LIST_SEPARATOR = "/"
"""Between names of sheets in the option ``sheet``: no sheet of a workbook may have it in its name."""
ALL = "*"
"""All sheets that are not hidden."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One of several sheets that are stacked in a draft."""

    name: str
    columns: tuple[int, int]
    """Positions of its columns: the first, and the one after the last."""
    rows: tuple[int, int] = (1, 0)
    """Keys of its rows: the first and the last."""
    kind: str = ""
    """What its rows are, a key of `model.kinds.KINDS`."""

    def has(self, column: int) -> bool:
        """Whether a column is its own."""
        return self.columns[0] <= column < self.columns[1]


def number_of(sheet: int, row: int) -> int:
    """A row's number in the draft. ``sheet``: counted from 1."""
    return sheet * ROWS + row


def row_of(number: int) -> int:
    """The row in its sheet."""
    return number % ROWS


def sheet_of(number: int, names: Sequence[str]) -> str:
    """The sheet of a row; empty where there is only one."""
    at = number // ROWS
    return names[at - 1] if 0 < at <= len(names) else ""


def label(number: int, names: Sequence[str]) -> str:
    """ "Persons!12", or "12" where there is one sheet only."""
    sheet = sheet_of(number, names)
    return f"{sheet}{SEPARATOR}{row_of(number)}" if sheet else str(number)


def from_label(text: str) -> tuple[str, int] | None:
    """Sheet and row of what `label` writes; the sheet is empty where none is named. None: no such writing."""
    sheet, _separator, row = text.strip().rpartition(SEPARATOR)
    return (sheet, int(row)) if row.isdecimal() and len(row) < len(str(ROWS)) else None


def own_header(header: str, sheet: str) -> str:
    """A qualified header without its sheet."""
    return header.removeprefix(f"{sheet}{SEPARATOR}")
